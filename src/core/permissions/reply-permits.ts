/**
 * Hot path. The right of one connection to answer the requests it has received
 * (`allow_responses`).
 *
 * A delivered message whose reply subject the rules do not allow gives a permit: so many messages may
 * be published to that subject, for so long. A second request with the same reply subject begins the
 * count and the time anew.
 *
 * Permits are records of 128 bytes in one block of memory, found by the hash of the reply subject and
 * linked from the oldest to the newest:
 *
 *      word 0    hash of the reply subject, mixed
 *           1    next older permit;  2  next newer one, or next free record
 *           3    messages published so far
 *         4-5    when the request was delivered, a float64
 *           6    length of the reply subject
 *        7-31    the reply subject, up to 100 bytes; longer ones lie beside the block
 *
 * Every permit lives equally long, so expired ones are always the oldest. When there is no room for
 * another one, the oldest is dropped.
 */

import { bytesEqual } from "../../bytes/ascii.ts";
import { hashBytes, mixHash } from "../../bytes/hash.ts";
import { IdTable } from "../../bytes/id-table.ts";
import type { PermissionSet } from "./permission-set.ts";

/** Permits that a connection can have at a time: 8 MB. */
export const REPLY_PERMITS_MAX = 65_535;
/** Bytes of reply subjects that lie beside the block. */
export const LONG_REPLY_BYTES_MAX = 1024 * 1024;

const RECORD_SHIFT = 5;
const RECORD_BYTES = 128;
const HASH = 0;
const OLDER = 1;
const NEWER = 2;
const USED = 3;
/** Index of the time within a record's float64 values. */
const TIME = 2;
const LENGTH = 6;
const TEXT_BYTE = 28;
const INLINE_MAX = RECORD_BYTES - TEXT_BYTE;
const FIRST_RECORDS = 16;

/** Where time comes from, in milliseconds from any beginning. */
export type Clock = () => number;

export class ReplyPermits {
  #set: PermissionSet;
  readonly #clock: Clock;
  /** 0 for any number. */
  readonly #maxMsgs: number;
  /** 0 for any time. */
  readonly #expiresMs: number;
  readonly #byHash = new IdTable(16);
  readonly #longTexts = new Map<number, Uint8Array>();
  #longBytes = 0;
  #words!: Int32Array;
  #times!: Float64Array;
  #bytes!: Uint8Array;
  #count = 0;
  /** Most permits at a time since there were none, by which the block shrinks again. */
  #peak = 0;
  #free = 0;
  /** Records below this have been used; record 0 never is. */
  #fresh = 1;
  #oldest = 0;
  #newest = 0;

  /** @param set the user's rules; they come first, and what they allow needs no permit. */
  constructor(set: PermissionSet, clock: Clock = () => performance.now()) {
    this.#set = set;
    this.#clock = clock;
    const { maxMsgs, expiresMs } = set.responses ?? { maxMsgs: 0, expiresMs: 0 };
    this.#maxMsgs = Math.max(maxMsgs, 0);
    this.#expiresMs = Math.max(expiresMs, 0);
    this.#use(new ArrayBuffer(FIRST_RECORDS * RECORD_BYTES));
  }

  /**
   * Goes on with other rules, so that requests that were received before can still be answered.
   *
   * @returns false when they do not give the same right to answer.
   */
  adopt(set: PermissionSet): boolean {
    const { maxMsgs, expiresMs } = this.#set.responses ?? {};
    if (set.responses?.maxMsgs !== maxMsgs || set.responses?.expiresMs !== expiresMs) return false;
    this.#set = set;
    return true;
  }

  /** Permits at the moment, expired ones included until `dropExpired`. */
  get count(): number {
    return this.#count;
  }

  /** Bytes of memory held. */
  get size(): number {
    return this.#bytes.length + this.#longBytes;
  }

  /** A message with this reply subject was delivered to the connection. */
  noteDelivered(buf: Uint8Array, start: number, end: number): void {
    if (this.#set.responses === null) return;
    if (this.#set.judgePublish(buf, start, end)) return;
    const hash = mixHash(hashBytes(buf, start, end), 0);
    const now = this.#clock();
    this.#dropExpired(now);
    const known = this.#find(buf, start, end, hash);
    if (known !== 0) this.#remove(known);
    this.#add(buf, start, end, hash, now);
  }

  /**
   * Takes one message off the permit for a subject that the rules do not allow.
   *
   * @param hash `hashBytes` of the subject.
   * @returns false when there is no permit, or no longer.
   */
  take(buf: Uint8Array, start: number, end: number, hash: number): boolean {
    if (this.#count === 0) return false;
    const id = this.#find(buf, start, end, mixHash(hash, 0));
    if (id === 0) return false;
    if (this.#isExpired(id, this.#clock())) {
      this.#remove(id);
      return false;
    }
    if (this.#maxMsgs === 0) return true;
    const at = (id << RECORD_SHIFT) + USED;
    const used = (this.#words[at]! + 1) | 0;
    this.#words[at] = used;
    if (used >= this.#maxMsgs) this.#remove(id);
    return true;
  }

  /** Frees the memory of permits that are no longer worth anything. */
  dropExpired(): void {
    this.#dropExpired(this.#clock());
  }

  #dropExpired(now: number): void {
    while (this.#oldest !== 0 && this.#isExpired(this.#oldest, now)) this.#remove(this.#oldest);
  }

  #isExpired(id: number, now: number): boolean {
    if (this.#expiresMs === 0) return false;
    return now - this.#times[(id << (RECORD_SHIFT - 1)) + TIME]! > this.#expiresMs;
  }

  #find(buf: Uint8Array, start: number, end: number, hash: number): number {
    const table = this.#byHash;
    const length = end - start;
    for (let at = table.first(hash); at >= 0; at = table.next(at, hash)) {
      const id = table.idAt(at);
      if (this.#words[(id << RECORD_SHIFT) + LENGTH] !== length) continue;
      const isSame =
        length <= INLINE_MAX
          ? bytesEqual(this.#bytes, id * RECORD_BYTES + TEXT_BYTE, buf, start, length)
          : bytesEqual(this.#longTexts.get(id)!, 0, buf, start, length);
      if (isSame) return id;
    }
    return 0;
  }

  #add(buf: Uint8Array, start: number, end: number, hash: number, now: number): void {
    if (this.#count === REPLY_PERMITS_MAX) this.#remove(this.#oldest);
    const id = this.#allocate();
    const base = id << RECORD_SHIFT;
    const length = end - start;
    if (length > INLINE_MAX) {
      this.#keepLong(id, buf, start, end);
    } else {
      let to = id * RECORD_BYTES + TEXT_BYTE;
      for (let i = start; i < end; i++) this.#bytes[to++] = buf[i]!;
    }
    this.#words[base + HASH] = hash;
    this.#words[base + OLDER] = this.#newest;
    this.#words[base + NEWER] = 0;
    this.#words[base + USED] = 0;
    this.#words[base + LENGTH] = length;
    this.#times[(id << (RECORD_SHIFT - 1)) + TIME] = now;
    if (this.#newest === 0) this.#oldest = id;
    else this.#words[(this.#newest << RECORD_SHIFT) + NEWER] = id;
    this.#newest = id;
    this.#byHash.add(hash, id);
  }

  #remove(id: number): void {
    const words = this.#words;
    const base = id << RECORD_SHIFT;
    const older = words[base + OLDER]!;
    const newer = words[base + NEWER]!;
    if (older === 0) this.#oldest = newer;
    else words[(older << RECORD_SHIFT) + NEWER] = newer;
    if (newer === 0) this.#newest = older;
    else words[(newer << RECORD_SHIFT) + OLDER] = older;
    this.#byHash.remove(words[base + HASH]!, id);
    const length = words[base + LENGTH]!;
    if (length > INLINE_MAX) {
      this.#longTexts.delete(id);
      this.#longBytes -= length;
    }
    words[base + NEWER] = this.#free;
    this.#free = id;
    this.#count--;
    if (this.#count === 0) this.#reset();
  }

  #allocate(): number {
    this.#count++;
    if (this.#count > this.#peak) this.#peak = this.#count;
    const id = this.#free;
    if (id !== 0) {
      this.#free = this.#words[(id << RECORD_SHIFT) + NEWER]!;
      return id;
    }
    if (this.#fresh << RECORD_SHIFT >= this.#words.length) {
      // transfer() moves or extends the block and releases the old one at once.
      this.#use((this.#words.buffer as ArrayBuffer).transfer(this.#bytes.length * 2));
    }
    return this.#fresh++;
  }

  /** Nothing is left: a block that was mostly empty for a while is halved. */
  #reset(): void {
    const records = this.#bytes.length / RECORD_BYTES;
    if (records > FIRST_RECORDS && this.#peak * 4 < records) {
      this.#use(new ArrayBuffer(this.#bytes.length / 2));
    }
    this.#free = 0;
    this.#fresh = 1;
    this.#peak = 0;
  }

  #keepLong(id: number, buf: Uint8Array, start: number, end: number): void {
    this.#longBytes += end - start;
    while (this.#longBytes > LONG_REPLY_BYTES_MAX && this.#oldest !== 0) this.#remove(this.#oldest);
    // Not `buf.slice`: a Buffer's shares the memory, which its owner may give back.
    this.#longTexts.set(id, Uint8Array.prototype.slice.call(buf, start, end));
  }

  #use(block: ArrayBuffer): void {
    this.#words = new Int32Array(block);
    this.#times = new Float64Array(block);
    this.#bytes = new Uint8Array(block);
  }
}
