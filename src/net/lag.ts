/** What only those connections have that were behind once: most never are. */

import type { Producer } from "./turn.ts";

export class Lag {
  /** Bytes taken by the socket before the write that it cut short. */
  sentBefore = 0;
  /** When the socket last took something, as far as it did not take everything. */
  progressAt = 0;
  /** Producers that wait for the connection to catch up. */
  #waiting: Producer[] = [];

  /** The lag of a connection, which has none before it is first behind. */
  static of(known: Lag | null): Lag {
    return known ?? new Lag();
  }

  add(producer: Producer): void {
    this.#waiting.push(producer);
  }

  /** Lets everybody go on who waits. */
  wake(): void {
    const waiting = this.#waiting;
    if (waiting.length === 0) return;
    this.#waiting = [];
    for (const producer of waiting) setImmediate(() => producer.resumeInput());
  }
}
