/** The load generator with its sender at one server and its receiver at another. */

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { adopt, end, tied } from "../children.ts";
import type { Run } from "../measure.ts";
import { poll, type RunningCluster } from "./running-cluster.ts";

export interface Crossing {
  readonly name: string;
  readonly kind: "publish" | "request";
  /** Bytes of a message. */
  readonly size: number;
  readonly count: number;
}

const SOURCE = resolve(import.meta.dir, "crossing.c");
const COUNT_MIN = 100;

let compiled: string | undefined;

/** Plays a workload from the first server of a cluster to the last one. */
export async function runCrossing(
  cluster: RunningCluster,
  { kind, size, count }: Crossing,
  scale: number,
): Promise<Run> {
  const [from, to] = [cluster.nodes[0]!, cluster.nodes.at(-1)!];
  const messages = Math.max(Math.round(count * scale), COUNT_MIN);
  const before = await from.interest();
  const command = [generator(), kind, from.port, to.port, size, messages].map(String);
  const child = adopt(
    Bun.spawn(tied(command), { stdin: "pipe", stdout: "pipe", stderr: "inherit" }),
  );
  // Interest has to be at the sender's server, or the first messages would go nowhere.
  await poll("interest", async () => (await from.interest()) > before);
  const cpuBefore = cluster.cpuSeconds();
  child.stdin.write("go\n");
  child.stdin.flush();
  const said = await new Response(child.stdout).text();
  const cpu = cluster.cpuSeconds() - cpuBefore;
  if ((await child.exited) !== 0) throw new Error(`the load generator failed: ${said}`);
  await poll("no interest", async () => (await from.interest()) <= before);
  await end(child);
  const [seconds, p50, p99] = said.trim().split("\n").at(-1)!.split(" ").map(Number);
  return { rate: messages / seconds!, cpuPerMillion: (cpu / messages) * 1e6, p50: p50!, p99: p99! };
}

/** Compiled once for each run of the benchmark. */
function generator(): string {
  if (compiled !== undefined) return compiled;
  const compiler = Bun.which("gcc") ?? Bun.which("cc");
  if (compiler === null) throw new Error("the benchmark of clusters needs a C compiler");
  const folder = mkdtempSync(join(tmpdir(), "nats-crossing-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "crossing");
  const build = [compiler, "-O2", "-pthread", "-o", path, SOURCE];
  if (Bun.spawnSync(build, { stderr: "inherit" }).exitCode !== 0) throw new Error("no generator");
  compiled = path;
  return path;
}
