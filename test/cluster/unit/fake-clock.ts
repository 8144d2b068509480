/** Time that passes when a test says so. */

import type { Clock } from "../../../src/net/clock.ts";

interface Sleeper {
  readonly due: number;
  wake(): void;
}

export class FakeClock implements Clock {
  /** What chance decides. */
  chance = 0;
  #now = 0;
  #sleepers: Sleeper[] = [];

  now(): number {
    return this.#now;
  }

  random(): number {
    return this.chance;
  }

  /** How many wait. */
  get waiting(): number {
    return this.#sleepers.length;
  }

  wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      const sleeper = { due: this.#now + milliseconds, wake: () => this.#wake(sleeper, resolve) };
      this.#sleepers.push(sleeper);
      signal.addEventListener("abort", sleeper.wake);
    });
  }

  /** Lets time pass, and all that is due then happen in its order. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds;
    await settle();
    for (;;) {
      const next = this.#sleepers.toSorted((a, b) => a.due - b.due)[0];
      if (next === undefined || next.due > end) break;
      this.#now = Math.max(this.#now, next.due);
      next.wake();
      await settle();
    }
    this.#now = end;
  }

  #wake(sleeper: Sleeper, resolve: () => void): void {
    this.#sleepers = this.#sleepers.filter((each) => each !== sleeper);
    resolve();
  }
}

/** Lets everything happen that waits for nothing. */
async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}
