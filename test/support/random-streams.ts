/**
 * Random numbers that can be had again.
 *
 * One seed serves a whole run and is printed once; FUZZ_SEED=<seed> replays it. Each user draws from a
 * stream of its own name, so that a replay does not depend on which other tests run or in what order.
 */

const SEED_VARIABLE = "FUZZ_SEED";
const UINT32 = 2 ** 32;

/** Read through the environment: every test file of a run loads this module anew. */
function runSeed(): number {
  const given = process.env[SEED_VARIABLE];
  if (given !== undefined && !Number.isInteger(Number(given))) {
    throw new Error(`${SEED_VARIABLE}=${given} is not an integer`);
  }
  const seed = given === undefined ? Math.floor(Math.random() * UINT32) : Number(given);
  if (process.env.FUZZ_SEED_SHOWN !== String(seed)) {
    console.log(`${SEED_VARIABLE}=${seed} replays the random tests of this run`);
  }
  process.env[SEED_VARIABLE] = String(seed);
  process.env.FUZZ_SEED_SHOWN = String(seed);
  return seed;
}

const SEED = runSeed();

export class Prng {
  #state: number;

  /** @param name of the stream; the same name and seed give the same numbers. */
  constructor(name: string, seed = SEED) {
    let state = seed | 0;
    for (const byte of Buffer.from(name)) state = Math.imul(state ^ byte, 0x01000193);
    this.#state = state;
  }

  /** An integer from 0 to 2^32 - 1 (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  /** An integer from 0 to `count - 1`. */
  below(count: number): number {
    return Math.floor((this.next() / UINT32) * count);
  }

  /** An integer from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.next() < probability * UINT32;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }

  bytes(length: number): Buffer {
    const bytes = Buffer.alloc(length);
    for (let i = 0; i < length; i++) bytes[i] = this.below(256);
    return bytes;
  }

  /** Up to `count` different cuts inside `length` bytes, in order. */
  cuts(length: number, count: number): number[] {
    if (length < 2) return [];
    const cuts = new Set(Array.from({ length: count }, () => this.between(1, length - 1)));
    return [...cuts].sort((a, b) => a - b);
  }
}
