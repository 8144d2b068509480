/**
 * A server that is about to stop takes back what it wants of the others, and goes on delivering until
 * each of them has answered a PING that comes after that: by then all that they have sent before is
 * here, and members of queue groups elsewhere are served instead.
 */

import type { Route } from "../kinds/route/route.ts";

/** Servers that do not answer are not waited for. */
const FAREWELL_MS = 500;

export class Farewell {
  readonly #waiting: Set<Route>;
  readonly #done = Promise.withResolvers<void>();

  /** @param routes whose interest was taken back just now. */
  constructor(routes: Iterable<Route>) {
    this.#waiting = new Set(routes);
  }

  /** Resolves when all have answered, or it takes too long. */
  async take(): Promise<void> {
    for (const route of this.#waiting) {
      route.awaitsPong = true;
      route.sendPing();
    }
    if (this.#waiting.size === 0) return;
    const timer = setTimeout(this.#done.resolve, FAREWELL_MS);
    await this.#done.promise;
    clearTimeout(timer);
  }

  /** The other server has answered, or the route has ended. */
  settled(route: Route): void {
    if (this.#waiting.delete(route) && this.#waiting.size === 0) this.#done.resolve();
  }
}
