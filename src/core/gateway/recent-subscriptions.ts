/**
 * Hot path. Which subscriptions are so new that other clusters may not know of them: news of them are
 * on their way for two seconds at most.
 */

import type { Account } from "../account.ts";
import { doubled, type MatchResult } from "../match-result.ts";

export const RECENT_MS = 2000;

export class RecentSubscriptions {
  /** When each subscription was made, by its id, in milliseconds that wrap. */
  #madeAt: Int32Array = new Int32Array(1024);
  #latestAt = 0;
  #isEmpty = true;

  add(id: number): void {
    while (this.#madeAt.length <= id) this.#madeAt = doubled(this.#madeAt);
    const now = performance.now() | 0;
    this.#madeAt[id] = now;
    this.#latestAt = now;
    this.#isEmpty = false;
  }

  /** Whether somebody here has subscribed to the subject just now. */
  isWanted(account: Account, buf: Buffer, start: number, end: number): boolean {
    if (this.#isEmpty) return false;
    const since = ((performance.now() | 0) - RECENT_MS) | 0;
    if (((this.#latestAt - since) | 0) <= 0) return false;
    return this.#hasAny(account.sublist.matchRange(buf, start, end), since);
  }

  #hasAny(result: MatchResult, since: number): boolean {
    for (let i = 0; i < result.plainCount; i++) {
      if (((this.#madeAt[result.plain[i]!]! - since) | 0) > 0) return true;
    }
    const { queueCount } = result;
    for (let i = 0; i < queueCount; i++) {
      if (((this.#madeAt[result.queue[i]!]! - since) | 0) > 0) return true;
    }
    return false;
  }
}
