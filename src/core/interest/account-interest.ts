/**
 * The part of one account in what other servers are told.
 *
 * For plain subscriptions the count is kept in the node of their subject, together with what was told:
 *
 *     31 ................ 2   1        0
 *     plain subscriptions     listed   told
 *
 * A node that other servers know of, or that is listed, stays until they are told that it is gone.
 */

import { RECORD_SHIFT } from "../../bytes/record-pool.ts";
import type { Account } from "../account.ts";
import type { NodeInterest } from "../sublist.ts";
import { SUB_QUEUE, SUB_SINK, SUB_UNTOLD } from "../subscriptions.ts";
import { GroupCounts } from "./group-counts.ts";
import type { InterestFeed, InterestListener } from "./interest-feed.ts";

const TOLD = 1;
const LISTED = 2;
const COUNT_SHIFT = 2;
const ONE = 1 << COUNT_SHIFT;
const FIRST_LIST = 16;
/** A longer list is not kept for the next time. */
const KEPT_LIST_MAX = 1024;

export class AccountInterest implements NodeInterest {
  readonly account: Account;
  readonly #feed: InterestFeed;
  readonly #word: number;
  readonly #slotLimit: number;
  /** Nodes whose plain subscriptions have changed. */
  #nodes = new Int32Array(FIRST_LIST);
  #count = 0;
  #isListed = false;
  /** Null before the first queue subscription. */
  #groups: GroupCounts | null = null;

  constructor(account: Account, feed: InterestFeed) {
    this.account = account;
    this.#feed = feed;
    this.#word = feed.scope.word;
    this.#slotLimit = feed.scope.slotLimit;
  }

  /** Queue groups, or null when there was never one. */
  get groups(): GroupCounts | null {
    return this.#groups;
  }

  added(node: number, id: number): void {
    this.#change(node, id, 1);
  }

  removed(node: number, id: number): void {
    this.#change(node, id, -1);
  }

  /** Whether other servers know of the plain subscriptions of a node. */
  isTold(node: number): boolean {
    return (this.account.sublist.nodeWords[(node << RECORD_SHIFT) + this.#word]! & TOLD) !== 0;
  }

  /** Tells what is different from what was told last. */
  tell(listener: InterestListener | null): void {
    const { sublist } = this.account;
    this.#isListed = false;
    for (let i = 0; i < this.#count; i++) {
      const node = this.#nodes[i]!;
      const at = (node << RECORD_SHIFT) + this.#word;
      const state = sublist.nodeWords[at]!;
      const isWanted = state >>> COUNT_SHIFT !== 0;
      const isTold = (state & TOLD) !== 0;
      sublist.nodeWords[at] = (state & ~(LISTED | TOLD)) | (isWanted ? TOLD : 0);
      if (isWanted !== isTold) {
        const length = sublist.writeSubject(node);
        listener?.onInterest(this.account, sublist.path, length, 0, isWanted ? 1 : 0);
      }
      if (!isWanted) sublist.prune(node);
    }
    this.#count = 0;
    if (this.#nodes.length > KEPT_LIST_MAX) this.#nodes = new Int32Array(FIRST_LIST);
    this.#groups?.tell(listener);
  }

  #change(node: number, id: number, by: number): void {
    const { words } = this.#feed.subs.pool;
    const base = id << RECORD_SHIFT;
    const sink = words[base + SUB_SINK]!;
    if (sink >= this.#slotLimit || (sink < 0 && words[base + SUB_UNTOLD] !== 0)) return;
    const queue = words[base + SUB_QUEUE]!;
    if (queue === 0) {
      if (this.#changePlain(node, by)) this.#list();
      return;
    }
    this.#groups ??= new GroupCounts(this.account, this.#feed.queues, this.#feed.scope.weightMax);
    if (this.#groups.change(node, queue, by)) this.#list();
  }

  /** @returns whether the node is now one that has something to tell. */
  #changePlain(node: number, by: number): boolean {
    const words = this.account.sublist.nodeWords;
    const at = (node << RECORD_SHIFT) + this.#word;
    const state = words[at]! + by * ONE;
    words[at] = state;
    if ((state & LISTED) !== 0 || (state >>> COUNT_SHIFT !== 0) === ((state & TOLD) !== 0)) {
      return false;
    }
    words[at] = state | LISTED;
    if (this.#count === this.#nodes.length) {
      const larger = new Int32Array(this.#count * 2);
      larger.set(this.#nodes);
      this.#nodes = larger;
    }
    this.#nodes[this.#count++] = node;
    return true;
  }

  #list(): void {
    if (this.#isListed) return;
    this.#isListed = true;
    this.#feed.add(this);
  }
}
