/** Random numbers that can be had again: a failing test names its seed, FUZZ_SEED replays it. */
export class Prng {
  readonly seed: number;
  #state: number;

  constructor(seed = Number(process.env.FUZZ_SEED ?? Date.now() & 0x7fffffff)) {
    this.seed = seed;
    this.#state = seed | 1;
  }

  /** An integer from 0 to `limit - 1`. */
  below(limit: number): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return (this.#state >>> 0) % limit;
  }

  chance(oneIn: number): boolean {
    return this.below(oneIn) === 0;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }
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
