/**
 * Arguments of PUB and HPUB in any form that nats-server accepts, and their common form.
 *
 * Only lines that the parser's fast scan does not take come here.
 */

import { CR, LF, parseDecimal, SPACE, TAB, ZERO } from "../bytes/ascii.ts";

/** What is wrong with a publish line; each has its own log text. */
export type PublishFault =
  | "pub arguments"
  | "pub size"
  | "hpub arguments"
  | "hpub header size"
  | "hpub total size"
  | "hpub header size above total";

const TOKENS_MAX = 5;

export class PublishArgs {
  /** Bytes of header block and payload together. */
  totalBytes = 0;
  /** Bytes of the header block. */
  headerBytes = 0;
  /** Start and end of each token. */
  readonly #tokens = new Int32Array(TOKENS_MAX * 2);
  #count = 0;

  /** Reads a line's arguments; returns what is wrong, or "". */
  parse(buf: Uint8Array, start: number, end: number, withHeaders: boolean): PublishFault | "" {
    this.#split(buf, start, end);
    this.headerBytes = 0;
    const sizes = withHeaders ? 2 : 1;
    if (this.#count < 1 + sizes || this.#count > 2 + sizes) {
      return withHeaders ? "hpub arguments" : "pub arguments";
    }
    this.totalBytes = this.#number(buf, this.#count - 1);
    if (!withHeaders) return this.totalBytes < 0 ? "pub size" : "";
    this.headerBytes = this.#number(buf, this.#count - 2);
    if (this.headerBytes < 0) return "hpub header size";
    if (this.totalBytes < 0) return "hpub total size";
    if (this.headerBytes > this.totalBytes) return "hpub header size above total";
    // Without a header block the message leaves as MSG: its header size is not passed on.
    if (this.headerBytes === 0) this.#dropToken(this.#count - 2);
    return "";
  }

  /** Stands for a message with an empty subject and no body. */
  setNothing(): void {
    this.#count = 0;
    this.totalBytes = 0;
    this.headerBytes = 0;
  }

  /** Length of the line that `writeCommon` writes. */
  get commonLength(): number {
    if (this.#count === 0) return 4;
    let length = this.#count + 1;
    for (let i = 0; i < this.#count; i++) length += this.#tokens[i * 2 + 1]! - this.#tokens[i * 2]!;
    return length;
  }

  /** Writes the line with single spaces and CR LF to the start of `target`. */
  writeCommon(buf: Uint8Array, target: Uint8Array): void {
    let at = 0;
    for (let i = 0; i < this.#count; i++) {
      if (i > 0) target[at++] = SPACE;
      for (let from = this.#tokens[i * 2]!; from < this.#tokens[i * 2 + 1]!; from++) {
        target[at++] = buf[from]!;
      }
    }
    if (this.#count === 0) {
      target[at++] = SPACE;
      target[at++] = ZERO;
    }
    target[at++] = CR;
    target[at] = LF;
  }

  #number(buf: Uint8Array, token: number): number {
    return parseDecimal(buf, this.#tokens[token * 2]!, this.#tokens[token * 2 + 1]!);
  }

  #dropToken(token: number): void {
    this.#tokens.copyWithin(token * 2, (token + 1) * 2);
    this.#count--;
  }

  /** Finds up to `TOKENS_MAX` tokens; more than that are as wrong as that many. */
  #split(buf: Uint8Array, start: number, end: number): void {
    this.#count = 0;
    let i = start;
    while (this.#count < TOKENS_MAX) {
      while (i < end && (buf[i] === SPACE || buf[i] === TAB)) i++;
      if (i === end) return;
      this.#tokens[this.#count * 2] = i;
      while (i < end && buf[i] !== SPACE && buf[i] !== TAB) i++;
      this.#tokens[this.#count * 2 + 1] = i;
      this.#count++;
    }
  }
}
