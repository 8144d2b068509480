/**
 * Hot path. Writes a block of S2: literals, copies, repeats. `block-decoder.ts` tells their form.
 */

import { NO_BUFFER } from "../bytes/buffer-pool.ts";
import { COPY_ONE_BYTE, COPY_TWO_BYTES, LITERAL, SHORT_LITERAL_MAX } from "./format.ts";
import { ViewCache } from "./view-cache.ts";

/** Copies from farther away are not made: two bytes hold the offset. */
export const OFFSET_MAX = 0xffff;

/** The most that a literal and a copy take beside the literal's bytes. */
const TAGS_MAX = 12;
/** Literals up to so long are copied without asking how long they are. */
const WORDWISE_MAX = 16;

const NEAR_OFFSET_MAX = 0x7ff;
const NEAR_LENGTH_MAX = 11;
const FAR_LENGTH_MAX = 64;
/** What is left of a longer copy must be long enough for a repeat. */
const FAR_LENGTH_BEFORE_REPEAT = 60;
const NEAR_LENGTH_BEFORE_REPEAT = 8;

const COPY_MIN = 4;
const REPEAT_SHORT_MAX = 8;
const REPEAT_ONE_BYTE_MAX = REPEAT_SHORT_MAX + 0xff;
const REPEAT_TWO_BYTES_MIN = COPY_MIN + 0x100;
const REPEAT_TWO_BYTES_MAX = REPEAT_TWO_BYTES_MIN + 0xffff;
const REPEAT_THREE_BYTES_MIN = COPY_MIN + 0x10000;

/** Bytes that a copy takes, as far as it is short. */
export function costOf(offset: number, length: number): number {
  return length <= NEAR_LENGTH_MAX && offset <= NEAR_OFFSET_MAX ? 2 : 3;
}

export function costOfRepeat(length: number): number {
  return length <= REPEAT_SHORT_MAX ? 2 : 3;
}

export class BlockWriter {
  /** Of the last copy; 0 before there is one. */
  offset = 0;
  #src: Buffer = NO_BUFFER;
  #view = new DataView(NO_BUFFER.buffer);
  #out: Buffer = NO_BUFFER;
  readonly #outViews = new ViewCache();
  #outView = this.#view;
  #at = 0;
  /** Literals that end behind this are not written: the block would not be worth it. */
  #limit = 0;

  /**
   * Begins a block.
   *
   * @param view of `src`
   * @param length of its data, and of the room for it in `out`
   */
  begin(src: Buffer, view: DataView, length: number, out: Buffer, at: number): void {
    this.offset = 0;
    this.#src = src;
    this.#view = view;
    this.#out = out;
    this.#outView = this.#outViews.of(out);
    this.#limit = at + length - TAGS_MAX;
    let o = at;
    let rest = length;
    for (; rest >= 0x80; rest >>>= 7) out[o++] = (rest & 0x7f) | 0x80;
    out[o++] = rest;
    this.#at = o;
  }

  /**
   * A literal and a copy.
   *
   * @param literal where the literal begins; it may be empty
   * @param from where the copied bytes stand, at least four of them
   * @param to where the literal ends and the copy begins
   * @returns false when the block would not be smaller than its data
   */
  write(literal: number, from: number, to: number, length: number): boolean {
    if (literal < to && !this.#writeLiteral(literal, to)) return false;
    const offset = to - from;
    if (offset === this.offset) this.#writeRepeat(length);
    else this.#writeCopy(offset, length);
    this.offset = offset;
    return true;
  }

  /**
   * Ends the block with a literal, which may be empty.
   *
   * @returns the index behind the block, or -1 when it is not smaller than its data
   */
  finish(literal: number, end: number): number {
    if (literal < end && !this.#writeLiteral(literal, end)) return -1;
    return this.#at;
  }

  #writeLiteral(start: number, end: number): boolean {
    const out = this.#out;
    const length = end - start;
    let o = this.#at;
    if (o + length > this.#limit) return false;
    this.#at = o + 1 + length;
    if (length <= WORDWISE_MAX && o + WORDWISE_MAX < this.#limit) {
      const view = this.#view;
      if (start + WORDWISE_MAX <= view.byteLength) {
        const outView = this.#outView;
        out[o] = ((length - 1) << 2) | LITERAL;
        outView.setInt32(o + 1, view.getInt32(start, true), true);
        outView.setInt32(o + 5, view.getInt32(start + 4, true), true);
        outView.setInt32(o + 9, view.getInt32(start + 8, true), true);
        outView.setInt32(o + 13, view.getInt32(start + 12, true), true);
        return true;
      }
    }
    let rest = length - 1;
    if (rest < SHORT_LITERAL_MAX) {
      out[o++] = (rest << 2) | LITERAL;
    } else {
      const width = rest < 0x100 ? 1 : rest < 0x10000 ? 2 : 3;
      out[o++] = ((SHORT_LITERAL_MAX - 1 + width) << 2) | LITERAL;
      for (let i = 0; i < width; i++, rest >>>= 8) out[o++] = rest & 0xff;
    }
    this.#src.copy(out, o, start, end);
    this.#at = o + length;
    return true;
  }

  #writeCopy(offset: number, length: number): void {
    if (offset <= NEAR_OFFSET_MAX) {
      if (length <= NEAR_LENGTH_MAX) {
        this.#writeNear(offset, length);
        return;
      }
      if (length > FAR_LENGTH_MAX) {
        this.#writeNear(offset, NEAR_LENGTH_BEFORE_REPEAT);
        this.#writeRepeat(length - NEAR_LENGTH_BEFORE_REPEAT);
        return;
      }
    }
    const isLong = length > FAR_LENGTH_MAX;
    const far = isLong ? FAR_LENGTH_BEFORE_REPEAT : length;
    const out = this.#out;
    const o = this.#at;
    out[o] = ((far - 1) << 2) | COPY_TWO_BYTES;
    out[o + 1] = offset & 0xff;
    out[o + 2] = offset >> 8;
    this.#at = o + 3;
    if (isLong) this.#writeRepeat(length - far);
  }

  #writeNear(offset: number, length: number): void {
    const out = this.#out;
    const o = this.#at;
    out[o] = ((offset >> 8) << 5) | ((length - COPY_MIN) << 2) | COPY_ONE_BYTE;
    out[o + 1] = offset & 0xff;
    this.#at = o + 2;
  }

  #writeRepeat(length: number): void {
    const out = this.#out;
    const o = this.#at;
    out[o + 1] = 0;
    if (length <= REPEAT_SHORT_MAX) {
      out[o] = ((length - COPY_MIN) << 2) | COPY_ONE_BYTE;
      this.#at = o + 2;
      return;
    }
    let width = 1;
    let rest = length - REPEAT_SHORT_MAX;
    if (length > REPEAT_TWO_BYTES_MAX) {
      width = 3;
      rest = length - REPEAT_THREE_BYTES_MIN;
    } else if (length > REPEAT_ONE_BYTE_MAX) {
      width = 2;
      rest = length - REPEAT_TWO_BYTES_MIN;
    }
    out[o] = ((COPY_MIN + width) << 2) | COPY_ONE_BYTE;
    for (let i = 0; i < width; i++, rest >>>= 8) out[o + 2 + i] = rest & 0xff;
    this.#at = o + 2 + width;
  }
}
