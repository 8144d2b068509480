/** Which servers meet in a supercluster of three clusters, each with one configured link. */

import { isOfInterest, KINDS, type Pairing, SUBJECT } from "../cluster/pairings.ts";
import type { NodeKind } from "../support/mesh-config.ts";
import type { ClusterWish } from "../support/supercluster.ts";

export interface Topology extends Pairing {
  readonly clusters: readonly (readonly NodeKind[])[];
}

function topology(...clusters: readonly (readonly NodeKind[])[]): Topology {
  const name = clusters.map((kinds) => `(${kinds.join(" ")})`).join(" ");
  return { name, kinds: clusters.flat(), clusters };
}

export const TOPOLOGIES: readonly Topology[] = [
  topology(["ours", "ours"], ["ours", "ours"], ["ours", "ours"]),
  topology(["ours", "ours"], ["2.15.1", "2.15.1"], ["2.10.27", "2.10.27"]),
  topology(["2.15.1", "ours"], ["2.10.27", "ours"], ["2.10.27", "2.15.1"]),
  topology(["2.15.1", "2.15.1"], ["2.15.1", "2.15.1"], ["2.15.1", "2.15.1"]),
  topology(["2.15.1", "2.10.27"], ["2.10.27", "2.10.27"], ["2.10.27", "2.15.1"]),
].filter(isOfInterest);

/** Who is configured, and who meets it; the last of the kinds is a third one. */
export const ENCOUNTERS: readonly Pairing[] = [
  [SUBJECT, SUBJECT, SUBJECT],
  [SUBJECT, "2.15.1", "2.10.27"],
  ["2.15.1", SUBJECT, SUBJECT],
]
  .map((kinds) => ({ name: kinds.join(" + "), kinds: kinds as NodeKind[] }))
  .filter(({ kinds }) => kinds.every((kind) => KINDS.includes(kind)));

/** Clusters of one server each. */
export const FOURS: readonly Pairing[] = [
  [SUBJECT, SUBJECT, SUBJECT, SUBJECT],
  [SUBJECT, "2.15.1", SUBJECT, "2.10.27"],
  ["2.15.1", SUBJECT, "2.10.27", SUBJECT === "ours" ? "embedded" : SUBJECT],
]
  .map((kinds) => ({ name: kinds.join(" + "), kinds: kinds as NodeKind[] }))
  .filter(({ kinds }) => kinds.every((kind) => kind === "embedded" || KINDS.includes(kind)));

/** `A` knows `B`, which knows `C`, which knows `A`. */
export function ring({ clusters }: Topology, config: string): ClusterWish[] {
  const names = clusters.map((_, index) => String.fromCharCode("A".charCodeAt(0) + index));
  return clusters.map((nodes, index) => ({
    name: names[index]!,
    nodes,
    remotes: [names[(index + 1) % names.length]!],
    config,
  }));
}
