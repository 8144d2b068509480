/** Text of a configuration file, and places in it as nats-server counts them. */

const NEWLINE = 0x0a;
/** Lines are counted once for each stretch of so many bytes. */
const STRETCH_BYTES = 1 << 12;

/** One file as it was read. */
export class Source {
  /** Path as it was given with `-c`, or joined from the including file's folder. */
  readonly path: string;
  readonly bytes: Buffer;
  /** Where a file refers to it, if it is the value of an environment variable. */
  readonly origin: Place | null;
  /** How many lines end before each stretch, as far as that has been asked for. */
  readonly #linesBefore: number[] = [0];

  constructor(path: string, bytes: Buffer, origin: Place | null = null) {
    this.path = path;
    this.bytes = bytes;
    this.origin = origin;
  }

  /** Line from 1. Only LF counts lines. */
  lineAt(offset: number): number {
    const stretch = Math.floor(offset / STRETCH_BYTES);
    for (let i = this.#linesBefore.length; i <= stretch; i++) {
      const start = (i - 1) * STRETCH_BYTES;
      this.#linesBefore.push(this.#linesBefore[i - 1]! + this.#count(start, start + STRETCH_BYTES));
    }
    return 1 + this.#linesBefore[stretch]! + this.#count(stretch * STRETCH_BYTES, offset);
  }

  /** Bytes since the last LF: so the first line counts from 0, and all others from 1. */
  columnAt(offset: number): number {
    return offset - Math.max(this.#newlineBefore(offset), 0);
  }

  /** The line that holds an offset, without its end, and where the offset is in it, in bytes from 0. */
  excerptAt(offset: number): { line: Buffer; at: number } {
    const start = this.#newlineBefore(offset) + 1;
    const end = this.bytes.indexOf(NEWLINE, offset);
    const line = this.bytes.subarray(start, end < 0 ? this.bytes.length : end);
    return { line, at: offset - start };
  }

  #count(start: number, end: number): number {
    const { bytes } = this;
    let lines = 0;
    for (let at = Math.min(end, bytes.length) - 1; at >= start; at--) {
      if (bytes[at] === NEWLINE) lines++;
    }
    return lines;
  }

  #newlineBefore(offset: number): number {
    return offset === 0 ? -1 : this.bytes.lastIndexOf(NEWLINE, offset - 1);
  }
}

/** A point in a file. */
export interface Place {
  readonly source: Source;
  /** Bytes from the file's start. */
  readonly offset: number;
}

/** `file:line:column`, the beginning of nats-server's messages. */
export function formatPlace({ source, offset }: Place): string {
  return `${source.path}:${source.lineAt(offset)}:${source.columnAt(offset)}`;
}
