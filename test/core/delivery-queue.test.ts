/** One member of each queue group gets a message, each as likely as the others. */

import { describe, expect, test } from "bun:test";
import { Hub, type TestSink } from "./delivery-fixture.ts";

/**
 * What the sum of squared deviations, relative to the expected count, stays below: for `members - 1`
 * degrees of freedom six standard deviations above the mean, so that chance fails no test.
 */
function chiSquareBound(members: number): number {
  const freedom = members - 1;
  return freedom + 6 * Math.sqrt(2 * freedom) + 10;
}

function chiSquare(counts: readonly number[]): number {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const expected = total / counts.length;
  return counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
}

function publishMany(hub: Hub, source: TestSink, times: number): number {
  let taken = 0;
  for (let i = 0; i < times; i++) taken += hub.publish(source, "foo 1", "x");
  return taken;
}

describe("members of a group are served evenly", () => {
  for (const members of [2, 3, 5, 8, 17]) {
    test(`when there are ${members}`, () => {
      const hub = new Hub();
      const sinks = Array.from({ length: members }, () => hub.sink());
      for (const sink of sinks) hub.subscribe(sink, "foo", "1", "workers");
      const times = members * 1500;
      expect(publishMany(hub, hub.sink(), times)).toBe(times);
      const counts = sinks.map((sink) => sink.freshMsgs);
      expect(counts.reduce((sum, count) => sum + count)).toBe(times);
      expect(chiSquare(counts)).toBeLessThan(chiSquareBound(members));
    });
  }

  test("also across patterns, and a sink with two members has two chances", () => {
    const hub = new Hub();
    const [a, b, c] = [hub.sink(), hub.sink(), hub.sink()];
    hub.subscribe(a, "foo", "1", "workers");
    hub.subscribe(b, "*", "1", "workers");
    hub.subscribe(c, "foo", "1", "workers");
    hub.subscribe(c, ">", "2", "workers");
    expect(publishMany(hub, hub.sink(), 6000)).toBe(6000);
    const halves = [c.freshMsgs / 2, c.freshMsgs / 2];
    const counts = [a.freshMsgs, b.freshMsgs, ...halves];
    expect(chiSquare(counts)).toBeLessThan(chiSquareBound(4));
  });
});

describe("each group gets one copy", () => {
  test("besides the plain subscriptions", () => {
    const hub = new Hub();
    const sinks = Array.from({ length: 6 }, () => hub.sink());
    for (const [i, sink] of sinks.entries()) {
      hub.subscribe(sink, "foo", "p");
      hub.subscribe(sink, "foo", "a", "group a");
      hub.subscribe(sink, "*", "b", `group ${"bc"[i % 2]}`);
    }
    for (let i = 0; i < 200; i++) {
      const before = sinks.map((sink) => sink.frames.length);
      expect(hub.publish(hub.sink(), "foo 1", "x")).toBe(9);
      const sids = sinks.flatMap((sink, at) =>
        sink.frames.slice(before[at]).map((frame) => frame.split(" ")[2]),
      );
      expect(sids.sort().join("")).toBe("abbpppppp");
    }
  });
});

describe("a member that cannot take the message is skipped", () => {
  const group = (hub: Hub, sinks: readonly TestSink[]): void => {
    for (const sink of sinks) hub.subscribe(sink, "foo", "1", "workers");
  };

  test("when it published it and wants no echo", () => {
    const hub = new Hub();
    const [own, other] = [hub.sink({ echo: false }), hub.sink()];
    group(hub, [own, other]);
    expect(publishMany(hub, own, 300)).toBe(300);
    expect([own.freshMsgs, other.freshMsgs]).toEqual([0, 300]);
    expect(publishMany(hub, other, 300)).toBe(300);
    expect(own.freshMsgs).toBeGreaterThan(50);
  });

  test("when it refuses", () => {
    const hub = new Hub();
    const sinks = [hub.sink({ isRefusing: true }), hub.sink(), hub.sink({ isRefusing: true })];
    group(hub, sinks);
    expect(publishMany(hub, hub.sink(), 300)).toBe(300);
    expect(sinks.map((sink) => sink.freshMsgs)).toEqual([0, 300, 0]);
  });

  test("when it closes at that moment, with all its memberships", () => {
    for (let round = 0; round < 50; round++) {
      const hub = new Hub();
      const closing = hub.sink({ capacity: 0 });
      const other = hub.sink();
      for (let i = 0; i < 10; i++) hub.subscribe(closing, "foo", `${i}`, "workers");
      hub.subscribe(other, "foo", "1", "workers");
      expect(publishMany(hub, hub.sink(), 5)).toBe(5);
      expect([other.freshMsgs, closing.text]).toEqual([5, ""]);
    }
  });

  test("when it has had its maximum", () => {
    const hub = new Hub();
    const sinks = [hub.sink(), hub.sink(), hub.sink()];
    group(hub, sinks);
    hub.limit(sinks[0]!, "1", 5);
    hub.limit(sinks[1]!, "1", 7);
    expect(publishMany(hub, hub.sink(), 500)).toBe(500);
    expect(sinks.map((sink) => sink.freshMsgs)).toEqual([5, 7, 488]);
  });

  test("and nobody gets it when none can", () => {
    const hub = new Hub();
    const own = hub.sink({ echo: false });
    group(hub, [own, hub.sink({ isRefusing: true }), hub.sink({ capacity: 0 })]);
    expect(hub.publish(own, "foo 1", "x")).toBe(0);
  });
});
