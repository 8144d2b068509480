/** Which requests are measured, by percentage and by what tracing systems say in headers. */

import { describe, expect, test } from "bun:test";
import { encodeHeaders } from "../../src/core/crossing/latency-event.ts";
import { readHeaders } from "../../src/core/crossing/latency-headers.ts";
import { sample } from "../../src/core/crossing/latency-sampling.ts";
import type { Message } from "../../src/protocol/message.ts";
import { messageOf } from "./delivery-fixture.ts";

const BY_HEADERS = 0;

/** Lines are separated by `|`; "" for a message without headers. */
function request(lines: string): Message {
  if (lines === "") return messageOf("svc answer 2", "hi", 0);
  const block = `NATS/1.0|${lines}||`.replaceAll("|", "\r\n");
  const body = `${block}hi`;
  return messageOf(`svc answer ${block.length} ${body.length}`, body, block.length);
}

/** The headers that a request is measured for, as JSON; null when it is not measured. */
function measured(lines: string, sampling = BY_HEADERS, random = 0): string | null {
  const headers = sample(sampling, request(lines), () => random);
  return headers && encodeHeaders(headers);
}

describe("a percentage", () => {
  test("of 100 takes every request, whatever its headers say", () => {
    expect(measured("", 100, 0.999)).toBe("");
    expect(measured("X-B3-Sampled: 0", 100, 0.999)).toBe("");
  });

  test("is left to chance, one in a hundred more than asked for", () => {
    expect(measured("", 30, 0.3)).toBe("");
    expect(measured("", 30, 0.309)).toBe("");
    expect(measured("", 30, 0.31)).toBeNull();
    expect(measured("", 99, 0.9999)).toBe("");
  });

  test("leaves it to the headers where chance has said no", () => {
    expect(measured("B3: d", 30, 0.5)).toBe('{"B3":["d"]}');
    expect(measured("B3: d", 30, 0.1)).toBe("");
  });

  test("below 0 takes none", () => {
    expect(measured("B3: d", -1)).toBeNull();
  });
});

describe("headers", () => {
  test.each([
    ["", null],
    ["Other: x", null],
    ["Uber-Trace-Id: a:b:c:1", '{"Uber-Trace-Id":["a:b:c:1"]}'],
    ["uber-trace-id: a:b:c:0", null],
    ["Uber-Trace-Id: a:b:c:x3", '{"Uber-Trace-Id":["a:b:c:x3"]}'],
    ["Uber-Trace-Id: a:b:c:3x", null],
    ["Uber-Trace-Id: a:b:c:001", null],
    [
      "Uber-Trace-Id: a:b:c:f|uberctx-k: v|Uberctx-A: w|B3: d",
      '{"Uber-Trace-Id":["a:b:c:f"],"Uberctx-A":["w"],"Uberctx-K":["v"]}',
    ],
    ["Uber-Trace-Id: no|X-B3-Sampled: 1", null],
    ["X-B3-Sampled: 1|Other: x|B3: d", '{"X-B3-Sampled":["1"]}'],
    ["X-B3-Sampled: 0|X-B3-TraceId: t|B3: d", null],
    [
      "X-B3-TraceId: t|X-B3-ParentSpanId: p|X-B3-SpanId: s|X-B3-Sampled: true",
      '{"X-B3-Parentspanid":["p"],"X-B3-Sampled":["true"],"X-B3-Spanid":["s"],"X-B3-Traceid":["t"]}',
    ],
    ["X-B3-Sampled: true", null],
    ["X-B3-SpanId: s", null],
    ["B3: t-s-1-p|b3: second", '{"B3":["t-s-1-p","second"]}'],
    ["B3: t-s-0-p", null],
    ["B3: 0", null],
    ["B3: 0-0", '{"B3":["0-0"]}'],
    ["B3: 0|Traceparent: 00-t-s-01", null],
    [
      "Traceparent: 00-t-s-01|TRACESTATE: a=b",
      '{"Traceparent":["00-t-s-01"],"Tracestate":["a=b"]}',
    ],
    ["Traceparent: 00-t-s-00", null],
    ["Traceparent: 00-t-s-7F", '{"Traceparent":["00-t-s-7F"]}'],
    ["Traceparent: 00-t-s-81", null],
    ["Traceparent: 00-t-s-1", null],
    ["Traceparent: 00-t-s-+1", '{"Traceparent":["00-t-s-+1"]}'],
    ["Traceparent: 00-t-s-01-x", null],
  ])("%s", (lines, expected) => {
    expect(measured(lines)).toBe(expected);
  });
});

describe("a header block", () => {
  test("is read with canonical names, folded lines and all values", () => {
    const headers = readHeaders(request("a-bC: 1 |  2|A-Bc:3|Sp ace: x|Empty:"));
    expect(headers && Object.fromEntries(headers)).toEqual({
      "A-Bc": ["1 2", "3"],
      "Sp ace": ["x"],
      Empty: [""],
    });
  });

  test.each([
    "no colon",
    ": no name",
    "B(3): x",
    " first: folded",
    "Control: a\x01",
    "Return: a\rb",
  ])("with %p in it means nothing", (line) => {
    expect(measured(`B3: d`)).not.toBeNull();
    expect(measured(`${line}|B3: d`)).toBeNull();
  });

  test("without an end means nothing", () => {
    const block = "NATS/1.0\r\nB3: d\r\n";
    const message = messageOf(`svc answer ${block.length} ${block.length}`, block, block.length);
    expect(readHeaders(message)).toBeNull();
  });
});
