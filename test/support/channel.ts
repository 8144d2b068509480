/** What every raw client of a test can do: hold what has come, say whether it ended, and wait. */

/** What a wait looks for: text in what was received so far (as Latin-1), or any condition on it. */
export type Condition<C extends Channel> = RegExp | string | ((channel: C) => boolean);

export abstract class Channel {
  #chunks: Buffer[] = [];
  #ended = false;
  readonly #watchers = new Set<() => void>();

  /** Everything received since the connection was made. */
  get received(): Buffer {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0] ?? Buffer.alloc(0);
  }

  /** The same, one character per byte. */
  get text(): string {
    return this.received.toString("latin1");
  }

  /** The server has closed its side (or reset the connection). */
  get ended(): boolean {
    return this.#ended;
  }

  /** Resolves to whether the condition was met before the deadline; gives up at the end too. */
  async waitFor(condition: Condition<this>, deadlineMs = 2_000): Promise<boolean> {
    const deadline = performance.now() + deadlineMs;
    for (;;) {
      if (this.#isMet(condition)) return true;
      const left = deadline - performance.now();
      if (left <= 0 || this.#ended) return false;
      await this.nextEvent(left);
    }
  }

  /** Resolves to whether the server closed the connection before the deadline. */
  waitForEnd(deadlineMs = 2_000): Promise<boolean> {
    return this.waitFor(() => this.#ended, deadlineMs);
  }

  /** Resolves once nothing has arrived for this long, or the connection has ended. */
  async waitForQuiet(quietMs: number): Promise<void> {
    while (!this.#ended && (await this.nextEvent(quietMs))) {}
  }

  /** Resolves to whether anything happened within the time. */
  protected nextEvent(timeoutMs: number): Promise<boolean> {
    return new Promise((resolve) => {
      const finish = (happened: boolean) => {
        clearTimeout(timer);
        this.#watchers.delete(watcher);
        resolve(happened);
      };
      const watcher = () => finish(true);
      const timer = setTimeout(() => finish(false), timeoutMs);
      this.#watchers.add(watcher);
    });
  }

  /** Keeps bytes that have come. */
  protected take(chunk: Uint8Array): void {
    this.#chunks.push(Buffer.from(chunk));
    this.notify();
  }

  /** Nothing comes any more. */
  protected end(): void {
    this.#ended = true;
    this.notify();
  }

  /** Wakes everyone who waits, to look again. */
  protected notify(): void {
    for (const watcher of this.#watchers) watcher();
  }

  #isMet(condition: Condition<this>): boolean {
    if (typeof condition === "function") return condition(this);
    return typeof condition === "string"
      ? this.text.includes(condition)
      : this.text.search(condition) >= 0;
  }
}
