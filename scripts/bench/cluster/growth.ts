/** What more servers cost messages. */

import { type Bench, medians, takeTurns } from "../security/bench.ts";
import { addRow } from "./compare.ts";
import { type Crossing, runCrossing } from "./crossing.ts";
import { topologies, withClusters } from "./running-cluster.ts";

export const SIZES: readonly number[] = [2, 3, 4, 5];
const CROSSING: Crossing = { name: "1:1, 128 B", kind: "publish", size: 128, count: 2e6 };

export async function measureGrowth(bench: Bench): Promise<void> {
  for (const size of SIZES) {
    await withClusters(topologies(size), async (clusters) => {
      const runs = await takeTurns(clusters, bench.rounds, (cluster) =>
        runCrossing(cluster, CROSSING, bench.scale),
      );
      const rates = medians(runs, ({ rate }) => rate);
      addRow(bench.table, `${CROSSING.name}, in a cluster of ${size}`, rates, { unit: "/s" });
      const cpu = medians(runs, ({ cpuPerMillion }) => cpuPerMillion);
      const name = "the same, processor seconds of all per million";
      addRow(bench.table, name, cpu, { unit: " s", less: true });
    });
  }
}
