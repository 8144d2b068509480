/**
 * Hot path. Tells whether a published subject is one of a source's, as nats-server compares them for
 * mappings.
 *
 * Unlike in matching, a wildcard in the subject itself is no plain token: `*` passes only where the
 * source has the same, `>` only below one. A token of the source that merely begins with `*` stands
 * for any.
 */

import { DOT, GREATER, STAR } from "../../bytes/ascii.ts";
import { tokenEnd } from "../subject.ts";

export function matchesSource(
  subject: Uint8Array,
  start: number,
  end: number,
  source: Uint8Array,
): boolean {
  const sourceEnd = source.length;
  let i = start;
  let s = 0;
  for (;;) {
    if (source[s] === STAR) {
      const next = tokenEnd(subject, i, end);
      const wanted = tokenEnd(source, s, sourceEnd);
      if (next === i) return false;
      if (next === i + 1 && subject[i] === GREATER) return false;
      if (next === i + 1 && subject[i] === STAR && wanted !== s + 1) return false;
      i = next;
      s = wanted;
    } else {
      if (source[s] === GREATER && s + 1 === sourceEnd) return true;
      while (s < sourceEnd && source[s] !== DOT) {
        if (i >= end || subject[i] !== source[s]) return false;
        i++;
        s++;
      }
      if (i < end && subject[i] !== DOT) return false;
    }
    // Both have ended, or both go on.
    if (s === sourceEnd || i >= end) return s === sourceEnd && i >= end;
    i++;
    s++;
  }
}
