/**
 * What clients send, as it may stand in a log line. nats-server writes such texts as they are; here
 * nothing in them can break a line, or tell a terminal to do something.
 */

import { goEscape } from "../protocol/go-quote.ts";

const ORDINARY = /^[\t\x20-\x7e]*$/;
/** Anything that Go's `%q` escapes, but for the tab: control characters, odd spaces, directions. */
const UNPRINTABLE = /[^\t \p{L}\p{M}\p{N}\p{P}\p{S}]/gu;

/** The text with escapes, as in `\x1b`, in place of characters that have no shape. */
export function printable(text: string): string {
  if (ORDINARY.test(text)) return text;
  return text.replace(UNPRINTABLE, (char) => goEscape(Buffer.from(char)));
}
