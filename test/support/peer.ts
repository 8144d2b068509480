/** The real nats-server, as fetched by `bun run peer`, run as a child process. */

import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

/** Debian suite the peer comes from: `sid` is the current release, `trixie` the 2.10 line. */
export type Suite = "sid" | "trixie";

export interface ServerProcess extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  stop(): Promise<void>;
}

const START_DEADLINE_MS = 10_000;
const STOP_DEADLINE_MS = 5_000;

/** Both lines are needed: a server that is listening may still refuse to start afterwards. */
const READY = /Listening for client connections on (\S+):(\d+).*Server is ready/s;

/**
 * Path of the peer's binary; undefined when it was not fetched, which a test file must answer by
 * skipping explicitly.
 *
 * @throws in CI, where a missing peer would leave the comparison untested.
 */
export function findPeer(suite: Suite = "sid"): string | undefined {
  const binary = resolve(import.meta.dir, "../../.peer", suite, "nats-server");
  if (existsSync(binary)) return binary;
  const missing = `no nats-server peer at .peer/${suite}/nats-server (bun run peer fetches it)`;
  if (process.env.CI) throw new Error(missing);
  console.warn(`${missing}: tests that compare with it are skipped`);
  return undefined;
}

/** Starts a nats-server binary, ours or the peer, on a free loopback port. */
export async function startProcess(binary: string, args: string[]): Promise<ServerProcess> {
  const child = Bun.spawn([binary, "-a", "127.0.0.1", "-p", "-1", ...args], {
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
  });
  const stop = async () => {
    child.kill("SIGTERM");
    const force = setTimeout(() => child.kill("SIGKILL"), STOP_DEADLINE_MS);
    await child.exited;
    clearTimeout(force);
  };

  const log = { text: "" };
  const ready = readUntilReady(child.stderr, log);
  const deadline = setTimeout(() => child.kill("SIGKILL"), START_DEADLINE_MS);
  const address = await ready;
  clearTimeout(deadline);
  if (address === undefined) {
    await stop();
    throw new Error(`${binary} did not start:\n${log.text}`);
  }
  return { ...address, stop, [Symbol.asyncDispose]: stop };
}

/** Starts a binary with a configuration file of this text; the address it listens on is given. */
export async function startConfigured(binary: string, config: string): Promise<ServerProcess> {
  // An empty file would be worth a warning.
  if (config === "") return startProcess(binary, []);
  const folder = await mkdtemp(join(tmpdir(), "nats-test-"));
  try {
    const file = join(folder, "nats-server.conf");
    await writeFile(file, config);
    return await startProcess(binary, ["-c", file]);
  } finally {
    // Read once, at start.
    await rm(folder, { recursive: true, force: true });
  }
}

type Address = Pick<ServerProcess, "host" | "port">;

/** Resolves when the log says so, or to undefined when the log ends first. */
function readUntilReady(
  stderr: ReadableStream<Uint8Array>,
  log: { text: string },
): Promise<Address | undefined> {
  return new Promise((resolve, reject) => {
    const read = async () => {
      const decoder = new TextDecoder();
      let found = false;
      // Read on after that: a full pipe would block the server.
      for await (const chunk of stderr) {
        if (found) continue;
        log.text += decoder.decode(chunk, { stream: true });
        const match = READY.exec(log.text);
        if (match === null) continue;
        found = true;
        resolve({ host: match[1]!, port: Number(match[2]) });
      }
      resolve(undefined);
    };
    read().catch(reject);
  });
}
