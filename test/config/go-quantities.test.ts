/** Durations and sizes are read and printed as Go and nats-server do. */

import { describe, expect, test } from "bun:test";
import {
  parseGoDuration,
  parseSize,
  QuantityError,
} from "../../src/config/schema/go-quantities.ts";
import { goDuration } from "../../src/log/go-duration.ts";
import { withSeed } from "../support/prng.ts";

describe("a duration", () => {
  test.each([
    ["0", 0, "0s"],
    ["5s", 5000, "5s"],
    ["1m30s", 90_000, "1m30s"],
    ["1.5h", 5_400_000, "1h30m0s"],
    ["-2m", -120_000, "-2m0s"],
    ["+3ms", 3, "3ms"],
    [".5s", 500, "500ms"],
    ["1.s", 1000, "1s"],
    ["100us", 0.1, "100\u00b5s"],
    ["1\u00b5s", 0.001, "1\u00b5s"],
    ["2\u03bcs", 0.002, "2\u00b5s"],
    ["7ns", 0.000007, "7ns"],
    ["1h1ms", 3_600_001, "1h0m0.001s"],
    ["1.1s", 1100, "1.1s"],
    ["2540400h10m10s", 9145440610000, "2540400h10m10s"],
  ])("%s", (text, milliseconds, printed) => {
    expect(parseGoDuration(text)).toBeCloseTo(milliseconds, 6);
    expect(goDuration(parseGoDuration(text))).toBe(printed);
  });

  test.each([
    ["", 'time: invalid duration ""'],
    ["3", 'time: missing unit in duration "3"'],
    ["-", 'time: invalid duration "-"'],
    ["s", 'time: invalid duration "s"'],
    [".", 'time: invalid duration "."'],
    [".s", 'time: invalid duration ".s"'],
    ["1d", 'time: unknown unit "d" in duration "1d"'],
    ["1s ", 'time: unknown unit "s " in duration "1s "'],
    ["5 s", 'time: unknown unit " s" in duration "5 s"'],
    ["1s5", 'time: missing unit in duration "1s5"'],
    ["3000000h", 'time: invalid duration "3000000h"'],
    ["++1s", 'time: invalid duration "++1s"'],
    ["1e3s", 'time: unknown unit "e" in duration "1e3s"'],
  ])("%p is refused", (text, message) => {
    expect(() => parseGoDuration(text)).toThrow(new QuantityError(message));
  });

  test("what is printed is read back", () =>
    withSeed((random) => {
      for (let round = 0; round < 5000; round++) {
        const nanoseconds = Math.floor(10 ** (random.below(1500) / 100)) + random.below(1000);
        const milliseconds = (random.chance(2) ? -nanoseconds : nanoseconds) / 1e6;
        const printed = goDuration(milliseconds);
        expect([printed, parseGoDuration(printed) / milliseconds]).toEqual([
          printed,
          expect.closeTo(1, 9),
        ]);
      }
    }));

  test("noise is a duration or refused", () =>
    withSeed((random) => {
      const alphabet = [..."0123456789.+-smhnu\u00b5 de"];
      for (let round = 0; round < 5000; round++) {
        const text = Array.from({ length: random.below(9) }, () => random.pick(alphabet)).join("");
        try {
          expect(Number.isFinite(parseGoDuration(text))).toBe(true);
        } catch (error) {
          expect(error).toBeInstanceOf(QuantityError);
        }
      }
    }));
});

describe("a size", () => {
  test.each([
    ["", 0n],
    ["1K", 1024n],
    ["64M", 67_108_864n],
    ["-2G", -2_147_483_648n],
    ["3T", 3_298_534_883_328n],
  ])("%p", (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  test.each([
    ["K", 'strconv.ParseInt: parsing "": invalid syntax'],
    ["12", "sizes defined as strings must end in K, M, G, T"],
    ["1k", "sizes defined as strings must end in K, M, G, T"],
    ["1.5G", 'strconv.ParseInt: parsing "1.5": invalid syntax'],
    [
      "99999999999999999999K",
      'strconv.ParseInt: parsing "99999999999999999999": value out of range',
    ],
  ])("%p is refused", (text, message) => {
    expect(() => parseSize(text)).toThrow(new QuantityError(message));
  });
});
