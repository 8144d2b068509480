/**
 * Snappy in its framing format: a stream of chunks, each with a checksum and up to 64 KiB of data.
 *
 * Only compression is here. What a chunk repeats of itself is found by a table of where its last four
 * bytes of each kind were seen, as Snappy's own encoders do it.
 */

import { crc32c } from "./crc32c.ts";

/** Bytes of data in a chunk, at most. */
export const SNAPPY_CHUNK_MAX = 64 * 1024;

const STREAM_START = Buffer.from([0xff, 6, 0, 0, ...Buffer.from("sNaPpY")]);
const COMPRESSED = 0;
const UNCOMPRESSED = 1;
/** Type and length, then the checksum. */
const HEADER_BYTES = 8;
const CRC_BYTES = 4;
const CRC_MASK = 0xa282ead8 | 0;

const TABLE_BITS = 14;
const HASH_FACTOR = 0x1e35a7bd;
/** No match is looked for so near to the end. */
const MARGIN = 15;
const MATCH_MIN = 4;
/** One tag copies up to so many bytes. */
const COPY_MAX = 64;
/** The length of longer literals stands in bytes of their own. */
const SHORT_LITERAL_MAX = 60;
const LITERAL = 0;
const COPY_TWO_BYTES = 2;
/** The longer nothing matches, the larger are the steps: one byte more after each so many. */
const SKIP_SHIFT = 5;

/** The whole stream of something that is small; larger things are compressed by `snappyChunks`. */
export function snappyStream(bytes: Uint8Array): Buffer {
  return Buffer.concat([...snappyChunks(bytes)]);
}

/** The stream in parts, so that there may be pauses between them. */
export function* snappyChunks(bytes: Uint8Array): Generator<Buffer> {
  yield STREAM_START;
  const table = new Uint16Array(1 << TABLE_BITS);
  for (let at = 0; at < bytes.length; at += SNAPPY_CHUNK_MAX) {
    const data = bytes.subarray(at, at + SNAPPY_CHUNK_MAX);
    table.fill(0);
    yield chunkOf(data, table);
  }
}

function chunkOf(data: Uint8Array, table: Uint16Array): Buffer {
  const out = Buffer.allocUnsafe(HEADER_BYTES + maxLength(data.length));
  const end = compress(data, table, out);
  const size = end - HEADER_BYTES;
  const isWorthIt = size < data.length;
  const chunk = isWorthIt ? out.subarray(0, end) : out.subarray(0, HEADER_BYTES + data.length);
  if (!isWorthIt) chunk.set(data, HEADER_BYTES);
  chunk[0] = isWorthIt ? COMPRESSED : UNCOMPRESSED;
  chunk.writeUIntLE(chunk.length - HEADER_BYTES + CRC_BYTES, 1, 3);
  const crc = crc32c(data, 0, data.length);
  chunk.writeInt32LE((((crc >>> 15) | (crc << 17)) + CRC_MASK) | 0, 4);
  return chunk;
}

/** Of a block, whatever is in it. */
function maxLength(length: number): number {
  return 32 + length + Math.ceil(length / 6);
}

/** Writes a block behind the place for the chunk's header; returns the index after it. */
function compress(data: Uint8Array, table: Uint16Array, out: Uint8Array): number {
  let o = writeLength(data.length, out, HEADER_BYTES);
  const last = data.length - MARGIN;
  let literal = 0;
  let at = 1;
  while (at < last) {
    const hash = hashAt(data, at);
    const candidate = table[hash]!;
    table[hash] = at;
    if (candidate >= at || !startsAlike(data, candidate, at)) {
      at += 1 + ((at - literal) >> SKIP_SHIFT);
      continue;
    }
    const length = matchLength(data, candidate, at);
    o = writeLiteral(data, literal, at, out, o);
    o = writeCopy(at - candidate, length, out, o);
    at += length;
    literal = at;
    if (at < last) table[hashAt(data, at - 1)] = at - 1;
  }
  return writeLiteral(data, literal, data.length, out, o);
}

function hashAt(data: Uint8Array, at: number): number {
  const four = data[at]! | (data[at + 1]! << 8) | (data[at + 2]! << 16) | (data[at + 3]! << 24);
  return Math.imul(four, HASH_FACTOR) >>> (32 - TABLE_BITS);
}

function startsAlike(data: Uint8Array, a: number, b: number): boolean {
  return (
    data[a] === data[b] &&
    data[a + 1] === data[b + 1] &&
    data[a + 2] === data[b + 2] &&
    data[a + 3] === data[b + 3]
  );
}

function matchLength(data: Uint8Array, candidate: number, at: number): number {
  let length = MATCH_MIN;
  while (at + length < data.length && data[candidate + length] === data[at + length]) length++;
  return length;
}

function writeLength(length: number, out: Uint8Array, at: number): number {
  let rest = length;
  let o = at;
  for (; rest >= 0x80; rest >>>= 7) out[o++] = (rest & 0x7f) | 0x80;
  out[o++] = rest;
  return o;
}

function writeLiteral(
  data: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array,
  at: number,
): number {
  if (start === end) return at;
  const length = end - start - 1;
  let o = at;
  if (length < SHORT_LITERAL_MAX) {
    out[o++] = (length << 2) | LITERAL;
  } else {
    const isLong = length > 0xff;
    out[o++] = ((isLong ? SHORT_LITERAL_MAX + 1 : SHORT_LITERAL_MAX) << 2) | LITERAL;
    out[o++] = length & 0xff;
    if (isLong) out[o++] = length >> 8;
  }
  out.set(data.subarray(start, end), o);
  return o + end - start;
}

function writeCopy(offset: number, length: number, out: Uint8Array, at: number): number {
  let o = at;
  for (let rest = length; rest > 0; ) {
    const copied = Math.min(rest, COPY_MAX);
    out[o++] = ((copied - 1) << 2) | COPY_TWO_BYTES;
    out[o++] = offset & 0xff;
    out[o++] = offset >> 8;
    rest -= copied;
  }
  return o;
}
