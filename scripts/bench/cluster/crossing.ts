/** The load generator with its sender at one server and its receiver at another. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { adopt, end, tied } from "../children.ts";
import type { Run } from "../measure.ts";
import { poll } from "./running-cluster.ts";

/** The servers that messages pass. */
export interface Way {
  readonly from: {
    readonly port: number;
    /** How many subscriptions of others it knows in accounts of clients. */
    interest(): Promise<number>;
  };
  readonly to: { readonly port: number };
  /** Processor seconds of all servers together. */
  cpuSeconds(): number;
}

export interface Crossing {
  readonly name: string;
  /** Requests have one subscription for all answers, or a fresh one each. */
  readonly kind: "publish" | "request" | "fresh";
  /** Bytes of a message. */
  readonly size: number;
  readonly count: number;
  /** How long subscriptions are there before the first message. */
  readonly settlingMs?: number;
}

/** A client was left behind, as where a server has dropped a receiver that is slow. */
export class CrossingError extends Error {}

const SOURCE = resolve(import.meta.dir, "crossing.c");
const COUNT_MIN = 100;

let compiled: string | undefined;

/** Plays a workload from a client of one server to a client of another. */
export async function runCrossing(
  way: Way,
  { kind, size, count, settlingMs = 0 }: Crossing,
  scale: number,
): Promise<Run> {
  const { from, to } = way;
  const messages = Math.max(Math.round(count * scale), COUNT_MIN);
  const before = await from.interest();
  const command = [generator(), kind, from.port, to.port, size, messages].map(String);
  const child = adopt(
    Bun.spawn(tied(command), { stdin: "pipe", stdout: "pipe", stderr: "inherit" }),
  );
  // Interest has to be at the sender's server, or the first messages would go nowhere.
  await poll("interest", async () => (await from.interest()) > before);
  await Bun.sleep(settlingMs);
  const cpuBefore = way.cpuSeconds();
  child.stdin.write("go\n");
  child.stdin.flush();
  const said = await new Response(child.stdout).text();
  const cpu = way.cpuSeconds() - cpuBefore;
  const code = await child.exited;
  await poll("no interest", async () => (await from.interest()) <= before);
  await end(child);
  if (code !== 0) throw new CrossingError(`the load generator failed: ${said}`);
  const [seconds, p50, p99] = said.trim().split("\n").at(-1)!.split(" ").map(Number);
  return { rate: messages / seconds!, cpuPerMillion: (cpu / messages) * 1e6, p50: p50!, p99: p99! };
}

/** Compiled once for each run of the benchmark. */
function generator(): string {
  if (compiled !== undefined) return compiled;
  const compiler = Bun.which("gcc") ?? Bun.which("cc");
  if (compiler === null) throw new Error("crossing servers needs a C compiler");
  const folder = mkdtempSync(join(tmpdir(), "nats-crossing-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "crossing");
  const build = [compiler, "-O2", "-pthread", "-o", path, SOURCE];
  if (Bun.spawnSync(build, { stderr: "inherit" }).exitCode !== 0) throw new Error("no generator");
  compiled = path;
  return path;
}
