/**
 * Who gets a message: plain subscriptions, and queue groups of which one member each is served.
 *
 * One class and one array kind for every result, also the empty one: the delivery loop must never
 * see a second shape.
 *
 *     plain   [a b c]            plainCount 3
 *     queue   [d e | f g h]      groupEnds [2 5], groupCount 2
 *
 * The subscriptions of a result that sits in the cache never change, so a delivery may go on reading
 * it while others come and go. What permissions have said about its subject is noted beside them:
 * with that, most messages need no look into any rules.
 */

import type { PermissionSet } from "./permissions/permission-set.ts";

export class MatchResult {
  plain: Int32Array;
  plainCount: number;
  queue: Int32Array;
  groupEnds: Int32Array;
  groupCount: number;
  /** Who was last allowed to publish to the subject, null for those without rules. */
  publisher: PermissionSet | null | undefined;
  /** To whose plain subscriptions messages on the subject were last allowed to go. */
  receiver: PermissionSet | null;

  constructor(capacity: number) {
    this.plain = new Int32Array(capacity);
    this.plainCount = 0;
    this.queue = new Int32Array(capacity);
    this.groupEnds = new Int32Array(capacity);
    this.groupCount = 0;
    this.publisher = undefined;
    this.receiver = null;
  }

  /** Ids held, the measure of a cached result's size. */
  get idCount(): number {
    return this.plainCount + (this.groupCount === 0 ? 0 : this.groupEnds[this.groupCount - 1]!);
  }

  addPlain(id: number): void {
    if (this.plainCount === this.plain.length) this.plain = doubled(this.plain);
    this.plain[this.plainCount++] = id;
  }

  /** A copy of exactly the needed size, for keeping. */
  compact(): MatchResult {
    const kept = new MatchResult(0);
    const queueCount = this.idCount - this.plainCount;
    kept.plain = this.plain.slice(0, this.plainCount);
    kept.plainCount = this.plainCount;
    kept.groupCount = this.groupCount;
    if (queueCount > 0) {
      kept.queue = this.queue.slice(0, queueCount);
      kept.groupEnds = this.groupEnds.slice(0, this.groupCount);
    }
    return kept;
  }
}

/** The same values with room for twice as many. */
export function doubled(array: Int32Array): Int32Array {
  const larger = new Int32Array(Math.max(16, array.length * 2));
  larger.set(array);
  return larger;
}
