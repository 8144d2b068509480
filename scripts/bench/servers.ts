/** The servers under test as processes, and what the kernel says of them. */

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { freePort } from "../../test/support/free-port.ts";
import { adopt, end, tied } from "./children.ts";

const ROOT = resolve(import.meta.dir, "../..");
/** Clock ticks per second in /proc; 100 on every Linux that matters. */
const TICKS_PER_SECOND = 100;

export interface Contestant {
  name: string;
  path: string;
}

export const CONTESTANTS: readonly Contestant[] = [
  { name: "ours", path: resolve(ROOT, process.env.NATS_SERVER_BINARY ?? "dist/nats-server") },
  { name: "2.10.27", path: resolve(ROOT, ".peer/trixie/nats-server") },
  { name: "2.15.1", path: resolve(ROOT, ".peer/sid/nats-server") },
];

const READY = "Server is ready";
const START_MS_MAX = 10_000;
const SETTLING_MS = 300;

export class RunningServer {
  readonly name: string;
  readonly port: number;
  readonly #process: Bun.Subprocess;

  private constructor(name: string, port: number, process: Bun.Subprocess) {
    this.name = name;
    this.port = port;
    this.#process = process;
  }

  /** Starts a server and waits until it accepts connections, and has settled. */
  static async start(contestant: Contestant, ...args: string[]): Promise<RunningServer> {
    const server = await RunningServer.launch(contestant, ...args);
    await Bun.sleep(SETTLING_MS);
    return server;
  }

  /** Starts a server and waits until it accepts connections. */
  static async launch({ name, path }: Contestant, ...args: string[]): Promise<RunningServer> {
    const port = freePort();
    const command = tied([path, "-a", "127.0.0.1", "-p", String(port), ...args]);
    const child = adopt(Bun.spawn(command, { stdout: "ignore", stderr: "ignore" }));
    const deadline = Date.now() + 5000;
    for (;;) {
      try {
        const socket = await Bun.connect({ hostname: "127.0.0.1", port, socket: { data() {} } });
        socket.end();
        break;
      } catch {
        if (Date.now() > deadline) {
          await end(child);
          throw new Error(`${path} does not start`);
        }
        await Bun.sleep(20);
      }
    }
    return new RunningServer(name, port, child);
  }

  /** Processor seconds used so far. */
  cpuSeconds(): number {
    const stat = readFileSync(`/proc/${this.#process.pid}/stat`, "utf8");
    // The name in parentheses may contain spaces; user and system time are fields 14 and 15.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  }

  /** Resident memory in bytes. */
  residentBytes(): number {
    const status = readFileSync(`/proc/${this.#process.pid}/status`, "utf8");
    return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) * 1024;
  }

  /** Kills it: one that is busy with a flood of logins would go on with them for minutes. */
  stop(): Promise<void> {
    return end(this.#process);
  }
}

/** Milliseconds from the start of a server until it says that it is ready. It is stopped then. */
export async function timeToReady({ name, path }: Contestant, ...args: string[]): Promise<number> {
  const begin = performance.now();
  const child = adopt(Bun.spawn([path, ...args], { stdout: "ignore", stderr: "pipe" }));
  const timer = setTimeout(() => child.kill("SIGKILL"), START_MS_MAX);
  try {
    let said = "";
    for await (const chunk of child.stderr) {
      said += new TextDecoder().decode(chunk);
      if (said.includes(READY)) return performance.now() - begin;
    }
    throw new Error(`${name} does not start: ${said}`);
  } finally {
    clearTimeout(timer);
    await end(child);
  }
}
