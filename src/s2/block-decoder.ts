/**
 * Hot path. Reads one block of S2.
 *
 * A block is a list of literals and of copies of what came before:
 *
 *     low bits of the tag | meaning
 *     --------------------|---------------------------------------------------------------
 *     00                  | literal; lengths from 61 on stand in 1 to 4 bytes of their own
 *     01                  | copy of 4 to 11 bytes, offset of 11 bits; offset 0: repeat
 *     10, 11              | copy of 1 to 64 bytes, offset of 2 or 4 bytes
 *
 * A repeat copies from the offset of the last copy, and its length may stand in 1 to 3 bytes more.
 */

import { COPY_ONE_BYTE, COPY_TWO_BYTES, LITERAL, SHORT_LITERAL_MAX } from "./format.ts";

/** Literals up to so long are copied without asking how long they are, where there is room. */
const WORDWISE_MAX = 16;
/** Copies up to so long go word by word, longer ones by calls. */
const SHORT_COPY_MAX = 64;
/** Nearer copies overlap what two words make. */
const PAIRWISE_OFFSET_MIN = 8;
/** From here on a repeat's three bits of length tell how many bytes hold the rest of it. */
const REPEAT_ONE_BYTE = 5;

/**
 * @param view of `src`
 * @param start behind the block's own length
 * @param out exactly as long as the block's data
 * @param outView of `out`
 * @returns whether the block was sound; otherwise there is anything in `out`
 */
export function decodeBlock(
  src: Buffer,
  view: DataView,
  start: number,
  end: number,
  out: Buffer,
  outView: DataView,
): boolean {
  const size = out.length;
  let offset = 0;
  let s = start;
  let d = 0;
  while (s < end) {
    const tag = src[s++]!;
    let length = tag >> 2;
    if ((tag & 3) === LITERAL) {
      if (length >= SHORT_LITERAL_MAX) {
        const width = length - SHORT_LITERAL_MAX + 1;
        length = src[s]!;
        for (let i = 1; i < width; i++) length |= src[s + i]! << (8 * i);
        s += width;
      }
      length++;
      if (length <= 0 || length > size - d || length > end - s) return false;
      if (length > WORDWISE_MAX || s + WORDWISE_MAX > end || d + WORDWISE_MAX > size) {
        src.copy(out, d, s, s + length);
      } else {
        outView.setInt32(d, view.getInt32(s, true), true);
        outView.setInt32(d + 4, view.getInt32(s + 4, true), true);
        outView.setInt32(d + 8, view.getInt32(s + 8, true), true);
        outView.setInt32(d + 12, view.getInt32(s + 12, true), true);
      }
      s += length;
      d += length;
      continue;
    }
    if ((tag & 3) === COPY_ONE_BYTE) {
      length &= 7;
      const near = ((tag & 0xe0) << 3) | src[s++]!;
      if (near !== 0) {
        offset = near;
      } else if (length >= REPEAT_ONE_BYTE) {
        const width = length - REPEAT_ONE_BYTE + 1;
        length = repeatLength(src, s, width);
        s += width;
      }
      length += 4;
    } else {
      length++;
      offset = src[s]! | (src[s + 1]! << 8);
      s += 2;
      if ((tag & 3) !== COPY_TWO_BYTES) {
        offset |= (src[s]! << 16) | (src[s + 1]! << 24);
        s += 2;
      }
    }
    // An offset of 0 or less becomes larger than anything here.
    if ((offset - 1) >>> 0 >= d || length > size - d) return false;
    copy(out, outView, d - offset, d, length);
    d += length;
  }
  return s === end && d === size;
}

/** Without the 4 that are added to every length. */
function repeatLength(src: Buffer, at: number, width: number): number {
  if (width === 1) return src[at]! + 4;
  const low = src[at]! | (src[at + 1]! << 8);
  return width === 2 ? low + 0x100 : (low | (src[at + 2]! << 16)) + 0x10000;
}

/** Copies forwards, so that a part which overlaps what it makes is repeated. */
function copy(out: Buffer, view: DataView, from: number, to: number, length: number): void {
  const end = to + length;
  const distance = to - from;
  if (length <= SHORT_COPY_MAX && distance >= PAIRWISE_OFFSET_MIN && end + 8 <= out.length) {
    for (let d = to; d < end; d += 8) {
      view.setInt32(d, view.getInt32(d - distance, true), true);
      view.setInt32(d + 4, view.getInt32(d + 4 - distance, true), true);
    }
    return;
  }
  // What is there of the pattern doubles each time.
  for (let d = to; d < end; ) {
    const part = Math.min(end - d, d - from);
    out.copyWithin(d, from, from + part);
    d += part;
  }
}
