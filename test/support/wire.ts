/** A raw TCP client for tests: exact bytes out, every byte that comes back, and whether it ended. */

import type { Socket } from "bun";

/** How to cut a send into several writes: after every byte, or at these offsets. */
export type Split = "bytes" | readonly number[];

/** What a wait looks for: text in what was received so far (as Latin-1), or any condition on it. */
export type Condition = RegExp | string | ((wire: Wire) => boolean);

/** Time between two writes of a split send, enough for the server to read the first one alone. */
const SPLIT_PAUSE_MS = 1;

function isMet(condition: Condition, wire: Wire): boolean {
  if (typeof condition === "function") return condition(wire);
  return typeof condition === "string"
    ? wire.text.includes(condition)
    : wire.text.search(condition) >= 0;
}

function cut(data: Uint8Array, split: Split | undefined): Uint8Array[] {
  if (split === undefined) return [data];
  const offsets = split === "bytes" ? Array.from(data, (_, i) => i).slice(1) : split;
  return [0, ...offsets].map((from, i) => data.subarray(from, offsets[i] ?? data.length));
}

export class Wire {
  #socket: Socket | undefined;
  #chunks: Buffer[] = [];
  #ended = false;
  #closed = false;
  readonly #watchers = new Set<() => void>();

  /** @throws when nothing listens there. */
  static async connect(port: number, hostname = "127.0.0.1"): Promise<Wire> {
    const wire = new Wire();
    wire.#socket = await Bun.connect({
      hostname,
      port,
      // Otherwise the socket closes itself at the server's FIN, or when this side half closes.
      allowHalfOpen: true,
      socket: {
        data: (_, chunk) => {
          wire.#chunks.push(Buffer.from(chunk));
          wire.#notify();
        },
        drain: () => wire.#notify(),
        end: () => wire.#end(),
        // A server that closes with unread input resets: for a test that is an end like any other.
        error: () => wire.#end(),
        close: () => {
          wire.#closed = true;
          wire.#end();
        },
      },
    });
    wire.#socket.setNoDelay(true);
    return wire;
  }

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

  /** Writes all of it; returns early when the connection is closed under it. */
  async send(data: string | Uint8Array, split?: Split): Promise<void> {
    const parts = cut(typeof data === "string" ? Buffer.from(data) : data, split);
    for (const [index, part] of parts.entries()) {
      if (index > 0) await Bun.sleep(SPLIT_PAUSE_MS);
      let sent = 0;
      while (sent < part.length && !this.#closed) {
        const count = this.#socket!.write(part.subarray(sent));
        if (count > 0) sent += count;
        else await this.#nextEvent(1_000);
      }
    }
  }

  /** Half close: nothing more will be sent, the server's answers can still be read. */
  finish(): void {
    this.#socket!.shutdown();
  }

  close(): void {
    this.#socket!.terminate();
  }

  /** Resolves to whether the condition was met before the deadline; gives up at the end too. */
  async waitFor(condition: Condition, deadlineMs = 2_000): Promise<boolean> {
    const deadline = performance.now() + deadlineMs;
    for (;;) {
      if (isMet(condition, this)) return true;
      const left = deadline - performance.now();
      if (left <= 0 || this.#ended) return false;
      await this.#nextEvent(left);
    }
  }

  /** Resolves to whether the server closed the connection before the deadline. */
  waitForEnd(deadlineMs = 2_000): Promise<boolean> {
    return this.waitFor((wire) => wire.ended, deadlineMs);
  }

  /** Resolves once nothing has arrived for this long, or the connection has ended. */
  async waitForQuiet(quietMs: number): Promise<void> {
    while (!this.#ended && (await this.#nextEvent(quietMs))) {}
  }

  /** Resolves to whether anything happened within the time. */
  #nextEvent(timeoutMs: number): Promise<boolean> {
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

  #end(): void {
    this.#ended = true;
    this.#notify();
  }

  #notify(): void {
    for (const watcher of this.#watchers) watcher();
  }
}
