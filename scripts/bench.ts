/**
 * Compares the compiled server with the real ones: `bun run bench [--quick] [--rounds N] [--only TEXT]`.
 *
 * All servers first serve one full pass of every traffic workload: what counts is how fast a server is
 * after mixed work, not fresh. Then they take turns within each workload; medians are compared, and
 * the ratio is against the faster of the real servers.
 */

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
import { Table } from "./bench/table.ts";
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

const table = new Table();

async function measureTraffic(): Promise<void> {
  const servers = await startAll();
  const idle = servers.map((server) => server.residentBytes() / 1e6);
  if (flags.only === "")
    table.add("resident memory, idle", idle, { unit: " MB", less: true, target: 2.5 });
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
      const latency = { unit: " µs", less: true };
      const [p50, p99] = [medians((run) => run.p50), medians((run) => run.p99)];
      table.add(`${traffic.name}, p50`, p50, { ...latency, target: traffic.target });
      table.add(`${traffic.name}, p99`, p99, { ...latency, target: traffic.targetP99! });
    } else {
      const rates = medians((run) => run.rate);
      table.add(traffic.name, rates, { unit: "/s", target: traffic.target });
      for (const [at, value] of medians((run) => run.cpuPerMillion).entries()) cpu[at]!.push(value);
    }
  }
  // The geometric mean: otherwise the largest messages would decide alone.
  const mean = cpu.map((of) => Math.exp(of.reduce((sum, x) => sum + Math.log(x), 0) / of.length));
  table.add("CPU seconds per million messages, geometric mean", mean, {
    unit: " s",
    less: true,
    target: 0.5,
  });
  const after = servers.map((server) => server.residentBytes() / 1e6);
  if (flags.only === "") {
    table.add("resident memory, after all of it", after, { unit: " MB", less: true, target: 3 });
  }
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
  const bytes = { unit: " B", less: true };
  table.add("memory of an idle connection (10,000)", perConnection, { ...bytes, target: 0.35 });
  table.add("memory of a subscription (1,000,000)", subs.bytes, { ...bytes, target: 0.5 });
  table.add("SUB rate to 1,000,000", subs.rate, { unit: "/s", target: 1.5 });
  table.add("publish to distinct subjects", subs.messages, { unit: "/s", target: 2 });
}

await measureTraffic();
if (flags.only === "") await measureMemory();
table.print();
process.exit(0);
