/** Messages and requests from a client of one server to a client of another. */

import type { Run } from "../measure.ts";
import { type Bench, medians, takeTurns } from "../security/bench.ts";
import { addRow, type Target } from "./compare.ts";
import { type Crossing, runCrossing } from "./crossing.ts";
import { PAIRS, withClusters } from "./running-cluster.ts";

interface Goal extends Crossing {
  readonly target: number;
}

const RATE: Target = { unit: "/s", mixed: 1 };
const LATENCY: Target = { unit: " µs", less: true, mixed: 1 };

const GOALS: readonly Goal[] = [
  { name: "1:1, 16 B", kind: "publish", size: 16, count: 4e6, target: 1.5 },
  { name: "1:1, 128 B", kind: "publish", size: 128, count: 3e6, target: 1.5 },
  { name: "1:1, 1 KiB", kind: "publish", size: 1024, count: 1e6, target: 1.2 },
  { name: "request/reply", kind: "request", size: 128, count: 15e3, target: 0.8 },
];

export async function measureAcross(bench: Bench): Promise<void> {
  await withClusters(PAIRS, async (clusters) => {
    // What counts is how fast servers are after mixed work, not fresh.
    for (const goal of GOALS) {
      await takeTurns(clusters, 1, (cluster) => runCrossing(cluster, goal, bench.scale));
    }
    for (const goal of GOALS) {
      const runs = await takeTurns(clusters, bench.rounds, (cluster) =>
        runCrossing(cluster, goal, bench.scale),
      );
      report(bench, goal, runs);
    }
  });
}

function report({ table }: Bench, { name, kind, target }: Goal, runs: Run[][]): void {
  if (kind === "request") {
    const [p50, p99] = [medians(runs, (run) => run.p50), medians(runs, (run) => run.p99)];
    addRow(table, `${name} across a route, p50`, p50, { ...LATENCY, target });
    addRow(table, `${name} across a route, p99`, p99, LATENCY);
    return;
  }
  const rates = medians(runs, ({ rate }) => rate);
  addRow(table, `${name}, across a route`, rates, { ...RATE, target });
  const cpu = medians(runs, ({ cpuPerMillion }) => cpuPerMillion);
  const seconds = `${name}, processor seconds of both per million`;
  addRow(table, seconds, cpu, { unit: " s", less: true });
}
