/** What is made of data, and how large. */

import { expect, test } from "bun:test";
import { BlockWriter } from "../../src/s2/block-writer.ts";
import { FastMatcher } from "../../src/s2/fast-matcher.ts";
import { PlaceTable } from "../../src/s2/place-table.ts";
import { S2Decoder } from "../../src/s2/s2-decoder.ts";
import { S2Encoder } from "../../src/s2/s2-encoder.ts";
import type { S2Level } from "../../src/s2/s2-level.ts";
import { natsLines } from "../support/nats-lines.ts";
import { Prng, withSeed } from "../support/prng.ts";

const LEVELS: readonly S2Level[] = ["uncompressed", "fast", "better", "best"];

function encode(encoder: S2Encoder, data: Buffer): Buffer {
  const out = Buffer.alloc(encoder.maxLength(data.length));
  return out.subarray(0, encoder.encode(data, 0, data.length, out, 0));
}

function decode(stream: Buffer): Buffer {
  const parts: Buffer[] = [];
  new S2Decoder().decode(stream, (bytes) => parts.push(bytes));
  return Buffer.concat(parts);
}

test.each([...LEVELS])("%s: a PING is sent as nats-server sends it", (level) => {
  const stream = encode(new S2Encoder(level), Buffer.from("PING\r\n"));
  expect(stream.toString("hex")).toBe("ff06000053327354774f010a0000ab90cc2450494e470d0a");
});

test("each level makes lines smaller than the one before, and smaller than Snappy could", () => {
  // Always the same lines: between better and best there is little.
  const random = new Prng(1);
  for (const bytes of [4_000, 60_000, 500_000]) {
    const lines = natsLines(random, bytes);
    const lengths = LEVELS.map((level) => encode(new S2Encoder(level), lines).length);
    expect(lengths).toEqual(lengths.toSorted((a, b) => b - a));
    expect(lengths[1]! * 2).toBeLessThan(bytes);
  }
  const one = Buffer.alloc(200_000, "RMSG ACC foo 5\r\nhello\r\n");
  for (const level of LEVELS.slice(1)) {
    expect(encode(new S2Encoder(level), one).length).toBeLessThan(100);
  }
});

test("data that does not shrink is sent as it is", () => {
  const noise = new Prng(2).bytes(300_000);
  for (const level of LEVELS) {
    const encoder = new S2Encoder(level);
    for (const bytes of [0, 1, 31, 32, 33, 5_000, 262_144, 262_145, 300_000]) {
      const stream = encode(encoder, noise.subarray(0, bytes));
      expect(stream.length).toBe(encoder.maxLength(bytes));
      expect(decode(stream).equals(noise.subarray(0, bytes))).toBe(true);
    }
  }
});

test("a part of a buffer goes to a part of another one, with nothing around it touched", async () => {
  await withSeed((random) => {
    for (let i = 0; i < 300; i++) {
      const encoder = new S2Encoder(random.pick(LEVELS));
      const backing = natsLines(random, random.between(0, 4_000));
      if (random.chance(3)) random.bytes(1_500).copy(backing, random.below(backing.length + 1));
      const src = backing.subarray(random.below(backing.length + 1));
      const start = random.below(src.length + 1);
      const end = random.between(start, src.length);
      const room = encoder.maxLength(end - start);
      const at = random.below(9);
      const out = Buffer.alloc(at + room + 40, 0xa5).subarray(random.below(9));
      const stop = encoder.encode(src, start, end, out, at);
      expect(stop).toBeLessThanOrEqual(at + room);
      expect(out.subarray(0, at).every((byte) => byte === 0xa5)).toBe(true);
      expect(out.subarray(at + room).every((byte) => byte === 0xa5)).toBe(true);
      expect(decode(out.subarray(at, stop)).equals(src.subarray(start, end))).toBe(true);
    }
  });
});

test("the level may change between two streams", () => {
  const lines = natsLines(new Prng(3), 20_000);
  const encoder = new S2Encoder("uncompressed");
  const lengths = LEVELS.map((level) => {
    encoder.level = level;
    expect(encoder.level).toBe(level);
    const stream = encode(encoder, lines);
    expect(decode(stream).equals(lines)).toBe(true);
    return stream.length;
  });
  expect(new Set(lengths).size).toBe(LEVELS.length);
});

test("places of earlier blocks are told apart, also when numbers begin anew", () => {
  const table = new PlaceTable(4);
  const first = table.begin(100, 200);
  table.places[3] = 150 + first;
  const second = table.begin(0, 2 ** 30);
  expect(table.places[3]! - second).toBeLessThan(0);
  table.places[4] = 5 + second;
  const third = table.begin(0, 10);
  expect(table.places[3]! - third).toBeLessThan(0);
  expect(table.places[4]! - third).toBeLessThan(0);
});

test("a block is given up as soon as it cannot become smaller", () => {
  const noise = new Prng(4).bytes(1_000);
  const out = Buffer.alloc(1_000);
  const writer = new BlockWriter();
  const view = new DataView(noise.buffer, noise.byteOffset, noise.length);
  writer.begin(noise, view, noise.length, out, 0);
  expect(new FastMatcher().encode(view, 0, noise.length, writer)).toBe(-1);
});
