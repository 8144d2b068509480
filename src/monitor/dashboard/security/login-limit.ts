/** How often somebody may be wrong about a password, by address. */

import { networkOf } from "../../../auth/bcrypt/network-of.ts";

/** Tries in a minute that one address has. */
export const TRIES_MAX = 5;
const WINDOW_MS = 60_000;
/** Addresses that are remembered. When there are more, everybody has to wait. */
export const ADDRESSES_MAX = 1024;

interface Tries {
  readonly since: number;
  count: number;
}

export class LoginLimit {
  readonly #clock: () => number;
  /** Those whose minute ends first come first. */
  readonly #tries = new Map<string, Tries>();

  /** @param clock milliseconds. */
  constructor(clock: () => number) {
    this.#clock = clock;
  }

  /**
   * Takes a try, before it is known whether it is right: many at once are no way around.
   *
   * @returns seconds to wait; 0 when it may be tried.
   */
  take(ip: string): number {
    const now = this.#clock();
    for (const [address, { since }] of this.#tries) {
      if (now - since < WINDOW_MS) break;
      this.#tries.delete(address);
    }
    const address = networkOf(ip);
    const tries = this.#tries.get(address);
    if (tries === undefined) {
      if (this.#tries.size >= ADDRESSES_MAX) return WINDOW_MS / 1000;
      this.#tries.set(address, { since: now, count: 1 });
      return 0;
    }
    if (tries.count >= TRIES_MAX) return Math.ceil((tries.since + WINDOW_MS - now) / 1000);
    tries.count++;
    return 0;
  }

  /** The password was right. */
  forget(ip: string): void {
    this.#tries.delete(networkOf(ip));
  }
}
