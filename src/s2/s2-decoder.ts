/**
 * Reads streams of S2 or Snappy, in any pieces.
 *
 * Everything is taken that the library of nats-server takes: streams one after another, chunks that
 * may be skipped, blocks up to 4 MiB. A chunk is kept until it is whole, in a buffer that grows with
 * what has come of it: to 8 MiB, the next size above the longest chunk, and no more.
 */

import { NO_BUFFER, releaseBuffer, takeBuffer } from "../bytes/buffer-pool.ts";
import { decodeBlock } from "./block-decoder.ts";
import {
  BLOCK_MAX,
  CHUNK_HEADER_BYTES,
  COMPRESSED,
  CRC_BYTES,
  FIRST_SKIPPABLE,
  maskedCrc,
  S2_NAME,
  SNAPPY_BLOCK_MAX,
  SNAPPY_NAME,
  STREAM_START,
  UNCOMPRESSED,
} from "./format.ts";
import { S2Error } from "./s2-error.ts";
import { ViewCache } from "./view-cache.ts";

/** A block of data that does not shrink is longer than the data by its length and a literal's. */
const CHUNK_MAX = BLOCK_MAX + CRC_BYTES + 8;
/** Bytes that the length of a block takes at most. */
const LENGTH_BYTES_MAX = 5;
/** Shorter data is left to the collector. */
const OWN_MEMORY_MIN = 4096;

const views = new ViewCache();

export class S2Decoder {
  /** The beginning of a chunk; empty between chunks. */
  #rest: Buffer = NO_BUFFER;
  #restLength = 0;
  /** Bytes still to come of a chunk that is skipped. */
  #skipped = 0;
  #hasStarted = false;
  #isSnappy = false;
  #fault: S2Error | null = null;
  #isPaused = false;

  /** Bytes of memory that input takes which is not decoded yet. */
  get heldBytes(): number {
    return this.#rest.length;
  }

  /** Lets `decode` return after the chunk under way: a few bytes may stand for a great many. */
  pause(): void {
    this.#isPaused = true;
  }

  /**
   * Takes a piece of the stream, of which nothing is needed afterwards.
   *
   * @param onBytes gets the data of each chunk. It is the receiver's own; 4 KiB or more have their
   *     memory for themselves.
   * @param start where to begin in the piece
   * @returns index of the first byte that is not taken: the length, or less after `pause`
   * @throws S2Error when the stream is broken, then and at each later call
   */
  decode(piece: Buffer, onBytes: (plain: Buffer) => void, start = 0): number {
    if (this.#fault !== null) throw this.#fault;
    this.#isPaused = false;
    let at = start;
    while (at < piece.length && !this.#isPaused) {
      if (this.#skipped > 0) {
        const skipped = Math.min(this.#skipped, piece.length - at);
        this.#skipped -= skipped;
        at += skipped;
      } else if (this.#restLength > 0 || piece.length - at < CHUNK_HEADER_BYTES) {
        at = this.#fill(piece, at, onBytes);
      } else {
        at = this.#take(piece, at, onBytes);
      }
    }
    return at;
  }

  /** A chunk that begins in this piece. */
  #take(piece: Buffer, at: number, onBytes: (plain: Buffer) => void): number {
    const body = at + CHUNK_HEADER_BYTES;
    const length = this.#checkHeader(piece, at);
    if (piece[at]! >= FIRST_SKIPPABLE && piece[at] !== STREAM_START) {
      this.#skipped = length;
      return body;
    }
    if (body + length > piece.length) return this.#fill(piece, at, onBytes);
    this.#read(piece, at, body + length, onBytes);
    return body + length;
  }

  /** Adds to the chunk whose beginning is kept, up to its end; returns the index after that. */
  #fill(piece: Buffer, start: number, onBytes: (plain: Buffer) => void): number {
    const at = this.#append(piece, start, CHUNK_HEADER_BYTES);
    if (this.#restLength < CHUNK_HEADER_BYTES) return at;
    const length = this.#checkHeader(this.#rest, 0);
    const type = this.#rest[0]!;
    if (type >= FIRST_SKIPPABLE && type !== STREAM_START) {
      this.#release();
      this.#skipped = length;
      return at;
    }
    const end = this.#append(piece, at, CHUNK_HEADER_BYTES + length);
    if (this.#restLength === CHUNK_HEADER_BYTES + length) {
      const chunk = this.#rest;
      const chunkLength = this.#restLength;
      this.#rest = NO_BUFFER;
      this.#restLength = 0;
      this.#read(chunk, 0, chunkLength, onBytes);
      releaseBuffer(chunk);
    }
    return end;
  }

  /** Keeps bytes until there are `wanted`; returns the index after them. */
  #append(piece: Buffer, start: number, wanted: number): number {
    const bytes = Math.min(wanted - this.#restLength, piece.length - start);
    if (bytes <= 0) return start;
    const length = this.#restLength + bytes;
    if (length > this.#rest.length) {
      const larger = takeBuffer(Math.min(wanted, length * 2));
      this.#rest.copy(larger, 0, 0, this.#restLength);
      releaseBuffer(this.#rest);
      this.#rest = larger;
    }
    piece.copy(this.#rest, this.#restLength, start, start + bytes);
    this.#restLength = length;
    return start + bytes;
  }

  #release(): void {
    releaseBuffer(this.#rest);
    this.#rest = NO_BUFFER;
    this.#restLength = 0;
  }

  /** Returns the length of what follows the header. */
  #checkHeader(src: Buffer, at: number): number {
    const type = src[at]!;
    const length = src.readUIntLE(at + 1, 3);
    if (!this.#hasStarted && type !== STREAM_START) throw this.#corrupt();
    this.#hasStarted = true;
    if (type === STREAM_START) {
      if (length !== S2_NAME.length) throw this.#corrupt();
    } else if (type === COMPRESSED || type === UNCOMPRESSED) {
      if (length < CRC_BYTES || length > CHUNK_MAX) throw this.#corrupt();
    } else if (type < FIRST_SKIPPABLE) {
      throw this.#fail("s2: unsupported input");
    }
    return length;
  }

  #read(src: Buffer, at: number, end: number, onBytes: (plain: Buffer) => void): void {
    const type = src[at];
    const body = at + CHUNK_HEADER_BYTES;
    if (type === STREAM_START) {
      this.#isSnappy = SNAPPY_NAME.compare(src, body, end) === 0;
      if (!this.#isSnappy && S2_NAME.compare(src, body, end) !== 0) throw this.#corrupt();
      return;
    }
    const start = body + CRC_BYTES;
    const plain =
      type === COMPRESSED ? this.#readBlock(src, start, end) : this.#copy(src, start, end);
    if (maskedCrc(plain, 0, plain.length) !== src.readInt32LE(body)) {
      throw this.#fail("s2: corrupt input, crc mismatch");
    }
    if (plain.length > 0) onBytes(plain);
  }

  #readBlock(src: Buffer, start: number, end: number): Buffer {
    let length = 0;
    let at = start;
    for (let shift = 0; ; shift += 7) {
      if (at === end || at - start === LENGTH_BYTES_MAX) throw this.#corrupt();
      const byte = src[at++]!;
      length += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    const plain = this.#allocate(length);
    const outView = new DataView(plain.buffer, plain.byteOffset, plain.length);
    if (decodeBlock(src, views.of(src), at, end, plain, outView)) return plain;
    throw this.#corrupt();
  }

  #copy(src: Buffer, start: number, end: number): Buffer {
    const plain = this.#allocate(end - start);
    src.copy(plain, 0, start, end);
    return plain;
  }

  #allocate(length: number): Buffer {
    if (length > (this.#isSnappy ? SNAPPY_BLOCK_MAX : BLOCK_MAX)) throw this.#corrupt();
    return length < OWN_MEMORY_MIN ? Buffer.allocUnsafe(length) : Buffer.allocUnsafeSlow(length);
  }

  #corrupt(): S2Error {
    return this.#fail("s2: corrupt input");
  }

  #fail(text: string): S2Error {
    this.#release();
    this.#fault = new S2Error(text);
    return this.#fault;
  }
}
