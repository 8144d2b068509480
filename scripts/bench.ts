/**
 * Compares the compiled server with the real ones: `bun run bench [--quick] [--rounds N] [--only TEXT]`.
 *
 * All servers first serve one full pass of every traffic workload: what counts is how fast a server is
 * after mixed work, not fresh. Then they take turns within each workload; medians are compared, and
 * the ratio is against the faster of the real servers.
 */

import { cpus } from "node:os";
import { parseArgs } from "node:util";
import {
  idleConnectionBytes,
  median,
  type Run,
  runTraffic,
  startAll,
  subscriptionCost,
} from "./bench/measure.ts";
import { CONTESTANTS } from "./bench/servers.ts";
import { TRAFFIC } from "./bench/workloads.ts";

const { values: flags } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    rounds: { type: "string", default: "3" },
    only: { type: "string", default: "" },
  },
});
const scale = flags.quick ? 0.1 : 1;
const rounds = flags.quick ? 1 : Number(flags.rounds);

interface Row {
  name: string;
  /** One value for each contestant, ours first. */
  values: number[];
  target: number;
  format: (value: number) => string;
  /** Whether less is better. */
  less: boolean;
}

const rows: Row[] = [];

function addRow(name: string, values: number[], target: number, less: boolean, unit: string): void {
  const format = (value: number): string => `${round(value)}${unit}`;
  rows.push({ name, values, target, format, less });
  console.error(`${name}: ${values.map(format).join(" | ")}  ratio ${ratioOf(rows.at(-1)!)}`);
}

function round(value: number): string {
  if (value >= 1e6) return `${(value / 1e6).toFixed(2)} M`;
  if (value >= 1e4) return `${(value / 1e3).toFixed(1)} k`;
  return value >= 100 ? value.toFixed(0) : value.toFixed(2);
}

function ratioOf({ values, less }: Row): string {
  const [ours, ...theirs] = values;
  return (ours! / (less ? Math.min(...theirs) : Math.max(...theirs))).toFixed(2);
}

async function measureTraffic(): Promise<void> {
  const servers = await startAll();
  const idle = servers.map((server) => server.residentBytes() / 1e6);
  if (flags.only === "") addRow("resident memory, idle", idle, 2.5, true, " MB");
  for (const traffic of TRAFFIC) {
    for (const server of servers) await runTraffic(server, traffic, scale);
  }
  const cpu: number[][] = servers.map(() => []);
  for (const traffic of TRAFFIC.filter(({ name }) => name.includes(flags.only))) {
    const runs: Run[][] = servers.map(() => []);
    for (let i = 0; i < rounds; i++) {
      for (const [at, server] of servers.entries()) {
        runs[at]!.push(await runTraffic(server, traffic, scale));
      }
    }
    const medians = (pick: (run: Run) => number): number[] =>
      runs.map((of) => median(of.map(pick)));
    if (traffic.requests) {
      addRow(
        `${traffic.name}, p50`,
        medians((run) => run.p50),
        traffic.target,
        true,
        " µs",
      );
      addRow(
        `${traffic.name}, p99`,
        medians((run) => run.p99),
        traffic.targetP99!,
        true,
        " µs",
      );
    } else {
      addRow(
        traffic.name,
        medians((run) => run.rate),
        traffic.target,
        false,
        "/s",
      );
      for (const [at, value] of medians((run) => run.cpuPerMillion).entries()) cpu[at]!.push(value);
    }
  }
  // The geometric mean: otherwise the largest messages would decide alone.
  const mean = cpu.map((of) => Math.exp(of.reduce((sum, x) => sum + Math.log(x), 0) / of.length));
  addRow("CPU seconds per million messages, geometric mean", mean, 0.5, true, " s");
  const after = servers.map((server) => server.residentBytes() / 1e6);
  if (flags.only === "") addRow("resident memory, after all of it", after, 3, true, " MB");
  for (const server of servers) await server.stop();
}

async function measureMemory(): Promise<void> {
  const perConnection: number[] = [];
  const subs = { bytes: [] as number[], rate: [] as number[], messages: [] as number[] };
  for (const contestant of CONTESTANTS) {
    perConnection.push(await idleConnectionBytes(contestant, 10_000 * scale));
    const cost = await subscriptionCost(contestant, 1_000_000 * scale);
    subs.bytes.push(cost.bytesEach);
    subs.rate.push(cost.subscribesPerSecond);
    subs.messages.push(cost.messagesPerSecond);
  }
  addRow("memory of an idle connection (10,000)", perConnection, 0.35, true, " B");
  addRow("memory of a subscription (1,000,000)", subs.bytes, 0.5, true, " B");
  addRow("SUB rate to 1,000,000", subs.rate, 1.5, false, "/s");
  addRow("publish to distinct subjects", subs.messages, 2, false, "/s");
}

function printTable(): void {
  const processor = cpus();
  const date = new Date().toISOString().slice(0, 10);
  console.log(`${date}, ${processor.length} cores of ${processor[0]!.model}, Bun ${Bun.version}\n`);
  console.log(`| workload | ${CONTESTANTS.map(({ name }) => name).join(" | ")} | ratio | target |`);
  console.log("|---|---|---|---|---|---|");
  for (const row of rows) {
    const cells = row.values.map(row.format).join(" | ");
    const target = `${row.less ? "≤" : "≥"} ${row.target}`;
    console.log(`| ${row.name} | ${cells} | ${ratioOf(row)} | ${target} |`);
  }
}

await measureTraffic();
if (flags.only === "") await measureMemory();
printTable();
process.exit(0);
