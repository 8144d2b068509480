/** Time and chance of what waits long. Tests have their own, and so need not wait. */

import { TIMER_MS_MAX } from "../bytes/timer-limit.ts";

export interface Clock {
  /** Milliseconds from any beginning. */
  now(): number;
  /** From 0 up to, but not including, 1. */
  random(): number;
  /** Resolves after the time, or at once when the signal comes. */
  wait(milliseconds: number, signal: AbortSignal): Promise<void>;
}

export const CLOCK: Clock = {
  now: () => performance.now(),
  random: () => Math.random(),
  wait: (milliseconds, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      const finish = (): void => {
        clearTimeout(timer);
        signal.removeEventListener("abort", finish);
        resolve();
      };
      const timer = setTimeout(finish, Math.min(milliseconds, TIMER_MS_MAX));
      signal.addEventListener("abort", finish);
    }),
};
