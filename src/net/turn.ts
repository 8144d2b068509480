/**
 * Hot path. What is to be done once at the end of the current turn of the event loop.
 *
 * Every outbound buffer that got its first pending byte in this turn is listed here and written when
 * all sockets that were ready have been read: one write per connection, however many messages.
 */

/** Something with bytes to send at the end of the turn. */
export interface Flushable {
  flush(): void;
}

/** A connection that has paused its input until a receiver has caught up. */
export interface Producer {
  /** Called from the event loop, never from within a delivery. */
  resumeInput(): void;
}

/** A receiver that is far behind. */
export interface Laggard {
  /** It has taken something a moment ago. */
  readonly isReading: boolean;
  /** How long a producer waits for it at most, before it may send it a little more. */
  readonly stallMs: number;
  /** Calls the producer back once less is pending, or when the receiver closes. */
  addWaiting(producer: Producer): void;
}

export class Turn {
  /**
   * Set by an outbound that is far behind when a message is added to it; the producer looks here
   * after each message, waits for it, and clears it.
   */
  lagging: Laggard | null = null;
  /** Who has to be flushed before the others. */
  readonly #first: Flushable[] = [];
  #isScheduled = false;
  #dirty: Flushable[] = [];
  #flushing: Flushable[] = [];
  #count = 0;
  readonly #onTurnEnd = (): void => this.#flushAll();

  /** Lists an outbound for the end of this turn. The caller makes sure it is listed once. */
  add(outbound: Flushable): void {
    if (!this.#isScheduled) this.#schedule();
    this.#dirty[this.#count++] = outbound;
  }

  /** Lists what is flushed before all others, so that what it writes to them goes out with the rest. */
  addFirst(flushable: Flushable): void {
    if (!this.#isScheduled) this.#schedule();
    if (!this.#first.includes(flushable)) this.#first.push(flushable);
  }

  #schedule(): void {
    this.#isScheduled = true;
    setImmediate(this.#onTurnEnd);
  }

  #flushAll(): void {
    while (this.#first.length > 0) this.#first.shift()!.flush();
    this.#isScheduled = false;
    const flushing = this.#dirty;
    const count = this.#count;
    this.#dirty = this.#flushing;
    this.#flushing = flushing;
    this.#count = 0;
    for (let i = 0; i < count; i++) flushing[i]!.flush();
    // Closed connections must not be kept alive by a slot that is not used again soon.
    flushing.length = 0;
  }
}
