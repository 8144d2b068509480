/**
 * How often receivers of a subject were remembered, of all accounts together.
 *
 * Accounts come and go with their counts. What came to those that are there since they were last looked
 * at is added up here, so the sums never fall back.
 */

import type { ServerView } from "../../documents/server-view.ts";
import { Slices } from "../../documents/slices.ts";

interface Seen {
  lookups: number;
  hits: number;
}

export class CacheCounts {
  lookups = 0;
  hits = 0;
  readonly #seen = new WeakMap<object, Seen>();

  async update({ accounts }: ServerView): Promise<void> {
    const slices = new Slices();
    for (const { account } of [...accounts.entries]) {
      const { matches, cacheHits } = account.sublist.stats;
      const seen = this.#seen.get(account.sublist) ?? { lookups: 0, hits: 0 };
      this.lookups += matches - seen.lookups;
      this.hits += cacheHits - seen.hits;
      this.#seen.set(account.sublist, { lookups: matches, hits: cacheHits });
      if (slices.isOver) await slices.pause();
    }
  }
}
