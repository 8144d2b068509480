/**
 * One message out of a chunk of input, any of them about as likely. Senders often go through the same
 * few subjects again and again: the last one of a chunk would always be the same.
 */

import { LF, LOWER_CASE_BIT } from "../../bytes/ascii.ts";
import { Message } from "../../protocol/message.ts";
import { argumentsOfPub, MessageScanner } from "../../protocol/message-scanner.ts";

/** Messages that are read on the way to the sample, at most. */
const STEPS_MAX = 64;
const INT32_MAX = 0x7fffffff;
const LETTER_H = 0x68;

const scanner = new MessageScanner();
const limits = { maxPayload: INT32_MAX, maxControlLine: INT32_MAX, message: new Message() };

/**
 * @param last message of the chunk, which its buffer begins with.
 * @param messages how many there are.
 * @returns the last one where none is found. Good until the next call.
 */
export function sampleOf(last: Message, messages: number): Message {
  // What has another subject by now is told of by that.
  if (messages <= 1 || last.moved !== null) return last;
  const rest = Math.max(0, 1 - STEPS_MAX / messages);
  let at = lineFrom(last.buf, Math.floor(Math.random() * rest * last.end));
  for (let step = Math.floor(Math.random() * Math.min(messages, STEPS_MAX)); step >= 0; step--) {
    let next = scan(last.buf, at, last.end);
    if (next === 0) {
      at = lineFrom(last.buf, at + 1);
      next = scan(last.buf, at, last.end);
    }
    if (next === 0) return last;
    at = next;
  }
  return limits.message;
}

/** Where the next line that publishes begins, as far as can be seen; the end of the buffer if none does. */
function lineFrom(buf: Buffer, from: number): number {
  if (from === 0 && scan(buf, 0, buf.length) !== 0) return 0;
  for (let at = buf.indexOf("PUB ", from); at >= 0; at = buf.indexOf("PUB ", at + 1)) {
    const start = at > 0 && (buf[at - 1]! | LOWER_CASE_BIT) === LETTER_H ? at - 1 : at;
    if (start > 0 && buf[start - 1] === LF) return start;
  }
  return buf.length;
}

/** Index after the message at `at`, or 0 when there is none. */
function scan(buf: Buffer, at: number, to: number): number {
  if (at >= to) return 0;
  const withHeaders = (buf[at]! | LOWER_CASE_BIT) === LETTER_H;
  const start = argumentsOfPub(buf, withHeaders ? at + 1 : at, to);
  return start === 0 ? 0 : scanner.scan(buf, start, to, withHeaders, limits);
}
