/** The supercluster that chaos happens to. */

import type { Starter } from "../../cluster/chaos/chaos.ts";
import type { NodeKind } from "../../support/mesh-config.ts";
import { FaultSupercluster } from "../faults/fault-supercluster.ts";

/** Clusters of these kinds of nodes. */
export function superclusterOf(clusters: readonly (readonly NodeKind[])[]): Starter {
  return (random) => FaultSupercluster.start(clusters, { random });
}
