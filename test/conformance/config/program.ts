/** Servers as programs that are started, listened to and waited for. */

import { resolve } from "node:path";
import { findPeer } from "../../support/peer.ts";

/** A program and what stands before its arguments. */
export type Command = readonly [string, ...string[]];

export interface Outcome {
  /** Exit code, or the name of the signal that ended it. */
  code: number | string;
  stdout: string;
  stderr: string;
}

export interface RunOptions {
  cwd: string;
  /** In addition to a minimal environment. */
  env?: Record<string, string> | undefined;
}

/** How many programs may run at the same time. */
const CONCURRENCY = 4;
/** A program that has not ended by itself by then is killed. */
const DEADLINE_MS = 10_000;

const root = resolve(import.meta.dir, "../../..");
const binary = findPeer();

/** The real nats-server; undefined when it was not fetched. */
export const peer: Command | undefined = binary === undefined ? undefined : [binary];

/** CONFORMANCE_CANDIDATE=peer compares nats-server with itself, which tests the cases. */
export const candidateIsPeer = process.env.CONFORMANCE_CANDIDATE === "peer";

/** Our server: the executable that NATS_SERVER_BINARY names, or else its sources. */
export const candidate: Command = candidateIsPeer && peer !== undefined ? peer : ourCommand();

function ourCommand(): Command {
  const executable = process.env.NATS_SERVER_BINARY;
  if (executable !== undefined) return [resolve(root, executable)];
  // The runtime takes one double dash for itself.
  return [process.execPath, resolve(root, "src/main.ts"), "--"];
}

/** Starts a program with pipes for what it prints. */
export function spawn(command: Command, args: readonly string[], { cwd, env }: RunOptions) {
  return Bun.spawn([...command, ...args], {
    cwd,
    env: { PATH: process.env.PATH ?? "", HOME: cwd, TMPDIR: "/tmp", TZ: "UTC", ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
}

/** Runs a program to its end. Bytes come as Latin-1, so that none is lost. */
export async function run(
  command: Command,
  args: readonly string[],
  options: RunOptions,
): Promise<Outcome> {
  const child = spawn(command, args, options);
  const deadline = setTimeout(() => child.kill("SIGKILL"), DEADLINE_MS);
  const [stdout, stderr] = await Promise.all([readAll(child.stdout), readAll(child.stderr)]);
  const code = await child.exited;
  clearTimeout(deadline);
  return { code: child.signalCode ?? code, stdout, stderr };
}

async function readAll(stream: ReadableStream<Uint8Array>): Promise<string> {
  return Buffer.from(await new Response(stream).arrayBuffer()).toString("latin1");
}

let running = 0;
const waiting: (() => void)[] = [];

/** Does some work when fewer than a few programs are running. */
export async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= CONCURRENCY) await new Promise<void>((go) => waiting.push(go));
  else running++;
  try {
    return await work();
  } finally {
    const next = waiting.shift();
    if (next === undefined) running--;
    else next();
  }
}
