/** How long it takes until clusters that know of one other each all know each other. */

import { addRow } from "../cluster/compare.ts";
import { poll, type Topology, topologies } from "../cluster/running-cluster.ts";
import { type Bench, medians, takeTurns } from "../security/bench.ts";
import { GatewayNode, type GatewayPlan, plan } from "./running-supercluster.ts";

const CLUSTERS = ["A", "B", "C"];
const MEMBERS = 2;
export const SERVERS = CLUSTERS.length * MEMBERS;
/** Seconds after the last start. */
const TARGET = 3;

export async function measureFormation(bench: Bench): Promise<void> {
  const runs = await takeTurns(topologies(SERVERS), bench.rounds, ({ makes }) =>
    form(bench, makes),
  );
  const seconds = medians(runs, (run) => run);
  const name = `${CLUSTERS.length} clusters of ${MEMBERS}, until all have all gateways`;
  addRow(bench.table, name, seconds, { unit: " s", less: true });
  bench.table.note(
    `${CLUSTERS.length} clusters are to be connected within ${TARGET} s after the last start; ` +
      `ours: ${seconds[0]!.toFixed(2)} s.`,
  );
}

/** Seconds from when the last server is ready until each has an outbound to each other cluster. */
export async function form(bench: Bench, makes: Topology["makes"]): Promise<number> {
  const nodes: GatewayNode[] = [];
  try {
    await Promise.all(
      ring(makes).map(async (made) => nodes.push(await GatewayNode.start(bench, made))),
    );
    const begin = performance.now();
    const others = CLUSTERS.length - 1;
    await Promise.all(nodes.map((node) => poll("gateways", () => node.isConnected(others))));
    return (performance.now() - begin) / 1000;
  } finally {
    await Promise.all(nodes.map(({ server }) => server.stop()));
  }
}

/** Each cluster is told of the next one; in each, all but the first server dial the first one. */
function ring(makes: Topology["makes"]): GatewayPlan[] {
  const plans = makes.map((make, index) => plan(make, CLUSTERS[Math.floor(index / MEMBERS)]!));
  return plans.map((each, index) => {
    const first = index - (index % MEMBERS);
    const { cluster: name, gatewayPort: port } = plans[(first + MEMBERS) % plans.length]!;
    const seed = index === first ? {} : { seed: plans[first]!.clusterPort };
    return { ...each, ...seed, remotes: [{ name, port }] };
  });
}
