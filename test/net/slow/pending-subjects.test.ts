/** What waits for a connection is told by subject, whatever stands in messages. */

import { describe, expect, test } from "bun:test";
import {
  type PendingSubjects,
  readPendingSubjects,
} from "../../../src/net/slow/pending-subjects.ts";
import { withSeed } from "../../support/prng.ts";

const ALL = 100_000;

function msg(subject: string, payload: string, middle = "1"): string {
  return `MSG ${subject} ${middle} ${payload.length}\r\n${payload}\r\n`;
}

function read(text: string, framesMax = ALL): PendingSubjects {
  return readPendingSubjects(Buffer.from(text, "latin1"), framesMax).subjects;
}

describe("whole frames", () => {
  test("are counted by subject, with what is around the payload", () => {
    const text = [
      msg("a.b", "xx"),
      "PING\r\n",
      msg("c", "y".repeat(100)),
      "+OK\r\n-ERR 'no'\r\nINFO {}\r\n",
      msg("a.b", "", "2 reply.to"),
      "HMSG h 1 12 14\r\nNATS/1.0\r\n\r\nzz\r\n",
    ].join("");
    expect(read(text)).toEqual({
      top: [
        { subject: "c", bytes: msg("c", "y".repeat(100)).length, frames: 1 },
        { subject: "a.b", bytes: msg("a.b", "xx").length + 24, frames: 2 },
        { subject: "h", bytes: 32, frames: 1 },
      ],
      isEstimate: false,
    });
  });

  test("of other servers have the account before the subject, or are one account's own", () => {
    const named = [
      "RS+ $G a.b\r\n",
      "RMSG $G a.b 5\r\nhello\r\n",
      "RMSG A a.b + reply g h 2\r\nhi\r\n",
      "HMSG A c | g 12 14\r\nNATS/1.0\r\n\r\nzz\r\n",
    ].join("");
    const { top } = readPendingSubjects(Buffer.from(named), ALL, true).subjects;
    expect(top.map(({ subject, frames }) => [subject, frames])).toEqual([
      ["a.b", 2],
      ["c", 1],
    ]);
    expect(read("RMSG a.b reply 5\r\nhello\r\nRS- x\r\n").top).toEqual([
      { subject: "a.b", bytes: 25, frames: 1 },
    ]);
    // The first frame has been sent in part.
    const cut = readPendingSubjects(Buffer.from(`llo\r\n${named}`), ALL, true).subjects;
    expect(cut.top.map(({ subject }) => subject)).toEqual(["a.b", "c"]);
  });

  test("are none where nothing waits", () => {
    expect(read("")).toEqual({ top: [], isEstimate: false });
    expect(read("PING\r\n")).toEqual({ top: [], isEstimate: false });
  });

  test("show at most five subjects, and 256 bytes of each", () => {
    const text = Array.from({ length: 30 }, (_, i) => msg("s".repeat(i * 200 + 1), "p")).join("");
    const { top } = read(text);
    expect(top.length).toBe(3);
    expect(top[0]!.subject).toBe("s".repeat(256));
    expect(top[0]!.frames).toBe(28);
    const many = read(Array.from({ length: 30 }, (_, i) => msg(`s${i}`, "p")).join(""));
    expect(many.top.length).toBe(5);
  });

  test("with subjects that are no text stay readable", () => {
    const name = Buffer.from("grün.\u0001").toString("latin1");
    expect(read(msg(name, "")).top[0]!.subject).toBe("grün.\u0001");
  });
});

describe("a buffer that begins in the middle of a frame", () => {
  const text = msg("first", "MSG fake 1 3\r\nab") + msg("second", "x".repeat(50)).repeat(3);

  test("is read from the next frame on, wherever it begins", () => {
    for (let start = 1; start < msg("first", "MSG fake 1 3\r\nab").length; start++) {
      const { top, isEstimate } = read(text.slice(start));
      expect(top[0]).toEqual({
        subject: "second",
        bytes: msg("second", "x".repeat(50)).length * 3,
        frames: 3,
      });
      expect([top.length, isEstimate]).toEqual([1, false]);
    }
  });

  test("is told of without subjects where a message is too large to find its end", () => {
    expect(read("x".repeat(5_000_000) + msg("late", "y")).isEstimate).toBe(true);
    expect(read("x".repeat(5_000_000)).top).toEqual([]);
  });
});

describe("more frames than are read", () => {
  test("are estimated from parts of the buffer", () => {
    // The first half is all of one subject, the second one of another, with larger messages.
    const text =
      msg("small", "x".repeat(20)).repeat(20_000) + msg("large", "y".repeat(500)).repeat(1000);
    const { top, isEstimate } = read(text, 400);
    expect(isEstimate).toBe(true);
    const sizes = new Map(top.map(({ subject, bytes }) => [subject, bytes / text.length]));
    expect(sizes.get("small")! + sizes.get("large")!).toBeCloseTo(1, 2);
    expect(Math.abs(sizes.get("small")! - (20_000 * 36) / text.length)).toBeLessThan(0.26);
  });

  test("are read in a bounded time", () => {
    const text = Buffer.from(msg("a", "").repeat(5_000_000), "latin1");
    const noise = Buffer.alloc(60_000_000, "\r\nMSG ");
    for (const pending of [text, noise, Buffer.alloc(60_000_000, "M")]) {
      readPendingSubjects(pending, 512);
      const start = performance.now();
      readPendingSubjects(pending, 512);
      expect(performance.now() - start).toBeLessThan(25);
    }
  });
});

test("random bytes and random cuts never count more than there is", () =>
  withSeed((random) => {
    const pieces = ["\r\n", "MSG ", " 1", "x", "0", "HMSG a 1 2 3\r\n"];
    for (let round = 0; round < 300; round++) {
      let text = "";
      for (let i = random.below(40); i >= 0; i--) {
        const payload = Array.from({ length: random.below(60) }, () => random.pick(pieces));
        text += msg(`s${random.below(4)}`, payload.join(""));
      }
      const cut = text.slice(random.below(text.length));
      const { top } = read(cut, 1 + random.below(60));
      const sum = top.reduce((total, { bytes }) => total + bytes, 0);
      expect(sum).toBeLessThanOrEqual(cut.length + 5);
    }
  }));
