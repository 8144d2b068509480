/** How long it takes until servers that know one seed all know each other. */

import { type Bench, medians, takeTurns } from "../security/bench.ts";
import { addRow } from "./compare.ts";
import { Node, poll, type Topology, topologies } from "./running-cluster.ts";

const SERVERS = 5;
/** Seconds, start of the processes included. */
const TARGET = 2;

export async function measureFormation(bench: Bench): Promise<void> {
  const runs = await takeTurns(topologies(SERVERS), bench.rounds, form);
  const seconds = medians(runs, (run) => run);
  addRow(bench.table, `a mesh of ${SERVERS} from one seed`, seconds, { unit: " s", less: true });
  bench.table.note(`A mesh of ${SERVERS} is to form within ${TARGET} s; ours: ${seconds[0]} s.`);
}

/** Seconds from the start of all but the seed until the mesh is whole. */
async function form({ makes: [seed, ...others] }: Topology): Promise<number> {
  const first = await Node.start(seed!, undefined);
  const nodes = [first];
  try {
    const begin = performance.now();
    const starts = others.map((make) => Node.start(make, first.clusterPort));
    nodes.push(...(await Promise.all(starts)));
    const isWhole = (node: Node) => () => node.isConnected(others.length);
    await Promise.all(nodes.map((node) => poll("the mesh", isWhole(node))));
    return (performance.now() - begin) / 1000;
  } finally {
    await Promise.all(nodes.map(({ server }) => server.stop()));
  }
}
