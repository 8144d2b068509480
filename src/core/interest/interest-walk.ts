/**
 * Everything that other servers know of one account, a part at a time: for a server that has just
 * come. What changes between the parts is told to that server as it is to others, so it may be told of
 * a subscription twice, which does no harm.
 */

import { RECORD_SHIFT } from "../../bytes/record-pool.ts";
import type { Account } from "../account.ts";
import type { InterestListener } from "./local-interest.ts";

export class InterestWalk {
  readonly account: Account;
  #node = 1;
  #group = 1;
  readonly #found = { node: 0, queue: 0, weight: 0 };

  constructor(account: Account) {
    this.account = account;
  }

  /**
   * Goes on by at most so many steps.
   *
   * @returns false when that was the end of it.
   */
  advance(listener: InterestListener, steps: number): boolean {
    const { sublist, interest } = this.account;
    if (interest === null) return false;
    for (let left = steps; left > 0; left--) {
      if (this.#node << RECORD_SHIFT >= sublist.nodeWords.length) {
        return this.#advanceGroups(listener, left);
      }
      if (interest.isTold(this.#node)) {
        const length = sublist.writeSubject(this.#node);
        listener.onInterest(this.account, sublist.path, length, 0, 1);
      }
      this.#node++;
    }
    return true;
  }

  #advanceGroups(listener: InterestListener, steps: number): boolean {
    const { sublist, interest } = this.account;
    const groups = interest?.groups ?? null;
    if (groups === null) return false;
    for (let left = steps; left > 0; left--) {
      const at = groups.next(this.#group, this.#found);
      if (at === 0) return false;
      this.#group = at + 1;
      const { node, queue, weight } = this.#found;
      const length = sublist.writeSubject(node);
      listener.onInterest(this.account, sublist.path, length, queue, weight);
    }
    return true;
  }
}
