/** Waits for a time of day, however far away. */

import { TIMER_MS_MAX } from "../bytes/timer-limit.ts";

export class ExpiryTimer {
  #timer: Timer | undefined;

  /** @param atMs milliseconds since 1970; what was waited for before is forgotten. */
  start(atMs: number, callback: () => void): void {
    this.stop();
    const ms = Math.min(Math.max(0, atMs - Date.now()), TIMER_MS_MAX);
    this.#timer = setTimeout(() => {
      // The clock may have been set back meanwhile, too.
      if (Date.now() < atMs) this.start(atMs, callback);
      else callback();
    }, ms);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
