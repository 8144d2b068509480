/** Times and JSON strings as Go writes them. */

import { describe, expect, test } from "bun:test";
import { goJsonText } from "../../src/protocol/go-json-text.ts";
import { rfc3339Nano } from "../../src/protocol/go-time.ts";

describe("a time", () => {
  const second = Date.UTC(2026, 0, 31, 12, 34, 56) * 1000;

  test.each([
    [second, "2026-01-31T12:34:56Z"],
    [second + 700_000, "2026-01-31T12:34:56.7Z"],
    [second + 120, "2026-01-31T12:34:56.00012Z"],
    [second + 999_999, "2026-01-31T12:34:56.999999Z"],
    [second - 1, "2026-01-31T12:34:55.999999Z"],
    [0, "1970-01-01T00:00:00Z"],
  ])("%p", (micros, expected) => {
    expect(rfc3339Nano(micros)).toBe(expected);
  });
});

describe("a string", () => {
  test.each([
    ["", '""'],
    ['a "b" \\ c', '"a \\"b\\" \\\\ c"'],
    ["<a>&\u2028\u2029", '"\\u003ca\\u003e\\u0026\\u2028\\u2029"'],
    ["\t\n\r\b\f\u0001\u007f", '"\\t\\n\\r\\b\\f\\u0001\u007f"'],
    ["\u20ac \u{1f600}", '"\u20ac \u{1f600}"'],
  ])("%j", (text, expected) => {
    expect(goJsonText(Buffer.from(text))).toBe(expected);
  });

  test.each([
    ["ff", '"\ufffd"'],
    ["41e28242", '"A\ufffd\ufffdB"'],
    ["c080e282ac", '"\ufffd\ufffd\u20ac"'],
    ["eda080", '"\ufffd\ufffd\ufffd"'],
    ["f09f98", '"\ufffd\ufffd\ufffd"'],
    ["ff3c", '"\ufffd\\u003c"'],
  ])("with a replacement for each byte that is not UTF-8: %s", (hex, expected) => {
    expect(goJsonText(Buffer.from(hex, "hex"))).toBe(expected);
  });
});
