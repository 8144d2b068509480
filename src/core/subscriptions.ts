/**
 * All subscriptions of one server, as 64-byte records.
 *
 *      0 sink       slot of the receiving sink; 0 once the subscription is gone
 *      1 node       its node in the account's sublist
 *      2 next, 3 previous   among the subscriptions of that node
 *      4 next, 5 previous   among the subscriptions of that sink
 *      6 queue      id of the queue group's name; 0 for a plain subscription
 *      7 max        deliveries after which it ends; 0 for no end
 *      8 delivered  deliveries so far, stops counting at 2^31 - 1
 *      9 hash       of sid and sink, its place in the sid index
 *     10 sid        one length byte and up to 23 bytes of text
 *
 * A subscription whose messages leave the account has the negative number of its crossing in place of
 * the sink, and no sid; the hash's word then holds the subscription of the other account, if any, and
 * that of `max` is not 0 when other servers are not to be told of it.
 *
 * What another server wants has the slot of its link in place of the sink, and no sid either:
 *
 *      7 weight     members of the queue group there
 *     11 account    number of the account
 *     12 origin     id of the name of the leafnode cluster that it is from; 0 for the server's own
 *
 * A subscription is found by its sink and sid. The subject is not stored: it is the path to the node.
 */

import { hashBytes, mixHash } from "../bytes/hash.ts";
import { IdTable } from "../bytes/id-table.ts";
import { RECORD_SHIFT, RecordPool } from "../bytes/record-pool.ts";
import { LINK_BASE } from "./link/link.ts";
import type { NameTable } from "./name-table.ts";

export const SUB_SINK = 0;
export const SUB_NODE = 1;
export const SUB_NEXT_IN_NODE = 2;
export const SUB_PREVIOUS_IN_NODE = 3;
const SUB_NEXT_OF_SINK = 4;
const SUB_PREVIOUS_OF_SINK = 5;
export const SUB_QUEUE = 6;
export const SUB_MAX = 7;
export const SUB_DELIVERED = 8;
const SUB_HASH = 9;
export const SUB_SID = 10;
/** Of a crossing's subscription: the client's subscription that it stands for, 0 for none. */
export const SUB_ORIGIN = SUB_HASH;
/** Of a crossing's subscription: not 0 when other servers are not to be told of it. */
export const SUB_UNTOLD = SUB_MAX;
/** Of another server's interest: members of the queue group there. */
export const SUB_WEIGHT = SUB_MAX;
const SUB_ACCOUNT = 11;
/** Of another server's interest: the leafnode cluster that it is from, 0 for none. */
export const SUB_LEAF_CLUSTER = 12;

/** What the subscriptions need to know of their receiver. */
export interface SubscriptionOwner {
  /** Number of the receiver, 1 or more. */
  slot: number;
  /** First of its subscriptions; kept by `Subscriptions`. */
  firstSub: number;
  /** How many it has; kept by `Subscriptions`. */
  subCount: number;
}

export class Subscriptions {
  readonly pool = new RecordPool(SUB_SID);
  readonly #bySid = new IdTable(64);
  /** Names of queue groups. */
  readonly queues: NameTable;

  constructor(queues: NameTable) {
    this.queues = queues;
  }

  /** Id of the owner's subscription with this sid, or 0. */
  find(owner: SubscriptionOwner, buf: Uint8Array, start: number, end: number): number {
    const hash = mixHash(hashBytes(buf, start, end), owner.slot);
    const table = this.#bySid;
    for (let at = table.first(hash); at >= 0; at = table.next(at, hash)) {
      const id = table.idAt(at);
      if (
        this.pool.words[(id << RECORD_SHIFT) + SUB_SINK] === owner.slot &&
        this.pool.textEquals(id, buf, start, end)
      ) {
        return id;
      }
    }
    return 0;
  }

  /**
   * Makes a subscription with the sid in the range. The caller has checked that the sid is free.
   *
   * @param queue id of the queue name, 0 for none; the subscription keeps one reference to it.
   */
  create(
    owner: SubscriptionOwner,
    queue: number,
    buf: Uint8Array,
    start: number,
    end: number,
  ): number {
    const id = this.pool.allocate();
    const words = this.pool.words;
    const base = id << RECORD_SHIFT;
    const hash = mixHash(hashBytes(buf, start, end), owner.slot);
    words[base + SUB_SINK] = owner.slot;
    words[base + SUB_QUEUE] = queue;
    words[base + SUB_HASH] = hash;
    this.pool.setText(id, buf, start, end);
    this.#bySid.add(hash, id);
    this.#chain(owner, id);
    return id;
  }

  /**
   * Makes a subscription that stands for what another server wants.
   *
   * @param queue id of the queue name, 0 for none; the subscription keeps one reference to it.
   */
  createLinked(owner: SubscriptionOwner, account: number, queue: number): number {
    const id = this.pool.allocate();
    const base = id << RECORD_SHIFT;
    this.pool.words[base + SUB_SINK] = owner.slot;
    this.pool.words[base + SUB_QUEUE] = queue;
    this.pool.words[base + SUB_ACCOUNT] = account;
    this.#chain(owner, id);
    return id;
  }

  /** Forgets such a subscription, which has already left its sublist. */
  destroyLinked(owner: SubscriptionOwner, id: number): void {
    this.#unchain(owner, id);
    this.#free(id);
  }

  /**
   * Makes a subscription that leads out of its account.
   *
   * @param queue id of the queue name, 0 for none; the subscription keeps one reference to it.
   * @param origin the client's subscription that it stands for, 0 for none.
   * @param isTold other servers are to send messages for it.
   */
  createCrossing(crossing: number, queue: number, origin: number, isTold = true): number {
    const id = this.pool.allocate();
    const base = id << RECORD_SHIFT;
    this.pool.words[base + SUB_SINK] = -crossing;
    this.pool.words[base + SUB_QUEUE] = queue;
    this.pool.words[base + SUB_ORIGIN] = origin;
    if (!isTold) this.pool.words[base + SUB_UNTOLD] = 1;
    return id;
  }

  /** Forgets such a subscription, which has already left its sublist. */
  destroyCrossing(id: number): void {
    this.#free(id);
  }

  /** Forgets a subscription that has already left its sublist. */
  destroy(owner: SubscriptionOwner, id: number): void {
    this.#bySid.remove(this.pool.words[(id << RECORD_SHIFT) + SUB_HASH]!, id);
    this.#unchain(owner, id);
    this.#free(id);
  }

  /** Next subscription of the same sink, or 0. */
  nextOfSink(id: number): number {
    return this.pool.words[(id << RECORD_SHIFT) + SUB_NEXT_OF_SINK]!;
  }

  /** Name of the queue group, one character per byte; "" for a plain subscription. */
  queueName(id: number): string {
    const queue = this.pool.words[(id << RECORD_SHIFT) + SUB_QUEUE]!;
    return queue === 0 ? "" : this.queues.name(queue);
  }

  /** Deliveries after which a client's subscription ends; 0 for no end, and for all others. */
  maxOf(id: number): number {
    const base = id << RECORD_SHIFT;
    const sink = this.pool.words[base + SUB_SINK]!;
    return sink > 0 && sink < LINK_BASE ? this.pool.words[base + SUB_MAX]! : 0;
  }

  /** Members of the queue group on another server. */
  weightOf(id: number): number {
    return this.pool.words[(id << RECORD_SHIFT) + SUB_WEIGHT]!;
  }

  /** Number of the account in which another server wants messages. */
  accountOf(id: number): number {
    return this.pool.words[(id << RECORD_SHIFT) + SUB_ACCOUNT]!;
  }

  /** The sid as text, for logs and monitoring. */
  sid(id: number): string {
    return this.pool.text(id);
  }

  #chain(owner: SubscriptionOwner, id: number): void {
    const words = this.pool.words;
    words[(id << RECORD_SHIFT) + SUB_NEXT_OF_SINK] = owner.firstSub;
    if (owner.firstSub !== 0) {
      words[(owner.firstSub << RECORD_SHIFT) + SUB_PREVIOUS_OF_SINK] = id;
    }
    owner.firstSub = id;
    owner.subCount++;
  }

  #unchain(owner: SubscriptionOwner, id: number): void {
    const words = this.pool.words;
    const base = id << RECORD_SHIFT;
    const next = words[base + SUB_NEXT_OF_SINK]!;
    const previous = words[base + SUB_PREVIOUS_OF_SINK]!;
    if (next !== 0) words[(next << RECORD_SHIFT) + SUB_PREVIOUS_OF_SINK] = previous;
    if (previous !== 0) words[(previous << RECORD_SHIFT) + SUB_NEXT_OF_SINK] = next;
    else owner.firstSub = next;
    owner.subCount--;
  }

  #free(id: number): void {
    const queue = this.pool.words[(id << RECORD_SHIFT) + SUB_QUEUE]!;
    if (queue !== 0) this.queues.release(queue);
    this.pool.free(id);
  }
}
