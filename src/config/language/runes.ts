/** Characters as Go's lexer tells them apart, read from bytes that are mostly ASCII. */

const REPLACEMENT = "\ufffd";
const DIGIT = /^\p{Nd}$/u;
const BEYOND_ASCII = /[\x80-\xff]/;

/** Bits of `CLASSES`. */
export const BLANK = 1;
export const LINE_END = 2;
/** White space before and after keys, among ASCII. */
export const SPACE = 4;
/** A bare string may end here, or an escape begin. */
export const STRING_STOP = 8;
/** A bare key may end here; a byte beyond ASCII only when it begins a space. */
export const KEY_STOP = 16;
const DIGIT_BIT = 32;
/** A number ends here, and does not become a bare string. */
export const NUMBER_END = 64;

/** What each byte can mean. */
export const CLASSES = new Uint8Array(256);
mark("\t ", BLANK | SPACE | STRING_STOP | KEY_STOP | NUMBER_END);
mark("\r\n", LINE_END | SPACE | STRING_STOP | KEY_STOP | NUMBER_END);
mark("\v\f", SPACE | KEY_STOP);
mark("\0;,}", STRING_STOP);
mark("]'\\", STRING_STOP);
mark("\0;,}", NUMBER_END);
mark("\0:=", KEY_STOP);
mark("\xc2\xe1\xe2\xe3", KEY_STOP);
mark("0123456789", DIGIT_BIT);

function mark(characters: string, bits: number): void {
  for (let i = 0; i < characters.length; i++) CLASSES[characters.charCodeAt(i)]! |= bits;
}

/** Length of the UTF-8 sequence that begins at an offset; 0 when it is not valid. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at]!;
  if (lead < 0x80) return 1;
  const length = lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
  if (length === 0 || at + length > bytes.length) return 0;
  const second = bytes[at + 1]!;
  const least = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const most = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < least || second > most) return 0;
  for (let i = at + 2; i < at + length; i++) {
    if ((bytes[i]! & 0xc0) !== 0x80) return 0;
  }
  return length;
}

/** Bytes that the character at an offset takes: 1 for what is not UTF-8, 0 at the end. */
export function runeWidth(bytes: Uint8Array, at: number): number {
  return at < bytes.length ? sequenceLength(bytes, at) || 1 : 0;
}

/** The character at an offset as nats-server shows it: U+FFFD when it is none, NUL at the end. */
export function runeAt(bytes: Uint8Array, at: number): string {
  if (at >= bytes.length) return "\0";
  const length = sequenceLength(bytes, at);
  return length === 0 ? REPLACEMENT : Buffer.from(bytes.subarray(at, at + length)).toString();
}

/** Bytes of the white space at an offset, Unicode's included; 0 when there is none. */
export function spaceWidth(bytes: Uint8Array, at: number): number {
  if (at >= bytes.length) return 0;
  const lead = bytes[at]!;
  if (lead < 0x80) return (CLASSES[lead]! & SPACE) === 0 ? 0 : 1;
  if ((CLASSES[lead]! & KEY_STOP) === 0) return 0;
  const second = bytes[at + 1];
  if (lead === 0xc2) return second === 0x85 || second === 0xa0 ? 2 : 0;
  const code = ((second ?? 0) << 8) | (bytes[at + 2] ?? 0);
  if (lead === 0xe1) return code === 0x9a80 ? 3 : 0;
  if (lead === 0xe3) return code === 0x8080 ? 3 : 0;
  const isSpace =
    (code >= 0x8080 && code <= 0x808a) ||
    code === 0x80a8 ||
    code === 0x80a9 ||
    code === 0x80af ||
    code === 0x819f;
  return isSpace ? 3 : 0;
}

/** Bytes of the decimal digit at an offset, of any script; 0 when there is none. */
export function digitWidth(bytes: Uint8Array, at: number): number {
  if (at >= bytes.length) return 0;
  const lead = bytes[at]!;
  if (lead < 0x80) return (CLASSES[lead]! & DIGIT_BIT) === 0 ? 0 : 1;
  return DIGIT.test(runeAt(bytes, at)) ? runeWidth(bytes, at) : 0;
}

/** @param binary bytes held one to a character. */
export function isAscii(binary: string): boolean {
  return !BEYOND_ASCII.test(binary);
}

/** Text from bytes held one to a character. Each byte that is not UTF-8 becomes U+FFFD, as in Go. */
export function decodeBinary(binary: string): string {
  if (isAscii(binary)) return binary;
  const bytes = Buffer.from(binary, "latin1");
  let text = "";
  for (let at = 0; at < bytes.length; ) {
    const valid = endOfValid(bytes, at);
    text += bytes.toString("utf8", at, valid);
    at = valid;
    if (at === bytes.length) break;
    text += REPLACEMENT;
    at++;
  }
  return text;
}

function endOfValid(bytes: Uint8Array, start: number): number {
  let at = start;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    if (length === 0) break;
    at += length;
  }
  return at;
}
