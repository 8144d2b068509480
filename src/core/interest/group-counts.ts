/**
 * How many members the queue groups of an account have here, by subject and queue name.
 *
 *      0 node    node of the subject, which stays as long as the record
 *      1 queue   id of the queue name, of which the record holds one reference
 *      2 count   members now
 *      3 told    members that other servers know of
 *      4 listed  whether it is among those that have something to tell
 *
 * A record stays until other servers know that the group is gone.
 */

import { mixHash } from "../../bytes/hash.ts";
import { IdTable } from "../../bytes/id-table.ts";
import { RECORD_SHIFT, RecordPool } from "../../bytes/record-pool.ts";
import type { Account } from "../account.ts";
import type { NameTable } from "../name-table.ts";
import { NODE_CHILDREN } from "../sublist-node.ts";
import type { InterestListener } from "./interest-feed.ts";

const NODE = 0;
const QUEUE = 1;
const COUNT = 2;
const TOLD = 3;
const LISTED = 4;
/** There is no text. */
const TEXT = 15;

/** A group that other servers know of. */
export interface ToldGroup {
  node: number;
  queue: number;
  weight: number;
}

export class GroupCounts {
  readonly #account: Account;
  readonly #queues: NameTable;
  readonly #pool = new RecordPool(TEXT);
  readonly #index = new IdTable();
  readonly #weightMax: number;
  #changed: number[] = [];

  /** @param weightMax more members than these are not told. */
  constructor(account: Account, queues: NameTable, weightMax: number) {
    this.#account = account;
    this.#queues = queues;
    this.#weightMax = weightMax;
  }

  /** @returns whether the group is now one that has something to tell. */
  change(node: number, queue: number, by: number): boolean {
    const id = this.#find(node, queue) || this.#create(node, queue);
    const words = this.#pool.words;
    const base = id << RECORD_SHIFT;
    words[base + COUNT]! += by;
    const weight = Math.min(words[base + COUNT]!, this.#weightMax);
    if (words[base + LISTED] !== 0 || weight === words[base + TOLD]) return false;
    words[base + LISTED] = 1;
    this.#changed.push(id);
    return true;
  }

  tell(listener: InterestListener | null): void {
    const changed = this.#changed;
    if (changed.length === 0) return;
    this.#changed = [];
    const { sublist } = this.#account;
    for (const id of changed) {
      const words = this.#pool.words;
      const base = id << RECORD_SHIFT;
      const node = words[base + NODE]!;
      const queue = words[base + QUEUE]!;
      const count = Math.min(words[base + COUNT]!, this.#weightMax);
      words[base + LISTED] = 0;
      if (count !== words[base + TOLD]) {
        words[base + TOLD] = count;
        const length = sublist.writeSubject(node);
        listener?.onInterest(this.#account, sublist.path, length, queue, count);
      }
      if (count === 0) this.#destroy(id, node, queue);
    }
  }

  /**
   * The group in the first record from a place on that others know of.
   *
   * @param from 1 at first, then what was returned and 1 more.
   * @returns its place, or 0 when there are no more.
   */
  next(from: number, group: ToldGroup): number {
    const words = this.#pool.words;
    for (let id = from; id << RECORD_SHIFT < words.length; id++) {
      const base = id << RECORD_SHIFT;
      if (words[base + TOLD] === 0) continue;
      group.node = words[base + NODE]!;
      group.queue = words[base + QUEUE]!;
      group.weight = words[base + TOLD]!;
      return id;
    }
    return 0;
  }

  #find(node: number, queue: number): number {
    const hash = mixHash(node, queue);
    const words = this.#pool.words;
    for (let at = this.#index.first(hash); at >= 0; at = this.#index.next(at, hash)) {
      const base = this.#index.idAt(at) << RECORD_SHIFT;
      if (words[base + NODE] === node && words[base + QUEUE] === queue) return base >> RECORD_SHIFT;
    }
    return 0;
  }

  #create(node: number, queue: number): number {
    const id = this.#pool.allocate();
    const base = id << RECORD_SHIFT;
    this.#pool.words[base + NODE] = node;
    this.#pool.words[base + QUEUE] = queue;
    this.#index.add(mixHash(node, queue), id);
    this.#queues.retain(queue);
    this.#account.sublist.nodeWords[(node << RECORD_SHIFT) + NODE_CHILDREN]!++;
    return id;
  }

  #destroy(id: number, node: number, queue: number): void {
    this.#index.remove(mixHash(node, queue), id);
    this.#pool.free(id);
    this.#queues.release(queue);
    this.#account.sublist.nodeWords[(node << RECORD_SHIFT) + NODE_CHILDREN]!--;
    this.#account.sublist.prune(node);
  }
}
