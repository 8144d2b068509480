/** How many handshakes may begin in a second. */

import type { Logger } from "../../log/logger.ts";

const WINDOW_MS = 1000;
const REPORT_MS = 1000;

export class RateLimit {
  readonly #perSecond: number;
  readonly #log: Logger;
  #count = 0;
  #windowEnd = Number.NEGATIVE_INFINITY;
  #blocked = 0;
  #timer: Timer | undefined;

  constructor(perSecond: number, log: Logger) {
    this.#perSecond = perSecond;
    this.#log = log;
  }

  /** Counts a handshake, and tells whether it is one too many. */
  allows(): boolean {
    const now = performance.now();
    if (now > this.#windowEnd) {
      this.#count = 0;
      this.#windowEnd = now + WINDOW_MS;
    } else this.#count++;
    if (this.#count < this.#perSecond) return true;
    this.#blocked++;
    this.#timer ??= setTimeout(() => this.#report(), REPORT_MS).unref();
    return false;
  }

  #report(): void {
    this.#timer = undefined;
    this.#log.warn(`Rejected ${this.#blocked} connections due to TLS rate limiting`);
    this.#blocked = 0;
  }
}
