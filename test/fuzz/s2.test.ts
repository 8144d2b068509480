/** S2 against data of all kinds, streams made by hand, and streams that were tampered with. */

import { expect, test } from "bun:test";
import { S2Decoder } from "../../src/s2/s2-decoder.ts";
import { S2Encoder } from "../../src/s2/s2-encoder.ts";
import { S2Error } from "../../src/s2/s2-error.ts";
import type { S2Level } from "../../src/s2/s2-level.ts";
import { natsLines } from "../support/nats-lines.ts";
import { type Prng, withSeed } from "../support/prng.ts";
import { anyBlock, chunk, plainChunk, S2_START, SNAPPY_START } from "../support/s2-stream.ts";

const LEVELS: readonly S2Level[] = ["uncompressed", "fast", "better", "best"];
const ROUNDS = 300;
const KEPT_MAX = 8 * 1024 * 1024;

/** Lines, noise, patterns of any period, and mixtures of them. */
function anyData(random: Prng): Buffer {
  const length = random.pick([0, 7, 8, 16, 31, 100, 1_000, 9_000, 70_000]) + random.below(40);
  switch (random.below(4)) {
    case 0:
      return natsLines(random, length);
    case 1:
      return random.bytes(length);
    case 2:
      return Buffer.alloc(length, random.bytes(random.between(1, 80)));
  }
  const words = Array.from({ length: 12 }, () => random.bytes(random.between(1, 90)));
  const parts: Buffer[] = [];
  for (let bytes = 0; bytes < length; bytes += parts.at(-1)!.length) parts.push(random.pick(words));
  return Buffer.concat(parts).subarray(0, length);
}

function encode(level: S2Level, data: Buffer): Buffer {
  const encoder = new S2Encoder(level);
  const out = Buffer.alloc(encoder.maxLength(data.length));
  return out.subarray(0, encoder.encode(data, 0, data.length, out, 0));
}

function decode(stream: Buffer, random: Prng): Buffer {
  const parts: Buffer[] = [];
  const decoder = new S2Decoder();
  const pieces = stream.length === 0 ? [] : random.pieces(stream, random.between(1, 8));
  for (const piece of pieces) {
    decoder.decode(piece, (bytes) => parts.push(bytes));
    expect(decoder.heldBytes).toBeLessThanOrEqual(KEPT_MAX);
  }
  return Buffer.concat(parts);
}

test("whatever is compressed is read back, in any pieces", async () => {
  await withSeed((random) => {
    for (let round = 0; round < ROUNDS; round++) {
      const data = anyData(random);
      const streams = data.length === 0 ? [] : random.pieces(data, random.between(1, 4));
      const bytes = Buffer.concat(streams.map((part) => encode(random.pick(LEVELS), part)));
      expect(decode(bytes, random).equals(data)).toBe(true);
    }
  });
});

test("everything the format allows is read", async () => {
  await withSeed((random) => {
    for (let round = 0; round < ROUNDS; round++) {
      const stream: Buffer[] = [S2_START];
      const data: Buffer[] = [];
      for (let chunks = random.between(1, 5); chunks > 0; chunks--) {
        if (random.chance(4)) stream.push(S2_START);
        if (random.chance(4)) stream.push(chunk(random.between(0x80, 0xfe), random.bytes(9)));
        if (random.chance(4)) {
          data.push(random.bytes(random.below(99)));
          stream.push(plainChunk(data.at(-1)!));
        } else {
          const block = anyBlock(random);
          data.push(block.data);
          stream.push(block.finish());
        }
      }
      const plain = decode(Buffer.concat(stream), random);
      expect(plain.equals(Buffer.concat(data))).toBe(true);
    }
  });
});

test("what was tampered with fails cleanly, or leaves out chunks, and never makes up data", async () => {
  await withSeed((random) => {
    let failures = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const chunks = Array.from({ length: random.between(1, 3) }, () => anyBlock(random));
      const known = new Set(chunks.map((block) => block.data.toString("latin1")));
      const parts = [S2_START, ...chunks.map((block) => block.finish())];
      const stream = mutate(Buffer.concat(parts), random);
      const decoder = new S2Decoder();
      const check = (plain: Buffer) => expect(known.has(plain.toString("latin1"))).toBe(true);
      try {
        for (const piece of random.pieces(stream, 3)) decoder.decode(piece, check);
      } catch (error) {
        if (!(error instanceof S2Error)) throw error;
        failures++;
      }
      expect(decoder.heldBytes).toBeLessThanOrEqual(KEPT_MAX);
    }
    expect(failures).toBeGreaterThan(ROUNDS / 2);
  });
});

/** A few bits turned, bytes taken out, put in or doubled, or another identifier. */
function mutate(stream: Buffer, random: Prng): Buffer {
  let bytes = Buffer.from(stream);
  for (let changes = random.between(1, 3); changes > 0; changes--) {
    const at = random.below(bytes.length);
    const end = Math.min(bytes.length, at + random.between(1, 20));
    switch (random.below(5)) {
      case 0:
        bytes[at] = bytes[at]! ^ (1 << random.below(8));
        break;
      case 1:
        bytes[at] = random.below(256);
        break;
      case 2:
        bytes = Buffer.concat([bytes.subarray(0, at), bytes.subarray(Math.min(end, at + 1))]);
        break;
      case 3:
        bytes = Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)]);
        break;
      default:
        SNAPPY_START.copy(bytes, random.chance(2) ? 0 : at);
    }
    if (bytes.length === 0) return Buffer.from(S2_START);
  }
  return bytes;
}
