/**
 * Fixed-size records in one block of memory, addressed by a positive integer id.
 *
 * A record is 64 bytes: sixteen int32 words, of which the last ones hold a short text in place.
 *
 *     word   0 ........................ textWord .............. 15
 *           | the owner's int32 fields | text length and bytes   |
 *
 * The text area begins with one length byte; a text that does not fit is kept beside the block.
 * A million records are one object for the garbage collector. Freed ids are handed out again, the
 * most recently freed first; until then the owner's fields are 0. A block whose last record is freed
 * goes back to its first size.
 */

import { bytesEqual } from "./ascii.ts";

/** Words of one record; `id * RECORD_WORDS` is the index of its first word. */
export const RECORD_WORDS = 16;
/** `id << RECORD_SHIFT` is the index of a record's first word. */
export const RECORD_SHIFT = 4;
const RECORD_BYTES = RECORD_WORDS * 4;
/** There may be many small pools. */
const FIRST_CAPACITY = 16;
/** Links a free record to the next one: the last word, because owners look at the first ones. */
const LINK_WORD = RECORD_WORDS - 1;
/** Length byte of a text that lies beside the block. */
export const TEXT_ELSEWHERE = 0xff;

export class RecordPool {
  /** All records as words. Replaced when the pool grows: read it anew after `allocate`. */
  words = new Int32Array(FIRST_CAPACITY * RECORD_WORDS);
  /** The same memory as bytes. */
  bytes = new Uint8Array(this.words.buffer);
  /** Records in use. */
  count = 0;

  readonly #textByte: number;
  readonly #inlineMax: number;
  readonly #longTexts = new Map<number, Uint8Array>();
  #freeHead = 0;
  /** Ids below this have been handed out at least once; id 0 is never handed out. */
  #fresh = 1;

  /** @param textWord first word of the text area. */
  constructor(textWord: number) {
    this.#textByte = textWord * 4;
    this.#inlineMax = RECORD_BYTES - this.#textByte - 1;
  }

  /** A record with every word 0. */
  allocate(): number {
    let id = this.#freeHead;
    if (id !== 0) {
      const link = (id << RECORD_SHIFT) + LINK_WORD;
      this.#freeHead = this.words[link]!;
      this.words[link] = 0;
    } else {
      id = this.#fresh++;
      if (id * RECORD_WORDS >= this.words.length) this.#grow();
    }
    this.count++;
    return id;
  }

  free(id: number): void {
    const base = id << RECORD_SHIFT;
    if (this.bytes[(base << 2) + this.#textByte] === TEXT_ELSEWHERE) this.#longTexts.delete(id);
    this.words.fill(0, base, base + RECORD_WORDS);
    this.count--;
    if (this.count === 0) {
      this.#reset();
      return;
    }
    this.words[base + LINK_WORD] = this.#freeHead;
    this.#freeHead = id;
  }

  /** Gives a record its text, a copy of the range. */
  setText(id: number, buf: Uint8Array, start: number, end: number): void {
    const at = id * RECORD_BYTES + this.#textByte;
    const length = end - start;
    if (length > this.#inlineMax) {
      this.bytes[at] = TEXT_ELSEWHERE;
      // Not `buf.slice`: a Buffer's shares the memory, which its owner may give back.
      this.#longTexts.set(id, Uint8Array.prototype.slice.call(buf, start, end));
      return;
    }
    this.bytes[at] = length;
    for (let i = 0; i < length; i++) this.bytes[at + 1 + i] = buf[start + i]!;
  }

  /** Tells whether a record's text equals the range. */
  textEquals(id: number, buf: Uint8Array, start: number, end: number): boolean {
    const at = id * RECORD_BYTES + this.#textByte;
    const length = this.bytes[at]!;
    if (length !== TEXT_ELSEWHERE) {
      return length === end - start && bytesEqual(this.bytes, at + 1, buf, start, length);
    }
    const text = this.#longTexts.get(id)!;
    return text.length === end - start && bytesEqual(text, 0, buf, start, text.length);
  }

  textLength(id: number): number {
    const length = this.bytes[id * RECORD_BYTES + this.#textByte]!;
    return length === TEXT_ELSEWHERE ? this.#longTexts.get(id)!.length : length;
  }

  /** Copies a record's text to `target` at `at`; returns the index after it. */
  copyText(id: number, target: Uint8Array, at: number): number {
    const from = id * RECORD_BYTES + this.#textByte;
    const length = this.bytes[from]!;
    if (length === TEXT_ELSEWHERE) {
      const text = this.#longTexts.get(id)!;
      target.set(text, at);
      return at + text.length;
    }
    const bytes = this.bytes;
    for (let i = 1; i <= length; i++) target[at++] = bytes[from + i]!;
    return at;
  }

  /** A record's text for logs and monitoring. */
  text(id: number): string {
    const text = Buffer.alloc(this.textLength(id));
    this.copyText(id, text, 0);
    return text.toString();
  }

  #grow(): void {
    // transfer() moves or extends the block and releases the old one at once.
    this.#use(this.words.buffer.transfer(this.words.byteLength * 2));
  }

  #reset(): void {
    if (this.words.length > FIRST_CAPACITY * RECORD_WORDS) {
      this.#use(new ArrayBuffer(FIRST_CAPACITY * RECORD_BYTES));
    } else {
      this.words.fill(0, 0, this.#fresh * RECORD_WORDS);
    }
    this.#freeHead = 0;
    this.#fresh = 1;
  }

  #use(block: ArrayBuffer): void {
    this.words = new Int32Array(block);
    this.bytes = new Uint8Array(block);
  }
}
