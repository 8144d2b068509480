/**
 * What other servers want, as subscriptions in the sublists of this one.
 *
 * A subscription is found by link, account, node of the subject, queue group and leafnode cluster; the
 * text of its line is not kept.
 */

import { mixHash } from "../../bytes/hash.ts";
import { IdTable } from "../../bytes/id-table.ts";
import { RECORD_SHIFT } from "../../bytes/record-pool.ts";
import type { Account } from "../account.ts";
import type { NameTable } from "../name-table.ts";
import { isValidSubject } from "../subject.ts";
import {
  SUB_LEAF_CLUSTER,
  SUB_NODE,
  SUB_QUEUE,
  SUB_SINK,
  SUB_WEIGHT,
  type Subscriptions,
} from "../subscriptions.ts";
import type { TurnQueue } from "../turn-queue.ts";
import type { InterestLine } from "./interest-line.ts";
import type { Link } from "./link.ts";
import type { Links } from "./links.ts";

/** Time for taking back what a closed link wanted, before others have their turn. */
const SLICE_MS = 1;
/** Subscriptions between two looks at the clock. One may be of very many tokens. */
const STEP = 4;
/** Members beyond these do not count. */
const WEIGHT_MAX = 1 << 20;

/** An account in which other servers have interest. */
interface Known {
  readonly account: Account;
  count: number;
}

export class RemoteInterest {
  readonly #subs: Subscriptions;
  readonly #queues: NameTable;
  readonly #leafClusters: NameTable;
  readonly #links: Links;
  readonly #longWork: TurnQueue;
  readonly #index = new IdTable();
  readonly #accounts = new Map<number, Known>();

  /** @param leafClusters names of clusters that leafnodes are from. */
  constructor(subs: Subscriptions, leafClusters: NameTable, links: Links, longWork: TurnQueue) {
    this.#subs = subs;
    this.#queues = subs.queues;
    this.#leafClusters = leafClusters;
    this.#links = links;
    this.#longWork = longWork;
  }

  /**
   * The other server wants messages; where that is known, the weight is all that can be new.
   *
   * @returns false when the subject is none.
   */
  add(link: Link, account: Account, line: InterestLine): boolean {
    const { buf, subjectStart, subjectEnd, queueStart, queueEnd } = line;
    const known = this.#find(link, account, line);
    if (known !== 0) {
      this.#reweigh(account, known, line.weight);
      return true;
    }
    if (!isValidSubject(buf, subjectStart, subjectEnd)) return false;
    const queues = this.#queues;
    const queue = queueEnd === queueStart ? 0 : queues.acquireBytes(buf, queueStart, queueEnd);
    const id = this.#subs.createLinked(link.outbound, account.number, queue);
    const base = id << RECORD_SHIFT;
    const { words } = this.#subs.pool;
    words[base + SUB_WEIGHT] = within(line.weight);
    if (line.originEnd !== line.originStart) {
      const leafCluster = this.#leafClusters.acquireBytes(buf, line.originStart, line.originEnd);
      words[base + SUB_LEAF_CLUSTER] = leafCluster;
    }
    account.insertLinked(id, buf, subjectStart, subjectEnd);
    this.#index.add(this.#hashOf(id), id);
    this.#know(account);
    return true;
  }

  /** The other server does not want them any more. */
  remove(link: Link, account: Account, line: InterestLine): void {
    const id = this.#find(link, account, line);
    if (id !== 0) this.#destroy(link, account, id);
  }

  /** All that a link wants in one account and has told by now, in slices. */
  async dropAccount(link: Link, account: Account): Promise<void> {
    await this.#dropSome(link, (id) => this.#subs.accountOf(id) === account.number);
  }

  /** The account of a subscription that is another server's. */
  accountOf(id: number): Account {
    return this.#accounts.get(this.#subs.accountOf(id))!.account;
  }

  /** Name of the leafnode cluster that it is from; "" for none. */
  originOf(id: number): string {
    const cluster = this.#subs.pool.words[(id << RECORD_SHIFT) + SUB_LEAF_CLUSTER]!;
    return cluster === 0 ? "" : this.#leafClusters.bytes(cluster).toString("latin1");
  }

  /** All that a link wants on subjects that are not allowed to it any more, in slices. */
  async dropDenied(
    link: Link,
    isAllowed: (subject: Buffer, start: number, end: number) => boolean,
  ): Promise<void> {
    await this.#dropSome(link, (id) => {
      const subject = this.accountOf(id).sublist.subjectOf(id);
      return !isAllowed(subject, 0, subject.length);
    });
  }

  /**
   * All that a closed link wants, in slices. Its number is free again after that. Nothing is done at
   * once: a link may end in the middle of a delivery that goes on with others.
   */
  async dropAll(link: Link): Promise<void> {
    const { outbound } = link;
    await this.#longWork.next();
    let until = performance.now() + SLICE_MS;
    while (outbound.firstSub !== 0) {
      for (let step = 0; step < STEP && outbound.firstSub !== 0; step++) {
        const id = outbound.firstSub;
        this.#destroy(link, this.accountOf(id), id);
      }
      if (performance.now() < until) continue;
      await this.#longWork.next();
      until = performance.now() + SLICE_MS;
    }
    this.#links.remove(link);
  }

  /**
   * Looks at all subscriptions there are, as those of the link come and go meanwhile. A link that ends
   * is none of its business any more.
   */
  async #dropSome(link: Link, mustGo: (id: number) => boolean): Promise<void> {
    const { pool } = this.#subs;
    const { slot } = link.outbound;
    let until = performance.now() + SLICE_MS;
    for (let id = 1; id << RECORD_SHIFT < pool.words.length && link.isOpen; id++) {
      const isTheirs = pool.words[(id << RECORD_SHIFT) + SUB_SINK] === slot;
      if (isTheirs && mustGo(id)) this.#destroy(link, this.accountOf(id), id);
      if (id % STEP !== 0 || performance.now() < until) continue;
      await this.#longWork.next();
      until = performance.now() + SLICE_MS;
    }
  }

  #find(link: Link, account: Account, line: InterestLine): number {
    const { buf, subjectStart, subjectEnd, queueStart, queueEnd, originStart, originEnd } = line;
    const node = account.sublist.nodeOf(buf, subjectStart, subjectEnd);
    if (node === 0) return 0;
    const queue = queueEnd === queueStart ? 0 : this.#queues.find(buf, queueStart, queueEnd);
    if (queue === 0 && queueEnd !== queueStart) return 0;
    const hasOrigin = originEnd !== originStart;
    const origin = hasOrigin ? this.#leafClusters.find(buf, originStart, originEnd) : 0;
    if (origin === 0 && hasOrigin) return 0;
    const { slot } = link.outbound;
    const hash = hashOf(node, account.number, queue, slot, origin);
    const { words } = this.#subs.pool;
    const table = this.#index;
    for (let at = table.first(hash); at >= 0; at = table.next(at, hash)) {
      const id = table.idAt(at);
      const base = id << RECORD_SHIFT;
      if (
        words[base + SUB_NODE] === node &&
        words[base + SUB_SINK] === slot &&
        words[base + SUB_QUEUE] === queue &&
        words[base + SUB_LEAF_CLUSTER] === origin &&
        this.#subs.accountOf(id) === account.number
      ) {
        return id;
      }
    }
    return 0;
  }

  #reweigh(account: Account, id: number, weight: number): void {
    const { words } = this.#subs.pool;
    const base = id << RECORD_SHIFT;
    if (words[base + SUB_QUEUE] === 0 || words[base + SUB_WEIGHT] === within(weight)) return;
    words[base + SUB_WEIGHT] = within(weight);
    account.sublist.reweighed(words[base + SUB_NODE]!);
  }

  #destroy(link: Link, account: Account, id: number): void {
    this.#index.remove(this.#hashOf(id), id);
    const leafCluster = this.#subs.pool.words[(id << RECORD_SHIFT) + SUB_LEAF_CLUSTER]!;
    if (leafCluster !== 0) this.#leafClusters.release(leafCluster);
    account.sublist.remove(id);
    this.#subs.destroyLinked(link.outbound, id);
    this.#forget(account);
  }

  #hashOf(id: number): number {
    const { words } = this.#subs.pool;
    const base = id << RECORD_SHIFT;
    return hashOf(
      words[base + SUB_NODE]!,
      this.#subs.accountOf(id),
      words[base + SUB_QUEUE]!,
      words[base + SUB_SINK]!,
      words[base + SUB_LEAF_CLUSTER]!,
    );
  }

  #know(account: Account): void {
    const known = this.#accounts.get(account.number);
    if (known === undefined) this.#accounts.set(account.number, { account, count: 1 });
    else known.count++;
  }

  #forget(account: Account): void {
    const known = this.#accounts.get(account.number)!;
    if (--known.count === 0) this.#accounts.delete(account.number);
  }
}

function within(weight: number): number {
  return Math.min(Math.max(weight, 1), WEIGHT_MAX);
}

function hashOf(
  node: number,
  account: number,
  queue: number,
  slot: number,
  origin: number,
): number {
  return mixHash(mixHash(node, account), mixHash(mixHash(queue, slot), origin));
}
