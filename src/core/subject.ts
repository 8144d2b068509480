/**
 * Subjects: dot-separated tokens, of which `*` stands for one token and a last `>` for one or more.
 *
 * All functions read a byte range and allocate nothing. Other bytes than the dot have no meaning in
 * a subject, so they work on UTF-8 and on any binary text alike.
 */

import { DOT, GREATER, STAR } from "../bytes/ascii.ts";

/**
 * Tells whether a SUB may use this subject: no empty token, `>` only as the last token.
 * `foo*` and `f>` are ordinary tokens.
 */
export function isValidSubject(buf: Uint8Array, start: number, end: number): boolean {
  let tokenStart = start;
  for (let i = start; i <= end; i++) {
    if (i < end && buf[i] !== DOT) continue;
    if (i === tokenStart) return false;
    if (i < end && i - tokenStart === 1 && buf[tokenStart] === GREATER) return false;
    tokenStart = i + 1;
  }
  return true;
}

/** Tells whether a subject is valid and has no wildcard token: what a pedantic PUB must use. */
export function isValidLiteralSubject(buf: Uint8Array, start: number, end: number): boolean {
  return isValidSubject(buf, start, end) && !hasWildcard(buf, start, end);
}

/** Tells whether any whole token is `*` or `>`. */
export function hasWildcard(buf: Uint8Array, start: number, end: number): boolean {
  let tokenStart = start;
  for (let i = start; i <= end; i++) {
    if (i < end && buf[i] !== DOT) continue;
    if (i - tokenStart === 1 && isWildcardByte(buf[tokenStart]!)) return true;
    tokenStart = i + 1;
  }
  return false;
}

/** Number of tokens. */
export function countTokens(buf: Uint8Array, start: number, end: number): number {
  let count = 1;
  for (let i = start; i < end; i++) if (buf[i] === DOT) count++;
  return count;
}

/**
 * Tells whether a published subject matches a subscription's pattern.
 * Wildcard bytes in the subject itself are plain tokens, as nats-server treats them.
 */
export function matchesPattern(
  buf: Uint8Array,
  start: number,
  end: number,
  pattern: Uint8Array,
): boolean {
  const patternEnd = pattern.length;
  let i = start;
  let p = 0;
  for (;;) {
    const next = tokenEnd(pattern, p, patternEnd);
    if (next - p === 1 && pattern[p] === GREATER && next === patternEnd) return i <= end;
    const stop = tokenEnd(buf, i, end);
    if (!(next - p === 1 && pattern[p] === STAR) && !sameToken(buf, i, stop, pattern, p, next)) {
      return false;
    }
    if (stop === end || next === patternEnd) return stop === end && next === patternEnd;
    i = stop + 1;
    p = next + 1;
  }
}

/** Index of the dot that ends the token at `start`, or `end`. */
export function tokenEnd(buf: Uint8Array, start: number, end: number): number {
  let i = start;
  while (i < end && buf[i] !== DOT) i++;
  return i;
}

function isWildcardByte(byte: number): boolean {
  return byte === STAR || byte === GREATER;
}

function sameToken(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): boolean {
  if (aEnd - aStart !== bEnd - bStart) return false;
  for (let i = aStart, j = bStart; i < aEnd; i++, j++) if (a[i] !== b[j]) return false;
  return true;
}
