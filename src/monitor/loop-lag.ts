/** How long the event loop was held up: how much later than asked for a timer comes. */

const PERIOD_MS = 100;

export class LoopLag {
  readonly #onLag: (ms: number) => void;
  #timer: Timer | undefined;
  #dueAt = 0;

  /** @param onLag told of each time the timer comes, while it runs. */
  constructor(onLag: (ms: number) => void) {
    this.#onLag = onLag;
  }

  get isRunning(): boolean {
    return this.#timer !== undefined;
  }

  /** By how much the timer is late just now, in milliseconds. */
  get lateMs(): number {
    return Math.max(performance.now() - this.#dueAt, 0);
  }

  start(): void {
    if (this.isRunning) return;
    this.#dueAt = performance.now() + PERIOD_MS;
    this.#timer = setInterval(() => this.#look(), PERIOD_MS);
    this.#timer.unref();
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #look(): void {
    const late = this.lateMs;
    this.#dueAt = performance.now() + PERIOD_MS;
    this.#onLag(late);
  }
}
