/**
 * One tenant's subjects. Messages and subscriptions of an account meet in its sublist and nowhere
 * else.
 */

import { RECORD_SHIFT } from "../bytes/record-pool.ts";
import type { QueueNames } from "./queue-names.ts";
import { Sublist } from "./sublist.ts";
import {
  SUB_DELIVERED,
  SUB_MAX,
  type SubscriptionOwner,
  type Subscriptions,
} from "./subscriptions.ts";

/** Refused subscriptions of one account are logged at most this often. */
const REFUSAL_LOG_MS = 2000;

export class Account {
  readonly name: string;
  readonly sublist: Sublist;
  #refusalLoggedAt = Number.NEGATIVE_INFINITY;
  readonly #subs: Subscriptions;
  readonly #queues: QueueNames;

  /** @param isCached whether results of matching are remembered. */
  constructor(name: string, subs: Subscriptions, queues: QueueNames, isCached = true) {
    this.name = name;
    this.sublist = new Sublist(subs, isCached);
    this.#subs = subs;
    this.#queues = queues;
  }

  /**
   * Adds a subscription. Subject and free sid have been checked.
   *
   * @param queue name of the queue group, "" for none.
   * @param ranges start and end of subject and sid in `buf`.
   */
  subscribe(
    owner: SubscriptionOwner,
    queue: string,
    buf: Uint8Array,
    ranges: { subjectStart: number; subjectEnd: number; sidStart: number; sidEnd: number },
  ): void {
    const queueId = queue === "" ? 0 : this.#queues.acquire(queue);
    const id = this.#subs.create(owner, queueId, buf, ranges.sidStart, ranges.sidEnd);
    this.sublist.insert(id, buf, ranges.subjectStart, ranges.subjectEnd);
  }

  /** Removes a subscription at once. */
  unsubscribe(owner: SubscriptionOwner, id: number): void {
    this.sublist.remove(id);
    this.#subs.destroy(owner, id);
  }

  /**
   * Lets a subscription end after `max` deliveries, counted from its beginning.
   *
   * @returns true when it has had them already and was removed.
   */
  unsubscribeAfter(owner: SubscriptionOwner, id: number, max: number): boolean {
    const words = this.#subs.pool.words;
    const base = id << RECORD_SHIFT;
    if (max > words[base + SUB_DELIVERED]!) {
      words[base + SUB_MAX] = max;
      return false;
    }
    this.unsubscribe(owner, id);
    return true;
  }

  /** Tells whether a refused subscription should be logged now; a flood of them is logged once. */
  mayLogRefusal(): boolean {
    const now = performance.now();
    if (now - this.#refusalLoggedAt < REFUSAL_LOG_MS) return false;
    this.#refusalLoggedAt = now;
    return true;
  }
}
