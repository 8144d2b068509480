/** The program as people run it: from its sources, or the executable that NATS_SERVER_BINARY names. */

import { candidate } from "../conformance/config/program.ts";

export interface Outcome {
  code: number;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  cwd?: string;
  stdin?: string;
  env?: Record<string, string>;
}

/** Runs a command line to its end. */
export async function run(args: readonly string[], options: RunOptions = {}): Promise<Outcome> {
  const child = Bun.spawn([...candidate, ...args], {
    cwd: options.cwd ?? process.cwd(),
    env: { PATH: process.env.PATH ?? "", HOME: "/", ...options.env },
    stdin: options.stdin === undefined ? "ignore" : Buffer.from(options.stdin),
    stdout: "pipe",
    stderr: "pipe",
  });
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { code, stdout, stderr };
}

export interface RunningServer {
  readonly pid: number;
  readonly exited: Promise<number>;
  /** What it has logged so far. */
  log(): string;
  /** Resolves when the log holds a text. */
  logged(text: string): Promise<void>;
  kill(signal: NodeJS.Signals): void;
}

const DEADLINE_MS = 4_000;
const POLL_MS = 5;

/** Starts a server; it has not begun to listen yet. */
export function start(args: readonly string[], cwd: string): RunningServer {
  const child = Bun.spawn([...candidate, ...args], {
    cwd,
    env: { PATH: process.env.PATH ?? "" },
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
  });
  let log = "";
  void (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of child.stderr) log += decoder.decode(chunk, { stream: true });
  })();
  return {
    pid: child.pid,
    exited: child.exited,
    log: () => log,
    kill: (signal) => child.kill(signal),
    async logged(text) {
      const deadline = performance.now() + DEADLINE_MS;
      while (!log.includes(text)) {
        if (performance.now() > deadline) throw new Error(`no "${text}" in:\n${log}`);
        await Bun.sleep(POLL_MS);
      }
    },
  };
}
