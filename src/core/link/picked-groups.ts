/**
 * Hot path. Queue groups of one message that other servers are to serve: which server was picked for
 * which group, until it has been told.
 */

import { SPACE } from "../../bytes/ascii.ts";
import { RECORD_SHIFT } from "../../bytes/record-pool.ts";
import { doubled } from "../match-result.ts";
import { SUB_QUEUE, type Subscriptions } from "../subscriptions.ts";

export class PickedGroups {
  readonly #subs: Subscriptions;
  /** Pairs of a link's slot, 0 once it is told, and the member's id. */
  #pairs: Int32Array = new Int32Array(16);
  count = 0;

  constructor(subs: Subscriptions) {
    this.#subs = subs;
  }

  add(slot: number, id: number): void {
    const at = this.count * 2;
    if (at + 2 > this.#pairs.length) this.#pairs = doubled(this.#pairs);
    this.#pairs[at] = slot;
    this.#pairs[at + 1] = id;
    this.count++;
  }

  /** Slot of the link that has yet to be told, or 0. */
  slotAt(index: number): number {
    return this.#pairs[index * 2]!;
  }

  idAt(index: number): number {
    return this.#pairs[index * 2 + 1]!;
  }

  /** Bytes of the names of a server's groups, with a space after each. */
  bytesFor(slot: number): number {
    let bytes = 0;
    for (let i = 0; i < this.count; i++) {
      if (this.slotAt(i) === slot) bytes += this.#nameAt(i).length + 1;
    }
    return bytes;
  }

  /** Writes the names of a server's groups, which is told by that; returns the index after them. */
  write(slot: number, out: Buffer, at: number): number {
    let o = at;
    for (let i = 0; i < this.count; i++) {
      if (this.slotAt(i) !== slot) continue;
      const name = this.#nameAt(i);
      this.#pairs[i * 2] = 0;
      for (let j = 0; j < name.length; j++) out[o++] = name[j]!;
      out[o++] = SPACE;
    }
    return o;
  }

  #nameAt(index: number): Buffer {
    const { pool, queues } = this.#subs;
    return queues.bytes(pool.words[(this.idAt(index) << RECORD_SHIFT) + SUB_QUEUE]!);
  }
}
