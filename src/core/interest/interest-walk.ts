/**
 * Everything that others know of one account, a part at a time: for a server that has just come. What
 * changes between the parts is told to that server as it is to others, so it may be told of a
 * subscription twice, which does no harm.
 */

import { RECORD_SHIFT } from "../../bytes/record-pool.ts";
import type { AccountInterest } from "./account-interest.ts";
import type { InterestListener } from "./interest-feed.ts";

/** Which subscriptions are walked over. */
export type InterestParts = "all" | "plain" | "groups";

export class InterestWalk {
  readonly #interest: AccountInterest;
  readonly #parts: InterestParts;
  #node = 1;
  #group = 1;
  readonly #found = { node: 0, queue: 0, weight: 0 };

  constructor(interest: AccountInterest, parts: InterestParts = "all") {
    this.#interest = interest;
    this.#parts = parts;
  }

  /**
   * Goes on by at most so many steps.
   *
   * @returns false when that was the end of it.
   */
  advance(listener: InterestListener, steps: number): boolean {
    if (this.#parts === "groups") return this.#advanceGroups(listener, steps);
    const { account } = this.#interest;
    const { sublist } = account;
    for (let left = steps; left > 0; left--) {
      if (this.#node << RECORD_SHIFT >= sublist.nodeWords.length) {
        return this.#parts === "all" && this.#advanceGroups(listener, left);
      }
      if (this.#interest.isTold(this.#node)) {
        const length = sublist.writeSubject(this.#node);
        listener.onInterest(account, sublist.path, length, 0, 1);
      }
      this.#node++;
    }
    return true;
  }

  #advanceGroups(listener: InterestListener, steps: number): boolean {
    const { account, groups } = this.#interest;
    if (groups === null) return false;
    const { sublist } = account;
    for (let left = steps; left > 0; left--) {
      const at = groups.next(this.#group, this.#found);
      if (at === 0) return false;
      this.#group = at + 1;
      const { node, queue, weight } = this.#found;
      const length = sublist.writeSubject(node);
      listener.onInterest(account, sublist.path, length, queue, weight);
    }
    return true;
  }
}
