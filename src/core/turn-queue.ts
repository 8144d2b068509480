/**
 * Long work of many, a part at a time: in each turn of the event loop one of them goes on. So however
 * many servers come or go at once, everybody else waits no longer than for one.
 */

export class TurnQueue {
  readonly #waiting: (() => void)[] = [];
  #isScheduled = false;

  /** Somebody waits. */
  get isBusy(): boolean {
    return this.#waiting.length > 0;
  }

  /** Resolves when whoever asks may do a part. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#schedule();
    });
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#waiting.shift()!();
      if (this.#waiting.length > 0) this.#schedule();
    });
  }
}
