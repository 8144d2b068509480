/** Numbers of `top`: in few characters, and per second. */

import { describe, expect, test } from "bun:test";
import { bytesText, countText, shortTime } from "../../../src/cli/top/quantities.ts";
import { ratesBetween } from "../../../src/cli/top/rates.ts";
import type { ConnectionSample, Sample } from "../../../src/cli/top/sample.ts";

test.each([
  [0, "0", "0"],
  [999, "999", "999"],
  [999.96, "1.0K", "1000"],
  [1000, "1.0K", "1000"],
  [1023, "1.0K", "1023"],
  [1536, "1.5K", "1.5K"],
  [999_960, "1.0M", "976.5K"],
  [1_048_575, "1.0M", "1.0M"],
  [5e9, "5.0B", "4.7G"],
  [5e20, "500000.0Q", "444089.2P"],
])("%d is short", (value, count, bytes) => {
  expect([countText(value, false), bytesText(value, false)]).toEqual([count, bytes]);
  expect(countText(value, true)).toBe(String(Math.round(value)));
});

test("times are short", () => {
  expect([850.4, 1000, 59_400, 90_000].map(shortTime)).toEqual(["850ms", "1s", "59s", "2m"]);
});

describe("rates", () => {
  const counters = (msgs: number) => ({ inMsgs: msgs, outMsgs: 0, inBytes: 0, outBytes: 0 });
  const sampleOf = (at: number, id: string, msgs: number, connections: object): Sample => {
    const list = Object.entries(connections).map(([cid, inMsgs]) => ({
      cid: Number(cid),
      ...counters(inMsgs),
    }));
    return {
      at,
      server: { id, ...counters(msgs) },
      connections: list as unknown as ConnectionSample[],
    } as unknown as Sample;
  };

  test("are those of a second, for connections that were there before", () => {
    const before = sampleOf(1000, "A", 10, { 1: 10, 2: 50 });
    const rates = ratesBetween(before, sampleOf(3000, "A", 20, { 1: 30, 2: 7, 3: 100 }))!;
    expect(rates.server.inMsgs).toBe(5);
    // Counters that begin anew are no loss.
    expect([...rates.connections].map(([cid, { inMsgs }]) => [cid, inMsgs])).toEqual([
      [1, 10],
      [2, 0],
    ]);
  });

  test("need two looks at one server", () => {
    const now = sampleOf(2000, "A", 10, {});
    expect(ratesBetween(null, now)).toBeNull();
    expect(ratesBetween(sampleOf(1000, "B", 10, {}), now)).toBeNull();
    expect(ratesBetween(now, now)).toBeNull();
  });
});
