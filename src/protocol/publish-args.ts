/**
 * Arguments of PUB and HPUB in any form that nats-server accepts, and their common form.
 *
 * Only lines that the parser's fast scan does not take come here.
 */

import { CR, LF, parseDecimal, SPACE, TAB } from "../bytes/ascii.ts";
import type { Message } from "./message.ts";

/** What is wrong with a publish line; each has its own log text. */
export type PublishFault =
  | "pub arguments"
  | "pub size"
  | "hpub arguments"
  | "hpub header size"
  | "hpub total size"
  | "hpub header size above total";

const TOKENS_MAX = 5;
const CRLF_BYTES = 2;
/** The line of a message with an empty subject and no body. */
const NOTHING = Buffer.from(" 0\r\n");

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
    let length = CRLF_BYTES + Math.max(this.#count - 1, 0);
    for (let i = 0; i < this.#count; i++) length += this.#tokens[i * 2 + 1]! - this.#tokens[i * 2]!;
    return this.#count === 0 ? NOTHING.length : length;
  }

  /**
   * Writes the line with single spaces and CR LF to the start of `target`, and describes in `message`
   * where its parts lie; the message's body is to follow.
   */
  writeCommon(buf: Uint8Array, target: Buffer, message: Message): void {
    let at = 0;
    const hasReply = this.#count - (this.headerBytes > 0 ? 2 : 1) === 2;
    for (let token = 0; token < this.#count; token++) {
      if (token > 0) target[at++] = SPACE;
      if (token === 1 && hasReply) message.replyStart = at;
      for (let i = this.#tokens[token * 2]!; i < this.#tokens[token * 2 + 1]!; i++) {
        target[at++] = buf[i]!;
      }
      if (token === 0) message.subjectEnd = at;
      if (token === 1 && hasReply) message.replyEnd = at;
    }
    if (this.#count === 0) {
      at = NOTHING.copy(target);
    } else {
      target[at++] = CR;
      target[at++] = LF;
    }
    message.bodyStart = at;
    message.end = at + this.totalBytes + CRLF_BYTES;
    message.headerBytes = this.headerBytes;
    message.totalBytes = this.totalBytes;
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
