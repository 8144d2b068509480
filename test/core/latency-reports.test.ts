/** What the owner of a measured service is told, when, and what is kept until then. */

import { afterEach, beforeEach, describe, expect, type Mock, spyOn, test } from "bun:test";
import { LatencyOutbox, WAITING_LENGTH_MAX } from "../../src/core/crossing/latency-outbox.ts";
import { KEPT_LENGTH_MAX } from "../../src/core/crossing/latency-store.ts";
import type { InternalMessaging } from "../../src/core/internal-messaging.ts";
import { until } from "../support/until.ts";
import { MeasuredService, REQUESTER_RTT, RESPONDER_RTT, type Setting } from "./latency-fixture.ts";

const TRACKED = /^_R_\.\w{6}\.\w{6}\.WIpmpD2I\.T$/;
const UNTRACKED = /^_R_\.\w{6}\.\w{6}$/;
const MILLISECOND = 1_000_000;
/** The fine clock is at most so much ahead of the coarse one. */
const CLOCK_MS = 5;

let steadyMs = 1000;
let clocks: Mock<() => number>[];

/** All clocks stand still, as an event looks at the time more than once. */
beforeEach(() => {
  steadyMs = 1000;
  const wallMs = Date.now();
  clocks = [
    spyOn(performance, "now").mockImplementation(() => steadyMs),
    spyOn(Bun, "nanoseconds").mockImplementation(() => steadyMs * MILLISECOND),
    spyOn(Date, "now").mockImplementation(() => wallMs),
  ];
});
afterEach(letClocksRun);

function letClocksRun(): void {
  for (const clock of clocks) clock.mockRestore();
}

function serving(setting: Setting = {}): MeasuredService {
  const service = new MeasuredService(setting);
  service.serve();
  return service;
}

/** How long ago an event says that its request began. */
function sinceStartMs({ start, timestamp }: { start: string; timestamp: string }): number {
  return Date.parse(timestamp) - Date.parse(start);
}

describe("an answered request", () => {
  test("is reported to the account of the service, after the answer", async () => {
    const it = serving();
    const reply = it.ask();
    expect(reply).toMatch(TRACKED);
    steadyMs += 10;
    it.answer(reply);
    expect(it.requester.frames).toEqual(["MSG answer 1 3|yes|"]);
    expect(it.published).toEqual([]);
    await Promise.resolve();
    expect(it.published).toHaveLength(1);
    const [{ account, subject, reply: none, json, event }] = it.published as [never];
    expect({ account, subject, none }).toEqual({ account: "A", subject: "lat", none: "" } as never);
    const time = String.raw`"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,5}[1-9])?Z"`;
    const fields = [
      `"type":"io.nats.server.metric.v1.service_latency","id":"\\w{22}","timestamp":${time}`,
      `"status":200,"requestor":{"acc":"\\$G","rtt":${REQUESTER_RTT}}`,
      `"responder":{"acc":"A","name":"shared","rtt":${RESPONDER_RTT}}`,
      `"start":${time},"service":${10 * MILLISECOND - RESPONDER_RTT},"system":0`,
      `"total":${REQUESTER_RTT + 10 * MILLISECOND}`,
    ];
    expect(json).toMatch(new RegExp(`^{${fields.join(",")}}$`));
    expect(sinceStartMs(event)).toBe(12);
    expect(it.measured).toBe(0);
  });

  test("took the service no time when the network was slower than that", async () => {
    const it = serving();
    it.answer(it.ask());
    await Promise.resolve();
    expect(it.published[0]?.event).toMatchObject({ service: 0, total: REQUESTER_RTT });
  });

  test("tells about the requester what its account shares", async () => {
    const it = serving({ share: true });
    it.answer(it.ask());
    await Promise.resolve();
    const requestor = { acc: "$G", name: "shared", rtt: REQUESTER_RTT };
    expect(it.published[0]?.event.requestor).toEqual(requestor);
  });

  test("tells of the headers it was measured for", async () => {
    const it = serving({ latency: { sampling: 0, subject: "lat" } });
    const block = "NATS/1.0\r\nb3: <d>\r\nOther: x\r\n\r\n";
    it.answer(it.ask(`svc answer ${block.length} ${block.length}`, block, block.length));
    await Promise.resolve();
    expect(it.published[0]?.json).toContain(',"header":{"B3":["\\u003cd\\u003e"]},"start":');
  });

  test("is reported once", async () => {
    const it = serving();
    const reply = it.ask();
    it.answer(reply);
    it.answer(reply);
    await Promise.resolve();
    expect(it.published).toHaveLength(1);
    expect(new Set(it.published.map(({ event }) => event.id)).size).toBe(1);
  });

  test("by the server itself is not reported", async () => {
    const it = serving();
    const reply = it.ask();
    it.responder.requestInfo = () => Buffer.alloc(0);
    it.answer(reply);
    await Promise.resolve();
    expect(it.requester.frames).toHaveLength(1);
    expect(it.published).toEqual([]);
    expect(it.measured).toBe(0);
  });
});

describe("a request without an answer is reported", () => {
  test("as 400 when it has asked for none", async () => {
    const it = serving();
    it.ask("svc 2");
    expect(it.published).toEqual([]);
    await Promise.resolve();
    const [{ json, event }] = it.published as [never];
    expect(json).toMatch(
      /"status":400,"description":"Bad Request","requestor":{"acc":"\$G","rtt":2000000},"start":"[^"]+","service":0,"system":0,"total":0}$/,
    );
    expect(sinceStartMs(event)).toBe(2);
  });

  test("as 503 when nobody is there", async () => {
    const it = new MeasuredService();
    it.ask();
    await Promise.resolve();
    expect(it.published[0]?.event).toMatchObject({
      status: 503,
      description: "Service Unavailable",
    });
    expect(it.measured).toBe(0);
  });

  test("as 408 when the requester does not want it any more", async () => {
    const it = serving();
    it.ask();
    steadyMs += 7;
    it.importer.unsubscribe(it.requester, it.requester.firstSub);
    // Interest is looked at after the turn, and the event follows.
    await Bun.sleep(1);
    const { event } = it.published[0]!;
    expect(event).toMatchObject({ status: 408, description: "Request Timeout" });
    expect(sinceStartMs(event)).toBe(9);
    expect(it.measured).toBe(0);
  });

  test("as 504 when it is waited for no longer", async () => {
    letClocksRun();
    const it = serving({ thresholdMs: 20 });
    const reply = it.ask();
    await until("the event", () => it.published.length > 0);
    const { event } = it.published[0]!;
    expect(event).toMatchObject({ status: 504, description: "Service Timeout", total: 0 });
    expect(event).not.toHaveProperty("responder");
    expect(sinceStartMs(event)).toBeGreaterThanOrEqual(20);
    it.answer(reply);
    expect(it.requester.frames).toEqual([]);
    expect(it.measured).toBe(0);
  });

  test("under the time of the wall clock", async () => {
    letClocksRun();
    const it = serving();
    const before = Date.now();
    it.ask("svc 2");
    await Promise.resolve();
    const { timestamp } = it.published[0]!.event;
    expect(Date.parse(timestamp)).toBeWithin(before - 1, Date.now() + CLOCK_MS);
  });
});

describe("nothing is measured", () => {
  test("where headers do not ask for it", async () => {
    const it = serving({ latency: { sampling: 0, subject: "lat" } });
    const reply = it.ask();
    expect(reply).toMatch(UNTRACKED);
    it.answer(reply);
    it.ask("svc 2");
    await Promise.resolve();
    expect(it.requester.frames).toHaveLength(1);
    expect(it.published).toEqual([]);
  });

  test("of services with more than one answer", async () => {
    const it = serving({ type: "stream" });
    expect(it.ask()).toMatch(UNTRACKED);
    it.ask("svc 2");
    await Promise.resolve();
    expect(it.published).toEqual([]);
  });

  test("of acknowledgements", async () => {
    const it = serving();
    it.ask("svc $JS.ACK.x 2");
    await Promise.resolve();
    expect(it.responder.frames).toHaveLength(1);
    expect(it.published).toEqual([]);
  });

  test("without a system account", async () => {
    const it = serving();
    it.hub.exchange.passage.systemAccount = null;
    expect(it.ask()).toMatch(UNTRACKED);
    it.ask("svc 2");
    await Promise.resolve();
    expect(it.published).toEqual([]);
  });

  test("of events", async () => {
    const it = serving();
    it.onPublish = () => void it.ask("svc 2");
    it.ask("svc 2");
    await Bun.sleep(1);
    // The event has reached the service, but there is no event about that.
    expect(it.responder.frames).toHaveLength(2);
    expect(it.published).toHaveLength(1);
  });
});

describe("memory", () => {
  test("is free again when the service is gone", () => {
    const it = serving();
    it.ask();
    it.ask();
    expect(it.measured).toBe(2);
    it.hub.exchange.replies.dropExport(it.service);
    expect(it.measured).toBe(0);
  });

  test("for open requests has an end, beyond which they are not measured", async () => {
    const it = serving();
    const { measured } = it.hub.exchange.replies;
    const requestor = "x".repeat(KEPT_LENGTH_MAX);
    const latency = { sampling: 100, subject: "lat" };
    expect(measured.add(99, { latency, requestor, rttNs: 0, header: "" })).toBe(true);
    const reply = it.ask();
    expect(reply).toMatch(UNTRACKED);
    measured.remove(99);
    expect(it.ask()).toMatch(TRACKED);
    it.answer(reply);
    await Promise.resolve();
    expect(it.requester.frames).toHaveLength(1);
    expect(it.published).toEqual([]);
    expect(it.measured).toBe(1);
  });

  test("for events has an end, beyond which they are lost", async () => {
    const published: string[] = [];
    const messaging = { publish: (_: unknown, subject: string) => published.push(subject) };
    const outbox = new LatencyOutbox(messaging as unknown as InternalMessaging);
    const { exporter } = new MeasuredService();
    const half = "x".repeat(WAITING_LENGTH_MAX / 2);
    for (const subject of ["1", "2", "3"]) outbox.add(exporter, subject, half);
    await Promise.resolve();
    expect(published).toEqual(["1", "2"]);
    for (const subject of ["4", "5"]) outbox.add(exporter, subject, half);
    await Promise.resolve();
    expect(published).toEqual(["1", "2", "4", "5"]);
  });
});

test("a great many events go out in order, in parts", async () => {
  letClocksRun();
  const it = serving();
  const count = 1000;
  for (let i = 0; i < count; i++) {
    it.requester.requestInfo = () => Buffer.from(`{"id":${i}}`);
    it.ask("svc 2");
  }
  await Promise.resolve();
  expect(it.published.length).toBeWithin(1, count);
  await until("all events", () => it.published.length === count);
  expect(it.published.map(({ event }) => event.requestor.id)).toEqual(
    Array.from({ length: count }, (_, i) => i),
  );
});
