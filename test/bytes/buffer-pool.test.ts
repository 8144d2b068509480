import { expect, test } from "bun:test";
import { freeMemory, NO_BUFFER, releaseBuffer, takeBuffer } from "../../src/bytes/buffer-pool.ts";

const MEGABYTE = 1024 * 1024;

test("a buffer is as large as asked for, rounded up to its size class", () => {
  const sizes = [0, 1, 511, 512, 513, 1024, 1025, 4096, 65_537, 8 * MEGABYTE];
  const lengths = sizes.map((size) => takeBuffer(size).length);
  expect(lengths).toEqual([512, 512, 512, 512, 1024, 1024, 2048, 4096, 131_072, 8 * MEGABYTE]);
});

test("beyond the largest class a buffer is exactly as large as asked for", () => {
  expect(takeBuffer(8 * MEGABYTE + 1).length).toBe(8 * MEGABYTE + 1);
  expect(takeBuffer(9 * MEGABYTE + 7).length).toBe(9 * MEGABYTE + 7);
});

test("a buffer given back is the next one of its class, and only of its class", () => {
  const buf = takeBuffer(3000);
  releaseBuffer(buf);
  expect(takeBuffer(2048)).not.toBe(buf);
  expect(takeBuffer(4097)).not.toBe(buf);
  expect(takeBuffer(2049)).toBe(buf);
  expect(takeBuffer(2049)).not.toBe(buf);
});

test("large buffers and those of odd sizes lose their memory at once", () => {
  for (const buf of [takeBuffer(4 * MEGABYTE), Buffer.allocUnsafeSlow(1000)]) {
    releaseBuffer(buf);
    expect(buf.length).toBe(0);
  }
});

test("what is kept for reuse is bounded", () => {
  const buffers = Array.from({ length: 10 }, () => takeBuffer(2 * MEGABYTE));
  for (const buf of buffers) releaseBuffer(buf);
  const kept = buffers.filter((buf) => buf.length > 0);
  expect(kept.length).toBeLessThanOrEqual(4);
  expect(kept.length).toBeGreaterThan(0);
  // Leaves the pool as it was for others.
  for (const _ of kept) takeBuffer(2 * MEGABYTE);
});

test("giving back no buffer does nothing", () => {
  releaseBuffer(NO_BUFFER);
  expect(takeBuffer(1)).not.toBe(NO_BUFFER);
});

test("memory that is freed is gone from every view of it", () => {
  const buf = Buffer.allocUnsafeSlow(4096);
  const view = buf.subarray(10, 20);
  freeMemory(buf);
  expect([buf.length, view.length]).toEqual([0, 0]);
});
