/** Arguments of SUB and UNSUB: tokens between spaces, tabs and stray carriage returns. */

import { CR, LF, parseDecimal, SPACE, TAB } from "../bytes/ascii.ts";

/** Start and end of up to four tokens; more than that are as wrong as four. */
export class LineTokens {
  static readonly MAX = 4;
  count = 0;
  readonly #ranges = new Int32Array(LineTokens.MAX * 2);

  split(buf: Uint8Array, start: number, end: number): void {
    this.count = 0;
    let i = start;
    while (this.count < LineTokens.MAX) {
      while (i < end && isBlank(buf[i]!)) i++;
      if (i === end) return;
      this.#ranges[this.count * 2] = i;
      while (i < end && !isBlank(buf[i]!)) i++;
      this.#ranges[this.count * 2 + 1] = i;
      this.count++;
    }
  }

  start(token: number): number {
    return this.#ranges[token * 2]!;
  }

  end(token: number): number {
    return this.#ranges[token * 2 + 1]!;
  }

  /** A token as a number of one to nine digits; -1 when it is anything else. */
  decimal(buf: Uint8Array, token: number): number {
    return parseDecimal(buf, this.start(token), this.end(token));
  }

  /** A token as the log shows it. */
  shown(buf: Buffer, token: number): string {
    return buf.toString("utf8", this.start(token), this.end(token));
  }

  /** A token as text, byte for byte. */
  text(buf: Buffer, token: number): string {
    return buf.toString("latin1", this.start(token), this.end(token));
  }
}

function isBlank(byte: number): boolean {
  return byte === SPACE || byte === TAB || byte === CR || byte === LF;
}
