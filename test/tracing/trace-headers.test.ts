/** Which messages ask to be traced, and what their headers say. */

import { describe, expect, test } from "bun:test";
import { withTraceDest } from "../../src/core/tracing/trace-dest-header.ts";
import { readTraceContext, readTraceRequest } from "../../src/core/tracing/trace-headers.ts";
import { asksForTrace } from "../../src/core/tracing/trace-scan.ts";
import { Message } from "../../src/protocol/message.ts";
import { type Prng, withSeed } from "../support/prng.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const SPAN = "b7ad6b7169203331";

function messageOf(headers: string, reply = "", body = "hello"): Message {
  const line = `some.subject ${reply}${reply === "" ? "" : " "}`;
  const sizes = `${headers.length} ${headers.length + body.length}\r\n`;
  const message = new Message();
  message.buf = Buffer.from(`${line}${sizes}${headers}${body}\r\n`, "latin1");
  message.subjectEnd = "some.subject".length;
  message.replyStart = message.subjectEnd + 1;
  message.replyEnd = message.replyStart + reply.length;
  message.bodyStart = line.length + sizes.length;
  message.end = message.buf.length;
  message.headerBytes = headers.length;
  message.totalBytes = headers.length + body.length;
  return message;
}

describe("the quick look", () => {
  test.each([
    ["NATS/1.0\r\nNats-Trace-Dest: a\r\n\r\n", true, true],
    ["NATS/1.0\r\nA: b\r\nNats-Trace-Dest:a\r\n\r\n", true, true],
    ["NATS/1.0\r\nnats-trace-dest: a\r\n\r\n", false, false],
    ["NATS/1.0\r\nNats-Trace-Desk: a\r\n\r\n", false, false],
    ["NATS/1.0\r\nNats-Trace-Only: 1\r\n\r\n", false, false],
    ["NATS/1.0\r\nX: Nats-Trace-Dest: a\r\n\r\n", false, false],
    ["NATS/1.0\r\ntraceparent: a\r\n\r\n", false, true],
    ["NATS/1.0\r\nTRACEPARENT: a\r\n\r\n", false, true],
    ["NATS/1.0\r\ntracestate: a\r\n\r\n", false, false],
    ["NATS/1.0\r\n\r\n", false, false],
    ["NATS/1.0\r\nNats-Trace-Des", false, false],
    ["N", false, false],
  ])("%j", (headers, alone, withParent) => {
    const message = messageOf(headers, "", "\r\nNats-Trace-Dest: in.the.payload\r\n");
    expect(asksForTrace(message, false)).toBe(alone);
    expect(asksForTrace(message, true)).toBe(withParent);
  });

  test("misses nothing that the long one finds", () =>
    withSeed((random) => {
      for (let i = 0; i < 20_000; i++) {
        const headers = randomHeaders(random);
        const message = messageOf(headers);
        const isFound = readTraceRequest(headers) !== null || readTraceContext(headers) !== null;
        if (isFound) expect([headers, asksForTrace(message, true)]).toEqual([headers, true]);
        const request = readTraceRequest(headers);
        if (request?.isExternal === false) {
          expect([headers, asksForTrace(message, false)]).toEqual([headers, true]);
        }
      }
    }));
});

const PARTS = [
  "Nats-Trace-Dest",
  "traceparent",
  "TraceParent",
  "tracestate",
  ":",
  ": ",
  "\r\n",
  "\r",
  "\n",
  "a",
  "trace disabled",
  `00-${TRACE}-${SPAN}-01`,
  `00-${TRACE}-${SPAN}-00`,
  "a-b-c-01",
  " ",
  "\t",
];

function randomHeaders(random: Prng): string {
  let text = random.chance(10) ? "" : "NATS/1.0\r\n";
  for (let left = random.below(12); left > 0; left--) text += random.pick(PARTS);
  return text + random.pick(["", "\r\n", "\r\n\r\n"]);
}

describe("a trace context", () => {
  const contextOf = (...lines: string[]) =>
    readTraceContext(`NATS/1.0\r\n${lines.map((line) => `${line}\r\n`).join("")}\r\n`);

  test("has its parts, and the state of all lines", () => {
    const lines = [`TRACEPARENT: 00-${TRACE}-${SPAN}-03`, "tracestate: a=1", "TraceState: b=2"];
    const expected = { traceId: TRACE, parentId: SPAN, flags: 3, state: "a=1,b=2" };
    expect(contextOf(...lines)).toEqual(expected);
  });

  test("of a later version may have more", () => {
    expect(contextOf(`traceparent: 01-${TRACE}-${SPAN}-01-more`)?.traceId).toBe(TRACE);
  });

  test.each([
    `00-${TRACE}-${SPAN}-00`,
    `00-${TRACE}-${SPAN}-01-more`,
    `ff-${TRACE}-${SPAN}-01`,
    `00-${"0".repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${"0".repeat(16)}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-1`,
    "a-b-c-01",
  ])("is none: %s", (value) => {
    expect(contextOf(`traceparent: ${value}`)).toBeNull();
  });
});

describe("another destination", () => {
  const changed = (headers: string, reply = ""): string => {
    const message = withTraceDest(messageOf(headers, reply), "x.y");
    expect(message.totalBytes - message.headerBytes).toBe("hello".length);
    expect(message.end).toBe(message.buf.length);
    const { buf, bodyStart, headerBytes } = message;
    const end = bodyStart + headerBytes;
    expect(buf.toString("latin1", end - 4, end)).toBe("\r\n\r\n");
    return buf.toString("latin1");
  };

  test("takes the place of all there are, at the end", () => {
    const headers = "NATS/1.0\r\nNats-Trace-Dest: a\r\nB: c\r\nNats-Trace-Dest:d\r\n\r\n";
    expect(changed(headers, "back")).toBe(
      "some.subject back 40 45\r\nNATS/1.0\r\nB: c\r\nNats-Trace-Dest: x.y\r\n\r\nhello\r\n",
    );
  });

  test("is added where there was none", () => {
    expect(changed("NATS/1.0\r\nB: c\r\n\r\n")).toBe(
      "some.subject 40 45\r\nNATS/1.0\r\nB: c\r\nNats-Trace-Dest: x.y\r\n\r\nhello\r\n",
    );
  });
});
