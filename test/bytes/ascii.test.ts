import { describe, expect, test } from "bun:test";
import { bytesEqual, parseDecimal, startsWith, writeDecimal } from "../../src/bytes/ascii.ts";
import { hashBytes, mixHash } from "../../src/bytes/hash.ts";
import { withSeed } from "../support/prng.ts";

describe("a decimal number", () => {
  const parse = (text: string): number => {
    const buf = Buffer.from(`9${text}9`, "latin1");
    return parseDecimal(buf, 1, buf.length - 1);
  };

  test("has one to nine digits, leading zeros included", () => {
    expect(parse("0")).toBe(0);
    expect(parse("7")).toBe(7);
    expect(parse("007")).toBe(7);
    expect(parse("123456789")).toBe(123_456_789);
    expect(parse("999999999")).toBe(999_999_999);
    expect(parse("000000000")).toBe(0);
  });

  test("is nothing else", () => {
    const wrong = ["", "0000000000", "1234567890", "-1", "+1", "1.0", "0x1", " 1", "1 ", "a", "1a"];
    for (const text of [...wrong, "/", ":", "\xb1", "\0"]) expect(parse(text)).toBe(-1);
  });

  test("is written as it is read", () =>
    withSeed((random) => {
      const edges = [0, 9, 10, 99, 100, 999_999_999, 1_000_000_000, 2 ** 31 - 1];
      const values = [
        ...edges,
        ...Array.from({ length: 500 }, () => random.below(2 ** 31) >>> random.below(31)),
      ];
      for (const value of values) {
        const buf = Buffer.alloc(14, 0x2e);
        const end = writeDecimal(buf, 2, value);
        expect(buf.toString("latin1")).toBe(`..${value}`.padEnd(14, "."));
        expect(end).toBe(2 + String(value).length);
      }
    }));
});

describe("ranges of bytes", () => {
  const buf = Buffer.from("foo.bar.foo");

  test("are equal when every byte is", () => {
    expect(bytesEqual(buf, 0, buf, 8, 3)).toBe(true);
    expect(bytesEqual(buf, 0, buf, 4, 3)).toBe(false);
    expect(bytesEqual(buf, 0, buf, 4, 0)).toBe(true);
  });

  test("begin with a prefix that fits into them", () => {
    const prefix = Buffer.from("bar.");
    expect(startsWith(buf, 4, 11, prefix)).toBe(true);
    expect(startsWith(buf, 4, 8, prefix)).toBe(true);
    expect(startsWith(buf, 4, 7, prefix)).toBe(false);
    expect(startsWith(buf, 5, 11, prefix)).toBe(false);
  });
});

describe("hashes", () => {
  test("depend on every byte of the range and on nothing around it", () => {
    const a = Buffer.from("xfoo.bary");
    const b = Buffer.from("foo.bar");
    expect(hashBytes(a, 1, 8)).toBe(hashBytes(b, 0, 7));
    for (let at = 0; at < b.length; at++) {
      const other = Buffer.from(b);
      other[at]! ^= 1;
      expect(hashBytes(other, 0, 7)).not.toBe(hashBytes(b, 0, 7));
    }
  });

  test("mixed with small numbers spread over the low bits", () => {
    const hash = hashBytes(Buffer.from("1"), 0, 1);
    const slots = new Set(Array.from({ length: 4096 }, (_, salt) => mixHash(hash, salt) & 4095));
    // 4096 balls into 4096 bins fill about 63 % of them.
    expect(slots.size).toBeGreaterThan(2300);
  });
});
