/** Connections whose peer does not take what it is sent, and those who send it. */

import { describe, expect, test } from "bun:test";
import { ClosedReason } from "../../src/protocol/errors.ts";
import { until } from "../support/server.ts";
import { ClientBench, type TestClient } from "./client-bench.ts";
import { turnEnd } from "./fake-transport.ts";

const KILOBYTE = 1024;
const MEGABYTE = 1024 * KILOBYTE;
/** There are no subscriptions but the clients'. */
const ALONE = { noSystemAccount: true };

function publish(client: TestClient, size: number, subject = "foo"): void {
  client.send(`PUB ${subject} ${size}\r\n${"x".repeat(size)}\r\n`);
}

/** A subscriber to `foo` that takes nothing from now on. */
async function lagging(bench: ClientBench): Promise<TestClient> {
  const client = bench.open().connect();
  client.send("SUB foo 1\r\n");
  await turnEnd();
  client.transport.block();
  return client;
}

describe("more than max_pending", () => {
  test("ends the connection without a word to it, and nobody else's", async () => {
    using bench = new ClientBench({ ...ALONE, maxPending: 100_000, maxPayload: 50_000 });
    const slow = await lagging(bench);
    const [quick, publisher] = [bench.open().connect(), bench.open().connect()];
    quick.send("SUB foo 1\r\n");
    const before = slow.received;
    for (let i = 0; i < 3; i++) {
      publish(publisher, 40_000);
      await turnEnd();
      // A producer that was stalled goes on when its time is over.
      publisher.client.inbound.resumeInput();
    }
    expect(slow.client.closedReason).toBe(ClosedReason.SlowConsumerPendingBytes);
    expect([slow.transport.isTerminated, slow.transport.isEnded]).toEqual([true, false]);
    expect(slow.received).toBe(before);
    expect(bench.logText).toContain("Slow Consumer Detected: MaxPending of 100000 Exceeded");
    expect(bench.server.stats.slowConsumers).toBe(1);
    await turnEnd();
    expect(quick.received.match(/MSG foo 1 40000\r\n/g)?.length).toBe(3);
    expect(publisher.client.isClosed).toBe(false);
    expect(bench.server.subs.pool.count).toBe(1);
  });

  test("ends a connection in the middle of a delivery to all its subscriptions", async () => {
    using bench = new ClientBench({ ...ALONE, maxPending: 100_000, maxPayload: 50_000 });
    const [slow, other] = [bench.open().connect(), bench.open().connect()];
    for (let i = 0; i < 200; i++) slow.send(`SUB foo ${i}\r\n`);
    other.send("SUB foo.bar 1\r\nSUB foo 2\r\n");
    await turnEnd();
    slow.transport.block();
    const publisher = bench.open().connect();
    publish(publisher, 10_000);
    await turnEnd();
    expect(slow.client.isClosed).toBe(true);
    expect(other.received).toBe(`MSG foo 2 10000\r\n${"x".repeat(10_000)}\r\n`);
    expect([
      bench.server.subs.pool.count,
      bench.server.account.sublist.stats.subscriptions,
    ]).toEqual([2, 2]);
  });

  // The acknowledgement is one byte too many: what the operation was about is gone with the client.
  for (const operation of ["UNSUB 1", "UNSUB 1 5", "SUB bar 2", "PUB foo 0\r\n", "PING"]) {
    test(`may be reached by the answer to ${operation.trim()}`, async () => {
      using bench = new ClientBench({ ...ALONE, maxPending: 1000, maxPayload: 900 });
      const bystander = bench.open().connect();
      bystander.send("SUB other 1\r\n");
      const slow = bench.open().connect('{"verbose":true}');
      slow.send("SUB foo 1\r\n");
      await turnEnd();
      slow.transport.block();
      while (slow.client.outbound.pendingBytes <= 995) {
        const room = 1000 - slow.client.outbound.pendingBytes;
        slow.send(room >= 11 ? "PING\r\n" : "SUB foo 1\r\n");
      }
      slow.send(`${operation}\r\n`, "PING\r\n");
      expect(slow.client.closedReason).toBe(ClosedReason.SlowConsumerPendingBytes);
      expect(bench.server.subs.pool.count).toBe(1);
      expect(bench.server.account.sublist.stats).toMatchObject({ subscriptions: 1, nodes: 1 });
      expect([slow.client.outbound.subCount, slow.client.outbound.firstSub]).toEqual([0, 0]);
      // A record that was freed twice, or written to afterwards, shows in those that use it next.
      const users = Array.from({ length: 3 }, () => bench.open().connect());
      for (const user of users) user.send(`SUB ${user.client.cid} 1\r\n`);
      for (const { client } of users) {
        bystander.send(`PUB ${client.cid} 1\r\nx\r\n`.repeat(7), "PUB other 1\r\ny\r\n");
      }
      await turnEnd();
      for (const { client, received } of users) {
        expect(received).toBe(`MSG ${client.cid} 1 1\r\nx\r\n`.repeat(7));
      }
      expect(bystander.received).toBe("MSG other 1 1\r\ny\r\n".repeat(3));
    });
  }
});

describe("the write deadline", () => {
  const OPTIONS = { writeDeadlineMs: 60 };

  test("ends a connection that takes nothing", async () => {
    using bench = new ClientBench(OPTIONS);
    const slow = await lagging(bench);
    publish(bench.open().connect(), 100);
    const start = performance.now();
    await until("the deadline", () => slow.client.isClosed);
    expect(performance.now() - start).toBeGreaterThan(50);
    expect(slow.client.closedReason).toBe(ClosedReason.SlowConsumerWriteDeadline);
    expect(slow.transport.isTerminated).toBe(true);
    expect(bench.logText).toMatch(
      /Slow Consumer Detected: WriteDeadline of 60ms exceeded with 1 chunks of 117 total bytes/,
    );
  });

  test("is kept by a connection that takes in time what was pending at a write", async () => {
    using bench = new ClientBench({ writeDeadlineMs: 400 });
    const slow = await lagging(bench);
    const publisher = bench.open().connect();
    publish(publisher, 1000);
    await turnEnd();
    // A good part of the deadline each time, more than it in all.
    for (let round = 0; round < 6; round++) {
      await Bun.sleep(100);
      publish(publisher, 1000);
      slow.transport.take = (offered) => Math.min(offered, 1100);
      slow.client.onDrain();
      slow.transport.block();
    }
    expect(slow.client.isClosed).toBe(false);
    await until("the deadline", () => slow.client.isClosed);
    expect(slow.client.closedReason).toBe(ClosedReason.SlowConsumerWriteDeadline);
  });

  test("is not kept by taking a little now and then", async () => {
    using bench = new ClientBench(OPTIONS);
    const slow = await lagging(bench);
    publish(bench.open().connect(), 10_000);
    await turnEnd();
    slow.transport.take = () => 1;
    const drain = setInterval(() => slow.client.onDrain(), 5);
    await until("the deadline", () => slow.client.isClosed);
    clearInterval(drain);
    expect(slow.client.closedReason).toBe(ClosedReason.SlowConsumerWriteDeadline);
  });

  test("ends the wait for a connection that is being closed", async () => {
    using bench = new ClientBench(OPTIONS);
    const slow = await lagging(bench);
    slow.send("wrong\r\n");
    expect([slow.client.isClosed, slow.transport.isTerminated]).toEqual([true, false]);
    await until("the end", () => slow.transport.isTerminated);
    expect(slow.transport.isEnded).toBe(false);
  });

  test("leaves a connection alone that took everything", async () => {
    using bench = new ClientBench({ writeDeadlineMs: 20 });
    const slow = await lagging(bench);
    publish(bench.open().connect(), 1000);
    await turnEnd();
    slow.transport.unblock();
    slow.client.onDrain();
    await Bun.sleep(60);
    expect([slow.client.isClosed, slow.client.outbound.pendingBytes]).toEqual([false, 0]);
  });
});

describe("what is pending when a connection is closed", () => {
  test("is sent first, however slowly", async () => {
    using bench = new ClientBench();
    const client = bench.open().connect();
    await turnEnd();
    client.transport.take = (offered) => Math.min(offered, 7);
    client.send("SUB foo 1\r\nPUB foo 5\r\nhello\r\nwrong\r\n");
    expect(client.client.isClosed).toBe(true);
    for (let i = 0; i < 20 && !client.transport.isEnded; i++) client.client.onDrain();
    expect(client.transport.isEnded).toBe(true);
    expect(client.received).toBe("MSG foo 1 5\r\nhello\r\n-ERR 'Unknown Protocol Operation'\r\n");
  });
});

describe("a producer", () => {
  const OPTIONS = { maxPending: 64 * MEGABYTE };

  /** A receiver with this much pending, and who sent it. */
  async function stalled(bench: ClientBench): Promise<{ slow: TestClient; producer: TestClient }> {
    const slow = await lagging(bench);
    const producer = bench.open().connect();
    await turnEnd();
    for (let i = 0; i < 200 && !producer.transport.isPaused; i++) publish(producer, 512 * KILOBYTE);
    expect(producer.transport.isPaused).toBe(true);
    return { slow, producer };
  }

  test("waits for a receiver that is far behind", async () => {
    using bench = new ClientBench(OPTIONS);
    const { slow } = await stalled(bench);
    expect(slow.client.outbound.pendingBytes).toBeGreaterThan(4 * MEGABYTE);
    expect(slow.client.outbound.pendingBytes).toBeLessThan(OPTIONS.maxPending);
    expect(bench.server.stats.stalledProducers).toBe(1);
  });

  test("keeps what arrives meanwhile, and handles it in order when the time is over", async () => {
    using bench = new ClientBench(OPTIONS);
    const quick = bench.open().connect();
    quick.send("SUB quick 1\r\n");
    const { slow, producer } = await stalled(bench);
    const before = quick.client.outbound.pendingBytes;
    producer.send("PUB qui", "ck 1\r\na\r\nPUB quick 1\r\nb\r\nPU", "B quick 1\r\nc\r\nPING\r\n");
    expect(quick.client.outbound.pendingBytes).toBe(before);
    await until("the end of the stall", () => !producer.transport.isPaused);
    await turnEnd();
    expect(quick.received).toBe(
      "MSG quick 1 1\r\na\r\nMSG quick 1 1\r\nb\r\nMSG quick 1 1\r\nc\r\n",
    );
    expect(producer.received).toBe("PONG\r\n");
    expect(slow.client.isClosed).toBe(false);
  });

  test("goes on as soon as the receiver has caught up", async () => {
    using bench = new ClientBench(OPTIONS);
    const { slow, producer } = await stalled(bench);
    slow.transport.unblock();
    slow.client.onDrain();
    await turnEnd();
    expect([producer.transport.isPaused, slow.client.outbound.pendingBytes]).toEqual([false, 0]);
  });

  test("goes on when the receiver is closed", async () => {
    using bench = new ClientBench(OPTIONS);
    const { slow, producer } = await stalled(bench);
    slow.disconnect();
    await turnEnd();
    expect(producer.transport.isPaused).toBe(false);
  });

  test("that is closed while it waits does not come back", async () => {
    using bench = new ClientBench(OPTIONS);
    const { slow, producer } = await stalled(bench);
    producer.send("PUB foo 1\r\nx\r\n");
    producer.disconnect();
    const { pendingBytes } = slow.client.outbound;
    slow.transport.unblock();
    slow.client.onDrain();
    await Bun.sleep(20);
    expect(slow.transport.takenBytes).toBeGreaterThan(pendingBytes);
    expect(slow.received.endsWith("MSG foo 1 1\r\nx\r\n")).toBe(false);
  });

  test("whose peer ends its input while it waits is answered to the end", async () => {
    using bench = new ClientBench(OPTIONS);
    const { producer } = await stalled(bench);
    producer.send("PING\r\n");
    producer.client.onInputEnd();
    expect(producer.client.isClosed).toBe(false);
    await until("the end", () => producer.client.isClosed);
    await turnEnd();
    expect(producer.received).toBe("PONG\r\n");
    expect(producer.client.closedReason).toBe(ClosedReason.ClientClosed);
  });

  test("does not wait when messages may be dropped instead", async () => {
    const maxPending = 4 * MEGABYTE;
    using bench = new ClientBench({ maxPending, noFastProducerStall: true });
    const slow = await lagging(bench);
    const producer = bench.open().connect();
    for (let i = 0; i < 40; i++) publish(producer, 512 * KILOBYTE);
    expect([producer.transport.pauses, slow.client.isClosed]).toEqual([0, false]);
    expect(slow.client.outbound.pendingBytes).toBeLessThanOrEqual(maxPending);
  });

  test("stops in the middle of its chunk, with messages that lie behind kept for later", async () => {
    using bench = new ClientBench({ maxPending: 4 * MEGABYTE });
    const slow = await lagging(bench);
    const producer = bench.open().connect();
    await turnEnd();
    const message = `PUB foo ${64 * KILOBYTE}\r\n${"x".repeat(64 * KILOBYTE)}\r\n`;
    producer.send(`${message.repeat(100)}PING\r\n`);
    expect([producer.transport.isPaused, producer.client.outbound.pendingBytes]).toEqual([true, 0]);
    expect(producer.client.inMsgs).toBeLessThan(64);
    slow.transport.unblock();
    slow.client.onDrain();
    await until("the answer", () => producer.received === "PONG\r\n");
    await turnEnd();
    expect(slow.received).toBe(message.replaceAll("PUB foo", "MSG foo 1").repeat(100));
  });
});
