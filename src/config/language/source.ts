/** Text of a configuration file, and places in it as nats-server counts them. */

const NEWLINE = 0x0a;

/** One file as it was read. */
export class Source {
  /** Path as it was given with `-c`, or joined from the including file's folder. */
  readonly path: string;
  readonly bytes: Buffer;

  constructor(path: string, bytes: Buffer) {
    this.path = path;
    this.bytes = bytes;
  }

  /** Line from 1. Only LF counts lines. */
  lineAt(offset: number): number {
    let line = 1;
    for (let at = this.bytes.indexOf(NEWLINE); at >= 0 && at < offset; ) {
      line++;
      at = this.bytes.indexOf(NEWLINE, at + 1);
    }
    return line;
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
