/**
 * What members of this server want, as other servers are told of it: every subject once, however many
 * have subscribed to it, and every queue group with the number of its members.
 *
 * Changes are noted as they come and told together, at the end of the turn or when a message is about
 * to follow them. Only what is different by then is told: a subscription that comes and goes in one
 * turn costs the other servers nothing.
 */

import type { Account } from "../account.ts";
import type { NameTable } from "../name-table.ts";
import type { Subscriptions } from "../subscriptions.ts";
import { AccountInterest } from "./account-interest.ts";

/** Whoever tells other servers. */
export interface InterestListener {
  /**
   * Something has changed.
   *
   * @param subject holds the subject from its beginning on, during the call.
   * @param queue id of the queue name, 0 for plain subscriptions.
   * @param weight members of the queue group, 1 for plain subscriptions; 0 when nobody is left.
   */
  onInterest(
    account: Account,
    subject: Buffer,
    length: number,
    queue: number,
    weight: number,
  ): void;
}

export class LocalInterest {
  /** Null while there is nobody to tell. */
  listener: InterestListener | null = null;
  /** Called when there is something to be told, once until that is done. */
  onDirty: (() => void) | null = null;
  readonly subs: Subscriptions;
  readonly queues: NameTable;
  #changed: AccountInterest[] = [];
  #telling: AccountInterest[] = [];
  #count = 0;

  constructor(subs: Subscriptions, queues: NameTable) {
    this.subs = subs;
    this.queues = queues;
  }

  /** Something has yet to be told. */
  get isDirty(): boolean {
    return this.#count > 0;
  }

  /** Keeps count of an account's subscriptions from its first one on. */
  watch(account: Account): AccountInterest {
    return new AccountInterest(account, this);
  }

  /** An account has something to tell, for the first time since all was told. */
  add(interest: AccountInterest): void {
    this.#changed[this.#count++] = interest;
    if (this.#count === 1) this.onDirty?.();
  }

  /** Tells what is different from what was told last. */
  flush(): void {
    if (this.#count === 0) return;
    const telling = this.#changed;
    const count = this.#count;
    this.#changed = this.#telling;
    this.#telling = telling;
    this.#count = 0;
    for (let i = 0; i < count; i++) telling[i]!.tell(this.listener);
    telling.length = 0;
  }
}
