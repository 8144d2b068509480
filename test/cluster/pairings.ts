/**
 * Which servers meet in a cluster.
 *
 * MESH_KINDS=<kind>,<kind> chooses others than all three; without ours the tests test themselves.
 * Servers that are all nats-server's are left out otherwise: they say nothing about ours.
 */

import type { NodeKind } from "../support/mesh-config.ts";
import { commandOf } from "../support/mesh-process.ts";

const ALL: readonly NodeKind[] = ["ours", "2.15.1", "2.10.27"];

const wished = (process.env.MESH_KINDS?.split(",") ?? ALL) as NodeKind[];

/** Kinds that can be run here. */
export const KINDS: readonly NodeKind[] = wished.filter((kind) => commandOf(kind) !== undefined);

/** The kind to test where a single server is of interest. */
export const SUBJECT: NodeKind = KINDS[0]!;

function isOurs(kind: NodeKind): boolean {
  return kind === "ours" || kind === "embedded";
}

export interface Pairing {
  readonly name: string;
  readonly kinds: readonly NodeKind[];
}

function pairing(...kinds: NodeKind[]): Pairing {
  return { name: kinds.join(" + "), kinds };
}

export function isOfInterest({ kinds }: Pairing): boolean {
  const canRun = kinds.every((kind) => KINDS.includes(kind));
  return canRun && (!KINDS.some(isOurs) || kinds.some(isOurs));
}

/** All ordered pairs: the second dials the first. */
export const PAIRS: readonly Pairing[] = KINDS.flatMap((first) =>
  KINDS.map((second) => pairing(first, second)),
).filter(isOfInterest);

/** The same, and ours as a part of another program. */
export const CASE_PAIRS: readonly Pairing[] = [
  ...PAIRS,
  ...[pairing("embedded", "2.15.1"), pairing("2.15.1", "embedded")].filter(
    () => KINDS.includes("ours") && KINDS.includes("2.15.1"),
  ),
];

/** Pairs whose order makes no difference to what is tested. */
export const UNORDERED_PAIRS: readonly Pairing[] = PAIRS.filter(
  ({ kinds: [first, second] }) => KINDS.indexOf(first!) <= KINDS.indexOf(second!),
);

/** Those whose dialler is of interest. */
export const DIALLING_PAIRS: readonly Pairing[] = PAIRS.filter(
  ({ kinds }) => !KINDS.some(isOurs) || isOurs(kinds[1]!),
);

/** The first is the seed; the others find each other through it. */
export const TRIOS: readonly Pairing[] = [
  pairing("ours", "ours", "ours"),
  pairing("ours", "2.15.1", "2.10.27"),
  pairing("2.15.1", "ours", "ours"),
  pairing("2.10.27", "2.15.1", "ours"),
  pairing("2.15.1", "2.15.1", "2.10.27"),
].filter(isOfInterest);
