/** Times and durations as documents have them. */

import { describe, expect, test } from "bun:test";
import { resolve } from "node:path";
import { nanoseconds, omitEmpty, uptimeText } from "../../src/documents/go-texts.ts";

describe("texts", () => {
  test.each([
    [0, "0s"],
    [-5, "0s"],
    [999, "0s"],
    [59_999, "59s"],
    [60_000, "1m0s"],
    [3_605_000, "1h0m5s"],
    [86_403_000, "1d0h0m3s"],
    [365 * 86_400_000, "1y0d0h0m0s"],
    [366 * 86_400_000 + 3_723_000, "1y1d1h2m3s"],
  ])("of an uptime of %d ms", (milliseconds, text) => {
    expect(uptimeText(milliseconds)).toBe(text);
  });

  test("leave out what Go leaves out", () => {
    expect([0, "", false, null, [], undefined].map(omitEmpty)).toEqual(Array(6).fill(undefined));
    expect([1, "a", true, [0]].map((value) => omitEmpty(value))).toEqual([1, "a", true, [0]]);
    expect(nanoseconds(1.5)).toBe(1_500_000);
  });

  test.each([
    ["UTC", "2026-01-31T12:34:56.7Z 2026-07-01T00:00:00Z"],
    ["America/New_York", "2026-01-31T07:34:56.7-05:00 2026-06-30T20:00:00-04:00"],
    ["Asia/Kolkata", "2026-01-31T18:04:56.7+05:30 2026-07-01T05:30:00+05:30"],
  ])("of local times in %s", async (zone, expected) => {
    const module = resolve(import.meta.dir, "../../src/documents/go-texts.ts");
    const code = `
      const { openLocalTime } = await import(${JSON.stringify(module)});
      const text = await openLocalTime();
      console.log(text(1769862896700000), text(1782864000000000));`;
    const child = Bun.spawn([process.execPath, "-e", code], {
      env: { ...process.env, TZ: zone },
      stdout: "pipe",
    });
    expect((await new Response(child.stdout).text()).trim()).toBe(expected);
  });
});
