/** A supercluster under test with a crowd that has subscriptions all over it. */

import { Standing, type Wanted } from "../../cluster/faults/standing.ts";
import type { NodeKind } from "../../support/mesh-config.ts";
import { Prng } from "../../support/prng.ts";
import { FaultSupercluster, type FaultSuperclusterWishes } from "./fault-supercluster.ts";

/** NATS_FAULT_CLUSTERS has the kinds of nodes, by commas; clusters are parted by slashes. */
export const CLUSTERS = clustersOf(
  process.env.NATS_FAULT_CLUSTERS ?? "ours,ours/2.15.1,ours/2.10.27",
);

/** No cluster has both groups all over it. */
const STANDING: readonly Wanted[] = [
  { account: "ONE", pattern: "news.>", queue: "", nodes: "A1 A2 B1 B2 C1" },
  { account: "ONE", pattern: "news.*.local", queue: "", nodes: "A2 C1" },
  { account: "ONE", pattern: "work.*", queue: "workers", nodes: "B1 B1 B2 C1" },
  { account: "TWO", pattern: "news.>", queue: "", nodes: "A1 B2" },
  { account: "TWO", pattern: "work.*", queue: "workers", nodes: "A2 C1" },
];

export async function startStanding(
  wishes: FaultSuperclusterWishes = {},
): Promise<Standing<FaultSupercluster>> {
  const random = new Prng();
  const faulty = await FaultSupercluster.start(CLUSTERS, { random, ...wishes });
  return await Standing.on(faulty, random, STANDING);
}

/** `ours,ours/2.15.1` */
export function clustersOf(text: string): NodeKind[][] {
  return text.split("/").map((kinds) => kinds.split(",") as NodeKind[]);
}
