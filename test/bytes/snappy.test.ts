/** Snappy's streams, read back by a decoder of their own. */

import { expect, test } from "bun:test";
import { crc32c } from "../../src/bytes/crc32c.ts";
import { SNAPPY_CHUNK_MAX, snappyChunks, snappyStream } from "../../src/bytes/snappy.ts";
import { type Prng, withSeed } from "../support/prng.ts";
import { unsnappy } from "../support/unsnappy.ts";

/** Text of few words, bytes of all kinds, or one byte over and over. */
function anyBytes(random: Prng): Buffer {
  const length = random.pick([0, 1, 3, 15, 60, 61, 256, 257, 5000, SNAPPY_CHUNK_MAX, 150_000]);
  if (random.chance(3)) return random.bytes(length);
  if (random.chance(3)) return Buffer.alloc(length, random.below(256));
  const words = Array.from({ length: 20 }, () => random.bytes(random.between(1, 90)));
  const parts: Buffer[] = [];
  for (let bytes = 0; bytes < length; bytes += parts.at(-1)!.length) parts.push(random.pick(words));
  return Buffer.concat(parts).subarray(0, length);
}

test("the checksum is that of Castagnoli", () => {
  const bytes = Buffer.from("123456789");
  expect(crc32c(bytes, 0, bytes.length) >>> 0).toBe(0xe3069283);
});

test("whatever is compressed is read back, and never gets much larger", async () => {
  await withSeed((random) => {
    for (let i = 0; i < 150; i++) {
      const bytes = anyBytes(random);
      const stream = snappyStream(bytes);
      expect(unsnappy(stream).equals(bytes)).toBe(true);
      const chunks = Math.ceil(bytes.length / SNAPPY_CHUNK_MAX);
      expect(stream.length).toBeLessThanOrEqual(10 + bytes.length + 8 * chunks);
    }
  });
});

test("repetitions are found, chunk by chunk", () => {
  const line = '{"cid":1,"kind":"Client","type":"nats","ip":"127.0.0.1","port":50001}';
  const bytes = Buffer.from(`[${Array(4000).fill(line).join(",")}]`);
  const chunks = [...snappyChunks(bytes)];
  expect(chunks).toHaveLength(1 + Math.ceil(bytes.length / SNAPPY_CHUNK_MAX));
  expect(Buffer.concat(chunks).length).toBeLessThan(bytes.length / 10);
});
