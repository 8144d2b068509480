/** A node's server while it runs, be it a process or in this one. */

import { resolve } from "node:path";
import type { NodeKind } from "./mesh-config.ts";
import { findPeer, type Suite } from "./peer.ts";

const ROOT = resolve(import.meta.dir, "../..");
const STOP_DEADLINE_MS = 5_000;

const SUITES: Partial<Record<NodeKind, Suite>> = { "2.15.1": "sid", "2.10.27": "trixie" };

/** Nothing outlives the tests, however they end. */
const alive = new Set<Bun.Subprocess>();
process.on("exit", () => {
  for (const child of alive) child.kill("SIGKILL");
});

export interface Running {
  /** 0 in this process. */
  readonly pid: number;
  readonly hasEnded: boolean;
  signal(signal: NodeJS.Signals): void;
  /** Ends it as an operator would; resolves when it is gone. */
  stop(): Promise<void>;
  kill(): Promise<void>;
}

/** The command that runs a server of this kind; undefined when the peer was not fetched. */
export function commandOf(kind: NodeKind): string[] | undefined {
  const suite = SUITES[kind];
  if (suite !== undefined) {
    const peer = findPeer(suite);
    return peer === undefined ? undefined : [peer];
  }
  const executable = process.env.NATS_SERVER_BINARY;
  if (executable !== undefined) return [resolve(ROOT, executable)];
  return [resolve(ROOT, "node_modules/.bin/bun"), resolve(ROOT, "src/main.ts")];
}

/** @throws when there is no server of this kind here. */
export function wantedCommand(kind: NodeKind): string[] {
  const command = commandOf(kind);
  if (command === undefined) throw new Error(`no nats-server ${kind} (bun run peer fetches it)`);
  return command;
}

/** @param onLine is given each line of the log as a process writes it. */
export function run(
  command: readonly string[],
  onLine: (line: string) => void,
  { cwd = ROOT, env = {} }: { cwd?: string; env?: Record<string, string> } = {},
): Running {
  const child = Bun.spawn([...command], {
    cwd,
    env: { ...process.env, ...env },
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
  });
  alive.add(child);
  const reading = readLines(child.stderr, onLine);
  let hasEnded = false;
  const ended = child.exited.then(async () => {
    await reading;
    alive.delete(child);
    hasEnded = true;
  });
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    child.kill(signal);
    const force = setTimeout(() => child.kill("SIGKILL"), STOP_DEADLINE_MS);
    await ended;
    clearTimeout(force);
  };
  return {
    pid: child.pid,
    get hasEnded() {
      return hasEnded;
    },
    signal: (signal) => {
      if (!hasEnded) child.kill(signal);
    },
    stop: () => end("SIGTERM"),
    kill: () => end("SIGKILL"),
  };
}

/** Runs ours in this process. It cannot be signalled, and its killing is a stop. */
export async function runEmbedded(
  config: string,
  onLine: (line: string) => void,
): Promise<Running> {
  // Most meshes have processes only, which is no reason to read all the sources.
  const { NatsServer } = await import("../../src/embed.ts");
  const { optionsOf } = await import("./options-of.ts");
  const options = await optionsOf(config);
  const tags = { info: "INF", warn: "WRN", error: "ERR", fatal: "FTL", debug: "DBG", trace: "TRC" };
  const server = await NatsServer.start({
    ...options,
    log: (level, text) => onLine(`[0] now now [${tags[level]}] ${text}`),
  });
  let hasEnded = false;
  const stop = async (): Promise<void> => {
    hasEnded = true;
    await server.stop();
  };
  return {
    pid: 0,
    get hasEnded() {
      return hasEnded;
    },
    signal: (signal) => {
      throw new Error(`${signal} to a server in this process`);
    },
    stop,
    kill: stop,
  };
}

/** Reads to the end: a full pipe would block the server. */
async function readLines(
  stderr: ReadableStream<Uint8Array>,
  onLine: (line: string) => void,
): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stderr) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = lines.pop()!;
    for (const line of lines) onLine(line);
  }
  if (rest !== "") onLine(rest);
}
