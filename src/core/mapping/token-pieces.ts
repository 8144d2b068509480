/**
 * Hot path. A token of a subject, cut into pieces: what the functions of mappings write.
 *
 * All read the token `input[start..end)`, write at `at` and return the index after what they wrote.
 * They cut between bytes, not between characters, as nats-server does.
 */

import { DOT, writeDecimal, ZERO } from "../../bytes/ascii.ts";

const INT32_MAX = 0x7fffffff;

export function copyRange(
  input: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array,
  at: number,
): number {
  let o = at;
  for (let i = start; i < end; i++) out[o++] = input[i]!;
  return o;
}

/** The token in two, of which the first has `length` bytes; in one when nothing would be left. */
export function writeHalves(
  input: Uint8Array,
  start: number,
  end: number,
  length: number,
  out: Uint8Array,
  at: number,
): number {
  const cut = start + length;
  if (length <= 0 || cut >= end) return copyRange(input, start, end, out, at);
  const o = copyRange(input, start, cut, out, at);
  out[o] = DOT;
  return copyRange(input, cut, end, out, o + 1);
}

/** Pieces of `size` bytes, before them one of `first` bytes, and the last may be shorter. */
export function writeSlices(
  input: Uint8Array,
  start: number,
  end: number,
  first: number,
  size: number,
  out: Uint8Array,
  at: number,
): number {
  let o = at;
  let next = start + first;
  for (let i = start; i < end; i++) {
    if (i === next) {
      out[o++] = DOT;
      next += size;
    }
    out[o++] = input[i]!;
  }
  return o;
}

/**
 * What stands between separators. Of empty pieces nothing is left, but for one thing that nats-server
 * does: two separators in front leave a dot.
 */
export function writeSplit(
  input: Uint8Array,
  start: number,
  end: number,
  separator: Uint8Array,
  out: Uint8Array,
  at: number,
): number {
  const width = separator.length;
  let o = at;
  let piece = start;
  let pieceEnd = find(input, start, end, separator);
  for (;;) {
    o = copyRange(input, piece, pieceEnd, out, o);
    if (pieceEnd === end) return o;
    const next = pieceEnd + width;
    const nextEnd = find(input, next, end, separator);
    const isEmptyFirst = piece === start && pieceEnd === start;
    if (nextEnd > next && !isEmptyFirst) out[o++] = DOT;
    // The separator ended the token: an empty piece follows, and is the last.
    if (next === end) return o;
    piece = next;
    pieceEnd = nextEnd;
  }
}

/** The characters of a token, one each. A byte that begins none in UTF-8 stands for itself. */
export function writeCharacters(
  input: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array,
  at: number,
): number {
  let o = at;
  let i = start;
  while (i < end) {
    if (i > start) out[o++] = DOT;
    const next = i + characterLength(input, i, end);
    o = copyRange(input, i, next, out, o);
    i = next;
  }
  return o;
}

/** An unsigned 32-bit number in decimal. */
export function writeUnsigned(out: Uint8Array, at: number, value: number): number {
  if (value <= INT32_MAX) return writeDecimal(out, at, value);
  // One digit off, and an int32 is left.
  const rest = Math.floor(value / 10);
  const o = writeDecimal(out, at, rest);
  out[o] = ZERO + (value - rest * 10);
  return o + 1;
}

/** Where the separator begins, or `end`. */
function find(input: Uint8Array, start: number, end: number, separator: Uint8Array): number {
  const last = end - separator.length;
  for (let i = start; i <= last; i++) {
    let same = 0;
    while (same < separator.length && input[i + same] === separator[same]) same++;
    if (same === separator.length) return i;
  }
  return end;
}

/** Bytes of the character at `at`: 1 for what is not valid UTF-8. */
function characterLength(input: Uint8Array, at: number, end: number): number {
  const lead = input[at]!;
  if (lead < 0xc2 || lead > 0xf4) return 1;
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (at + length > end) return 1;
  // Neither longer forms than needed, nor surrogates, nor what lies above U+10FFFF.
  const least = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const most = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (input[at + 1]! < least || input[at + 1]! > most) return 1;
  for (let i = at + 2; i < at + length; i++) if ((input[i]! & 0xc0) !== 0x80) return 1;
  return length;
}
