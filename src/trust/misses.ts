/** Accounts that could not be had a moment ago, and why. */

/** Long enough for a crowd that asks at the same time, too short to be noticed by people. */
const KEPT_MS = 250;
/** Beyond that the oldest are forgotten, and looked up again. */
const MISSES_MAX = 1024;

interface Miss {
  readonly reason: string;
  /** `performance.now()` from which it no longer counts. */
  readonly endsAt: number;
}

export class Misses {
  readonly #misses = new Map<string, Miss>();

  add(key: string, reason: string): void {
    this.#misses.delete(key);
    this.#misses.set(key, { reason, endsAt: performance.now() + KEPT_MS });
    if (this.#misses.size > MISSES_MAX) this.#misses.delete(this.#misses.keys().next().value!);
  }

  has(key: string): boolean {
    const miss = this.#misses.get(key);
    return miss !== undefined && performance.now() < miss.endsAt;
  }

  /** Also of one that counts no more, so long as it is remembered. */
  reasonOf(key: string): string | undefined {
    return this.#misses.get(key)?.reason;
  }

  delete(key: string): void {
    this.#misses.delete(key);
  }

  clear(): void {
    this.#misses.clear();
  }
}
