/**
 * Buffers by size class, handed out and taken back.
 *
 * Connections own a buffer only while bytes wait in it: an idle one owns none, and the few buffers in
 * use stay warm in the processor's caches. What the pool keeps for reuse is bounded; the rest is
 * released to the allocator at once instead of waiting for a garbage collection.
 */

const SMALLEST_SHIFT = 9;
const CLASS_COUNT = 15;
/** Bytes kept of each class; of a class with larger buffers, one. */
const KEPT_CLASS_MAX = 1024 * 1024;
/** Larger buffers are never kept. */
const KEPT_BUFFER_MAX = 2 * 1024 * 1024;

/** Stands for "no buffer" wherever a connection may own one. */
export const NO_BUFFER: Buffer = Buffer.alloc(0);

const kept: Buffer[][] = Array.from({ length: CLASS_COUNT }, () => []);

/** A buffer of at least `bytes`, with arbitrary content. */
export function takeBuffer(bytes: number): Buffer {
  const index = classOf(bytes);
  if (index >= CLASS_COUNT) return Buffer.allocUnsafeSlow(bytes);
  const reused = kept[index]!.pop();
  if (reused === undefined) return Buffer.allocUnsafeSlow(1 << (SMALLEST_SHIFT + index));
  return reused;
}

/** Takes a buffer back. Nobody may use it afterwards. */
export function releaseBuffer(buf: Buffer): void {
  if (buf.length === 0) return;
  const index = classOf(buf.length);
  const isOfClass = buf.length <= KEPT_BUFFER_MAX && buf.length === 1 << (SMALLEST_SHIFT + index);
  if (isOfClass && kept[index]!.length * buf.length < KEPT_CLASS_MAX) kept[index]!.push(buf);
  else freeMemory(buf);
}

/**
 * Gives a buffer's memory back now. The collector would get there too, but only after hundreds of
 * megabytes of short-lived chunks have piled up.
 */
export function freeMemory(buf: Uint8Array): void {
  (buf.buffer as ArrayBuffer).transfer(0);
}

function classOf(bytes: number): number {
  if (bytes <= 1 << SMALLEST_SHIFT) return 0;
  return 32 - Math.clz32(bytes - 1) - SMALLEST_SHIFT;
}
