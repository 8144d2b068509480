/** From where and when users may connect, by known addresses and clocks. */

import { describe, expect, test } from "bun:test";
import { isAllowedFrom, parseClock, timeWindow } from "../../src/trust/claims/restrictions.ts";

describe("a network", () => {
  test.each<[string, string, boolean]>([
    ["10.0.0.0/8", "10.255.255.255", true],
    ["10.0.0.0/8", "11.0.0.0", false],
    ["10.1.2.3/31", "10.1.2.2", true],
    ["10.1.2.3/32", "10.1.2.2", false],
    ["0.0.0.0/0", "255.0.0.1", true],
    ["0.0.0.0/0", "::1", false],
    ["10.0.0.0/8", "::ffff:10.1.1.1", true],
    ["::ffff:10.0.0.0/104", "10.1.1.1", true],
    ["::ffff:10.0.0.0/104", "11.1.1.1", false],
    ["::/0", "::1", true],
    ["::/0", "10.1.1.1", false],
    ["2001:db8::/33", "2001:db8:7fff::1", true],
    ["2001:db8::/33", "2001:db8:8000::1", false],
    ["2001:db8::1:0:0/128", "2001:db8:0:0:0:1::", true],
    ["fe80::/10", "fe80::1%eth0", false],
    ["10.0.0.0/8", "", false],
    ["10.0.0.0/8", "localhost", false],
    ["10.0.0.0/8", "10.1", false],
    ["10.0.0.0", "10.0.0.0", false],
    ["10.0.0.0/", "10.0.0.0", false],
    ["10.0.0.0/33", "10.0.0.0", false],
    ["10.0.0.0/+8", "10.0.0.0", false],
    ["10.0.0.0/8/8", "10.0.0.0", false],
  ])("%s and %s", (network, ip, isIn) => {
    expect(isAllowedFrom([network], ip)).toBe(isIn);
  });

  test("is one of several, of which one that is none ends the search", () => {
    expect(isAllowedFrom([], "anything")).toBe(true);
    expect(isAllowedFrom(["11.0.0.0/8", "10.0.0.0/8"], "10.0.0.1")).toBe(true);
    expect(isAllowedFrom(["10.0.0.0/8", "x"], "10.0.0.1")).toBe(true);
    expect(isAllowedFrom(["x", "10.0.0.0/8"], "10.0.0.1")).toBe(false);
  });
});

test("a clock", () => {
  expect(parseClock("00:00:00")).toBe(0);
  expect(parseClock("7:05:09")).toBe(((7 * 60 + 5) * 60 + 9) * 1000);
  expect(parseClock("23:59:59.999")).toBe(86_399_000);
  for (const text of ["", "24:00:00", "00:60:00", "00:00:60", "1:1:1", "00:00", "00:00:00Z", "x"]) {
    expect(parseClock(text)).toBeNull();
  }
});

describe("a time range", () => {
  const range = (start: string, end: string) => ({ start, end });
  const at = (iso: string): number => Date.parse(iso);
  const until = (iso: string) => ({ allowed: true, untilMs: at(iso) });
  const never = { allowed: false, untilMs: 0 };
  const DAY = [range("08:00:00", "18:00:00")];
  const NIGHT = [range("22:00:00", "06:00:00")];

  test.each([
    ["UTC", "2025-07-01T08:00:00Z", never],
    ["UTC", "2025-07-01T08:00:00.001Z", until("2025-07-01T18:00:00Z")],
    ["UTC", "2025-07-01T18:00:00Z", never],
    ["Europe/Berlin", "2025-07-01T07:00:00Z", until("2025-07-01T16:00:00Z")],
    ["Europe/Berlin", "2025-01-01T07:00:00Z", never],
    ["Europe/Berlin", "2025-01-01T07:00:01Z", until("2025-01-01T17:00:00Z")],
    ["America/New_York", "2025-07-01T12:30:00Z", until("2025-07-01T22:00:00Z")],
    ["Asia/Kolkata", "2025-07-01T02:29:59Z", never],
    ["Asia/Kolkata", "2025-07-01T02:30:01Z", until("2025-07-01T12:30:00Z")],
  ])("by day in %s at %s", (zone, now, window) => {
    expect(timeWindow(DAY, zone, at(now))).toEqual(window);
  });

  test.each([
    ["UTC", "2025-07-01T23:00:00Z", until("2025-07-02T06:00:00Z")],
    ["UTC", "2025-07-02T05:00:00Z", until("2025-07-02T06:00:00Z")],
    ["UTC", "2025-07-02T06:00:00Z", never],
    ["UTC", "2025-12-31T22:30:00Z", until("2026-01-01T06:00:00Z")],
    // The night in which clocks go from 2 to 3.
    ["Europe/Berlin", "2025-03-29T22:00:00Z", until("2025-03-30T04:00:00Z")],
    // The night in which they go from 3 to 2.
    ["Europe/Berlin", "2025-10-25T22:00:00Z", until("2025-10-26T05:00:00Z")],
    ["Pacific/Apia", "2025-07-01T09:30:00Z", until("2025-07-01T17:00:00Z")],
  ])("by night in %s at %s", (zone, now, window) => {
    expect(timeWindow(NIGHT, zone, at(now))).toEqual(window);
  });

  test("is one of several: the one that lasts longest counts", () => {
    const times = [range("08:00:00", "10:00:00"), ...DAY, range("09:00:00", "11:00:00")];
    expect(timeWindow(times, "UTC", at("2025-07-01T09:30:00Z"))).toEqual(
      until("2025-07-01T18:00:00Z"),
    );
    expect(timeWindow([], "nowhere", 5)).toEqual({ allowed: true, untilMs: 0 });
  });

  test("that is none allows nothing, nor does a zone that is none", () => {
    const now = at("2025-07-01T09:30:00Z");
    expect(timeWindow([...DAY, range("x", "y")], "UTC", now)).toEqual(never);
    expect(timeWindow(DAY, "nowhere", now)).toEqual(never);
    expect(timeWindow(DAY, "+01:00", now)).toEqual(never);
    expect(timeWindow([range("12:00:00", "12:00:00")], "UTC", now)).toEqual(never);
  });

  test("without a zone is by the clock of the server", () => {
    const now = new Date(2025, 6, 1, 9, 30).getTime();
    const end = new Date(2025, 6, 1, 18).getTime();
    expect(timeWindow(DAY, "", now)).toEqual({ allowed: true, untilMs: end });
    expect(timeWindow(DAY, "Local", now)).toEqual({ allowed: true, untilMs: end });
  });
});
