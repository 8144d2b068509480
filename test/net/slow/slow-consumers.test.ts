/** Connections that take nothing are told of before they are cut off, and after that. */

import { afterEach, describe, expect, test } from "bun:test";
import { DEFAULT_AUTHORIZATION } from "../../../src/config/options/auth.ts";
import type { Options } from "../../../src/config/options/options.ts";
import { Outcome, type SlowNow } from "../../../src/net/slow/slow-consumer.ts";
import { SlowConsumers } from "../../../src/net/slow/slow-consumers.ts";
import { ClosedReason } from "../../../src/protocol/errors.ts";
import { Server } from "../../../src/server/server.ts";
import { until } from "../../support/until.ts";
import { PUBLISHER } from "../../wire/flood.ts";
import { Stream } from "../../wire/stream.ts";
import { ClientBench, type TestClient } from "../client-bench.ts";
import { turnEnd } from "../fake-transport.ts";

const MIB = 1024 * 1024;
const CONNECT =
  'CONNECT {"verbose":false,"pedantic":false,"name":"reader","lang":"go","version":"1.2","user":"u","pass":"s3cret"}\r\n';

function publish(client: TestClient, size: number, subject = "foo"): void {
  client.send(`PUB ${subject} ${size}\r\n${"x".repeat(size)}\r\n`);
}

/** A subscriber to everything that takes nothing from now on. */
async function lagging(bench: ClientBench): Promise<TestClient> {
  const client = bench.open();
  client.send(CONNECT, "SUB > 1\r\n");
  await turnEnd();
  client.transport.block();
  return client;
}

test("of very many blocked connections the worst are told of, worst first", () => {
  const slowConsumers = new SlowConsumers();
  const bytes = [5, 900, 7, 7, 1000, 3, 800];
  for (const [cid, pendingBytes] of bytes.entries()) {
    const describe = (): SlowNow => ({ pendingBytes }) as SlowNow;
    slowConsumers.add({ cid, account: cid === 4 ? "B" : "A", pendingBytes, describe });
  }
  const worst = (limit: number, filter = {}): number[] =>
    slowConsumers.current(limit, filter).map(({ pendingBytes }) => pendingBytes);
  expect(worst(3)).toEqual([1000, 900, 800]);
  expect(worst(100)).toEqual([1000, 900, 800, 7, 7, 5, 3]);
  expect(worst(0)).toEqual([]);
  expect(worst(2, { account: "A" })).toEqual([900, 800]);
  expect(worst(2, { cid: 0 })).toEqual([5]);
});

describe("a blocked connection", () => {
  test("is told of while it is blocked", async () => {
    using bench = new ClientBench({
      maxPending: 100_000,
      maxPayload: 90_000,
      writeDeadlineMs: 60_000,
    });
    const { slowConsumers } = bench.server;
    const slow = await lagging(bench);
    const publisher = bench.open().connect();
    expect([slowConsumers.current(), slowConsumers.blockedCount]).toEqual([[], 0]);
    publish(publisher, 20_000, "big");
    publish(publisher, 5_000, "small");
    await turnEnd();
    const [now] = slowConsumers.current();
    const { pendingBytes } = slow.client.outbound;
    expect(now).toMatchObject({
      cid: slow.client.cid,
      ip: "192.0.2.1",
      name: "reader",
      lang: "go",
      version: "1.2",
      user: "u",
      account: "$G",
      isSlow: false,
      pendingBytes,
      pendingShare: pendingBytes / 100_000,
      drainRate: 0,
      willMissDeadline: true,
      subjects: {
        isEstimate: false,
        top: [
          { subject: "big", bytes: 20_000 + 19, frames: 1 },
          { subject: "small", bytes: 5_000 + 20, frames: 1 },
        ],
      },
    });
    expect(now!.deadlineInMs).toBeWithin(50_000, 60_001);
    expect(JSON.stringify(now)).not.toContain("s3cret");
    slow.transport.unblock();
    slow.client.onDrain();
    expect([slowConsumers.current(), slowConsumers.blockedCount]).toEqual([[], 0]);
    expect([slowConsumers.recent(), bench.server.stats.slowConsumers]).toEqual([[], 0]);
  });

  test("has its rates measured, and what they lead to", async () => {
    using bench = new ClientBench({ maxPending: 10 * MIB, writeDeadlineMs: 60_000 });
    const { slowConsumers } = bench.server;
    const slow = await lagging(bench);
    const publisher = bench.open().connect();
    publish(publisher, 1000);
    await turnEnd();
    slow.transport.take = (offered) => Math.min(offered, 10_000);
    const start = performance.now();
    while (performance.now() - start < 100) {
      publish(publisher, 30_000);
      slow.client.onDrain();
      await Bun.sleep(1);
    }
    const [now] = slowConsumers.current();
    expect(now!.drainRate).toBeGreaterThan(10_000);
    expect(now!.queueRate).toBeGreaterThan(now!.drainRate);
    const growth = now!.queueRate - now!.drainRate;
    const room = 10 * MIB - now!.pendingBytes;
    expect(now!.limitInMs).toBeCloseTo((room / growth) * 1000, 3);
    expect(now!.willMissDeadline).toBe(false);
  });

  test("is forgotten when it goes away", async () => {
    using bench = new ClientBench();
    const { slowConsumers } = bench.server;
    const slow = await lagging(bench);
    publish(bench.open().connect(), 100);
    await turnEnd();
    expect(slowConsumers.blockedCount).toBe(1);
    slow.disconnect();
    expect([slowConsumers.current(), slowConsumers.blockedCount]).toEqual([[], 0]);
    expect(slowConsumers.recent()).toEqual([]);
  });

  test("is one of many, of which the worst are told of", async () => {
    using bench = new ClientBench();
    const { slowConsumers } = bench.server;
    const publisher = bench.open().connect();
    for (let i = 0; i < 300; i++) {
      const slow = await lagging(bench);
      slow.send(`UNSUB 1\r\nSUB to.${i} 2\r\n`);
    }
    for (let i = 0; i < 300; i++) publish(publisher, ((i * 7) % 300) + 1, `to.${i}`);
    await turnEnd();
    expect(slowConsumers.blockedCount).toBe(300);
    const worst = slowConsumers.current(10);
    const sizes = worst.map(({ pendingBytes }) => pendingBytes);
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
    expect([worst.length, worst[0]!.subjects!.top[0]!.bytes]).toEqual([10, sizes[0]!]);
    expect([slowConsumers.current(1e9).length, slowConsumers.current(0)]).toEqual([256, []]);
    const { cid } = bench.clients.at(-1)!.client;
    expect(slowConsumers.current(9, { cid }).map((now) => now.cid)).toEqual([cid]);
    expect(slowConsumers.current(9, { account: "other" })).toEqual([]);
  });
});

describe("a slow consumer", () => {
  test("at max_pending is one line of the log and one event", async () => {
    using bench = new ClientBench({ maxPending: 100_000, maxPayload: 90_000 });
    const { slowConsumers } = bench.server;
    const slow = await lagging(bench);
    const publisher = bench.open().connect();
    publish(publisher, 60_000, "often");
    publish(publisher, 9_000, "rarely\u0007");
    await turnEnd();
    publish(publisher, 60_000, "last");
    expect(slow.client.isClosed).toBe(true);
    const [event, ...others] = slowConsumers.recent();
    expect(others).toEqual([]);
    expect(event).toMatchObject({
      cid: slow.client.cid,
      user: "u",
      outcome: Outcome.PendingBytes,
      detections: 1,
      maxPending: 100_000,
      drainRate: 0,
    });
    expect(event!.subjects.top.map(({ subject }) => subject)).toEqual(["often", "rarely\u0007"]);
    expect(event!.time).toBeWithin(Date.now() - 5_000, Date.now() + 1);
    const label = `192.0.2.1:5 - cid:${slow.client.cid} - "v1.2:go:reader" - "$G/user:u" - `;
    const lines = bench.log.filter(({ text }) => text.includes("Slow Consumer"));
    expect(lines.map(({ level }) => level)).toEqual(["info", "info"]);
    expect(lines[0]!.text).toBe(`${label}Slow Consumer Detected: MaxPending of 100000 Exceeded`);
    expect(lines[1]!.text.replace(/blocked for \d+(\.\d+)?m?s/, "blocked for X")).toBe(
      `${label}Slow Consumer Diagnosis: closed: pending bytes, account "$G", blocked for X, ${event!.pendingBytes} bytes pending (69% of max_pending), drained 0 bytes/s, pending by subject: "often" 87% "rarely\\a" 13%`,
    );
    expect(slowConsumers.counts).toEqual({
      detected: 1,
      closedForPendingBytes: 1,
      closedForWriteDeadline: 0,
      recovered: 0,
    });
    expect([slow.client.account.slowConsumers, bench.server.stats.slowConsumers]).toEqual([1, 1]);
  });

  test("need not be blocked", async () => {
    using bench = new ClientBench({ maxPending: 1000, maxPayload: 900 });
    const slow = bench.open();
    slow.send(CONNECT, "SUB > 1\r\n");
    await turnEnd();
    const publisher = bench.open().connect();
    publisher.send(`PUB foo 600\r\n${"x".repeat(600)}\r\n`.repeat(2));
    expect(slow.client.isClosed).toBe(true);
    const { slowConsumers } = bench.server;
    expect(slowConsumers.recent()).toMatchObject([{ outcome: Outcome.PendingBytes }]);
    expect(slowConsumers.blockedCount).toBe(0);
  });

  test("that has not said who it is is no slow consumer", async () => {
    using bench = new ClientBench({
      writeDeadlineMs: 40,
      authorization: { ...DEFAULT_AUTHORIZATION, token: "t" },
    });
    await bench.server.prepare(bench.server.options);
    const client = bench.open();
    expect(client.client.isAwaited).toBe(true);
    client.transport.block();
    await until("its end", () => client.client.isClosed);
    expect(client.client.closedReason).toBe(ClosedReason.SlowConsumerWriteDeadline);
    expect(bench.server.stats.slowConsumers).toBe(0);
  });

  test("that is given more time is one event, whatever comes of it", async () => {
    using bench = new ClientBench({ writeDeadlineMs: 40, writeTimeout: "retry" });
    const { slowConsumers } = bench.server;
    const publisher = bench.open().connect();
    const ends = {
      [Outcome.Recovered]: ({ client, transport }: TestClient): void => {
        transport.unblock();
        client.onDrain();
      },
      [Outcome.Disconnected]: (slow: TestClient): void => slow.disconnect(),
      [Outcome.WriteDeadline]: ({ transport }: TestClient): void => transport.block(),
    };
    let seen = 0;
    for (const [outcome, end] of Object.entries(ends)) {
      const slow = await lagging(bench);
      publish(publisher, 5_000);
      await turnEnd();
      slow.transport.take = (offered) => Math.min(offered, 1);
      const drain = setInterval(() => slow.client.onDrain(), 5);
      const isFound = (): boolean => (slowConsumers.recent()[0]?.detections ?? 0) >= 2;
      await until("the second detection", () => isFound() && slowConsumers.recent().length > seen);
      clearInterval(drain);
      expect(slowConsumers.recent()[0]).toMatchObject({ outcome: Outcome.StillSlow });
      expect(slowConsumers.current()[0]).toMatchObject({ isSlow: true });
      end(slow);
      await until(outcome, () => slowConsumers.recent()[0]?.outcome === outcome);
      expect(slowConsumers.recent().length).toBe(++seen);
      expect(slowConsumers.recent()[0]!.subjects.top[0]?.subject ?? "foo").toBe("foo");
      expect(slowConsumers.blockedCount).toBe(0);
      slow.disconnect();
    }
    expect(slowConsumers.counts).toMatchObject({ recovered: 1, closedForWriteDeadline: 1 });
    expect(slowConsumers.counts.detected).toBe(bench.server.stats.slowConsumers);
  });

  test("is kept among the last 256", async () => {
    using bench = new ClientBench({ maxPending: 1000, maxPayload: 1 });
    for (let i = 0; i < 270; i++) {
      const slow = await lagging(bench);
      slow.send("PING\r\n".repeat(200));
      expect(slow.client.isClosed).toBe(true);
    }
    const events = bench.server.slowConsumers.recent();
    expect(events.length).toBe(256);
    expect(events[0]!.cid).toBe(bench.clients.at(-1)!.client.cid);
    expect(bench.server.slowConsumers.counts.detected).toBe(270);
  });
});

describe("sockets that are not read", () => {
  const servers: Server[] = [];
  afterEach(() => Promise.all(servers.splice(0).map((server) => server.stop())));

  async function started(options: Partial<Options>): Promise<Server> {
    const server = new Server({ ...options, host: "127.0.0.1", port: 0 }, null);
    servers.push(server);
    await server.start();
    return server;
  }

  test("are told of all together, before they are cut off", async () => {
    const server = await started({ maxPending: 4 * MIB });
    const publisher = await Stream.open(server.port, PUBLISHER);
    const stuck = await Promise.all(
      Array.from({ length: 40 }, () => Stream.open(server.port, "SUB > 1\r\n")),
    );
    for (const stream of stuck) stream.pause();
    // Subjects as long as a line may be.
    const subjects = ["a", "b", "c"].map((name) => `${name}.${"x".repeat(3_900)}`);
    const { slowConsumers } = server;
    let most = 0;
    const isOver = (): boolean => slowConsumers.recent().length === stuck.length;
    for (let i = 0; i < 2_000 && !isOver(); i++) {
      const payload = "y".repeat(60_000);
      await publisher.send(`PUB ${subjects[i % 3]} ${payload.length}\r\n${payload}\r\n`);
      const start = performance.now();
      const current = slowConsumers.current();
      if (performance.now() - start > most) most = performance.now() - start;
      for (const { subjects: found } of current) {
        for (const { subject } of found?.top ?? []) expect(subject).toMatch(/^[abc]\.x{254}$/);
      }
    }
    expect(isOver()).toBe(true);
    for (const event of slowConsumers.recent()) {
      expect(event.outcome).toBe(Outcome.PendingBytes);
      expect(event.subjects.top.length).toBe(3);
    }
    expect([slowConsumers.blockedCount, server.stats.slowConsumers]).toEqual([0, 40]);
    expect(most).toBeLessThan(100);
  }, 30_000);

  test("recover under retry when they are read again", async () => {
    const server = await started({ writeDeadlineMs: 300, writeTimeout: "retry" });
    const publisher = await Stream.open(server.port, PUBLISHER);
    const stuck = await Stream.open(server.port, "SUB > 1\r\n");
    stuck.pause();
    const payload = "y".repeat(MIB / 2);
    for (let i = 0; i < 40; i++) {
      await publisher.send(`PUB flood ${payload.length}\r\n${payload}\r\n`);
    }
    const { slowConsumers } = server;
    const isFound = (): boolean => slowConsumers.recent()[0]?.outcome === Outcome.StillSlow;
    await until("the detection", isFound);
    expect(slowConsumers.recent()[0]!.subjects.top).toMatchObject([{ subject: "flood" }]);
    stuck.resume();
    await until("recovery", () => slowConsumers.recent()[0]?.outcome === Outcome.Recovered);
    expect(slowConsumers.recent().length).toBe(1);
    await until("the rest", () => slowConsumers.blockedCount === 0);
    expect(stuck.ended).toBe(false);
  }, 20_000);
});

test("many that are cut off at once do not keep everybody waiting", async () => {
  using bench = new ClientBench({ maxPending: 1_000_000, maxPayload: 900_000 });
  const publisher = bench.open().connect();
  for (let i = 0; i < 500; i++) await lagging(bench);
  const small = "PUB a 1\r\nx\r\n".repeat(1_000);
  for (let i = 0; i < 3; i++) {
    publisher.send(small);
    await turnEnd();
  }
  const { slowConsumers } = bench.server;
  expect(slowConsumers.blockedCount).toBe(500);
  publish(publisher, 800_000, "b");
  await turnEnd();
  publisher.client.inbound.resumeInput();
  const start = performance.now();
  publish(publisher, 800_000, "b");
  await turnEnd();
  const took = performance.now() - start;
  publisher.client.inbound.resumeInput();
  await turnEnd();
  expect(slowConsumers.counts.closedForPendingBytes).toBe(500);
  const read = slowConsumers.recent().filter(({ subjects }) => subjects.top.length > 0);
  expect(read.length).toBeLessThan(500);
  expect(took).toBeLessThan(2_000);
  expect(bench.logText).toContain("subjects not read");
});
