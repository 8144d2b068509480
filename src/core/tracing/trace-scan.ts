/**
 * Hot path. Finds out which messages ask to be traced, among all those that have headers.
 *
 * Of most header blocks it looks at few bytes only: where the last letter of a name would stand, the
 * byte there tells how far away the next place is at which the name may end.
 *
 *     NATS/1.0..Content-Type: text/plain....
 *              ^--- name ------^             `x` is not in the name: it cannot end before
 *                              ------------------------^
 *
 * It may say yes to one too many: what the headers mean is read afterwards, by code that takes its time.
 */

import { LOWER_CASE_BIT } from "../../bytes/ascii.ts";
import type { Message } from "../../protocol/message.ts";

/** `NATS/1.0` and CR; the line end before the first header comes next. */
const VERSION_BYTES = 9;

/** A header's name with the line end before and the colon after it. */
class HeaderName {
  readonly bytes: Buffer;
  /** By byte: how much later than there the name can end; 0 where it may end now. */
  readonly skips: Uint8Array;
  readonly anyCase: boolean;

  constructor(name: string, anyCase: boolean) {
    this.bytes = Buffer.from(`\n${name}:`);
    this.anyCase = anyCase;
    const last = this.bytes.length - 1;
    this.skips = new Uint8Array(256).fill(this.bytes.length);
    for (let i = 0; i <= last; i++) {
      const byte = this.bytes[i]!;
      this.skips[byte] = last - i;
      if (anyCase && i > 0 && i < last) this.skips[byte & ~LOWER_CASE_BIT] = last - i;
    }
  }
}

const DEST = new HeaderName("Nats-Trace-Dest", false);
/** Other makers of headers write it as they like. */
const PARENT = new HeaderName("traceparent", true);

/**
 * Whether a line of the header block has the name of a header that asks for a trace.
 *
 * @param withParent the external header counts as well.
 */
export function asksForTrace(message: Message, withParent: boolean): boolean {
  const { buf, bodyStart, headerBytes } = message;
  const start = (bodyStart + VERSION_BYTES) | 0;
  const end = (bodyStart + headerBytes) | 0;
  return has(DEST, buf, start, end) || (withParent && has(PARENT, buf, start, end));
}

function has(name: HeaderName, buf: Uint8Array, start: number, end: number): boolean {
  const skips = name.skips;
  const length = name.bytes.length;
  let i = (start + length - 1) | 0;
  while (i < end) {
    const skip = skips[buf[i]!]!;
    if (skip !== 0) i = (i + skip) | 0;
    else if (endsAt(name, buf, i)) return true;
    // The colon is nowhere else in the name.
    else i = (i + length) | 0;
  }
  return false;
}

/** Whether the name, whose last byte is there, is there as a whole. */
function endsAt(name: HeaderName, buf: Uint8Array, end: number): boolean {
  const bytes = name.bytes;
  const start = (end - bytes.length + 1) | 0;
  const bit = name.anyCase ? LOWER_CASE_BIT : 0;
  for (let i = bytes.length - 2; i > 0; i--) {
    if ((buf[start + i]! | bit) !== bytes[i]) return false;
  }
  return buf[start] === bytes[0];
}
