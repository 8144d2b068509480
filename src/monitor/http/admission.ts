/**
 * How many costly pages are made at the same time. Clients are served between the slices of each, and
 * many at once would leave little between them.
 */

/** Pages that are under way. */
const RUNNING_MAX = 2;
/** Requests that wait for their turn; there is no room for more. */
const WAITING_MAX = 1024;

export class Admission {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  /** @returns null at once when too many wait already. */
  run<T>(work: () => T | Promise<T>): Promise<T> | null {
    if (this.#waiting.length >= WAITING_MAX) return null;
    return this.#run(work);
  }

  async #run<T>(work: () => T | Promise<T>): Promise<T> {
    // Whoever leaves hands the place over, so nobody can come in between.
    if (this.#running < RUNNING_MAX) this.#running++;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running--;
      else setImmediate(next);
    }
  }
}
