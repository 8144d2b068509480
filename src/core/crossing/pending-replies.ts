/**
 * Hot path. Requests to services of other accounts that may still be answered.
 *
 * The responder sees a reply subject of its own account, `_R_.<6>.<6>`, of which the last part is
 * random. Whoever answers on it reaches the subject that the requester has given, in the requester's
 * account, and nothing else.
 *
 * Pending replies are records of 128 bytes in one block of memory, found by the random part, and by
 * account and reply subject of the requester. Those of one export are linked from the oldest to the
 * newest.
 *
 *      word 0     hash of the random part
 *           1     next older one;  2  next newer one, or next free record
 *         3-4     the random part, six bytes
 *           5     hash of the requester's reply subject and account
 *         6-7     when the last message went to or fro, a float64
 *           8     1 when the reply subject has the suffix of a tracked one
 *           9     length of the requester's reply subject
 *          10     number of the request; wraps
 *       11-31     that subject, up to 84 bytes; longer ones lie beside the block
 */

import { bytesEqual, DOT } from "../../bytes/ascii.ts";
import { hashBytes, mixHash } from "../../bytes/hash.ts";
import { IdTable } from "../../bytes/id-table.ts";
import type { Account } from "../account.ts";
import { type MeasuredRequest, MeasuredRequests } from "./latency-store.ts";
import { RandomText } from "./random-text.ts";
import type { ServiceExport } from "./service-export.ts";

/**
 * Requests of one account that may wait for answers at a time; more are not passed on. One with a long
 * reply subject counts for as many as would take its room.
 */
export const PENDING_PER_ACCOUNT_MAX = 131_072;
/** `_R_.`, six characters and a dot. */
export const REPLY_PREFIX_BYTES = 11;
const TOKEN_BYTES = 6;
export const REPLY_BYTES = REPLY_PREFIX_BYTES + TOKEN_BYTES;
/** `.`, eight characters of the server's, and `.T`. */
export const TRACKED_BYTES = 11;

const RECORD_SHIFT = 5;
const RECORD_BYTES = 128;
const HASH = 0;
const OLDER = 1;
const NEWER = 2;
const TOKEN_BYTE = 12;
const REPLY_HASH = 5;
/** Index of the time within a record's float64 values. */
const TIME = 3;
const TRACKED = 8;
const LENGTH = 9;
const SERIAL = 10;
const TEXT_BYTE = 44;
const INLINE_MAX = RECORD_BYTES - TEXT_BYTE;
const FIRST_RECORDS = 32;
/** Up to this size the block stays, so that bursts of requests do not make it anew each time. */
const KEPT_BYTES = 64 * 1024;

/** Why a pending reply ends without an answer. */
export type LossReason = "no delivery" | "timeout" | "interest lost";

export class PendingReplies {
  /** Told of every one that is given up, before it is gone. */
  onLost: (id: number, reason: LossReason) => void = ignore;
  readonly measured = new MeasuredRequests();
  readonly #random = new RandomText();
  readonly #byToken = new IdTable(16);
  readonly #byReply = new IdTable(16);
  /** By id: the account that answers, the account that has asked, and the export. */
  readonly #responders: (Account | null)[] = [null];
  readonly #requesters: (Account | null)[] = [null];
  readonly #exports: (ServiceExport | null)[] = [null];
  readonly #longTexts = new Map<number, Uint8Array>();
  #words!: Int32Array;
  #times!: Float64Array;
  #bytes!: Uint8Array;
  #free = 0;
  #fresh = 1;
  #serial = 0;

  constructor() {
    this.#use(new ArrayBuffer(FIRST_RECORDS * RECORD_BYTES));
  }

  /**
   * Notes a request.
   *
   * @param responder the account that gets the request, and answers.
   * @param requester the account whose reply subject is in the range.
   * @returns its id, or 0 when the account has too many of them.
   */
  add(
    responder: Account,
    requester: Account,
    service: ServiceExport,
    buf: Uint8Array,
    start: number,
    end: number,
  ): number {
    if (requester.awaited >= PENDING_PER_ACCOUNT_MAX) return 0;
    const id = this.#allocate();
    const base = id << RECORD_SHIFT;
    const tokenAt = id * RECORD_BYTES + TOKEN_BYTE;
    let hash = 0;
    do {
      this.#random.write(this.#bytes, tokenAt, TOKEN_BYTES);
      hash = hashBytes(this.#bytes, tokenAt, tokenAt + TOKEN_BYTES);
    } while (this.#byToken.first(hash) >= 0);
    const replyHash = mixHash(hashBytes(buf, start, end), requester.number);
    this.#words[base + HASH] = hash;
    this.#words[base + REPLY_HASH] = replyHash;
    this.#words[base + TRACKED] = 0;
    this.#serial = (this.#serial + 1) | 0;
    this.#words[base + SERIAL] = this.#serial;
    this.#keepText(id, buf, start, end);
    this.#responders[id] = responder;
    this.#requesters[id] = requester;
    this.#exports[id] = service;
    this.#byToken.add(hash, id);
    this.#byReply.add(replyHash, id);
    requester.awaited += weightOf(end - start);
    this.#append(id, service);
    if (service.timer === undefined) this.#startTimer(service, service.thresholdMs);
    return id;
  }

  /**
   * The request that a message of a responder's account answers, or 0.
   *
   * @param buf the subject that the responder has published to, in the range.
   */
  find(responder: Account, buf: Uint8Array, start: number, end: number): number {
    const tokenStart = start + REPLY_PREFIX_BYTES;
    const tokenEnd = tokenStart + TOKEN_BYTES;
    if (tokenEnd > end) return 0;
    const hash = hashBytes(buf, tokenStart, tokenEnd);
    const table = this.#byToken;
    for (let at = table.first(hash); at >= 0; at = table.next(at, hash)) {
      const id = table.idAt(at);
      if (this.#responders[id] !== responder) continue;
      const extra = this.isTracked(id) ? TRACKED_BYTES : 0;
      if (end - tokenEnd !== extra || (extra !== 0 && buf[tokenEnd] !== DOT)) continue;
      if (bytesEqual(this.#bytes, id * RECORD_BYTES + TOKEN_BYTE, buf, tokenStart, TOKEN_BYTES)) {
        return id;
      }
    }
    return 0;
  }

  /** Tells an id's request from others that have it before or after. */
  serialOf(id: number): number {
    return this.#words[(id << RECORD_SHIFT) + SERIAL]!;
  }

  /** Whether the request is still waited for. */
  isPending(id: number, serial: number): boolean {
    const { length } = this.#words;
    return id << RECORD_SHIFT < length && this.serialOf(id) === serial && !!this.#exports[id];
  }

  requesterOf(id: number): Account {
    return this.#requesters[id]!;
  }

  exportOf(id: number): ServiceExport {
    return this.#exports[id]!;
  }

  /** When the last message went to or fro, by `performance.now()`. */
  timeOf(id: number): number {
    return this.#times[(id << (RECORD_SHIFT - 1)) + TIME]!;
  }

  isTracked(id: number): boolean {
    return this.#words[(id << RECORD_SHIFT) + TRACKED] !== 0;
  }

  /** From now on the reply subject has a suffix; not so when too much is measured already. */
  track(id: number, request: MeasuredRequest): void {
    const isTracked = this.measured.add(id, request);
    this.#words[(id << RECORD_SHIFT) + TRACKED] = isTracked ? 1 : 0;
  }

  /** The next newer one of the same export; 0 for none. */
  newerThan(id: number): number {
    return this.#words[(id << RECORD_SHIFT) + NEWER]!;
  }

  /** Writes the random part; returns the index after it. */
  writeToken(id: number, out: Uint8Array, at: number): number {
    const from = id * RECORD_BYTES + TOKEN_BYTE;
    for (let i = 0; i < TOKEN_BYTES; i++) out[at + i] = this.#bytes[from + i]!;
    return at + TOKEN_BYTES;
  }

  /** Length of the requester's reply subject. */
  replyLength(id: number): number {
    return this.#words[(id << RECORD_SHIFT) + LENGTH]!;
  }

  /** Writes the requester's reply subject; returns the index after it. */
  writeReply(id: number, out: Uint8Array, at: number): number {
    const length = this.replyLength(id);
    const isLong = length > INLINE_MAX;
    const text = isLong ? this.#longTexts.get(id)! : this.#bytes;
    const from = isLong ? 0 : id * RECORD_BYTES + TEXT_BYTE;
    for (let i = 0; i < length; i++) out[at + i] = text[from + i]!;
    return at + length;
  }

  /** Another answer may follow: the time begins anew. */
  renew(id: number): void {
    const service = this.#exports[id]!;
    this.#unlink(id, service);
    this.#append(id, service);
  }

  /** The request is answered. */
  remove(id: number): void {
    const base = id << RECORD_SHIFT;
    this.#byToken.remove(this.#words[base + HASH]!, id);
    this.#byReply.remove(this.#words[base + REPLY_HASH]!, id);
    this.#requesters[id]!.awaited -= weightOf(this.replyLength(id));
    this.#unlink(id, this.#exports[id]!);
    if (this.#words[base + LENGTH]! > INLINE_MAX) this.#longTexts.delete(id);
    if (this.isTracked(id)) this.measured.remove(id);
    this.#responders[id] = null;
    this.#requesters[id] = null;
    this.#exports[id] = null;
    this.#words[base + NEWER] = this.#free;
    this.#free = id;
    if (this.#byToken.count === 0) this.#shrink();
  }

  /** The request will not be answered. */
  lose(id: number, reason: LossReason): void {
    this.onLost(id, reason);
    this.remove(id);
  }

  /** Nobody in the account wants this literal subject any more. */
  loseInterest(requester: Account, buf: Uint8Array, start: number, end: number): void {
    const hash = mixHash(hashBytes(buf, start, end), requester.number);
    for (;;) {
      const id = this.#findReply(requester, hash, buf, start, end);
      if (id === 0) return;
      this.lose(id, "interest lost");
    }
  }

  /** Gives up what nobody in the account wants any more. Takes time by what is pending altogether. */
  sweep(requester: Account): void {
    for (let id = 1; id < this.#fresh && requester.awaited > 0; id++) {
      if (this.#requesters[id] !== requester) continue;
      const length = this.replyLength(id);
      const text = this.#longTexts.get(id) ?? this.#bytes;
      const from = length > INLINE_MAX ? 0 : id * RECORD_BYTES + TEXT_BYTE;
      const { idCount } = requester.sublist.matchRange(text, from, from + length);
      if (idCount === 0) this.lose(id, "interest lost");
    }
  }

  /** Drops all of an export that is gone. */
  dropExport(service: ServiceExport): void {
    clearTimeout(service.timer);
    service.timer = undefined;
    while (service.oldest !== 0) this.remove(service.oldest);
  }

  /** Drops all of an account that is gone. Takes time by what is pending altogether. */
  dropRequester(requester: Account): void {
    for (let id = 1; id < this.#fresh && requester.awaited > 0; id++) {
      if (this.#requesters[id] === requester) this.remove(id);
    }
  }

  #findReply(
    requester: Account,
    hash: number,
    buf: Uint8Array,
    start: number,
    end: number,
  ): number {
    const length = end - start;
    const table = this.#byReply;
    for (let at = table.first(hash); at >= 0; at = table.next(at, hash)) {
      const id = table.idAt(at);
      if (this.#requesters[id] !== requester || this.replyLength(id) !== length) continue;
      const text = length > INLINE_MAX ? this.#longTexts.get(id)! : this.#bytes;
      const from = length > INLINE_MAX ? 0 : id * RECORD_BYTES + TEXT_BYTE;
      if (bytesEqual(text, from, buf, start, length)) return id;
    }
    return 0;
  }

  #startTimer(service: ServiceExport, ms: number): void {
    service.timer = setTimeout(expire, Math.max(ms, 1), this, service);
  }

  /** Gives up those that have waited too long. */
  expire(service: ServiceExport): void {
    service.timer = undefined;
    const now = performance.now();
    while (service.oldest !== 0) {
      const left = this.timeOf(service.oldest) + service.thresholdMs - now;
      if (left > 0) {
        this.#startTimer(service, left);
        return;
      }
      this.lose(service.oldest, "timeout");
    }
  }

  #append(id: number, service: ServiceExport): void {
    const base = id << RECORD_SHIFT;
    this.#times[(id << (RECORD_SHIFT - 1)) + TIME] = performance.now();
    this.#words[base + OLDER] = service.newest;
    this.#words[base + NEWER] = 0;
    if (service.newest === 0) service.oldest = id;
    else this.#words[(service.newest << RECORD_SHIFT) + NEWER] = id;
    service.newest = id;
  }

  #unlink(id: number, service: ServiceExport): void {
    const base = id << RECORD_SHIFT;
    const older = this.#words[base + OLDER]!;
    const newer = this.#words[base + NEWER]!;
    if (older === 0) service.oldest = newer;
    else this.#words[(older << RECORD_SHIFT) + NEWER] = newer;
    if (newer === 0) service.newest = older;
    else this.#words[(newer << RECORD_SHIFT) + OLDER] = older;
  }

  #keepText(id: number, buf: Uint8Array, start: number, end: number): void {
    const length = end - start;
    this.#words[(id << RECORD_SHIFT) + LENGTH] = length;
    if (length > INLINE_MAX) {
      // Not `buf.slice`: a Buffer's shares the memory, which its owner may give back.
      this.#longTexts.set(id, Uint8Array.prototype.slice.call(buf, start, end));
      return;
    }
    let to = id * RECORD_BYTES + TEXT_BYTE;
    for (let i = start; i < end; i++) this.#bytes[to++] = buf[i]!;
  }

  #allocate(): number {
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

  /** Nothing is pending: a block that has grown large goes back to its first size. */
  #shrink(): void {
    if (this.#bytes.length <= KEPT_BYTES) return;
    this.#use(new ArrayBuffer(FIRST_RECORDS * RECORD_BYTES));
    this.#responders.length = 1;
    this.#requesters.length = 1;
    this.#exports.length = 1;
    this.#free = 0;
    this.#fresh = 1;
  }

  #use(block: ArrayBuffer): void {
    this.#words = new Int32Array(block);
    this.#times = new Float64Array(block);
    this.#bytes = new Uint8Array(block);
  }
}

function weightOf(replyLength: number): number {
  return replyLength > INLINE_MAX ? 2 + ((replyLength / RECORD_BYTES) | 0) : 1;
}

function expire(replies: PendingReplies, service: ServiceExport): void {
  replies.expire(service);
}

function ignore(): void {}
