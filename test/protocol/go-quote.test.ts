/** Facts about Go's `%q`, seen in nats-server's own messages. */

import { describe, expect, test } from "bun:test";
import { goEscape, goQuote } from "../../src/protocol/go-quote.ts";

const TEXTS: readonly (readonly [text: string, quoted: string])[] = [
  ["", '""'],
  ["foo.bar", '"foo.bar"'],
  ["foo bar", '"foo bar"'],
  ["it's", '"it\'s"'],
  ['"', '"\\""'],
  ["\\", '"\\\\"'],
  ["\x07\b\t\n\v\f\r", '"\\a\\b\\t\\n\\v\\f\\r"'],
  ["\0\x01\x0e\x1b\x1f", '"\\x00\\x01\\x0e\\x1b\\x1f"'],
  ["\x7f", '"\\x7f"'],
  ["~!@#$%^&*()", '"~!@#$%^&*()"'],
  ["\u0080\u0085\u009f", '"\\u0080\\u0085\\u009f"'],
  ["\u00a0", '"\\u00a0"'],
  ["\u00a1\u00e9\u00ff", '"\u00a1\u00e9\u00ff"'],
  ["\u00ad", '"\\u00ad"'],
  ["e\u0301", '"e\u0301"'],
  ["\u0378", '"\\u0378"'],
  ["\u20ac\u65e5\u672c", '"\u20ac\u65e5\u672c"'],
  ["\u2003\u2028\u2029\u200b\u202e", '"\\u2003\\u2028\\u2029\\u200b\\u202e"'],
  ["\u3000", '"\\u3000"'],
  ["\ue000", '"\\ue000"'],
  ["\ufeff", '"\\ufeff"'],
  ["\ufffd", '"\ufffd"'],
  ["\ufffe\uffff", '"\\ufffe\\uffff"'],
  ["\u{1f600}\u{10400}", '"\u{1f600}\u{10400}"'],
  ["\u{e0001}\u{10ffff}", '"\\U000e0001\\U0010ffff"'],
];

/** Bytes that are no UTF-8 are shown one by one; those after them get a chance of their own. */
const BYTES: readonly (readonly [hex: string, quoted: string])[] = [
  ["ff", '"\\xff"'],
  ["80", '"\\x80"'],
  ["c2", '"\\xc2"'],
  ["c080", '"\\xc0\\x80"'],
  ["c328", '"\\xc3("'],
  ["e282", '"\\xe2\\x82"'],
  ["e28228", '"\\xe2\\x82("'],
  ["e228a1", '"\\xe2(\\xa1"'],
  ["61e282ace2", '"a\u20ac\\xe2"'],
  ["eda080", '"\\xed\\xa0\\x80"'],
  ["e08080", '"\\xe0\\x80\\x80"'],
  ["f09f98", '"\\xf0\\x9f\\x98"'],
  ["f0808080", '"\\xf0\\x80\\x80\\x80"'],
  ["f4908080", '"\\xf4\\x90\\x80\\x80"'],
  ["f5808080", '"\\xf5\\x80\\x80\\x80"'],
  ["efbbbf78", '"\\ufeffx"'],
  ["efbfbdff", '"\ufffd\\xff"'],
  ["ffc3a9", '"\\xff\u00e9"'],
];

describe("a quoted range", () => {
  test("shows what can be printed and escapes the rest", () => {
    for (const [text, quoted] of TEXTS) expect(goQuote(Buffer.from(text))).toBe(quoted);
  });

  test("shows bytes that are no text as they are", () => {
    for (const [hex, quoted] of BYTES) expect(goQuote(Buffer.from(hex, "hex"))).toBe(quoted);
  });

  test("is cut by bytes, which may tear a character apart", () => {
    const buf = Buffer.from("a\u20acb");
    expect(goQuote(buf, 1, 4)).toBe('"\u20ac"');
    expect(goQuote(buf, 0, 3)).toBe('"a\\xe2\\x82"');
    expect(goQuote(buf, 2, 5)).toBe('"\\x82\\xacb"');
    expect(goQuote(buf, 2, 2)).toBe('""');
  });

  test("without its quotes is the same text", () => {
    for (const [text, quoted] of TEXTS) {
      expect(`"${goEscape(Buffer.from(text))}"`).toBe(quoted);
    }
  });
});

test("every single byte is quoted so that it can be told from every other", () => {
  const quoted = Array.from({ length: 256 }, (_, byte) => goQuote(Uint8Array.of(byte)));
  expect(new Set(quoted).size).toBe(256);
  for (const [byte, text] of quoted.entries()) {
    if (byte >= 0x80) expect(text).toBe(`"\\x${byte.toString(16)}"`);
  }
});
