/**
 * Hot path. PUB and HPUB in the form that clients write: one pass over a line that lies whole in the
 * input, with single spaces and CR LF, and its body behind it.
 *
 * The subject is hashed while its end is looked for. Whatever is unusual, incomplete or out of limits
 * is left to the parser's states, which know every odd form and every error.
 */

import { CR, DIGITS_MAX, LF, LOWER_CASE_BIT, SPACE, TAB, ZERO } from "../bytes/ascii.ts";
import { HASH_PRIME, HASH_SEED } from "../bytes/hash.ts";
import type { Message } from "./message.ts";

const LETTER_P = 0x70;
const LETTER_U = 0x75;
const LETTER_B = 0x62;
/** `PUB a 0` and two CR LF: no publish is shorter. */
const SHORTEST_PUB = 11;

/** What a message must keep to, and where it is described. */
export interface ScanLimits {
  readonly maxPayload: number;
  readonly maxControlLine: number;
  readonly message: Message;
}

/** Index after `PUB ` in any case, or 0 when that does not stand at `at`. */
export function argumentsOfPub(buf: Uint8Array, at: number, to: number): number {
  if (to - at < SHORTEST_PUB || buf[at + 3] !== SPACE) return 0;
  const isPub =
    (buf[at]! | LOWER_CASE_BIT) === LETTER_P &&
    (buf[at + 1]! | LOWER_CASE_BIT) === LETTER_U &&
    (buf[at + 2]! | LOWER_CASE_BIT) === LETTER_B;
  return isPub ? at + 4 : 0;
}

export class MessageScanner {
  /** Where the last number ended. */
  #digitsEnd = 0;

  /**
   * Scans `subject [reply] [headers] size CRLF body CRLF` into the limits' message.
   *
   * @returns the index after it, or 0 to leave it to the states.
   */
  scan(buf: Buffer, start: number, to: number, withHeaders: boolean, limits: ScanLimits): number {
    let i = start;
    let hash = HASH_SEED;
    let byte = 0;
    for (; i < to; i++) {
      byte = buf[i]!;
      if (byte <= SPACE && (byte === SPACE || byte === TAB || byte === LF)) break;
      hash = Math.imul(hash ^ byte, HASH_PRIME);
    }
    if (byte !== SPACE || i === start || i >= to) return 0;
    const subjectEnd = i++;

    let replyStart = i;
    let replyEnd = i;
    let value = this.#number(buf, i, to);
    if (value < 0 || this.#isReply(buf, this.#digitsEnd, to, withHeaders)) {
      while (i < to && buf[i] !== SPACE && buf[i] !== TAB && buf[i] !== LF) i++;
      if (i >= to || buf[i] !== SPACE || i === replyStart) return 0;
      replyEnd = i;
      value = this.#number(buf, i + 1, to);
    } else {
      replyStart = 0;
      replyEnd = 0;
    }

    let headerBytes = 0;
    if (withHeaders) {
      // A header block of no bytes leaves as MSG, so its line must be rewritten.
      if (value <= 0 || buf[this.#digitsEnd] !== SPACE) return 0;
      headerBytes = value;
      value = this.#number(buf, this.#digitsEnd + 1, to);
    }
    i = this.#digitsEnd;
    const isWithin = value <= limits.maxPayload && i - start <= limits.maxControlLine;
    if (value < headerBytes || !isWithin || buf[i] !== CR || buf[i + 1] !== LF) return 0;
    const bodyEnd = (i + 2 + value) | 0;
    if (bodyEnd + 2 > to || buf[bodyEnd] !== CR || buf[bodyEnd + 1] !== LF) return 0;

    const message = limits.message;
    message.buf = buf;
    message.subjectStart = start;
    message.subjectEnd = subjectEnd;
    message.replyStart = replyStart;
    message.replyEnd = replyEnd;
    message.bodyStart = i + 2;
    message.end = bodyEnd + 2;
    message.headerBytes = headerBytes;
    message.totalBytes = value;
    message.hash = hash;
    return message.end;
  }

  /** One to nine digits up to a space or CR, or -1; `#digitsEnd` is where they end. */
  #number(buf: Buffer, start: number, to: number): number {
    let value = 0;
    let i = start;
    for (; i < to; i++) {
      const digit = buf[i]! - ZERO;
      if (digit < 0 || digit > 9) break;
      // Stays an int32 even for a reply of many digits.
      value = (Math.imul(value, 10) + digit) | 0;
    }
    this.#digitsEnd = i;
    if (i === start || i - start > DIGITS_MAX || i >= to) return -1;
    return buf[i] === SPACE || buf[i] === CR ? value : -1;
  }

  /** After a number in second place: tells whether enough tokens follow for it to be the reply. */
  #isReply(buf: Buffer, at: number, to: number, withHeaders: boolean): boolean {
    if (!withHeaders) return buf[at] === SPACE;
    let spaces = 0;
    for (let i = at; i < to && buf[i] !== CR && buf[i] !== LF; i++) if (buf[i] === SPACE) spaces++;
    return spaces > 1;
  }
}
