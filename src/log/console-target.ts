/**
 * Standard error as a log target.
 *
 * It writes through Bun's own file sink: `process.stderr` would keep Node's stream library, some
 * seven megabytes, in memory for as long as the server runs.
 *
 * A line is out when `write` returns, so that the reason for an exit is seen. Debug and trace lines,
 * of which there can be many, leave together at the end of the turn. When nobody reads the pipe,
 * lines wait in a queue, and what does not fit there is counted and told of later.
 */

import { createLineFormat, type LineFormat, type LineSettings } from "./line-format.ts";
import { LineQueue, lostLines } from "./line-queue.ts";
import type { LogTarget } from "./log-target.ts";
import type { LogLevel } from "./logger.ts";
import { waitAtMost } from "./wait-at-most.ts";

const QUEUE_BYTES = 4 * 1024 * 1024;
/** Lines of one turn beyond this leave before its end. */
const BATCH_BYTES = 64 * 1024;
/** Longest wait for a reader at the end of the process. */
const FLUSH_MS = 1000;

export class ConsoleTarget implements LogTarget {
  readonly #format: LineFormat;
  readonly #writer = Bun.stderr.writer();
  readonly #queue = new LineQueue(QUEUE_BYTES);
  #batch = "";
  #batchLines = 0;
  /** Resolves when the last write, which could not be finished at once, has ended. */
  #writing: Promise<void> | null = null;
  /** A failed write may have left half a line behind. */
  #isMidLine = false;
  #closed = false;

  private constructor(format: LineFormat) {
    this.#format = format;
  }

  /** Coloured where standard error is a character device. */
  static async open(settings: LineSettings): Promise<ConsoleTarget> {
    return new ConsoleTarget(await createLineFormat(settings, await isTerminal()));
  }

  get isBehind(): boolean {
    return this.#queue.isBehind;
  }

  write(level: LogLevel, text: string): void {
    if (this.#closed) return;
    const line = this.#format(level, text);
    if (this.#writing !== null) {
      this.#queue.push(line);
      return;
    }
    if (this.#batchLines === 0 && isFrequent(level)) queueMicrotask(() => this.#writeBatch());
    this.#batch += line;
    this.#batchLines++;
    if (!isFrequent(level) || this.#batch.length > BATCH_BYTES) this.#writeBatch();
  }

  async flush(): Promise<void> {
    this.#writeBatch();
    await waitAtMost(FLUSH_MS, this.#drain());
  }

  async close(): Promise<void> {
    await this.flush();
    this.#closed = true;
  }

  async #drain(): Promise<void> {
    while (this.#writing !== null) await this.#writing;
  }

  #writeBatch(): void {
    if (this.#batchLines === 0) return;
    const text = this.#batch;
    const lines = this.#batchLines;
    this.#batch = "";
    this.#batchLines = 0;
    this.#put(text, lines);
  }

  #put(text: string, lines: number): void {
    const steps = this.#startWrite(this.#isMidLine ? `\n${text}` : text);
    if (steps.some((step) => step instanceof Promise)) {
      this.#writing = this.#finish(Promise.all(steps), lines);
      return;
    }
    this.#isMidLine = false;
    this.#goOn();
  }

  /** What the sink's calls give: a promise where the write is not finished, or has failed. */
  #startWrite(text: string): unknown[] {
    const steps: unknown[] = [];
    try {
      steps.push(this.#writer.write(text));
      steps.push(this.#writer.flush());
    } catch (error) {
      steps.push(Promise.reject(error));
    }
    return steps;
  }

  async #finish(write: Promise<unknown>, lines: number): Promise<void> {
    try {
      await write;
      this.#queue.onProgress();
      this.#isMidLine = false;
    } catch {
      // There is nowhere to say so but here, once it works again.
      this.#queue.countDropped(lines);
      this.#isMidLine = true;
    }
    this.#writing = null;
    this.#goOn();
  }

  /** Writes what has come in the meantime, and then how much of it was lost. */
  #goOn(): void {
    if (!this.#queue.isEmpty) {
      const before = this.#queue.count;
      const text = this.#queue.take(BATCH_BYTES);
      this.#put(text, before - this.#queue.count);
    } else if (this.#queue.dropped > 0 && !this.#isMidLine) {
      const dropped = this.#queue.takeDropped();
      this.#put(this.#format("warn", lostLines(dropped)), dropped);
    }
  }
}

function isFrequent(level: LogLevel): boolean {
  return level === "trace" || level === "debug";
}

async function isTerminal(): Promise<boolean> {
  try {
    return (await Bun.stderr.stat()).isCharacterDevice();
  } catch {
    // Standard error is closed.
    return false;
  }
}
