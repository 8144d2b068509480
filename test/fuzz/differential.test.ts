/** The parser and the plainest reader of the protocol agree on what traffic means. */

import { describe, expect, test } from "bun:test";
import { Recorder } from "../protocol/recorder.ts";
import { type Prng, withSeed } from "../support/prng.ts";
import { readReference } from "./reference-parser.ts";
import { mutated, traffic } from "./traffic.ts";

const LIMITS = { maxControlLine: 200, maxPayload: 3000 };

/** Lines with a carriage return inside mean something else when they are split. */
const INNER_RETURN = /\r(?!\n)/;

function compare(random: Prng, input: string): string[] {
  const headersAllowed = !random.chance(10);
  const settings = { ...LIMITS, headersAllowed };
  const expected = readReference(input, settings);
  const where = JSON.stringify(input);
  for (const tracing of [false, true]) {
    const { seen } = new Recorder({ ...settings, tracing }).feed(input);
    expect([where, ...seen]).toEqual([where, ...expected]);
  }
  return expected;
}

describe("the reference reader", () => {
  test("knows what the words of the protocol mean", () => {
    const read = (input: string): string[] =>
      readReference(input, { ...LIMITS, headersAllowed: true });
    expect(read("PING\r\nSUB a 1\r\nPUB a r 2\r\nhi\r\nHPUB a 1 2\r\nhi\r\n+OK\r\nPIN")).toEqual([
      "PING",
      "SUB <a 1>",
      'PUB 2 <a><r>" r 2\\r\\n""hi\\r\\n"',
      'HPUB 1/2 <a><>" 1 2\\r\\n""hi\\r\\n"',
    ]);
    expect(read("PUB a 2\r\nhixx")).toEqual(["fault: unknown operation"]);
    expect(read("PUB a 3001\r\n")).toEqual(["fault: payload too large"]);
    expect(read("CONNECT{}\nPINX")).toEqual(["CONNECT <{}>", "fault: unknown operation"]);
  });
});

describe("the parser agrees with the reference", () => {
  test("on valid traffic, none of which is refused", () =>
    withSeed((random) => {
      for (let round = 0; round < 1500; round++) {
        const input = traffic(random, random.between(1, 20), Number.MAX_SAFE_INTEGER);
        const settings = { ...LIMITS, headersAllowed: true };
        const expected = readReference(input, settings);
        expect(expected.filter((entry) => entry.startsWith("fault"))).toEqual([]);
        expect(new Recorder(settings).feed(input).seen).toEqual(expected);
      }
    }));

  test("on traffic with odd operations in it", () =>
    withSeed((random) => {
      let faults = 0;
      for (let round = 0; round < 3000; round++) {
        const seen = compare(random, traffic(random, random.between(1, 10), 5));
        if (seen.at(-1)?.startsWith("fault")) faults++;
      }
      expect(faults).toBeGreaterThan(500);
    }));

  test("on mutated traffic", () =>
    withSeed((random) => {
      for (let round = 0; round < 6000; round++) {
        const input = Buffer.from(traffic(random, random.between(1, 6), 20), "latin1");
        compare(random, mutated(random, input, random.between(1, 4)).toString("latin1"));
      }
    }));

  test("on traffic that ends anywhere", () =>
    withSeed((random) => {
      for (let round = 0; round < 60; round++) {
        const input = traffic(random, 3, 10).slice(0, 400);
        for (let length = 0; length < input.length; length++)
          compare(random, input.slice(0, length));
      }
    }));

  test("on noise that looks a little like the protocol", () =>
    withSeed((random) => {
      const pieces = [
        "PUB ",
        "HPUB ",
        "SUB ",
        "PING",
        "a",
        " ",
        "\t",
        "\r\n",
        "\n",
        "\r",
        "2",
        "0",
        "\r\n\r\n",
      ];
      for (let round = 0; round < 6000; round++) {
        const count = random.between(1, 15);
        compare(random, Array.from({ length: count }, () => random.pick(pieces)).join(""));
      }
    }));

  test("however the bytes are split", () =>
    withSeed((random) => {
      let compared = 0;
      for (let round = 0; round < 3000; round++) {
        const input = Buffer.from(traffic(random, random.between(1, 10), 15), "latin1");
        const bytes = random.chance(2) ? mutated(random, input, 2) : input;
        const text = bytes.toString("latin1");
        // An HMSG is taken only when it comes whole, as in nats-server.
        if (INNER_RETURN.test(text) || /hmsg/i.test(text)) continue;
        compared++;
        const settings = { ...LIMITS, headersAllowed: true };
        const expected = readReference(text, settings);
        const { seen } = new Recorder(settings).feed(
          ...random.pieces(bytes, random.pick([2, 5, 50])),
        );
        const where = JSON.stringify(text);
        expect([where, ...seen]).toEqual([where, ...expected]);
      }
      expect(compared).toBeGreaterThan(500);
    }));
});
