/** The arguments of a line in the form in which servers write them. */

import { CR, LF, SPACE, TAB } from "../bytes/ascii.ts";

/** Bytes that a line grows by at most. */
export const SINGLE_SPACED_EXTRA = 2;

/**
 * Writes the tokens of a range to the start of `target`, with a space between any two and CR LF after
 * the last. Between tokens any spaces, tabs, CR and LF may stand, as in nats-server.
 *
 * @returns the length of the line.
 */
export function writeSingleSpaced(
  buf: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
): number {
  let at = 0;
  let isBetween = true;
  for (let i = start; i < end; i++) {
    const byte = buf[i]!;
    if (byte === SPACE || byte === TAB || byte === CR || byte === LF) {
      isBetween = true;
      continue;
    }
    if (isBetween && at > 0) target[at++] = SPACE;
    isBetween = false;
    target[at++] = byte;
  }
  target[at++] = CR;
  target[at++] = LF;
  return at;
}
