/** What a stream of S2 is made of: the framing format of Snappy, with larger and richer blocks. */

import { crc32c } from "../bytes/crc32c.ts";

/** Bytes of data that a block may stand for, as every reader takes them. */
export const BLOCK_MAX = 4 * 1024 * 1024;
/** The same in a stream of Snappy's. */
export const SNAPPY_BLOCK_MAX = 64 * 1024;

export const COMPRESSED = 0x00;
export const UNCOMPRESSED = 0x01;
/** Types from here on may be left out by who does not know them. */
export const FIRST_SKIPPABLE = 0x80;
export const STREAM_START = 0xff;

/** A chunk's type, and the length of what follows. */
export const CHUNK_HEADER_BYTES = 4;
/** A checksum of the data stands before it. */
export const CRC_BYTES = 4;

export const S2_NAME = Buffer.from("S2sTwO");
export const SNAPPY_NAME = Buffer.from("sNaPpY");

/** Low bits of the tags in a block. */
export const LITERAL = 0;
/** Longer literals have their length in bytes of their own, behind the tag. */
export const SHORT_LITERAL_MAX = 60;
/** An offset of 0 stands for the last one. */
export const COPY_ONE_BYTE = 1;
export const COPY_TWO_BYTES = 2;

const CRC_MASK = 0xa282ead8 | 0;

/** The checksum as it stands in a stream; a signed number of 32 bits. */
export function maskedCrc(bytes: Uint8Array, start: number, end: number): number {
  const crc = crc32c(bytes, start, end);
  return (((crc >>> 15) | (crc << 17)) + CRC_MASK) | 0;
}
