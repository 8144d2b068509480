/**
 * Goes over the subscriptions of a connection that may have a great many, and may change them, or be
 * closed, while others are served in between.
 *
 * Of those that come or go meanwhile some may be left out; when the one that is next is gone, some may
 * be met twice.
 */

import { RECORD_SHIFT } from "../../bytes/record-pool.ts";
import type { Account } from "../../core/account.ts";
import type { Exchange } from "../../core/exchange.ts";
import { SUB_SINK, type SubscriptionOwner } from "../../core/subscriptions.ts";

/** Whose subscriptions they are. */
export interface Subscriber {
  readonly account: Account;
  readonly outbound: SubscriptionOwner;
}

export class SubscriptionWalk {
  readonly account: Account;
  readonly #subs: Exchange["subs"];
  readonly #subscriber: Subscriber;
  /** However they change, that many are enough. */
  readonly #count: number;
  #met = 0;
  #next: number;

  constructor({ subs }: Exchange, subscriber: Subscriber) {
    const { account, outbound } = subscriber;
    this.account = account;
    this.#subs = subs;
    this.#subscriber = subscriber;
    this.#count = outbound.subCount;
    this.#next = outbound.firstSub;
  }

  /** Ids of the next ones, the newest first; none at the end. They are right until others are served. */
  next(max: number): number[] {
    const ids: number[] = [];
    let id = this.#current();
    while (id !== 0 && ids.length < max && this.#met < this.#count) {
      ids.push(id);
      this.#met++;
      id = this.#subs.nextOfSink(id);
    }
    this.#next = id;
    return ids;
  }

  /** The one that was to be next, or else the one in its place. */
  #current(): number {
    const { account, outbound } = this.#subscriber;
    if (account !== this.account || outbound.firstSub === 0 || this.#next === 0) return 0;
    const { words } = this.#subs.pool;
    if (words[(this.#next << RECORD_SHIFT) + SUB_SINK] === outbound.slot) return this.#next;
    let id = outbound.firstSub;
    for (let i = 0; i < this.#met && id !== 0; i++) id = this.#subs.nextOfSink(id);
    return id;
  }
}
