/** Spans as they are written: times, names, and texts of others. */

import { expect, test } from "bun:test";
import { encodeSpans, type SpanSource, spanCount } from "../../src/monitor/otlp/otlp-json.ts";
import { attributesOf, type Received, type Span } from "./collector.ts";

const AT = 1_790_000_000_000_001;
const RESOURCE = { serviceName: "s", version: "1", serverId: "id", serverName: "n" };
const SOURCE: SpanSource = {
  context: { traceId: "0af7651916cd43dd8448eb211c80319c", parentId: "p", flags: 1, state: "" },
  at: AT,
  endedAt: AT + 40,
  cid: 7,
  clientName: "",
  account: "A",
  subject: "foo",
  messageBytes: 10,
  headerBytes: 4,
  isOnly: false,
  error: "",
  steps: [],
  droppedSteps: 0,
};

function spansOf(source: Partial<SpanSource>): Span[] {
  const body: Received["body"] = JSON.parse(encodeSpans([{ ...SOURCE, ...source }], RESOURCE));
  return body.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
}

function delivery(at: number, error = ""): SpanSource["steps"][number] {
  const receiver = {
    ...({ kind: 0, cid: 9, name: "", account: "", subscription: "foo.*", queue: "" } as const),
    hop: "",
  } as const;
  return { type: "eg", at, receiver, error };
}

test("each step begins where the one before has ended", () => {
  const steps = [
    { type: "sm", at: AT + 10, to: "bar" } as const,
    delivery(AT + 30),
    // The clock was set back.
    delivery(AT + 25),
  ];
  const spans = spansOf({ steps });
  expect(spans).toHaveLength(spanCount({ steps }));
  const times = spans.map((span) => [span.startTimeUnixNano, span.endTimeUnixNano]);
  const nanos = (micros: number): string => `${AT + micros}000`;
  expect(times).toEqual([
    [nanos(0), nanos(40)],
    [nanos(0), nanos(10)],
    [nanos(10), nanos(30)],
    [nanos(30), nanos(30)],
  ]);
});

test("only what was not delivered has a status", () => {
  const steps = [delivery(AT), delivery(AT, "closed")];
  const statuses = spansOf({ steps, error: "refused" }).map(({ status }) => status);
  expect(statuses).toEqual([
    { code: 2, message: "refused" },
    undefined,
    { code: 2, message: "closed" },
  ]);
});

test("long texts are cut, bytes of others are read as UTF-8, and secrets are left out", () => {
  const [long] = spansOf({ subject: "x".repeat(4096), clientName: "n".repeat(4096) });
  expect(long!.name).toBe(`process ${"x".repeat(512)}…`);
  expect(attributesOf(long!)["messaging.client.id"]).toHaveLength(513);
  const [umlaut] = spansOf({ subject: Buffer.from("grün").toString("latin1") });
  expect(umlaut!.name).toBe("process grün");
  const seed = `SUA${"B".repeat(55)}`;
  const [secret] = spansOf({ subject: `foo.${seed}`, clientName: seed, error: seed });
  expect(JSON.stringify(secret)).not.toContain(seed);
});
