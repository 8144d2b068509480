/** What is refused, with the state number and the place that the log shows. */

import { describe, expect, test } from "bun:test";
import { Recorder, type RecorderSettings, type SeenFault } from "./recorder.ts";

function faultOf(input: string, settings: RecorderSettings = {}): SeenFault | null {
  return new Recorder(settings).feed(input).fault;
}

/** nats-server's numbers: the state in which the byte after these letters arrives. */
const STATES: Readonly<Record<string, number>> = {
  "": 0,
  "+": 1,
  "+O": 2,
  "-": 4,
  "-E": 5,
  "-ER": 6,
  "-ERR": 7,
  C: 10,
  CO: 11,
  CON: 12,
  CONN: 13,
  CONNE: 14,
  CONNEC: 15,
  H: 18,
  HP: 19,
  HPU: 20,
  HPUB: 21,
  HM: 24,
  HMS: 25,
  HMSG: 26,
  P: 29,
  PU: 30,
  PUB: 31,
  PI: 34,
  PIN: 35,
  PO: 37,
  PON: 38,
  S: 43,
  SU: 44,
  SUB: 45,
  U: 59,
  UN: 60,
  UNS: 61,
  UNSU: 62,
  UNSUB: 63,
  I: 71,
  IN: 72,
  INF: 73,
};

const VERBS = ["PUB ", "HPUB ", "SUB ", "UNSUB ", "PING", "PONG", "CONNECT", "INFO", "HMSG "];
const ALL_VERBS = [...VERBS, "+OK", "-ERR "];

/** The bytes that may follow a beginning of a verb, in any case. */
function followers(beginning: string): Set<number> {
  const bytes = new Set<number>();
  for (const verb of ALL_VERBS) {
    const next = verb[beginning.length];
    if (next === undefined || !verb.startsWith(beginning)) continue;
    for (const spelled of [next.toUpperCase(), next.toLowerCase()])
      bytes.add(spelled.charCodeAt(0));
    if (next === " ") bytes.add(0x09);
  }
  return bytes;
}

describe("a byte that has no place in a verb", () => {
  for (const [beginning, state] of Object.entries(STATES)) {
    test(`after "${beginning}" is refused in state ${state}`, () => {
      const allowed = followers(beginning);
      for (let byte = 0; byte < 256; byte++) {
        const char = String.fromCharCode(byte);
        const fault = faultOf(`PING\r\n${beginning}${char} rest`);
        if (allowed.has(byte)) {
          // What follows may be wrong, but not this byte.
          expect(fault === null || fault.at > 6 + beginning.length).toBe(true);
          continue;
        }
        expect(fault).toEqual({
          fault: "unknown operation",
          state,
          at: 6 + beginning.length,
          text: `${char} rest`,
        });
      }
    });
  }

  test("is refused at its place in the chunk that it came in", () => {
    const recorder = new Recorder().feed("PING\r\nPU", "BX foo");
    expect(recorder.fault).toEqual({ fault: "unknown operation", state: 31, at: 1, text: "X foo" });
    expect(recorder.seen).toEqual(["PING", "fault: unknown operation"]);
  });
});

describe("a payload that does not end with CR LF", () => {
  const cases: readonly [string, number, number][] = [
    ["PUB a 2\r\nhi\nPING", 41, 11],
    ["PUB a 2\r\nhixPING", 41, 11],
    ["PUB a 0\r\n\nPING\r\n", 41, 9],
    ["PUB a 2\r\nhi\rPING", 42, 12],
    ["PUB a 2\r\nhi\r\rPING", 42, 12],
    ["HPUB a 1 2\r\nhi\nPING", 41, 14],
    ["HPUB a 1 2\r\nhi\r PING", 42, 15],
    ["PUB a 5\r\nhi\r\nPING\r\n", 41, 14],
    ["HMSG a\r\nPING\r\n", 41, 8],
    ["HMSG a\r\n\rPING\r\n", 42, 9],
  ];
  for (const [input, state, at] of cases) {
    test(`as in ${JSON.stringify(input)} is refused in state ${state}`, () => {
      const expected = { fault: "unknown operation", state, at, text: input.slice(at) } as const;
      expect(faultOf(input)).toEqual(expected);
      expect(faultOf(input, { tracing: true })).toEqual(expected);
    });
  }
});

describe("a publish line is refused, its arguments shown,", () => {
  const cases: readonly [line: string, fault: SeenFault["fault"]][] = [
    ["PUB foo", "pub arguments"],
    ["PUB a b c 1", "pub arguments"],
    ["PUB a b c d 1", "pub arguments"],
    ["PUB a b c d e f 1", "pub arguments"],
    ["PUB foo -1", "pub size"],
    ["PUB foo +1", "pub size"],
    ["PUB foo abc", "pub size"],
    ["PUB foo 1x", "pub size"],
    ["PUB foo 0x1", "pub size"],
    ["PUB foo 1.0", "pub size"],
    ["PUB foo 1234567890", "pub size"],
    ["PUB foo 0000000001", "pub size"],
    ["PUB foo bar 1234567890", "pub size"],
    ["HPUB foo", "hpub arguments"],
    ["HPUB foo 1", "hpub arguments"],
    ["HPUB a b c 1 1", "hpub arguments"],
    ["HPUB a b c d e f", "hpub arguments"],
    ["HPUB foo x 1", "hpub header size"],
    ["HPUB foo -1 1", "hpub header size"],
    ["HPUB foo 1234567890 1", "hpub header size"],
    ["HPUB foo r x x", "hpub header size"],
    ["HPUB foo 1 x", "hpub total size"],
    ["HPUB foo 0 x", "hpub total size"],
    ["HPUB foo 1 -1", "hpub total size"],
    ["HPUB foo r 1 1234567890", "hpub total size"],
    ["HPUB foo 5 2", "hpub header size above total"],
    ["HPUB foo r 1 0", "hpub header size above total"],
  ];
  for (const [line, fault] of cases) {
    test(`as ${line} for its ${fault}`, () => {
      const text = line.slice(line.indexOf(" ") + 1);
      for (const settings of [{}, { tracing: true }]) {
        expect(faultOf(`PING\r\n${line}\r\n12345\r\n`, settings)).toMatchObject({ fault, text });
        expect(faultOf(`${line}\n`, settings)).toMatchObject({ fault, text });
      }
      // However it is cut.
      const whole = `${line}\r\n`;
      for (let at = 1; at < whole.length; at++) {
        const recorder = new Recorder().feed(whole.slice(0, at), whole.slice(at));
        expect(recorder.fault).toMatchObject({ fault, text });
      }
    });
  }

  test("without any argument", () => {
    expect(faultOf("PUB \r\n")).toMatchObject({ fault: "pub arguments", text: "\r" });
    expect(faultOf("HPUB  \n\n")).toMatchObject({ fault: "hpub arguments", text: "\n" });
  });
});

describe("HPUB is refused before anything else of it is looked at", () => {
  test("when headers were not agreed upon", () => {
    for (const line of [
      "HPUB foo 4 6",
      "HPUB foo",
      "HPUB a b c d e",
      "hpub  foo 99999999 99999999",
    ]) {
      const fault = faultOf(`${line}\r\nabcdhi\r\n`, { headersAllowed: false });
      expect(fault).toMatchObject({ fault: "headers not supported" });
    }
  });
});

describe("an HMSG that does not come whole", () => {
  const input = "HMSG foo 1 2 2\r\n\r\n";

  test("is refused as soon as its input ends behind its line", () => {
    for (const at of [16, 17]) {
      const recorder = new Recorder().feed(input.slice(0, at), input.slice(at));
      expect(recorder.fault).toMatchObject({ fault: "unknown operation", at });
    }
  });

  test("is taken when only its line is split", () => {
    for (let at = 1; at < 16; at++) {
      const recorder = new Recorder().feed(input.slice(0, at), input.slice(at));
      expect([at, recorder.fault]).toEqual([at, null]);
    }
  });
});

test("after a fault nothing more is read", () => {
  const recorder = new Recorder().feed("PING\r\n?");
  const chunk = Buffer.from("PING\r\n");
  expect(recorder.parser.parse(chunk, 0, chunk.length)).toBe(0);
  expect(recorder.seen).toEqual(["PING", "fault: unknown operation"]);
});
