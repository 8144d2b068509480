/**
 * Hot path. RMSG, HMSG and LMSG in the form that servers write: one pass over a line with single
 * spaces and CR LF.
 *
 *     RMSG        account subject [reply] size
 *     HMSG        account subject [reply] headers size
 *     LMSG origin account subject [reply] headers size
 *
 * Where queue groups are named, `+ reply` or `|` stands in place of the reply, the groups after it. The
 * account is left out on a connection that is one account's own.
 *
 * The subject is hashed while its end is looked for. A line in another form is written anew in this
 * one by the parser, and then read here as well: what is wrong with it then is what nats-server says.
 */

import {
  BAR,
  CR,
  LETTER_G,
  LETTER_H,
  LETTER_L,
  LETTER_M,
  LETTER_R,
  LETTER_S,
  LF,
  LOWER_CASE_BIT,
  PLUS,
  parseDecimal,
  SPACE,
  TAB,
} from "../bytes/ascii.ts";
import { HASH_PRIME, HASH_SEED } from "../bytes/hash.ts";
import type { Message } from "./message.ts";

/** What is wrong with a line, in the order in which it is looked for. */
export type RoutedLineFault =
  | "arguments"
  | "reply indicator"
  | "header size"
  | "size"
  | "header size above total";

export type RoutedFault = `${"rmsg" | "hmsg" | "lmsg"} ${RoutedLineFault}`;

const FAULT_ARGUMENTS = -1;
const FAULT_INDICATOR = -2;
const FAULT_HEADER_SIZE = -3;
const FAULT_SIZE = -4;
const FAULT_HEADER_ABOVE_TOTAL = -5;

/** By `-1 -` what `readLine` returns. */
const FAULTS: readonly RoutedLineFault[] = [
  "arguments",
  "reply indicator",
  "header size",
  "size",
  "header size above total",
];

/** `RMSG a 0` and two CR LF: no message is shorter. */
const SHORTEST = 12;
const VERB_BYTES = 5;

/** What a message must keep to, and where it is described. */
interface RoutedLimits {
  readonly maxControlLine: number;
  /** Lines name no account. */
  readonly isDedicated: boolean;
  readonly grammar: { readonly isGateway: boolean };
  readonly message: Message;
}

/** Names what `readLine` has found. */
export function routedFault(first: number, code: number): RoutedFault {
  const verb = first === LETTER_R ? "rmsg" : first === LETTER_H ? "hmsg" : "lmsg";
  return `${verb} ${FAULTS[-1 - code]!}`;
}

export class RoutedScanner {
  /** Where the last token ended. */
  #end = 0;

  /**
   * Scans a whole message, its verb first, into the limits' message.
   *
   * @returns the index after it, or 0 to leave it to the states.
   */
  scan(buf: Buffer, at: number, to: number, limits: RoutedLimits): number {
    if (to - at < SHORTEST || buf[at + 4] !== SPACE) return 0;
    const first = buf[at]! | LOWER_CASE_BIT;
    const isMsg =
      (first === LETTER_R || first === LETTER_H || first === LETTER_L) &&
      (buf[at + 1]! | LOWER_CASE_BIT) === LETTER_M &&
      (buf[at + 2]! | LOWER_CASE_BIT) === LETTER_S &&
      (buf[at + 3]! | LOWER_CASE_BIT) === LETTER_G;
    if (!isMsg || (first === LETTER_L && limits.grammar.isGateway)) return 0;
    const { message } = limits;
    const start = at + VERB_BYTES;
    const lineEnd = this.readLine(buf, start, to, first, limits.isDedicated, message);
    if (lineEnd < 0 || lineEnd - start > limits.maxControlLine) return 0;
    const bodyEnd = (lineEnd + 2 + message.totalBytes) | 0;
    if (bodyEnd + 2 > to || buf[lineEnd + 1] !== LF) return 0;
    if (buf[bodyEnd] !== CR || buf[bodyEnd + 1] !== LF) return 0;
    message.bodyStart = lineEnd + 2;
    message.end = bodyEnd + 2;
    return message.end;
  }

  /**
   * Reads the arguments of a line into a message, all but where its body lies.
   *
   * @param first the verb's first letter in lower case.
   * @returns index of the CR that ends the line; less than 0 when it is not in the common form, or not
   *     all there, or wrong (see `routedFault`).
   */
  readLine(
    buf: Buffer,
    start: number,
    to: number,
    first: number,
    isDedicated: boolean,
    message: Message,
  ): number {
    let i = start;
    let originEnd = 0;
    if (first === LETTER_L) {
      if (!this.#token(buf, i, to)) return FAULT_ARGUMENTS;
      originEnd = this.#end;
      i = originEnd + 1;
    }
    const accountStart = i;
    if (!isDedicated) {
      if (!this.#token(buf, i, to)) return FAULT_ARGUMENTS;
      i = this.#end + 1;
    }
    const subjectStart = i;
    let hash = HASH_SEED;
    let byte = 0;
    for (; i < to; i++) {
      byte = buf[i]!;
      if (byte <= SPACE && (byte === SPACE || byte === CR || byte === LF || byte === TAB)) break;
      hash = Math.imul(hash ^ byte, HASH_PRIME);
    }
    if (byte !== SPACE || i === subjectStart || i >= to) return FAULT_ARGUMENTS;

    message.buf = buf;
    message.moved = null;
    message.hash = hash;
    message.subjectStart = subjectStart;
    message.subjectEnd = i;
    message.originStart = originEnd === 0 ? 0 : start;
    message.originEnd = originEnd;
    message.accountStart = isDedicated ? 0 : accountStart;
    message.accountEnd = isDedicated ? 0 : subjectStart - 1;
    return this.#rest(buf, i + 1, to, first === LETTER_R ? 1 : 2, message);
  }

  /** Reads what comes after the subject: reply, names of queue groups, and one or two sizes. */
  #rest(buf: Buffer, start: number, to: number, sizes: number, message: Message): number {
    let i = start;
    let byte = 0;
    let count = 0;
    let firstEnd = 0;
    let secondEnd = 0;
    let previous = 0;
    let last = 0;
    do {
      const token = i;
      for (; i < to; i++) {
        byte = buf[i]!;
        if (byte <= SPACE && (byte === SPACE || byte === CR || byte === LF || byte === TAB)) break;
      }
      if (i >= to || i === token) return FAULT_ARGUMENTS;
      count++;
      if (count === 1) firstEnd = i;
      else if (count === 2) secondEnd = i;
      previous = last;
      last = token;
      i++;
    } while (byte === SPACE);
    if (byte !== CR || count < sizes) return FAULT_ARGUMENTS;
    const lineEnd = i - 1;

    let replyStart = 0;
    let replyEnd = 0;
    let queuesStart = 0;
    let queuesEnd = 0;
    if (count - sizes === 1) {
      replyStart = start;
      replyEnd = firstEnd;
    } else if (count > sizes) {
      const indicator = firstEnd - start === 1 ? buf[start]! : 0;
      if (indicator !== PLUS && indicator !== BAR) return FAULT_INDICATOR;
      queuesStart = firstEnd + 1;
      queuesEnd = (sizes === 1 ? last : previous) - 1;
      if (indicator === PLUS) {
        replyStart = queuesStart;
        replyEnd = secondEnd;
        queuesStart = secondEnd + 1;
        if (queuesEnd === secondEnd) queuesStart = queuesEnd;
      }
    }

    const headerBytes = sizes === 1 ? 0 : parseDecimal(buf, previous, last - 1);
    if (headerBytes < 0) return FAULT_HEADER_SIZE;
    const totalBytes = parseDecimal(buf, last, lineEnd);
    if (totalBytes < 0) return FAULT_SIZE;
    if (headerBytes > totalBytes) return FAULT_HEADER_ABOVE_TOTAL;
    message.replyStart = replyStart;
    message.replyEnd = replyEnd;
    message.queuesStart = queuesStart;
    message.queuesEnd = queuesEnd;
    message.headerBytes = headerBytes;
    message.totalBytes = totalBytes;
    message.sizesStart = headerBytes === 0 ? last : previous;
    return lineEnd;
  }

  /** Finds the end of a token that a space follows. */
  #token(buf: Buffer, start: number, to: number): boolean {
    let i = start;
    let byte = 0;
    for (; i < to; i++) {
      byte = buf[i]!;
      if (byte <= SPACE && (byte === SPACE || byte === CR || byte === LF || byte === TAB)) break;
    }
    this.#end = i;
    return byte === SPACE && i > start && i < to;
  }
}
