/** Bytes with a meaning in the NATS protocol, and the few ways of reading and writing numbers. */

export const TAB = 0x09;
export const LF = 0x0a;
export const CR = 0x0d;
export const SPACE = 0x20;
export const DOLLAR = 0x24;
export const STAR = 0x2a;
export const MINUS = 0x2d;
export const DOT = 0x2e;
export const ZERO = 0x30;
export const GREATER = 0x3e;
export const UNDERSCORE = 0x5f;
export const PLUS = 0x2b;
export const BAR = 0x7c;
export const LETTER_G = 0x67;
export const LETTER_H = 0x68;
export const LETTER_L = 0x6c;
export const LETTER_M = 0x6d;
export const LETTER_R = 0x72;
export const LETTER_S = 0x73;

/** Turns an ASCII letter into lower case; other bytes may change, so compare with letters only. */
export const LOWER_CASE_BIT = 0x20;

/** The longest number the protocol accepts: nine digits always fit an int32. */
export const DIGITS_MAX = 9;

/**
 * Reads a decimal number of one to nine digits.
 *
 * @returns the number, or -1 when the range holds anything else.
 */
export function parseDecimal(buf: Uint8Array, start: number, end: number): number {
  const length = end - start;
  if (length < 1 || length > DIGITS_MAX) return -1;
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = buf[i]! - ZERO;
    if (digit < 0 || digit > 9) return -1;
    value = (Math.imul(value, 10) + digit) | 0;
  }
  return value;
}

/** Writes a non-negative int32 in decimal at `at`; returns the index after the last digit. */
export function writeDecimal(buf: Uint8Array, at: number, value: number): number {
  let digits = 1;
  for (let rest = (value / 10) | 0; rest > 0; rest = (rest / 10) | 0) digits++;
  let rest = value;
  for (let i = at + digits - 1; i >= at; i--) {
    const quotient = (rest / 10) | 0;
    buf[i] = ZERO + (rest - Math.imul(quotient, 10));
    rest = quotient;
  }
  return at + digits;
}

/** Tells whether `length` bytes of two buffers are equal. */
export function bytesEqual(
  a: Uint8Array,
  aStart: number,
  b: Uint8Array,
  bStart: number,
  length: number,
): boolean {
  for (let i = 0; i < length; i++) {
    if (a[aStart + i] !== b[bStart + i]) return false;
  }
  return true;
}

/** Tells whether the range begins with the bytes of `prefix` (ASCII, compared exactly). */
export function startsWith(
  buf: Uint8Array,
  start: number,
  end: number,
  prefix: Uint8Array,
): boolean {
  return end - start >= prefix.length && bytesEqual(buf, start, prefix, 0, prefix.length);
}
