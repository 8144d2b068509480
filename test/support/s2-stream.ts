/** Streams of S2 made by hand, with everything that the format allows, and what they stand for. */

import type { Prng } from "./prng.ts";

export const S2_START = Buffer.from([0xff, 6, 0, 0, ...Buffer.from("S2sTwO")]);
export const SNAPPY_START = Buffer.from([0xff, 6, 0, 0, ...Buffer.from("sNaPpY")]);

const CRC_MASK = 0xa282ead8;
const POLYNOMIAL = 0x82f63b78;

/** Bit by bit, as the checksum is defined. */
export function maskedCrcOf(data: Uint8Array): Buffer {
  let crc = -1;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  }
  crc = ~crc >>> 0;
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE((((crc >>> 15) | (crc << 17)) + CRC_MASK) >>> 0);
  return bytes;
}

export function chunk(type: number, ...body: Uint8Array[]): Buffer {
  const bytes = Buffer.concat(body);
  const header = Buffer.alloc(4);
  header[0] = type;
  header.writeUIntLE(bytes.length, 1, 3);
  return Buffer.concat([header, bytes]);
}

/** A chunk of data that is not compressed. */
export function plainChunk(data: Uint8Array): Buffer {
  return chunk(1, maskedCrcOf(data), data);
}

export function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    bytes.push((rest % 128) | (rest >= 128 ? 128 : 0));
    if (rest < 128) return Buffer.from(bytes);
  }
}

function little(value: number, width: number): Buffer {
  const bytes = Buffer.alloc(width);
  if (width > 0) bytes.writeUIntLE(value, 0, width);
  return bytes;
}

/** A block in the making: what is said, and what it stands for. */
export class BlockByHand {
  readonly #parts: Buffer[] = [];
  #data = Buffer.alloc(0);
  #offset = 0;

  get data(): Buffer {
    return this.#data;
  }

  /** The last offset; 0 before the first copy. */
  get offset(): number {
    return this.#offset;
  }

  /** @param width bytes for the length; 0 to have it in the tag. */
  literal(bytes: Uint8Array, width: number): void {
    const value = width === 0 ? bytes.length - 1 : 59 + width;
    this.#parts.push(
      Buffer.from([value << 2]),
      little(bytes.length - 1, width),
      Buffer.from(bytes),
    );
    this.#data = Buffer.concat([this.#data, bytes]);
  }

  /** @param width bytes of the offset: 1 for lengths of 4 to 11, or 2, or 4. */
  copy(offset: number, length: number, width: number): void {
    if (width === 1) {
      const tag = ((offset >> 8) << 5) | ((length - 4) << 2) | 1;
      this.#parts.push(Buffer.from([tag, offset & 0xff]));
    } else {
      this.#parts.push(Buffer.from([((length - 1) << 2) | (width === 2 ? 2 : 3)]));
      this.#parts.push(little(offset, width));
    }
    this.#repeat(offset, length);
  }

  /** @param width bytes of the length; 0 to have it in the tag. */
  repeat(length: number, width: number): void {
    const least = [4, 8, 260, 65_540][width]!;
    const value = width === 0 ? length - 4 : 4 + width;
    this.#parts.push(Buffer.from([(value << 2) | 1, 0]), little(length - least, width));
    this.#repeat(this.#offset, length);
  }

  /** The chunk. */
  finish(): Buffer {
    const length = varint(this.#data.length);
    return chunk(0, maskedCrcOf(this.#data), length, ...this.#parts);
  }

  #repeat(offset: number, length: number): void {
    const made = Buffer.alloc(this.#data.length + length);
    this.#data.copy(made);
    for (let i = this.#data.length; i < made.length; i++) made[i] = made[i - offset]!;
    this.#data = made;
    this.#offset = offset;
  }
}

/** A block of anything that is allowed. */
export function anyBlock(random: Prng): BlockByHand {
  const block = new BlockByHand();
  block.literal(random.bytes(random.between(1, 60)), 0);
  for (let parts = random.below(30); parts > 0; parts--) {
    const size = block.data.length;
    const offset = random.between(1, random.pick([size, Math.min(size, 40)]));
    switch (random.below(5)) {
      case 0: {
        const width = random.below(5);
        const most = width === 0 ? 60 : width === 1 ? 256 : 3_000;
        block.literal(random.bytes(random.between(1, most)), width);
        break;
      }
      case 1:
        block.copy(Math.min(offset, 2_047), random.between(4, 11), 1);
        break;
      case 2:
        block.copy(Math.min(offset, 65_535), random.between(1, 64), 2);
        break;
      case 3:
        block.copy(offset, random.between(1, 64), 4);
        break;
      default:
        if (block.offset === 0) break;
        anyRepeat(random, block);
    }
  }
  return block;
}

function anyRepeat(random: Prng, block: BlockByHand): void {
  const width = random.chance(60) ? 3 : random.below(3);
  const [least, most] = [
    [4, 8],
    [8, 263],
    [260, 4_000],
    [65_540, 66_000],
  ][width]!;
  block.repeat(random.between(least!, most!), width);
}
