/**
 * Lines that wait for a slow target, up to a number of bytes; lines beyond it are counted. A line
 * that is longer than that alone finds room when it is the only one.
 */

/** A queue that full asks for fewer lines, as long as the last write is not older than this. */
const BEHIND_FRACTION = 1 / 4;
const PROGRESS_MS = 250;

export class LineQueue {
  readonly #bytesMax: number;
  #lines: string[] = [];
  #sizes: number[] = [];
  #first = 0;
  #bytes = 0;
  #dropped = 0;
  /** When the target has last taken some of it. */
  #progressAt = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get isEmpty(): boolean {
    return this.#first === this.#lines.length;
  }

  /** Lines come faster than they leave, though they do leave; see `LogTarget.isBehind`. */
  get isBehind(): boolean {
    return (
      this.#bytes > this.#bytesMax * BEHIND_FRACTION &&
      performance.now() - this.#progressAt < PROGRESS_MS
    );
  }

  get count(): number {
    return this.#lines.length - this.#first;
  }

  /** Lines for which there was no room since the last `takeDropped`. */
  get dropped(): number {
    return this.#dropped;
  }

  /** The target has written something. */
  onProgress(): void {
    this.#progressAt = performance.now();
  }

  /** Keeps the line, or counts it when there is no room. */
  push(line: string): void {
    const size = Buffer.byteLength(line);
    if (this.#bytes + size > this.#bytesMax && !this.isEmpty) {
      this.#dropped++;
      return;
    }
    this.#lines.push(line);
    this.#sizes.push(size);
    this.#bytes += size;
  }

  /** Takes lines out until they are more than `bytes` together, but at least one. */
  take(bytes: number): string {
    const start = this.#first;
    let taken = 0;
    do {
      taken += this.#sizes[this.#first] ?? 0;
      this.#first++;
    } while (taken <= bytes && this.#first < this.#lines.length);
    this.#bytes -= taken;
    const text = this.#lines.slice(start, this.#first).join("");
    this.#forgetTaken();
    return text;
  }

  /** Lines that go elsewhere and were lost count like those without room. */
  countDropped(lines: number): void {
    this.#dropped += lines;
  }

  takeDropped(): number {
    const dropped = this.#dropped;
    this.#dropped = 0;
    return dropped;
  }

  #forgetTaken(): void {
    if (this.isEmpty) {
      this.#lines = [];
      this.#sizes = [];
      this.#first = 0;
    } else if (this.#first * 2 > this.#lines.length) {
      this.#lines = this.#lines.slice(this.#first);
      this.#sizes = this.#sizes.slice(this.#first);
      this.#first = 0;
    }
  }
}

/** What a target says once it works again. */
export function lostLines(count: number): string {
  return count === 1 ? "1 log line was lost" : `${count} log lines were lost`;
}
