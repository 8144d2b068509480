/** Limits hold while the bytes come in, and memory goes back when it is not needed any more. */

import { describe, expect, test } from "bun:test";
import { releaseBuffer, takeBuffer } from "../../src/bytes/buffer-pool.ts";
import { Recorder } from "./recorder.ts";

const LINE_MAX = 64;
const PAYLOAD_MAX = 100;
const LIMITS = { maxControlLine: LINE_MAX, maxPayload: PAYLOAD_MAX };

/** Lines of any verb that takes arguments; each with this many bytes of them. */
const LINES: Readonly<Record<string, (length: number) => string>> = {
  SUB: (length) => `SUB ${"s".repeat(length - 2)} 1`,
  UNSUB: (length) => `UNSUB ${"s".repeat(length)}`,
  CONNECT: (length) => `CONNECT ${"x".repeat(length)}`,
  INFO: (length) => `INFO   ${"x".repeat(length)}`,
  "-ERR": (length) => `-ERR ${"x".repeat(length)}`,
  PUB: (length) => `PUB ${"s".repeat(length - 2)} 0`,
  "spaced PUB": (length) => `PUB\t${"s".repeat(length - 3)}  0`,
  HPUB: (length) => `HPUB ${"s".repeat(length - 4)} 0 0`,
};

describe("a line's arguments", () => {
  for (const [verb, line] of Object.entries(LINES)) {
    test(`of ${verb} may be as long as the limit, not longer`, () => {
      for (const end of ["\r\n", "\n"]) {
        const fitting = `${line(LINE_MAX)}${end}`;
        const long = `${line(LINE_MAX + 1)}${end}`;
        for (const tracing of [false, true]) {
          expect(new Recorder({ ...LIMITS, tracing }).feed(fitting).fault).toBeNull();
          const { fault } = new Recorder({ ...LIMITS, tracing }).feed(long);
          expect(fault).toMatchObject({ fault: "control line too long" });
        }
        for (let at = 1; at < long.length; at++) {
          const feed = (text: string): Recorder =>
            new Recorder(LIMITS).feed(text.slice(0, at), text.slice(at));
          expect([at, feed(fitting).fault]).toEqual([at, null]);
          expect([at, feed(long).fault?.fault]).toEqual([at, "control line too long"]);
        }
      }
    });
  }

  test("are refused long before the line ends, if it ever does", () => {
    for (const [verb, line] of Object.entries(LINES)) {
      for (const chunk of [1, 10, 1000]) {
        const recorder = new Recorder(LIMITS);
        const beginning = line(LINE_MAX);
        recorder.feed(beginning.slice(0, 12));
        let fed = 0;
        while (recorder.fault === null && fed <= LINE_MAX + chunk) {
          recorder.feed("x".repeat(chunk));
          fed += chunk;
        }
        expect([verb, recorder.fault?.fault]).toEqual([verb, "control line too long"]);
      }
    }
  });

  test("of no length fit when every line is refused", () => {
    for (const input of ["SUB a 1\r\n", "PUB a 0\r\n\r\n", "CONNECT {}\r\n"]) {
      const { fault } = new Recorder({ maxControlLine: -1 }).feed(input);
      expect(fault).toMatchObject({ fault: "control line too long" });
    }
    expect(new Recorder({ maxControlLine: -1 }).feed("PING\r\n").seen).toEqual(["PING"]);
  });
});

test("spaces before arguments and junk behind PING count for nothing", () => {
  const recorder = new Recorder(LIMITS).feed("SUB ");
  for (let i = 0; i < 50; i++) recorder.feed(" \t".repeat(500));
  recorder.feed("a 1\r\nPING");
  for (let i = 0; i < 50; i++) recorder.feed("x".repeat(1000));
  recorder.feed("\r\n");
  expect(recorder.seen).toEqual(["SUB <a 1>", "PING"]);
});

describe("a payload", () => {
  test("may be as large as the limit, headers included", () => {
    const body = "x".repeat(PAYLOAD_MAX);
    for (const line of [
      `PUB a ${PAYLOAD_MAX}`,
      `PUB  a ${PAYLOAD_MAX}`,
      `HPUB a 90 ${PAYLOAD_MAX}`,
    ]) {
      expect(new Recorder(LIMITS).feed(`${line}\r\n${body}\r\n`).fault).toBeNull();
    }
  });

  test("beyond the limit is refused before its first byte", () => {
    const size = PAYLOAD_MAX + 1;
    for (const line of [
      `PUB a ${size}`,
      `PUB a r 0${size}`,
      `HPUB a 5 ${size}`,
      `HPUB a 0 ${size}`,
    ]) {
      const recorder = new Recorder(LIMITS).feed(`${line}\r\n`);
      expect(recorder.fault).toMatchObject({
        fault: "payload too large",
        text: line.slice(line.indexOf(" ") + 1),
      });
      expect(recorder.parser.message.totalBytes).toBe(size);
      const whole = new Recorder(LIMITS).feed(`${line}\r\n${"x".repeat(size)}\r\n`);
      expect(whole.fault).toMatchObject({ fault: "payload too large" });
    }
  });

  test("of the largest size that can be written is refused or awaited", () => {
    const { fault } = new Recorder(LIMITS).feed("PUB a 999999999\r\n");
    expect(fault).toMatchObject({ fault: "payload too large" });
    const patient = new Recorder({ maxPayload: 2 ** 31 - 1 }).feed("PUB a 999999999\r\nxyz");
    expect(patient.fault).toBeNull();
    patient.parser.stop();
  });

  test("limit may change between two messages", () => {
    const recorder = new Recorder(LIMITS).feed("PUB a 50\r\n");
    recorder.parser.maxPayload = 10;
    recorder.feed(`${"x".repeat(50)}\r\n`);
    expect(recorder.fault).toBeNull();
    expect(recorder.feed("PUB a 11\r\n").fault).toMatchObject({ fault: "payload too large" });
  });
});

/** Buffers to look through for the one that was given back. */
const DEPTH = 8;

/**
 * Tells whether something takes a buffer of this size and keeps it: one that was just given back is
 * among the next that the pool hands out, unless somebody has it.
 */
function isTakenBy(bytes: number, use: () => void): boolean {
  const marker = takeBuffer(bytes);
  releaseBuffer(marker);
  use();
  const next = Array.from({ length: DEPTH }, () => takeBuffer(bytes));
  for (const buf of next) releaseBuffer(buf);
  return !next.includes(marker);
}

describe("held memory", () => {
  const SMALL = 512;
  const LARGE = 64 * 1024;

  /** Ways in which a parser comes to hold bytes, and how it lets go of them. */
  const HOLDING: Readonly<Record<string, [beginning: string, rest: string]>> = {
    "part of a line": ["SUB foo", " 1\r\n"],
    "part of a publish line": ["PUB foo", " 0\r\n\r\n"],
    "a message without its body": ["PUB foo 5\r\n", "hello\r\n"],
    "a message with a part of its body": ["PUB foo 5\r\nhe", "llo\r\n"],
    "a message without its last byte": ["HPUB foo 1 5\r\nhello\r", "\n"],
    "an oddly spaced message": ["PUB  foo  5\r\nhello", "\r\n"],
  };

  for (const [what, [beginning, rest]] of Object.entries(HOLDING)) {
    test(`is taken for ${what} and given back with the operation`, () => {
      const recorder = new Recorder();
      expect(isTakenBy(SMALL, () => recorder.feed(beginning))).toBe(true);
      expect(isTakenBy(SMALL, () => new Recorder().feed(beginning, rest))).toBe(false);
      recorder.feed(rest);
    });

    test(`for ${what} is given back when the parser is stopped`, () => {
      expect(
        isTakenBy(SMALL, () => {
          new Recorder().feed(beginning).parser.stop();
        }),
      ).toBe(false);
    });
  }

  test("is given back after every kind of fault", () => {
    const faults = [
      ["PUB foo", " x\r\n"],
      ["PUB foo 5\r\nhello", "xx"],
      ["PUB foo 5\r\nhello\r", "x"],
      ["PUB foo", " 101\r\n"],
      ["SUB foo", "x".repeat(LINE_MAX)],
      ["HPUB foo", " 5 2\r\n"],
      ["HMSG f", "oo\r\nxxxx"],
    ] as const;
    for (const [beginning, rest] of faults) {
      const taken = isTakenBy(SMALL, () => {
        expect(new Recorder(LIMITS).feed(beginning, rest).fault).not.toBeNull();
      });
      expect([beginning, taken]).toEqual([beginning, false]);
    }
  });

  test("is given back when a handler stops the parser", () => {
    const taken = isTakenBy(SMALL, () => {
      const recorder = new Recorder();
      recorder.afterEach = ({ parser }) => parser.stop();
      const chunk = Buffer.from("lo\r\nPING\r\n");
      recorder.feed("PUB foo 5\r\nhel");
      expect(recorder.parser.parse(chunk, 0, chunk.length)).toBe(4);
      expect(recorder.seen.length).toBe(1);
    });
    expect(taken).toBe(false);
  });

  test("is not taken for messages that lie whole in the input", () => {
    const messages = "PUB foo 5\r\nhello\r\nHPUB foo r 1 5\r\nhello\r\n".repeat(100);
    expect(isTakenBy(SMALL, () => new Recorder().feed(messages))).toBe(false);
  });

  test("grows with what has come, not with what was announced", () => {
    const recorder = new Recorder();
    expect(
      isTakenBy(LARGE, () => recorder.feed(`PUB foo ${LARGE - 100}\r\n${"x".repeat(500)}`)),
    ).toBe(false);
    expect(isTakenBy(LARGE, () => recorder.feed("x".repeat(LARGE / 2)))).toBe(true);
    recorder.parser.stop();
  });
});
