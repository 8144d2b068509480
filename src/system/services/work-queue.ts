/**
 * Requests that wait for their answers, which are made one after the other: whoever asks much holds up
 * others that ask, but no clients.
 */

import { otherWork } from "../../documents/slices.ts";
import type { Logger } from "../../log/logger.ts";

/** Requests that may wait. */
export const WAITING_MAX = 1024;
/** Their payloads together, in bytes. */
export const WAITING_BYTES_MAX = 16 * 1024 * 1024;
const WARNING_MS = 10_000;

interface WaitingRequest {
  readonly bytes: number;
  readonly work: () => void | Promise<void>;
}

export class WorkQueue {
  readonly #log: Logger;
  #waiting: WaitingRequest[] = [];
  #bytes = 0;
  #isWorking = false;
  #dropped = 0;
  #warnedAt = Number.NEGATIVE_INFINITY;

  constructor(log: Logger) {
    this.#log = log;
  }

  get length(): number {
    return this.#waiting.length;
  }

  /** Beyond the most that may wait, requests are dropped without an answer. */
  add(bytes: number, work: () => void | Promise<void>): void {
    if (this.#waiting.length >= WAITING_MAX || this.#bytes + bytes > WAITING_BYTES_MAX) {
      this.#drop();
      return;
    }
    this.#bytes += bytes;
    this.#waiting.push({ bytes, work });
    if (!this.#isWorking) void this.#work();
  }

  /** Forgets what waits. */
  clear(): void {
    this.#waiting = [];
    this.#bytes = 0;
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      this.#bytes -= next.bytes;
      try {
        await next.work();
      } catch (error) {
        this.#log.error(`Request to the system account failed: ${(error as Error).message}`);
      }
      await otherWork();
    }
    this.#isWorking = false;
  }

  #drop(): void {
    this.#dropped++;
    const now = performance.now();
    if (now - this.#warnedAt < WARNING_MS) return;
    this.#warnedAt = now;
    this.#log.warn(`Too many requests to the system account wait, ${this.#dropped} were dropped`);
    this.#dropped = 0;
  }
}
