/** Bytes may come in any pieces, and the connection may pause anywhere: nothing changes. */

import { describe, expect, test } from "bun:test";
import { withSeed } from "../support/prng.ts";
import { Recorder } from "./recorder.ts";

/** Valid traffic in every form. A line with a carriage return inside is left out: it does change. */
const OPERATIONS = [
  'CONNECT {"verbose":false}\r\n',
  "connect{}\n",
  "PING\r\n",
  "pOnG trailing\r\n",
  "+OK\r\n",
  "SUB foo.* 1\r\n",
  "sub\tbar  queue\t 22 \n",
  "UNSUB 1\r\n",
  "unsub  22 5\r\n",
  "INFO {}\r\n",
  "PUB foo 5\r\nhello\r\n",
  "PUB foo reply.1 0\r\n\r\n",
  "pub  spaced\t reply  3 \r\nabc\r\n",
  "PUB 1 2 3\r\nxyz\r\n",
  "PUB lf.only 2\nok\r\n",
  "PUB \u00e9.\0 007\r\n\r\n\r\nPUB\r\n",
  "HPUB foo 12 14\r\nNATS/1.0\r\n\r\nhi\r\n",
  "HPUB foo 77 12 12\r\nNATS/1.0\r\n\r\n\r\n",
  "HPUB foo 0 2\r\nhi\r\n",
  "hpub foo r  04 06\nabcdhi\r\n",
  `PUB long ${"x".repeat(200)} 300\r\n${"y".repeat(300)}\r\n`,
  `SUB ${"s".repeat(300)} ${"i".repeat(40)}\r\n`,
];
const TRAFFIC = Buffer.from(OPERATIONS.join(""), "latin1");
const EXPECTED = new Recorder().feed(TRAFFIC).seen;

function splitAt(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  return [0, ...cuts].map((from, i) => bytes.subarray(from, cuts[i] ?? bytes.length));
}

test("the traffic of these tests holds every operation and no fault", () => {
  expect(EXPECTED.length).toBe(OPERATIONS.length - 1);
  const verbs = new Set(EXPECTED.map((entry) => entry.split(" ")[0]));
  expect([...verbs].sort()).toEqual([
    "CONNECT",
    "HPUB",
    "INFO",
    "PING",
    "PONG",
    "PUB",
    "SUB",
    "UNSUB",
  ]);
});

test("the scan of common messages understands what the states understand", () => {
  expect(new Recorder({ tracing: true }).feed(TRAFFIC).seen).toEqual(EXPECTED);
});

describe("a split", () => {
  test("at any byte changes nothing", () => {
    for (let at = 1; at < TRAFFIC.length; at++) {
      expect(new Recorder().feed(...splitAt(TRAFFIC, [at])).seen).toEqual(EXPECTED);
    }
  });

  test("after every byte changes nothing", () => {
    const bytes = Array.from(TRAFFIC, (_, i) => TRAFFIC.subarray(i, i + 1));
    expect(new Recorder().feed(...bytes).seen).toEqual(EXPECTED);
    expect(new Recorder({ tracing: true }).feed(...bytes).seen).toEqual(EXPECTED);
  });

  test("at random places changes nothing", () =>
    withSeed((random) => {
      for (let round = 0; round < 400; round++) {
        const pieces = random.pieces(TRAFFIC, random.pick([3, 30, 300]));
        expect(new Recorder().feed(...pieces).seen).toEqual(EXPECTED);
      }
    }));

  for (const [i, operation] of OPERATIONS.entries()) {
    const next = OPERATIONS[(i + 10) % OPERATIONS.length]!;
    const bytes = Buffer.from(`${operation}${next}PING\r\n`, "latin1");
    if (bytes.length > 100) continue;
    test(`at any two bytes of ${JSON.stringify(operation)} and what follows changes nothing`, () => {
      const whole = new Recorder().feed(bytes).seen.join("\n");
      for (let first = 1; first < bytes.length - 1; first++) {
        for (let second = first + 1; second < bytes.length; second++) {
          const { seen } = new Recorder().feed(...splitAt(bytes, [first, second]));
          if (seen.join("\n") !== whole) expect([first, second, ...seen]).toEqual([whole]);
        }
      }
      expect(whole.endsWith("PING")).toBe(true);
    });
  }
});

describe("a pause", () => {
  test("after any operation changes nothing", () => {
    for (let every = 1; every <= EXPECTED.length; every++) {
      const recorder = new Recorder();
      recorder.afterEach = ({ seen, parser }) => {
        if (seen.length % every === 0) parser.pause();
      };
      expect(recorder.feed(TRAFFIC).seen).toEqual(EXPECTED);
    }
  });

  test("comes into force with the operation in which it is asked for", () => {
    const recorder = new Recorder();
    recorder.afterEach = ({ parser }) => parser.pause();
    const chunk = Buffer.from("PUB a 0\r\n\r\nPING\r\nPUB  b 0\r\n\r\nSUB a 1\r\n");
    const stops: number[] = [];
    for (let at = 0; at < chunk.length; ) {
      at = recorder.parser.parse(chunk, at, chunk.length);
      stops.push(at);
      expect(recorder.seen.length).toBe(stops.length);
    }
    expect(stops).toEqual([11, 17, 29, 38]);
  });

  test("asked for between two chunks holds nothing up", () => {
    const recorder = new Recorder();
    recorder.parser.pause();
    expect(recorder.feed("PING\r\nPONG\r\n").seen).toEqual(["PING", "PONG"]);
  });

  test("at random moments of random pieces changes nothing", () =>
    withSeed((random) => {
      for (let round = 0; round < 300; round++) {
        const recorder = new Recorder();
        const oneIn = random.between(1, 4);
        recorder.afterEach = ({ parser }) => {
          if (random.chance(oneIn)) parser.pause();
        };
        const pieces = random.pieces(TRAFFIC, random.pick([1, 5, 100]));
        expect(recorder.feed(...pieces).seen).toEqual(EXPECTED);
      }
    }));
});

describe("a large payload", () => {
  const size = (1 << 20) - 7;
  const body = Buffer.alloc(size, "0123456789abcdef\r\nPING\r\n");
  const bytes = Buffer.concat([
    Buffer.from(`PUB big ${size}\r\n`),
    body,
    Buffer.from("\r\nPING\r\n"),
  ]);
  const whole = new Recorder().feed(bytes).seen;

  for (const length of [7919, 65_536, 500_000, size - 1]) {
    test(`arrives whole in chunks of ${length} bytes`, () => {
      const pieces: Buffer[] = [];
      for (let at = 0; at < bytes.length; at += length)
        pieces.push(bytes.subarray(at, at + length));
      expect(new Recorder().feed(...pieces).seen).toEqual(whole);
    });
  }

  test("arrives whole wherever its end is split", () => {
    for (let at = bytes.length - 12; at < bytes.length; at++) {
      expect(new Recorder().feed(...splitAt(bytes, [at])).seen).toEqual(whole);
    }
  });
});
