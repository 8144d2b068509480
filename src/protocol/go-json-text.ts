/**
 * Strings as Go's JSON encoder writes them: what means something in HTML is escaped, and every byte
 * that is not UTF-8 becomes a replacement character of its own.
 */

import { isUtf8 } from "node:buffer";

const ESCAPED = /[<>&\u2028\u2029]/g;
const NOT_UTF8 = "\ufffd";
const SEQUENCE_MAX = 4;

/** A JSON string with its quotes, from bytes that should be UTF-8. */
export function goJsonText(bytes: Buffer): string {
  return JSON.stringify(goText(bytes)).replace(ESCAPED, escapeUnit);
}

/** Bytes that should be UTF-8 as Go's encoder reads them. */
export function goText(bytes: Buffer): string {
  return isUtf8(bytes) ? bytes.toString() : withReplacements(bytes);
}

function withReplacements(bytes: Buffer): string {
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    text += length === 0 ? NOT_UTF8 : bytes.toString("utf8", at, at + length);
    at += Math.max(length, 1);
  }
  return text;
}

/** Bytes of the character that begins there; 0 when it is none. */
function sequenceLength(bytes: Buffer, at: number): number {
  for (let length = 1; length <= SEQUENCE_MAX; length++) {
    if (at + length <= bytes.length && isUtf8(bytes.subarray(at, at + length))) return length;
  }
  return 0;
}

function escapeUnit(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
