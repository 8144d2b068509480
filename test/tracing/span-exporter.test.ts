/** Which spans are sent, and what is made of answers that no good collector gives. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { MessageTrace } from "../../src/core/tracing/message-trace.ts";
import { Logger } from "../../src/log/logger.ts";
import { OtlpSpanExporter, WAITING_SPANS_MAX } from "../../src/monitor/otlp/span-exporter.ts";
import { withSeed } from "../support/prng.ts";
import { until } from "../support/until.ts";
import { Collector } from "./collector.ts";

const RESOURCE = { serviceName: "s", version: "1", serverId: "id", serverName: "n" };

let collector: Collector;
let lines: string[];

beforeEach(() => {
  collector = new Collector();
  lines = [];
});

afterEach(() => collector[Symbol.asyncDispose]());

function exporterOf(sampling = 100, timeoutMs = 10_000): OtlpSpanExporter {
  const log = new Logger((_, text) => lines.push(text), { debug: false, trace: false });
  const sender = { url: collector.url, headers: {}, timeoutMs, authorities: "" };
  return new OtlpSpanExporter(sender, RESOURCE, sampling, log);
}

function contextOf(traceId: string): NonNullable<MessageTrace["context"]> {
  return { traceId, parentId: "b7ad6b7169203331", flags: 1, state: "" };
}

function traceOf(subject = "foo"): MessageTrace {
  const trace = {
    ingress: {
      at: 1,
      cid: 1,
      name: "",
      account: { name: "A" },
      subject,
      messageBytes: 0,
      headerBytes: 0,
    },
    context: contextOf("0af7651916cd43dd8448eb211c80319c"),
    endedAt: 2,
    isOnly: false,
    error: "",
    spanSteps: [],
    droppedSpanSteps: 0,
  };
  return trace as unknown as MessageTrace;
}

test("of all traces as many are sampled as are wanted, the same ones everywhere", async () => {
  const whole = exporterOf(100);
  expect(whole.samples(contextOf("f".repeat(32)))).toBe(true);
  const [tenth, half] = [exporterOf(10), exporterOf(50)];
  expect(tenth.samples(contextOf("0".repeat(32)))).toBe(true);
  await withSeed((random) => {
    const ids = Array.from({ length: 10_000 }, () =>
      Array.from({ length: 32 }, () => random.below(16).toString(16)).join(""),
    );
    const taken = ids.filter((id) => tenth.samples(contextOf(id)));
    expect(Math.abs(taken.length - 1000)).toBeLessThan(200);
    expect(taken.every((id) => half.samples(contextOf(id)))).toBe(true);
    expect(taken).toEqual(ids.filter((id) => exporterOf(10).samples(contextOf(id))));
  });
});

describe("a collector that refuses", () => {
  test.each([
    ["more spans than it was sent", "1e999", 0, 2],
    ["less than none", "-5", 2, 0],
    ["a part of a span", 1.5, 1, 1],
    ["what is no number", {}, 2, 0],
  ])("%s", async (_, rejectedSpans, exported, dropped) => {
    collector.answers = [() => Response.json({ partialSuccess: { rejectedSpans } })];
    const exporter = exporterOf();
    exporter.export(traceOf());
    exporter.export(traceOf());
    await exporter.stop();
    expect([exporter.exportedSpans, exporter.droppedSpans]).toEqual([exported, dropped]);
  });

  test("in an answer without a length, unless that is very long", async () => {
    const answer = (filler: number): Response => {
      const refusal = { partialSuccess: { rejectedSpans: 1, filler: "x".repeat(filler) } };
      const pull = (stream: ReadableStreamDefaultController<string>): void => {
        stream.enqueue(JSON.stringify(refusal));
        stream.close();
      };
      return new Response(new ReadableStream({ pull }));
    };
    const exporter = exporterOf();
    for (const [filler, dropped] of [
      [0, 1],
      [64 * 1024, 1],
      [1, 2],
    ] as const) {
      collector.answers = [() => answer(filler)];
      const before = exporter.exportedSpans + exporter.droppedSpans;
      exporter.export(traceOf());
      await until("an answer", () => exporter.exportedSpans + exporter.droppedSpans > before);
      expect(exporter.droppedSpans).toBe(dropped);
    }
    await exporter.stop();
  });

  test("writes no line of its own into the log, and no long one", async () => {
    const errorMessage = `bad\n[INF] all is well\u001b[2J${"x".repeat(1000)}`;
    collector.answers = [
      () => Response.json({ partialSuccess: { rejectedSpans: 1, errorMessage } }),
    ];
    const exporter = exporterOf();
    exporter.export(traceOf());
    await exporter.stop();
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain("refused: bad\\n[INF] all is well\\x1b[2Jxxx");
    expect(lines[0]!.length).toBeLessThan(400);
  });
});

test("what waits makes room again when it was sent", async () => {
  const exporter = exporterOf();
  for (let round = 1; round <= 2; round++) {
    for (let i = 0; i < WAITING_SPANS_MAX; i++) exporter.export(traceOf());
    exporter.export(traceOf());
    expect(exporter.droppedSpans).toBe(round);
    const sent = round * WAITING_SPANS_MAX;
    await until("all are sent", () => exporter.exportedSpans === sent);
  }
});

test("long subjects take more room than short ones", async () => {
  collector.answers = [() => new Promise<Response>(() => {})];
  const exporter = exporterOf(100, 100);
  const count = WAITING_SPANS_MAX / 9;
  for (let i = 0; i < count + 1; i++) exporter.export(traceOf("x".repeat(4096)));
  expect(exporter.droppedSpans).toBeGreaterThan(0);
  expect(exporter.droppedSpans).toBeLessThan(3);
  await exporter.stop();
});

test("its end waits for a silent collector for two seconds", async () => {
  collector.answers = [() => new Promise<Response>(() => {})];
  const exporter = exporterOf();
  exporter.export(traceOf());
  const begin = performance.now();
  await exporter.stop();
  expect(performance.now() - begin).toBeGreaterThan(1900);
  exporter.export(traceOf());
  expect(exporter.droppedSpans).toBe(1);
});

test("a request has so much time and no more, and is tried again", async () => {
  collector.answers = [() => new Promise<Response>(() => {})];
  const exporter = exporterOf(100, 50);
  exporter.export(traceOf());
  await until("a second request", () => exporter.exportedSpans === 1);
  expect([collector.requests, exporter.failedRequests]).toEqual([2, 0]);
});
