/** Messages and requests from a client of one server to a client of another. */

import type { Run } from "../measure.ts";
import { type Bench, medians, takeTurns } from "../security/bench.ts";
import { addRow, type Target } from "./compare.ts";
import { type Crossing, CrossingError, runCrossing, type Way } from "./crossing.ts";
import { PAIRS, withClusters } from "./running-cluster.ts";

export interface Goal extends Crossing {
  /** Of the rate, or of the p50 of requests. */
  readonly target?: number;
}

const TRIES = 5;

const RATE: Target = { unit: "/s", mixed: 1 };
const LATENCY: Target = { unit: " µs", less: true, mixed: 1 };

const GOALS: readonly Goal[] = [
  { name: "1:1, 16 B", kind: "publish", size: 16, count: 4e6, target: 1.5 },
  { name: "1:1, 128 B", kind: "publish", size: 128, count: 3e6, target: 1.5 },
  { name: "1:1, 1 KiB", kind: "publish", size: 1024, count: 1e6, target: 1.2 },
  { name: "request/reply", kind: "request", size: 128, count: 15e3, target: 0.8 },
];

export async function measureAcross(bench: Bench): Promise<void> {
  await withClusters(PAIRS, (clusters) => measureCrossings(bench, clusters, GOALS, "a route"));
}

/**
 * Measures crossings of pairs of servers that all run.
 *
 * @param ways in the order of the columns.
 * @param what lies between the two servers, for the names of the rows.
 */
export async function measureCrossings(
  bench: Bench,
  ways: readonly Way[],
  goals: readonly Goal[],
  what: string,
): Promise<void> {
  // What counts is how fast servers are after mixed work, not fresh.
  for (const goal of goals) {
    await takeTurns(ways, 1, (way) => cross(way, goal, bench.scale));
  }
  for (const goal of goals) {
    const runs = await takeTurns(ways, bench.rounds, (way) => cross(way, goal, bench.scale));
    report(bench, goal, runs, what);
  }
}

/** On a busy machine a receiver may lag so far that its server drops it: that does not count. */
async function cross(way: Way, goal: Goal, scale: number): Promise<Run> {
  for (let left = TRIES - 1; ; left--) {
    try {
      return await runCrossing(way, goal, scale);
    } catch (error) {
      if (!(error instanceof CrossingError) || left === 0) throw error;
      console.error(`${goal.name}, once more: ${error.message}`);
    }
  }
}

function report({ table }: Bench, goal: Goal, runs: Run[][], what: string): void {
  const { name, kind, target } = goal;
  const wanted = target === undefined ? {} : { target };
  const cpu = medians(runs, ({ cpuPerMillion }) => cpuPerMillion);
  if (kind === "publish") {
    const rates = medians(runs, ({ rate }) => rate);
    addRow(table, `${name}, across ${what}`, rates, { ...RATE, ...wanted });
  } else {
    const [p50, p99] = [medians(runs, (run) => run.p50), medians(runs, (run) => run.p99)];
    addRow(table, `${name} across ${what}, p50`, p50, { ...LATENCY, ...wanted });
    addRow(table, `${name} across ${what}, p99`, p99, LATENCY);
  }
  const seconds = `${name}, processor seconds of both per million`;
  addRow(table, seconds, cpu, { unit: " s", less: true });
}
