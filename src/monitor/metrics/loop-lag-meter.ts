/** How long the event loop was held up, as a histogram. Measured only while somebody wants to know. */

import { LoopLag } from "../loop-lag.ts";

/** Nobody has asked for so long: a server that is not watched has no timer. */
const WATCHED_MS = 5 * 60 * 1000;
const MS_PER_SECOND = 1000;

/** Seconds. */
export const LAG_BOUNDS: readonly number[] = [
  0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5,
];

export class LoopLagMeter {
  /** Of each bucket, and of what is beyond the last one. */
  readonly counts: number[] = new Array(LAG_BOUNDS.length + 1).fill(0);
  /** Seconds. */
  sum = 0;
  readonly #watchedMs: number;
  readonly #lag = new LoopLag((ms) => this.#count(ms / MS_PER_SECOND));
  #askedAt = 0;

  /** @param watchedMs how long it goes on after it was asked for. */
  constructor(watchedMs = WATCHED_MS) {
    this.#watchedMs = watchedMs;
  }

  get isRunning(): boolean {
    return this.#lag.isRunning;
  }

  /** Goes on, or begins, for a while. */
  keepOn(): void {
    this.#askedAt = performance.now();
    this.#lag.start();
  }

  stop(): void {
    this.#lag.stop();
  }

  #count(seconds: number): void {
    const bucket = LAG_BOUNDS.findIndex((bound) => seconds <= bound);
    this.counts[bucket < 0 ? LAG_BOUNDS.length : bucket]!++;
    this.sum += seconds;
    if (performance.now() - this.#askedAt >= this.#watchedMs) this.stop();
  }
}
