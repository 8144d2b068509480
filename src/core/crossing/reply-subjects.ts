/** The subjects on which accounts get the answers to be passed on to others. */

import type { Account } from "../account.ts";
import type { Subscriptions } from "../subscriptions.ts";
import type { CrossingTable } from "./crossing.ts";
import type { Passage } from "./passage.ts";
import { ServiceReplies } from "./service-replies.ts";

export class ReplySubjects {
  readonly #passage: Passage;
  readonly #subs: Subscriptions;
  readonly #crossings: CrossingTable;
  readonly #byAccount = new Map<Account, ServiceReplies>();

  constructor(passage: Passage, subs: Subscriptions, crossings: CrossingTable) {
    this.#passage = passage;
    this.#subs = subs;
    this.#crossings = crossings;
  }

  /** `_R_.<6>.` of an account, which is subscribed to when it is asked for first. */
  prefixOf(account: Account): Buffer {
    let replies = this.#byAccount.get(account);
    if (replies === undefined) {
      replies = new ServiceReplies(account, this.#passage);
      this.#byAccount.set(account, replies);
      replies.number = this.#crossings.add(replies);
      replies.subscription = this.#subs.createCrossing(replies.number, 0, 0);
      const subject = Buffer.concat([replies.prefix, Buffer.from(">")]);
      account.insertCrossing(replies.subscription, subject);
    }
    return replies.prefix;
  }

  /** The account is gone, and waits for nothing any more. */
  forget(account: Account): void {
    const replies = this.#byAccount.get(account);
    if (replies === undefined) return;
    this.#byAccount.delete(account);
    account.sublist.remove(replies.subscription);
    this.#subs.destroyCrossing(replies.subscription);
    this.#crossings.remove(replies.number);
  }
}
