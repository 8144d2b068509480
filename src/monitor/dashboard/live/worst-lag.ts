/** The longest time, in a while, for which the event loop was held up. */

import { LoopLag } from "../../loop-lag.ts";

export class WorstLag {
  readonly #lag = new LoopLag((ms) => {
    this.#worstMs = Math.max(this.#worstMs, ms);
  });
  #worstMs = 0;

  start(): void {
    this.#worstMs = 0;
    this.#lag.start();
  }

  stop(): void {
    this.#lag.stop();
  }

  /** Since the last call, in milliseconds. */
  take(): number {
    const worst = Math.max(this.#worstMs, this.#lag.lateMs);
    this.#worstMs = 0;
    return worst;
  }
}
