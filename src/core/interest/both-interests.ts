/** Counts what is wanted for both: other servers of the cluster, and other clusters. */

import type { NodeInterest } from "../sublist.ts";

class BothInterests implements NodeInterest {
  readonly #first: NodeInterest;
  readonly #second: NodeInterest;

  constructor(first: NodeInterest, second: NodeInterest) {
    this.#first = first;
    this.#second = second;
  }

  added(node: number, id: number): void {
    this.#first.added(node, id);
    this.#second.added(node, id);
  }

  removed(node: number, id: number): void {
    this.#first.removed(node, id);
    this.#second.removed(node, id);
  }
}

/** Null when there is neither. */
export function bothOf(
  first: NodeInterest | null,
  second: NodeInterest | null,
): NodeInterest | null {
  if (first === null || second === null) return first ?? second;
  return new BothInterests(first, second);
}
