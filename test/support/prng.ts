/**
 * In CI random tests are the same each time: what a run tells is about what has changed. New seeds are
 * for everywhere else.
 */
const CI_SEED = 1;

/** Random numbers that can be had again: a failing test names its seed, FUZZ_SEED replays it. */
export class Prng {
  readonly seed: number;
  #state: number;

  constructor(seed = usualSeed()) {
    this.seed = seed;
    this.#state = seed | 0;
  }

  /** An integer from 0 to `limit - 1`. */
  below(limit: number): number {
    // Mulberry32: neighbouring seeds, as a clock gives them, lead to unrelated numbers.
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }

  /** An integer from `least` to `most`, both included. */
  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  /** Any 32 bits, as a signed integer. */
  int32(): number {
    return this.below(2 ** 32) | 0;
  }

  chance(oneIn: number): boolean {
    return this.below(oneIn) === 0;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }

  bytes(length: number): Buffer {
    const bytes = Buffer.alloc(length);
    for (let i = 0; i < length; i++) bytes[i] = this.below(256);
    return bytes;
  }

  /** Cuts bytes into up to `count` pieces at random places; none is empty. */
  pieces(bytes: Buffer, count: number): Buffer[] {
    const cuts = new Set<number>([bytes.length]);
    for (let i = 1; i < count && bytes.length > 1; i++) cuts.add(this.between(1, bytes.length - 1));
    let start = 0;
    return [...cuts]
      .sort((a, b) => a - b)
      .map((end) => {
        const piece = bytes.subarray(start, end);
        start = end;
        return piece;
      });
  }
}

function usualSeed(): number {
  const { FUZZ_SEED, CI } = process.env;
  if (FUZZ_SEED !== undefined) return Number(FUZZ_SEED);
  return CI ? CI_SEED : Date.now() & 0x7fffffff;
}

/** Runs a test body and adds the seed to whatever it fails with. */
export async function withSeed(body: (random: Prng) => void | Promise<void>): Promise<void> {
  const random = new Prng();
  try {
    await body(random);
  } catch (error) {
    throw new Error(`FUZZ_SEED=${random.seed}: ${(error as Error).message}`, { cause: error });
  }
}
