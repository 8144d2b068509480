/**
 * Hot path. Compresses data into streams of S2, each of them whole: every flush of a connection makes
 * one, as nats-server's writer does.
 *
 * All encoders of a level share its tables: a call ends before another one begins.
 */

import { BlockWriter } from "./block-writer.ts";
import {
  CHUNK_HEADER_BYTES,
  COMPRESSED,
  CRC_BYTES,
  maskedCrc,
  S2_NAME,
  STREAM_START,
  UNCOMPRESSED,
} from "./format.ts";
import type { Matcher } from "./matcher.ts";
import { matcherOf } from "./matchers.ts";
import type { S2Level } from "./s2-level.ts";
import { ViewCache } from "./view-cache.ts";

/** Data of a chunk, at most: a reader sees nothing of it before all has come. */
const CHUNK_DATA_MAX = 256 * 1024;
/** Less data is not worth it. */
const COMPRESSED_DATA_MIN = 32;
const START_BYTES = CHUNK_HEADER_BYTES + S2_NAME.length;
const CHUNK_TAG_BYTES = CHUNK_HEADER_BYTES + CRC_BYTES;

const views = new ViewCache();
const writer = new BlockWriter();

export class S2Encoder {
  #level: S2Level;
  #matcher: Matcher | null;

  constructor(level: S2Level) {
    this.#level = level;
    this.#matcher = matcherOf(level);
  }

  get level(): S2Level {
    return this.#level;
  }

  /** May change at any time; the other side need not know. */
  set level(level: S2Level) {
    this.#level = level;
    this.#matcher = matcherOf(level);
  }

  /** Bytes that a stream of so many bytes of data takes at most. */
  maxLength(bytes: number): number {
    return START_BYTES + bytes + CHUNK_TAG_BYTES * Math.ceil(bytes / CHUNK_DATA_MAX);
  }

  /**
   * Writes the data from `start` up to `end` as a stream to `out`, from `at` on, where there is room
   * for `maxLength`.
   *
   * @returns the index behind the stream
   */
  encode(src: Buffer, start: number, end: number, out: Buffer, at: number): number {
    writeHeader(out, at, STREAM_START, S2_NAME.length);
    S2_NAME.copy(out, at + CHUNK_HEADER_BYTES);
    let o = at + START_BYTES;
    for (let i = start; i < end; i += CHUNK_DATA_MAX) {
      o = this.#writeChunk(src, i, Math.min(i + CHUNK_DATA_MAX, end), out, o);
    }
    return o;
  }

  #writeChunk(src: Buffer, start: number, end: number, out: Buffer, at: number): number {
    const dataAt = at + CHUNK_TAG_BYTES;
    let dataEnd = -1;
    if (this.#matcher !== null && end - start >= COMPRESSED_DATA_MIN) {
      const view = views.of(src);
      writer.begin(src, view, end - start, out, dataAt);
      dataEnd = this.#matcher.encode(view, start, end, writer);
    }
    const isCompressed = dataEnd >= 0;
    if (!isCompressed) dataEnd = dataAt + src.copy(out, dataAt, start, end);
    const type = isCompressed ? COMPRESSED : UNCOMPRESSED;
    writeHeader(out, at, type, dataEnd - at - CHUNK_HEADER_BYTES);
    out.writeInt32LE(maskedCrc(src, start, end), at + CHUNK_HEADER_BYTES);
    return dataEnd;
  }
}

function writeHeader(out: Buffer, at: number, type: number, length: number): void {
  out[at] = type;
  out[at + 1] = length & 0xff;
  out[at + 2] = (length >> 8) & 0xff;
  out[at + 3] = length >> 16;
}
