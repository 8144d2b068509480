/** Verdicts of a short while ago, so that nothing is computed twice in a row. */

interface Entry {
  readonly verdict: boolean;
  /** By `performance.now()`. */
  readonly expiresAt: number;
}

/** Holds so many verdicts at most; the oldest make room. */
export class VerdictMemory {
  readonly #entries = new Map<string, Entry>();
  readonly #max: number;
  readonly #lifeMs: number;

  constructor(max: number, lifeMs: number) {
    this.#max = max;
    this.#lifeMs = lifeMs;
  }

  get size(): number {
    return this.#entries.size;
  }

  find(key: string, now: number): boolean | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.expiresAt > now) return entry?.verdict;
    this.#entries.delete(key);
    return undefined;
  }

  keep(key: string, verdict: boolean, now: number): void {
    // Entries stand in the order in which they expire.
    this.#entries.delete(key);
    this.#dropExpired(now);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size < this.#max) break;
      this.#entries.delete(oldest);
    }
    this.#entries.set(key, { verdict, expiresAt: now + this.#lifeMs });
  }

  clear(): void {
    this.#entries.clear();
  }

  #dropExpired(now: number): void {
    for (const [key, { expiresAt }] of this.#entries) {
      if (expiresAt > now) break;
      this.#entries.delete(key);
    }
  }
}
