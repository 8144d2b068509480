/** The last lines of the log, for whoever looks at the server from outside. */

import { withoutSecretShapes } from "../protocol/secret-shapes.ts";
import type { LogLevel } from "./logger.ts";

/** Lines that are kept. */
export const TAIL_LINES_MAX = 500;
/** Characters kept of a line. */
export const TAIL_TEXT_MAX = 1000;

export interface TailLine {
  /** From 1, without gaps. */
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly level: LogLevel;
  readonly text: string;
}

/** Without traces of the protocol: they hold what clients send each other. */
export class LogTail {
  readonly #ring: TailLine[] = [];
  #sequence = 0;

  /** Number of the last line; 0 before the first. */
  get sequence(): number {
    return this.#sequence;
  }

  add(level: LogLevel, text: string): void {
    if (level === "trace") return;
    const line: TailLine = {
      sequence: ++this.#sequence,
      time: Date.now(),
      level,
      text: kept(text),
    };
    this.#ring[(line.sequence - 1) % TAIL_LINES_MAX] = line;
  }

  /** Lines after that one, oldest first; secrets that show themselves are hidden. */
  after(sequence: number): TailLine[] {
    const first = Math.max(sequence + 1, this.#sequence - this.#ring.length + 1);
    const lines: TailLine[] = [];
    for (let next = first; next <= this.#sequence; next++) {
      const line = this.#ring[(next - 1) % TAIL_LINES_MAX]!;
      lines.push({ ...line, text: withoutSecretShapes(line.text) });
    }
    return lines;
  }
}

/** A copy: a part of a long text would keep all of it in memory. */
function kept(text: string): string {
  if (text.length <= TAIL_TEXT_MAX) return text;
  // Half of a secret does not show itself as one.
  const shown = withoutSecretShapes(text);
  return `${Buffer.from(shown.slice(0, TAIL_TEXT_MAX)).toString()}…`;
}
