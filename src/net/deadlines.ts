/**
 * Many moments at which something is due, with a single timer of the runtime: one each would take some
 * two hundred bytes. A heap, earliest first; all times are those of `performance.now`.
 */

import { TIMER_MS_MAX } from "../bytes/timer-limit.ts";

export interface Due {
  /** Changed by `Deadlines` alone, and so is `place`. */
  dueAt: number;
  /** In the heap, from 1 on; 0 while nothing is due. */
  place: number;
  onDue(): void;
}

export class Deadlines {
  /** The children of `i` are at `2 * i` and `2 * i + 1`; nothing is at 0. */
  readonly #heap: (Due | null)[] = [null];
  #timer: Timer | undefined;
  #firesAt = Number.POSITIVE_INFINITY;

  /** Lets something be due after so long, and not when it was to be before. */
  set(due: Due, delayMs: number): void {
    const before = due.dueAt;
    due.dueAt = performance.now() + delayMs;
    if (due.place === 0) {
      this.#put(due, this.#heap.length);
      this.#rise(due);
    } else if (due.dueAt < before) this.#rise(due);
    else this.#sink(due);
    this.#arm();
  }

  clear(due: Due): void {
    const { place } = due;
    if (place === 0) return;
    due.place = 0;
    const last = this.#heap.pop()!;
    if (last === due) return;
    this.#put(last, place);
    this.#rise(last);
    this.#sink(last);
  }

  #put(due: Due, place: number): void {
    this.#heap[place] = due;
    due.place = place;
  }

  #rise(due: Due): void {
    while (due.place > 1) {
      const above = this.#heap[due.place >> 1]!;
      if (above.dueAt <= due.dueAt) return;
      this.#swap(above, due);
    }
  }

  #sink(due: Due): void {
    const heap = this.#heap;
    for (;;) {
      const left = heap[due.place * 2];
      const right = heap[due.place * 2 + 1];
      if (left == null) return;
      const below = right != null && right.dueAt < left.dueAt ? right : left;
      if (below.dueAt >= due.dueAt) return;
      this.#swap(due, below);
    }
  }

  #swap(above: Due, below: Due): void {
    const { place } = above;
    this.#put(above, below.place);
    this.#put(below, place);
  }

  /** A timer that fires too early does no harm, so what was cleared leaves it as it is. */
  #arm(): void {
    const first = this.#heap[1];
    if (first == null || first.dueAt >= this.#firesAt) return;
    clearTimeout(this.#timer);
    this.#firesAt = first.dueAt;
    // The runtime takes anything else for no delay at all, and says so on standard error.
    const delay = Math.min(Math.max(first.dueAt - performance.now(), 1), TIMER_MS_MAX);
    this.#timer = setTimeout(() => this.#onTimer(), delay);
    this.#timer.unref();
  }

  #onTimer(): void {
    this.#firesAt = Number.POSITIVE_INFINITY;
    const now = performance.now();
    try {
      for (let first = this.#heap[1]; first != null && first.dueAt <= now; first = this.#heap[1]) {
        this.clear(first);
        first.onDue();
      }
    } finally {
      this.#arm();
    }
  }
}
