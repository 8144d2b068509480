/** Requests that are worked off one after the other. */

import type { Logger } from "../log/logger.ts";

/** Payloads of all requests that wait, in bytes. */
const WAITING_BYTES_MAX = 64 * 1024 * 1024;
/** What a request takes beside its payload. */
const REQUEST_BYTES = 1024;

export class RequestQueue {
  readonly #log: Logger;
  #waitingBytes = 0;
  #isFull = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(log: Logger) {
    this.#log = log;
  }

  /**
   * Beyond the most that can wait, requests are dropped without an answer, which is logged once.
   *
   * @param work resolves to a function when there is something left that others need not wait for.
   */
  add(payloadBytes: number, work: () => Promise<unknown>): void {
    const bytes = payloadBytes + REQUEST_BYTES;
    if (this.#waitingBytes + bytes > WAITING_BYTES_MAX) {
      if (!this.#isFull) this.#log.error("Too many requests about accounts wait, more are dropped");
      this.#isFull = true;
      return;
    }
    this.#waitingBytes += bytes;
    const first = this.#last.then(work);
    this.#last = first.catch(() => {});
    void this.#finish(first, bytes);
  }

  async #finish(first: Promise<unknown>, bytes: number): Promise<void> {
    try {
      const rest = await first;
      if (typeof rest === "function") await rest();
    } catch (error) {
      this.#log.error(`Request about accounts failed: ${(error as Error).message}`);
    }
    this.#waitingBytes -= bytes;
    this.#isFull = false;
  }
}
