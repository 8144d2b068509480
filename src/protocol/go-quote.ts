/**
 * Quotes bytes as Go's `%q` does: nats-server's errors and logs show subjects and payloads so, and
 * clients and log scripts match on them.
 */

const SHORT_ESCAPES: Readonly<Record<number, string>> = {
  7: "\\a",
  8: "\\b",
  9: "\\t",
  10: "\\n",
  11: "\\v",
  12: "\\f",
  13: "\\r",
  34: '\\"',
  92: "\\\\",
};

const REPLACEMENT = "\ufffd";
const REPLACEMENT_BYTES = Buffer.from(REPLACEMENT);
const PRINTABLE = /^[\p{L}\p{M}\p{N}\p{P}\p{S}]$/u;

/** The range as a double-quoted Go string literal. */
export function goQuote(bytes: Uint8Array, start = 0, end = bytes.length): string {
  return `"${goEscape(bytes, start, end)}"`;
}

/** A whole text in the same way. */
export function goQuoteText(text: string): string {
  return goQuote(Buffer.from(text));
}

/** The same without the quotes around it. */
export function goEscape(bytes: Uint8Array, start = 0, end = bytes.length): string {
  let text = "";
  for (let i = start; i < end; ) {
    const byte = bytes[i]!;
    if (byte < 0x80) {
      text += escapeAscii(byte);
      i++;
      continue;
    }
    const length = sequenceLength(byte);
    const char = length > 0 && i + length <= end ? decode(bytes.subarray(i, i + length)) : "";
    if (char === "") {
      text += `\\x${byte.toString(16)}`;
      i++;
    } else {
      text += escapeRune(char);
      i += length;
    }
  }
  return text;
}

function escapeAscii(byte: number): string {
  const short = SHORT_ESCAPES[byte];
  if (short !== undefined) return short;
  if (byte >= 0x20 && byte < 0x7f) return String.fromCharCode(byte);
  return `\\x${byte.toString(16).padStart(2, "0")}`;
}

function escapeRune(char: string): string {
  if (PRINTABLE.test(char)) return char;
  const code = char.codePointAt(0)!;
  return code > 0xffff
    ? `\\U${code.toString(16).padStart(8, "0")}`
    : `\\u${code.toString(16).padStart(4, "0")}`;
}

function sequenceLength(lead: number): number {
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

/** The character of a UTF-8 sequence; "" when the bytes are none. */
function decode(bytes: Uint8Array): string {
  const char = Buffer.from(bytes).toString();
  // What cannot be decoded becomes the replacement character, which may also stand there itself.
  return char.includes(REPLACEMENT) && !REPLACEMENT_BYTES.equals(bytes) ? "" : char;
}
