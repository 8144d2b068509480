/** Networks and times that tokens limit their users to, and the wait for the end of a time. */

import { describe, expect, test } from "bun:test";
import { ExpiryTimer } from "../../src/auth/expiry-timer.ts";
import { VerifiedTokens } from "../../src/auth/jwt/verified-tokens.ts";
import { decodeUserClaims } from "../../src/trust/claims/decode.ts";
import { isAllowedFrom, timeWindow } from "../../src/trust/claims/restrictions.ts";
import { newKey, userJwt } from "../support/jwt.ts";
import { until } from "../support/until.ts";

describe("networks", () => {
  test.each([
    ["127.0.0.1", [], true],
    ["in-process", [], true],
    ["in-process", ["0.0.0.0/0"], false],
    ["", ["0.0.0.0/0"], false],
    ["127.0.0.1", ["0.0.0.0/0"], true],
    ["::1", ["0.0.0.0/0"], false],
    ["127.0.0.1", ["::/0"], false],
    ["127.0.0.1", ["127.0.0.0/8"], true],
    ["128.0.0.1", ["127.0.0.0/8"], false],
    ["10.1.2.3", ["10.1.2.3/32"], true],
    ["10.1.2.4", ["10.1.2.3/32"], false],
    ["10.1.2.3", ["10.1.2.130/25"], false],
    ["10.1.2.255", ["10.1.2.130/25"], true],
    ["::ffff:10.1.2.3", ["10.0.0.0/8"], true],
    ["10.1.2.3", ["::ffff:10.0.0.0/104"], true],
    ["10.1.2.3", ["::ffff:10.0.0.0/80"], false],
    ["2001:db8::1", ["2001:db8::/32"], true],
    ["2001:db9::1", ["2001:db8::/32"], false],
    ["fe80::1%eth0", ["fe80::/10"], false],
    ["10.1.2.3", ["10.0.0.0/33", "10.0.0.0/8"], false],
    ["10.1.2.3", ["10.0.0.0", "10.0.0.0/8"], false],
    ["10.1.2.3", ["11.0.0.0/8", "10.0.0.0/8"], true],
    ["10.1.2.3", ["10.0.0.0/-1"], false],
    ["10.1.2.3", ["10.0.0.0/8x"], false],
    ["010.1.2.3", ["10.0.0.0/8"], false],
  ] as const)("%s in %j: %p", (address, networks, expected) => {
    expect(isAllowedFrom(networks, address)).toBe(expected);
  });
});

describe("times", () => {
  const minutes = (count: number): number => count * 60_000;
  const range = (text: string): { start: string; end: string } => {
    const [start = "", end = ""] = text.split("-").map((time) => `${time}:00`);
    return { start, end };
  };
  test.each([
    ["2026-06-01T13:00:00Z", "UTC", ["11:00-22:00"], minutes(540)],
    ["2026-06-01T11:00:00Z", "UTC", ["11:00-22:00"], null],
    ["2026-06-01T22:00:00Z", "UTC", ["11:00-22:00"], null],
    ["2026-06-01T05:00:00Z", "UTC", ["22:00-06:00"], minutes(60)],
    ["2026-06-01T23:30:00Z", "UTC", ["22:00-06:00"], minutes(390)],
    ["2026-06-01T12:00:00Z", "UTC", ["22:00-06:00"], null],
    ["2026-06-01T12:00:00Z", "UTC", ["11:00-13:00", "11:30-14:00", "09:00-12:30"], minutes(120)],
    ["2026-06-01T04:00:00Z", "Asia/Tokyo", ["12:00-14:00"], minutes(60)],
    ["2026-06-01T04:00:00Z", "America/New_York", ["00:00-01:00"], null],
    ["2026-06-01T04:30:00Z", "America/New_York", ["00:00-01:00"], minutes(30)],
    // Clocks are put forward at 02:00, so there is no 02:30 on that day.
    ["2026-03-08T06:30:00Z", "America/New_York", ["01:00-04:00"], minutes(90)],
    // They are put back at 02:00, so that the hour before comes twice.
    ["2026-11-01T05:30:00Z", "America/New_York", ["01:00-04:00"], minutes(210)],
    ["2026-06-01T12:00:00Z", "Nowhere/Town", ["00:00-23:59"], null],
    ["2026-06-01T12:00:00Z", "UTC", ["25:00-23:59"], null],
    ["2026-06-01T12:00:00Z", "UTC", [], 0],
  ] as const)("%s in %s, %j: %p", (now, zone, ranges, expected) => {
    const at = Date.parse(now);
    const untilMs = expected === null || expected === 0 ? 0 : at + expected;
    const window = { allowed: expected !== null, untilMs };
    expect(timeWindow(ranges.map(range), zone, at)).toEqual(window);
  });
});

describe("the wait for a time", () => {
  test("ends when it has come", async () => {
    const timer = new ExpiryTimer();
    const at = Date.now() + 20;
    let endedAt = 0;
    timer.start(at, () => {
      endedAt = Date.now();
    });
    await until("the time", () => endedAt > 0);
    expect(endedAt).toBeGreaterThanOrEqual(at);
  });

  test.each([2 ** 31, 2 ** 53, 8.64e15])("of %d ms does not end at once", async (ms) => {
    const timer = new ExpiryTimer();
    let hasEnded = false;
    timer.start(Date.now() + ms, () => {
      hasEnded = true;
    });
    await Bun.sleep(20);
    timer.stop();
    expect(hasEnded).toBeFalse();
  });
});

test("so many tokens are remembered, and those that were used last", async () => {
  const account = newKey("A");
  const user = newKey("U");
  const one = await decodeUserClaims(userJwt(user, account));
  const tokens = new VerifiedTokens();
  for (let i = 0; i < 4097; i++) {
    tokens.keep({ ...one, token: `t${i}` });
    if (i === 4095) expect(tokens.find("t0")).toBeDefined();
  }
  expect(tokens.find("t0")).toBeDefined();
  expect(tokens.find("t1")).toBeUndefined();
  expect(tokens.find("t4096")).toBeDefined();
  const long = "x".repeat(3 * 1024 * 1024);
  tokens.keep({ ...one, token: `a${long}` });
  tokens.keep({ ...one, token: `b${long}` });
  expect(tokens.find(`a${long}`)).toBeUndefined();
  expect(tokens.find(`b${long}`)).toBeDefined();
  expect(tokens.find("t4096")).toBeUndefined();
});
