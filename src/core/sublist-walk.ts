/** All subscriptions of a sublist, one after the other, for monitoring. */

import { RECORD_SHIFT } from "../bytes/record-pool.ts";
import type { Sublist } from "./sublist.ts";
import { NODE_PLAIN, NODE_QUEUE } from "./sublist-node.ts";
import { SUB_NEXT_IN_NODE, type Subscriptions } from "./subscriptions.ts";

/** So many nodes without subscriptions are passed at a time. */
const BARREN_MAX = 1024;

/**
 * The ids of the subscriptions, those of one subject together; 0 stands for nothing but a good moment
 * for a pause. While the walk pauses, subscriptions may come and go: it may miss some of those then.
 */
export function* subscriptionsOf(sublist: Sublist, subs: Subscriptions): Generator<number> {
  let barren = 0;
  for (let base = 0; base < sublist.nodeWords.length; base += 1 << RECORD_SHIFT) {
    for (const list of [base + NODE_PLAIN, base + NODE_QUEUE]) {
      if ((sublist.nodeWords[list] ?? 0) === 0) continue;
      yield* listed(sublist, subs, list);
      barren = 0;
    }
    if (++barren < BARREN_MAX) continue;
    barren = 0;
    yield 0;
  }
}

function* listed(sublist: Sublist, subs: Subscriptions, list: number): Generator<number> {
  let id = sublist.nodeWords[list]!;
  for (let count = 1; id !== 0; count++) {
    const before = sublist.changes;
    yield id;
    if (sublist.changes === before) id = next(subs, id);
    else {
      // The one it stands at may be gone, so it is looked for from the beginning.
      id = sublist.nodeWords[list] ?? 0;
      for (let passed = 0; passed < count && id !== 0; passed++) id = next(subs, id);
    }
  }
}

function next(subs: Subscriptions, id: number): number {
  return subs.pool.words[(id << RECORD_SHIFT) + SUB_NEXT_IN_NODE] ?? 0;
}
