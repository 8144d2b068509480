/** Counts of sublists, of one account or of several together. */

import type { AccountEntry } from "../accounts/account-entry.ts";

/** As `subsz` and details of accounts show them. */
export interface SublistStatsDocument {
  readonly num_subscriptions: number;
  /** Subjects whose receivers are remembered. */
  readonly num_cache: number;
  readonly num_inserts: number;
  readonly num_removes: number;
  readonly num_matches: number;
  /** From 0 to 1. */
  readonly cache_hit_rate: number;
  /** Receivers of the remembered subject with the most. */
  readonly max_fanout: number;
  /** Receivers of a remembered subject. */
  readonly avg_fanout: number;
}

export class SublistSums {
  #subscriptions = 0;
  #cached = 0;
  #inserts = 0;
  #removes = 0;
  #matches = 0;
  #hits = 0;
  #maxFanout = 0;
  #totalFanout = 0;

  add(entry: AccountEntry): void {
    const { sublist } = entry.account;
    const { subscriptions, inserts, removes, matches, cacheEntries, cacheHits } = sublist.stats;
    const waiting = entry.sleepingServices;
    this.#subscriptions += subscriptions + waiting;
    this.#inserts += inserts + waiting;
    this.#removes += removes;
    this.#matches += matches;
    this.#cached += cacheEntries;
    this.#hits += cacheHits;
    if (cacheEntries === 0) return;
    const { max, total } = sublist.fanout();
    this.#maxFanout = Math.max(this.#maxFanout, max);
    this.#totalFanout += total;
  }

  document(): SublistStatsDocument {
    return {
      num_subscriptions: this.#subscriptions,
      num_cache: this.#cached,
      num_inserts: this.#inserts,
      num_removes: this.#removes,
      num_matches: this.#matches,
      cache_hit_rate: this.#matches === 0 ? 0 : this.#hits / this.#matches,
      max_fanout: this.#maxFanout,
      avg_fanout: this.#cached === 0 ? 0 : this.#totalFanout / this.#cached,
    };
  }
}

/**
 * Subscriptions in an account, as nats-server counts them: imported services have one from the
 * beginning, even if nobody has been in the account.
 */
export function subscriptionCount(entry: AccountEntry): number {
  return entry.account.sublist.count + entry.sleepingServices;
}
