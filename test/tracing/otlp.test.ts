/** Spans of messages, as a collector of OpenTelemetry gets them. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ours, ServerProcess } from "../process/processes.ts";
import { until } from "../support/until.ts";
import { attributesOf, Collector, type Span } from "./collector.ts";
import { ACCOUNTS, block, hpub, TraceClient } from "./trace-client.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const PARENT = `00-${TRACE}-b7ad6b7169203331-01`;
const HEX_16 = /^[\da-f]{16}$/;
const SECRET = "Bearer canary-5ecret";

let folder: string;
let file: string;
let collector: Collector;
let server: ServerProcess;

async function configure(otlp: string): Promise<void> {
  await writeFile(file, `listen: "127.0.0.1:-1"\n${ACCOUNTS}\n${otlp}`);
}

function blockFor(more = ""): string {
  return `otlp { endpoint: "${collector.url}", headers { Authorization: "${SECRET}" }, ${more} }`;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "nats-otlp-"));
  file = join(folder, "nats-server.conf");
  collector = new Collector();
  await configure(blockFor('service_name: "bus"'));
  server = await ServerProcess.start([...ours, "-c", file]);
});

afterEach(async () => {
  expect(server.text).not.toContain("canary");
  await server[Symbol.asyncDispose]();
  await collector[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

async function publish(message: string, user = "a"): Promise<void> {
  const client = await TraceClient.open(server.port, user, { name: "pub" });
  await client.send(message);
  await client.sync();
  client.close();
}

async function spansOf(count: number): Promise<Span[]> {
  await until(`${count} spans`, () => collector.spans.length >= count);
  expect(collector.spans.length).toBe(count);
  return collector.spans;
}

function expectSound(span: Span): void {
  expect(span.traceId).toBe(TRACE);
  expect(span.spanId).toMatch(HEX_16);
  expect(span.parentSpanId).toMatch(HEX_16);
  expect(span.startTimeUnixNano).toMatch(/^\d{19}$/);
  expect(BigInt(span.endTimeUnixNano) >= BigInt(span.startTimeUnixNano)).toBe(true);
  const now = BigInt(Date.now()) * 1_000_000n;
  expect(now - BigInt(span.startTimeUnixNano) < 60_000_000_000n).toBe(true);
  for (const { key, value } of span.attributes) {
    expect(key).toMatch(/^[a-z][a-z._]+$/);
    const [[kind, content]] = Object.entries(value) as [[string, unknown]];
    const type = { stringValue: "string", intValue: "string", boolValue: "boolean" }[kind];
    expect([key, kind, typeof content]).toEqual([key, kind, type!]);
  }
}

describe("a message with a sampled context", () => {
  test("is a span, and each receiver has one", async () => {
    const receiver = await TraceClient.open(server.port, "a", { name: "sub" });
    await receiver.send("SUB foo.* 1\r\nSUB foo.> workers 2\r\n");
    await receiver.sync();
    const headers = { traceparent: PARENT, tracestate: "vendor=1" };
    await publish(hpub("foo.bar", headers, "", "hello"));
    const spans = await spansOf(3);
    spans.forEach(expectSound);
    const [root, ...deliveries] = spans;
    expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(3);
    expect(root).toMatchObject({
      parentSpanId: "b7ad6b7169203331",
      traceState: "vendor=1",
      flags: 0x301,
      name: "process foo.bar",
      kind: 2,
    });
    expect(root!.status).toBeUndefined();
    expect(attributesOf(root!)).toMatchObject({
      "messaging.system": "nats",
      "messaging.destination.name": "foo.bar",
      "messaging.message.body.size": "5",
      "messaging.message.envelope.size": String(block(headers).length + 5),
      "messaging.client.id": "pub",
      "nats.account": "A",
    });
    for (const span of deliveries) {
      expect(span).toMatchObject({ parentSpanId: root!.spanId, flags: 0x101, kind: 4 });
      expect(attributesOf(span)["messaging.client.id"]).toBe("sub");
    }
    expect(deliveries.map(({ name }) => name)).toEqual(["deliver foo.*", "deliver foo.>"]);
    expect(attributesOf(deliveries[1]!)["messaging.consumer.group.name"]).toBe("workers");
    // Receivers get the context as it came.
    expect(receiver.text).toContain(`traceparent: ${PARENT}\r\ntracestate: vendor=1\r\n`);
    receiver.close();
  });

  test("is sent to the path for traces, with the headers, and says who sends it", async () => {
    await publish(hpub("foo", { traceparent: PARENT }));
    await spansOf(1);
    const [{ path, headers, body }] = collector.received as [Collector["received"][0]];
    expect(path).toBe("/v1/traces");
    expect(headers.get("authorization")).toBe(SECRET);
    expect(headers.get("content-type")).toBe("application/json");
    const [{ resource, scopeSpans }] = body.resourceSpans as [
      Collector["received"][0]["body"]["resourceSpans"][0],
    ];
    expect(attributesOf(resource)).toMatchObject({
      "service.name": "bus",
      "nats.server.name": "traced",
    });
    expect(scopeSpans[0]!.scope.name).toBe("nats-server");
  });

  test("shows mappings, services and streams, into accounts that let no one else look", async () => {
    const responder = await TraceClient.open(server.port, "b", { name: "resp" });
    await responder.send("SUB svc.shut 1\r\nSUB shut.so.x 2\r\n");
    await responder.sync();
    await publish(hpub("ask.shut", { traceparent: PARENT }));
    await publish(hpub("so.x", { traceparent: PARENT }));
    await publish(hpub("m.one", { traceparent: PARENT }));
    const spans = await spansOf(3 + 2 + 2 + 1);
    spans.forEach(expectSound);
    expect(spans.map(({ name }) => name).sort()).toEqual([
      "deliver so.x",
      "deliver svc.shut",
      "export stream shut.so.x",
      "import service svc.shut",
      "map to m.two",
      "process ask.shut",
      "process m.one",
      "process so.x",
    ]);
    responder.close();
  });

  test("says why somebody has not got it", async () => {
    const receiver = await TraceClient.open(server.port, "d");
    await receiver.send("SUB secret.* 1\r\n");
    await receiver.sync();
    await publish(hpub("secret.x", { traceparent: PARENT }));
    await publish(hpub("no.x", { traceparent: PARENT }), "d");
    const spans = await spansOf(3);
    const statuses = spans.map(({ name, status }) => [name, status?.code, status?.message]);
    expect(statuses.sort()).toEqual([
      ["deliver secret.*", 2, "Not delivered because subscription denies this subject"],
      ["process no.x", 2, 'Permissions Violation for Publish to "no.x"'],
      ["process secret.x", undefined, undefined],
    ]);
    receiver.close();
  });

  test("has no name of its own for an inbox", async () => {
    await publish(hpub("_INBOX.abc.def", { traceparent: PARENT }));
    const [span] = await spansOf(1);
    expect(span!.name).toBe("process (temporary)");
    expect(attributesOf(span!)["messaging.destination.temporary"]).toBe("true");
  });

  test("to very many receivers has some of them", async () => {
    const receiver = await TraceClient.open(server.port, "a");
    await receiver.send(Array.from({ length: 1000 }, (_, i) => `SUB foo ${i + 1}\r\n`).join(""));
    await receiver.sync();
    await publish(hpub("foo", { traceparent: PARENT }));
    const [root] = await spansOf(257);
    expect(attributesOf(root!)["nats.trace.dropped"]).toBe("744");
    receiver.close();
  });
});

describe("no spans", () => {
  test.each([
    ["without a context", {}],
    ["of one that is not sampled", { traceparent: PARENT.replace(/1$/, "0") }],
    ["of one that is malformed", { traceparent: "a-b-c-01" }],
  ])("%s", async (_, headers) => {
    await publish(hpub("foo", headers as Record<string, string>));
    await publish(hpub("bar", { traceparent: PARENT }));
    const [span] = await spansOf(1);
    expect(span!.name).toBe("process bar");
  });
});

describe("a collector", () => {
  test("that is busy is asked again", async () => {
    collector.answers = [
      () => new Response("", { status: 503 }),
      () => new Response("", { status: 429, headers: { "retry-after": "1" } }),
    ];
    await publish(hpub("foo", { traceparent: PARENT }));
    await spansOf(1);
    expect(collector.requests).toBe(3);
    expect(server.text).not.toMatch(/\bOTLP\b/);
  });

  test("that refuses is not, which is said once, and when it is well again", async () => {
    collector.answers = [400, 500].map((status) => () => new Response("", { status }));
    await publish(hpub("foo", { traceparent: PARENT }));
    await server.logged(
      "[WRN] OTLP: spans are dropped, as they cannot be exported: the answer is 400",
    );
    await publish(hpub("foo", { traceparent: PARENT }));
    await until("the second request", () => collector.requests === 2);
    await publish(hpub("foo", { traceparent: PARENT }));
    await spansOf(1);
    await server.logged("[INF] OTLP: spans are exported again, 2 were dropped so far");
    expect(server.text.split("spans are dropped").length).toBe(2);
  });

  test("may take some of the spans only", async () => {
    const partialSuccess = { rejectedSpans: "1", errorMessage: "too old" };
    collector.answers = [() => Response.json({ partialSuccess })];
    await publish(hpub("foo", { traceparent: PARENT }));
    await server.logged(
      "[WRN] OTLP: spans are dropped, as they cannot be exported: refused: too old",
    );
  });

  test("that never answers delays no message, and costs no more than so much memory", async () => {
    collector.answers = [() => new Promise<Response>(() => {})];
    const client = await TraceClient.open(server.port, "a");
    const burst = hpub("foo", { traceparent: PARENT }).repeat(10_000);
    await client.send(burst);
    await client.send(burst);
    await client.sync();
    await server.logged(
      "[WRN] OTLP: spans are dropped, as they cannot be exported: the collector is too slow",
    );
    client.close();
  });

  test("gets the rest when the server ends", async () => {
    await publish(hpub("foo", { traceparent: PARENT }));
    server.kill("SIGTERM");
    await spansOf(1);
    expect(await server.exit()).toBe(0);
  });

  test("can change, and go, while the server runs", async () => {
    const next = new Collector();
    try {
      await configure(`otlp { endpoint: "${next.url}/v1/traces", sampling: 100 }`);
      server.kill("SIGHUP");
      await server.logged("[INF] Reloaded: otlp");
      await server.loggedMatching(/Reloaded server configuration/);
      await publish(hpub("foo", { traceparent: PARENT }));
      await until("a span", () => next.spans.length === 1);
      expect(next.received[0]!.headers.get("authorization")).toBeNull();
      const from = server.lines.length;
      await configure("");
      server.kill("SIGHUP");
      await server.loggedMatching(/Reloaded server configuration/, from - 1);
      await publish(hpub("foo", { traceparent: PARENT }));
      server.kill("SIGTERM");
      expect(await server.exit()).toBe(0);
      expect([next.spans.length, collector.spans.length]).toEqual([1, 0]);
    } finally {
      await next[Symbol.asyncDispose]();
    }
  });
});
