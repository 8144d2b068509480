/**
 * What is wanted here, as others are told of it: every subject once, however many have subscribed to
 * it, and every queue group with the number of its members.
 *
 * There may be two of these. Other servers of the cluster are told what members of this server want;
 * other clusters are told what any server of this one wants, and of queue groups only that there are
 * some.
 *
 * Changes are noted as they come and told together, at the end of the turn or when a message is about
 * to follow them. Only what is different by then is told: a subscription that comes and goes in one
 * turn costs the other servers nothing.
 */

import type { Account } from "../account.ts";
import { GATEWAY_BASE, LINK_BASE } from "../link/link.ts";
import type { NameTable } from "../name-table.ts";
import { NODE_TOLD, NODE_TOLD_CLUSTER } from "../sublist-node.ts";
import type { Subscriptions } from "../subscriptions.ts";
import { AccountInterest } from "./account-interest.ts";

/** Who is told, and therefore what. */
export interface InterestScope {
  /** Word of a node that has the count of its plain subscriptions, and what was told. */
  readonly word: number;
  /** Subscriptions with slots from here on are those who are told, or others like them. */
  readonly slotLimit: number;
  /** More members of a queue group than these are not told. */
  readonly weightMax: number;
}

/** For other servers of the cluster. */
export const SERVER_SCOPE: InterestScope = {
  word: NODE_TOLD,
  slotLimit: LINK_BASE,
  weightMax: 0x7fffffff,
};

/** For other clusters. */
export const CLUSTER_SCOPE: InterestScope = {
  word: NODE_TOLD_CLUSTER,
  slotLimit: GATEWAY_BASE,
  weightMax: 1,
};

/** Whoever tells others. */
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

export class InterestFeed {
  /** Null while there is nobody to tell. */
  listener: InterestListener | null = null;
  /** Called when there is something to be told, once until that is done. */
  onDirty: (() => void) | null = null;
  readonly scope: InterestScope;
  readonly subs: Subscriptions;
  readonly queues: NameTable;
  #changed: AccountInterest[] = [];
  #telling: AccountInterest[] = [];
  #count = 0;

  constructor(scope: InterestScope, subs: Subscriptions, queues: NameTable) {
    this.scope = scope;
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
