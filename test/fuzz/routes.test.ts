/** The parser and the plainest reader of the protocol agree on what traffic of routes means. */

import { describe, expect, test } from "bun:test";
import { RouteRecorder } from "../protocol/route-recorder.ts";
import { type Prng, withSeed } from "../support/prng.ts";
import { readRouteReference } from "./reference-routes.ts";
import { routeTraffic } from "./route-traffic.ts";
import { mutated } from "./traffic.ts";

const MAX_CONTROL_LINE = 200;

/** Lines with a carriage return inside mean something else when they are split. */
const INNER_RETURN = /\r(?!\n)/;

/** Compares both ways through the parser with the reference. */
function compare(random: Prng, input: string): string[] {
  const settings = { maxControlLine: MAX_CONTROL_LINE, isDedicated: random.chance(2) };
  return compareWith(settings, input);
}

function compareWith(
  settings: { maxControlLine: number; isDedicated: boolean },
  input: string,
): string[] {
  const expected = readRouteReference(input, settings);
  const where = JSON.stringify([input, settings.isDedicated]);
  for (const tracing of [false, true]) {
    const { seen } = new RouteRecorder({ ...settings, tracing }).feed(input);
    expect([where, ...seen]).toEqual([where, ...expected]);
  }
  return expected;
}

test("the reference reader knows what the words of the protocol mean", () => {
  const read = (input: string, isDedicated = false): string[] =>
    readRouteReference(input, { maxControlLine: MAX_CONTROL_LINE, isDedicated });
  expect(read("RMSG A b + r q 2\r\nhi\r\nHMSG A b 0 2\r\nhi\r\nRS+ A b\r\nAu A\r\nRMS")).toEqual([
    'MSG 0/2 <><A><b><r><q>" r 2\\r\\n""hi\\r\\n"',
    'MSG 0/2 <><A><b><><>" 2\\r\\n""hi\\r\\n"',
    "interest 0 <A b>",
    "interest 5 <A>",
  ]);
  expect(read("LMSG o b | q 1 2\r\nhi\r\nSUB x\r\nAU", true)).toEqual([
    'MSG 1/2 <o><><b><><q>" 1 2\\r\\n""hi\\r\\n"',
    "fault: unknown operation",
  ]);
  expect(read("RMSG A b c d 2\r\n")).toEqual(["fault: rmsg reply indicator"]);
});

describe("the parser agrees with the reference", () => {
  test("on valid traffic, none of which is refused", () =>
    withSeed((random) => {
      for (let round = 0; round < 1500; round++) {
        const isDedicated = random.chance(2);
        const input = routeTraffic(random, random.between(1, 15), 1e9, isDedicated);
        const seen = compareWith({ maxControlLine: MAX_CONTROL_LINE, isDedicated }, input);
        expect(seen.filter((entry) => entry.startsWith("fault"))).toEqual([]);
      }
    }));

  test("on traffic with odd operations in it", () =>
    withSeed((random) => {
      let faults = 0;
      for (let round = 0; round < 3000; round++) {
        const input = routeTraffic(random, random.between(1, 8), 4, random.chance(2));
        if (compare(random, input).at(-1)?.startsWith("fault")) faults++;
      }
      expect(faults).toBeGreaterThan(500);
    }));

  test("on mutated traffic", () =>
    withSeed((random) => {
      for (let round = 0; round < 5000; round++) {
        const input = routeTraffic(random, random.between(1, 5), 20, random.chance(2));
        const bytes = mutated(random, Buffer.from(input, "latin1"), random.between(1, 4));
        compare(random, bytes.toString("latin1"));
      }
    }));

  test("on traffic that ends anywhere", () =>
    withSeed((random) => {
      for (let round = 0; round < 50; round++) {
        const input = routeTraffic(random, 3, 10, random.chance(2)).slice(0, 300);
        for (let end = 0; end < input.length; end++) compare(random, input.slice(0, end));
      }
    }));

  test("on noise that looks a little like the protocol", () =>
    withSeed((random) => {
      const words = "RMSG |HMSG |LMSG |RS+ |LS-|A+ |PING|A|q|2|0|+|x".split("|");
      const pieces = [...words, "|", " ", " ", "\t", "\r\n", "\r\n", "\n", "\r"];
      for (let round = 0; round < 5000; round++) {
        const count = random.between(1, 16);
        compare(random, Array.from({ length: count }, () => random.pick(pieces)).join(""));
      }
    }));

  test("however the bytes are split, and wherever it pauses", () =>
    withSeed((random) => {
      let compared = 0;
      for (let round = 0; round < 3000; round++) {
        const isDedicated = random.chance(2);
        const input = Buffer.from(routeTraffic(random, 8, 15, isDedicated), "latin1");
        const bytes = random.chance(2) ? mutated(random, input, 2) : input;
        const text = bytes.toString("latin1");
        if (INNER_RETURN.test(text)) continue;
        compared++;
        const settings = { maxControlLine: MAX_CONTROL_LINE, isDedicated };
        const recorder = new RouteRecorder(settings);
        recorder.afterEach = ({ parser }) => {
          if (random.chance(4)) parser.pause();
        };
        recorder.feed(...random.pieces(bytes, random.pick([2, 5, 50])));
        const where = JSON.stringify([text, isDedicated]);
        const expected = readRouteReference(text, settings);
        expect([where, ...recorder.seen]).toEqual([where, ...expected]);
      }
      expect(compared).toBeGreaterThan(500);
    }));
});
