/**
 * Who gets a message: plain subscriptions, and queue groups of which one member each is served.
 *
 * One class and one array kind for every result, also the empty one: the delivery loop must never
 * see a second shape.
 *
 *     plain   [a b c]            plainCount 3
 *     links   [x y | v w]        routeCount 2: other servers with plain subscriptions, each once;
 *                                linkCount 4: after them what other clusters want, of either kind
 *     queue   [d e | f g z]      groupEnds [2 5], groupCount 2
 *
 * Members of a group that are on other servers come after those of this one; where there are any,
 * `groups` tells of each group how many are of this server, how many entries compete by weight, and
 * the sum of weights:
 *
 *     groups  [2 2 2 | 2 3 7]
 *
 * The subscriptions of a result that sits in the cache never change, so a delivery may go on reading
 * it while others come and go. What permissions have said about its subject is noted beside them:
 * with that, most messages need no look into any rules.
 */

import type { PermissionSet } from "./permissions/permission-set.ts";

/** Numbers in `groups` for each group. */
export const GROUP_FIELDS = 3;

export class MatchResult {
  plain: Int32Array;
  plainCount: number;
  links: Int32Array;
  linkCount: number;
  routeCount: number;
  queue: Int32Array;
  groupEnds: Int32Array;
  groupCount: number;
  groups: Int32Array;
  /** Some members of the groups are on other servers. */
  hasRemoteMembers: boolean;
  /** Who was last allowed to publish to the subject, null for those without rules. */
  publisher: PermissionSet | null | undefined;
  /** To whose plain subscriptions messages on the subject were last allowed to go. */
  receiver: PermissionSet | null;

  constructor(capacity: number) {
    this.plain = new Int32Array(capacity);
    this.plainCount = 0;
    this.links = NO_IDS;
    this.linkCount = 0;
    this.routeCount = 0;
    this.queue = new Int32Array(capacity);
    this.groupEnds = new Int32Array(capacity);
    this.groupCount = 0;
    this.groups = NO_IDS;
    this.hasRemoteMembers = false;
    this.publisher = undefined;
    this.receiver = null;
  }

  /** Ids held, the measure of a cached result's size; 0 when nobody wants the subject. */
  get idCount(): number {
    return this.plainCount + this.linkCount + this.queueCount;
  }

  /** Members of all groups. */
  get queueCount(): number {
    return this.groupCount === 0 ? 0 : this.groupEnds[this.groupCount - 1]!;
  }

  /** Empties it for another subject. */
  clear(): void {
    this.plainCount = 0;
    this.linkCount = 0;
    this.routeCount = 0;
    this.groupCount = 0;
    this.hasRemoteMembers = false;
    this.publisher = undefined;
    this.receiver = null;
  }

  addPlain(id: number): void {
    if (this.plainCount === this.plain.length) this.plain = doubled(this.plain);
    this.plain[this.plainCount++] = id;
  }

  addLink(id: number): void {
    if (this.linkCount === this.links.length) this.links = doubled(this.links);
    this.links[this.linkCount++] = id;
  }

  /** A copy of exactly the needed size, for keeping. */
  compact(): MatchResult {
    const kept = new MatchResult(0);
    const queueCount = this.queueCount;
    if (this.linkCount > 0) kept.links = this.links.slice(0, this.linkCount);
    kept.linkCount = this.linkCount;
    kept.routeCount = this.routeCount;
    kept.hasRemoteMembers = this.hasRemoteMembers;
    if (this.hasRemoteMembers) kept.groups = this.groups.slice(0, this.groupCount * GROUP_FIELDS);
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

/** Stands for every list that is not needed. */
const NO_IDS = new Int32Array(0);

/** The same values with room for twice as many. */
export function doubled(array: Int32Array): Int32Array {
  const larger = new Int32Array(Math.max(16, array.length * 2));
  larger.set(array);
  return larger;
}
