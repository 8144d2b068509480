/** The screen of `top`, line by line, without a terminal. */

import { describe, expect, test } from "bun:test";
import { readKeys } from "../../../src/cli/top/keys.ts";
import type { ConnectionSample, Sample, SlowSample } from "../../../src/cli/top/sample.ts";
import { Screen, type Wish } from "../../../src/cli/top/screen.ts";
import type { Display } from "../../../src/cli/top/settings.ts";

const HEIGHT = 20;
const DISPLAY: Display = {
  sort: "cid",
  rows: 1024,
  subscriptions: false,
  lookup: false,
  rates: false,
  plainNumbers: false,
};
const COUNTERS = { inMsgs: 0, outMsgs: 0, inBytes: 0, outBytes: 0 };

function connectionOf(cid: number): ConnectionSample {
  return {
    ...COUNTERS,
    cid,
    ip: "192.0.2.1",
    port: 40_000 + cid,
    name: "",
    subscriptions: 1,
    subjects: [],
    pendingBytes: 0,
    lang: "",
    version: "",
    uptime: "1s",
    lastActivity: "",
  };
}

function sampleOf(count: number, slow: Record<number, SlowSample> = {}): Sample {
  const server = {
    ...COUNTERS,
    id: "NID",
    name: "",
    version: "2.15.1",
    uptime: "1s",
    cpu: 0,
    memoryBytes: 0,
    slowConsumers: 0,
    subscriptions: 0,
  };
  const connections = Array.from({ length: count }, (_, i) => connectionOf(i + 1));
  const bySlow = new Map(Object.entries(slow).map(([cid, each]) => [Number(cid), each]));
  return { at: 1, server, connections, total: count, slow: bySlow };
}

function open(display = { ...DISPLAY }): Screen & { press(keys: string): Wish[] } {
  const screen = new Screen(display, { nameOf: () => "" });
  return Object.assign(screen, {
    press: (keys: string) => readKeys(keys).map((key) => screen.onKey(key)),
  });
}

/** Ids of the connections that are on the screen. */
function shownOf(screen: Screen): number[] {
  return screen.lines(HEIGHT).flatMap(({ text }) => {
    const cid = /192\.0\.2\.1:\d+ +(\d+)/.exec(text)?.[1];
    return cid === undefined ? [] : [Number(cid)];
  });
}

describe("rows", () => {
  test("fill the height, and keys move through them to both ends and no further", () => {
    const screen = open();
    screen.show(sampleOf(100));
    const first = shownOf(screen);
    expect(screen.lines(HEIGHT)).toHaveLength(HEIGHT);
    expect(first[0]).toBe(1);
    screen.press("\u001b[A");
    expect(shownOf(screen)).toEqual(first);
    screen.press("\u001b[B\u001b[B");
    expect(shownOf(screen)[0]).toBe(3);
    screen.press("\u001b[6~");
    expect(shownOf(screen)[0]).toBe(3 + first.length);
    screen.press("\u001b[F\u001b[B");
    expect(shownOf(screen).at(-1)).toBe(100);
    expect(shownOf(screen)).toHaveLength(first.length);
    screen.press("\u001bOH");
    expect(shownOf(screen)).toEqual(first);
  });

  test("that go leave no empty screen", () => {
    const screen = open();
    screen.show(sampleOf(100));
    const { length } = shownOf(screen);
    screen.press("\u001b[F");
    screen.show(sampleOf(50));
    expect(shownOf(screen)).toHaveLength(length);
    expect(shownOf(screen).at(-1)).toBe(50);
    screen.show(sampleOf(2));
    expect(shownOf(screen)).toEqual([1, 2]);
  });

  test("stand out when they are behind, more so when they will be cut off", () => {
    const screen = open();
    const slow = {
      1: { percent: 5, endsInMs: null },
      2: { percent: 5, endsInMs: 850 },
      3: { percent: 75, endsInMs: null },
    };
    screen.show(sampleOf(4, slow));
    const styles = screen.lines(HEIGHT).slice(-4);
    expect(styles.map(({ style }) => style)).toEqual(["warning", "danger", "danger", "plain"]);
    expect(styles.map(({ text }) => text[0])).toEqual(["!", "!", "!", " "]);
    expect(styles[1]!.text).toContain("5% 850ms");
  });
});

describe("keys", () => {
  test("ask for another order, and refuse one that is not known", () => {
    const display = { ...DISPLAY };
    const screen = open(display);
    screen.show(sampleOf(1));
    expect(screen.press("ostop\r")).not.toContain("look");
    expect(display.sort).toBe("cid");
    expect(screen.lines(HEIGHT).some(({ text }) => text.includes("one of cid start"))).toBe(true);
    screen.press("\u007f\u007f\u007f\u007f");
    expect(screen.press("rtt\r").at(-1)).toBe("look");
    expect(display.sort).toBe("rtt");
    expect(screen.press("n0\r")).not.toContain("look");
    expect(screen.press("\u001b")).toEqual(["look"]);
    screen.press("n20\r");
    expect(display.rows).toBe(20);
  });

  test("pause, go on, and end", () => {
    const screen = open();
    expect(screen.press(" ")).toEqual(["none"]);
    expect(screen.isPaused).toBe(true);
    expect(screen.press(" ")).toEqual(["look"]);
    expect(screen.isPaused).toBe(false);
    // A key that closes the help does nothing else, but for the end.
    expect(screen.press("hr")).toEqual(["none", "none"]);
    expect(screen.press("hq")).toEqual(["none", "end"]);
    expect(screen.press("q\u0003\u0004")).toEqual(["end", "end", "end"]);
  });
});
