/** Consumers that do not keep up: which of them are cut off, and that nobody else notices. */

import { describe, expect, test } from "bun:test";
import { logged, startServer, type TestServer, until } from "../support/server.ts";
import { Flood, PUBLISHER, SUBSCRIBER, Tally } from "./flood.ts";
import { Stream } from "./stream.ts";

const MIB = 1024 * 1024;
/** More than the kernel takes for a socket that is not read. */
const ENOUGH_BYTES = 200 * MIB;
/** Of a slow reader, after each piece: makes it several times slower than its producer. */
const READ_PAUSE_MS = 5;

/** A subscriber that stops reading, and says in its name that it will. */
async function openStuck(port: number): Promise<Stream> {
  const options = '{"verbose":false,"pedantic":false,"name":"stuck","lang":"raw","version":"1"}';
  const stuck = await Stream.open(port, `CONNECT ${options}\r\n${SUBSCRIBER}`);
  stuck.pause();
  return stuck;
}

const STUCK = String.raw`^127\.0\.0\.1:\d+ - cid:\d+ - "v1:raw:stuck" - `;

describe("a consumer that never reads", () => {
  test("is cut off at max_pending, and no other subscriber notices", async () => {
    await using server = await startServer({ maxPending: MIB, debug: true });
    const publisher = await Stream.open(server.port, PUBLISHER);
    const healthy = await Stream.open(server.port, SUBSCRIBER);
    const tally = new Tally(healthy);
    const stuck = await openStuck(server.port);
    let tail = "";
    stuck.onData((chunk) => {
      tail = (tail + chunk.toString("latin1")).slice(-100);
    });

    const flood = new Flood(32_768);
    const isCutOff = (): boolean => server.log.some(({ text }) => text.includes("Slow Consumer"));
    while (!isCutOff() && flood.deliveredBytes < ENOUGH_BYTES) {
      await publisher.send(flood.next());
      await tally.follow(flood, MIB / 4);
    }
    const limit = new RegExp(`${STUCK}Slow Consumer Detected: MaxPending of ${MIB} Exceeded$`);
    await logged(server, "info", limit);
    const reason = String.raw`Client connection closed: Slow Consumer \(Pending Bytes\)$`;
    await logged(server, "debug", new RegExp(STUCK + reason));

    for (let i = 0; i < 50; i++) {
      await publisher.send(flood.next());
      await tally.follow(flood, MIB / 4);
    }
    await tally.follow(flood);
    expect(tally.checksum()).toBe(flood.checksum());
    expect(healthy.ended).toBe(false);

    stuck.resume();
    await until("end of the slow consumer", () => stuck.ended);
    expect(tail).not.toContain("-ERR");
    expect(server.log.filter(({ text }) => text.includes("Slow Consumer Detected")).length).toBe(1);
  }, 30_000);

  test.each([
    [1_000, "1s"],
    [250, "250ms"],
  ])(
    "is cut off when a write takes longer than %d ms",
    async (writeDeadlineMs, shown) => {
      await using server = await startServer({ writeDeadlineMs, debug: true });
      const publisher = await Stream.open(server.port, PUBLISHER);
      const healthy = await Stream.open(server.port, SUBSCRIBER);
      const tally = new Tally(healthy);
      const stuck = await openStuck(server.port);
      const started = performance.now();
      // The kernel takes some of it, the rest waits in the server and stays below max_pending.
      const flood = new Flood(MIB / 2);
      while (flood.deliveredBytes < 40 * MIB) {
        await publisher.send(flood.next());
        await tally.follow(flood, MIB);
      }
      const limit = String.raw`WriteDeadline of ${shown} exceeded with (\d+) chunks of (\d+) total bytes\.$`;
      const match = await logged(
        server,
        "info",
        new RegExp(`${STUCK}Slow Consumer Detected: ${limit}`),
      );
      expect(performance.now() - started).toBeGreaterThan(writeDeadlineMs);
      expect(Number(match[1])).toBeGreaterThan(0);
      expect(Number(match[2])).toBeGreaterThan(Number(match[1]));
      expect(Number(match[2])).toBeLessThanOrEqual(40 * MIB + 10_000);
      const reason = String.raw`Client connection closed: Slow Consumer \(Write Deadline\)$`;
      await logged(server, "debug", new RegExp(STUCK + reason));
      await tally.follow(flood);
      expect(tally.checksum()).toBe(flood.checksum());
      stuck.resume();
      await until("end of the slow consumer", () => stuck.ended);
    },
    20_000,
  );
});

describe("with write_timeout retry a consumer", () => {
  const options = { writeDeadlineMs: 500, writeTimeout: "retry", debug: true } as const;
  const flooded = async (server: TestServer): Promise<{ stuck: Stream; flood: Flood }> => {
    const publisher = await Stream.open(server.port, PUBLISHER);
    const stuck = await openStuck(server.port);
    const flood = new Flood(MIB / 2);
    while (flood.deliveredBytes < 40 * MIB) await publisher.send(flood.next());
    return { stuck, flood };
  };
  const slow = (state: string): RegExp =>
    new RegExp(
      String.raw`${STUCK}Slow Consumer ${state}: WriteDeadline of 500ms exceeded with \d+ chunks of \d+ total bytes\.$`,
    );

  test("that goes on reading gets everything", async () => {
    await using server = await startServer(options);
    const { stuck, flood } = await flooded(server);
    const tally = new Tally(stuck);
    await logged(server, "info", slow("Detected"));
    stuck.resume();
    await tally.follow(flood);
    expect(tally.checksum()).toBe(flood.checksum());
    await logged(
      server,
      "info",
      new RegExp(
        String.raw`${STUCK}Slow Consumer Recovered: Flush took \d\.\d{3}s with \d+ chunks of \d+ total bytes\.$`,
      ),
    );
    expect(stuck.ended).toBe(false);
  }, 20_000);

  test("that takes nothing for another deadline is cut off", async () => {
    await using server = await startServer(options);
    const { stuck } = await flooded(server);
    await logged(server, "info", slow("Detected"));
    await logged(server, "info", slow("State"));
    await logged(
      server,
      "debug",
      new RegExp(String.raw`${STUCK}Client connection closed: Slow Consumer \(Write Deadline\)$`),
    );
    stuck.resume();
    await until("end of the slow consumer", () => stuck.ended);
  }, 20_000);
});

test("without fast producer stall a consumer that lags misses messages and stays", async () => {
  await using server = await startServer({ maxPending: MIB, noFastProducerStall: true });
  const publisher = await Stream.open(server.port, PUBLISHER);
  const healthy = await Stream.open(server.port, SUBSCRIBER);
  const tally = new Tally(healthy);
  const stuck = await openStuck(server.port);
  const flood = new Flood(8_192);
  const messages = 2_500;
  for (let i = 0; i < messages; i++) {
    await publisher.send(flood.next());
    await tally.follow(flood, MIB / 4);
  }
  await tally.follow(flood);
  expect(tally.checksum()).toBe(flood.checksum());

  const chunks: Buffer[] = [];
  stuck.onData((chunk) => void chunks.push(chunk));
  stuck.resume();
  await stuck.send("PING\r\n");
  const isAnswered = (): boolean => chunks.at(-1)?.toString("latin1").endsWith("PONG\r\n") === true;
  await until("PONG", () => stuck.ended || isAnswered());
  expect(stuck.ended).toBe(false);
  const frames = Buffer.concat(chunks)
    .toString("latin1")
    .matchAll(/MSG flood 1 8192\r\n(\d+) /g);
  const seen = Array.from(frames, (match) => Number(match[1]));
  expect(seen.length).toBeGreaterThan(0);
  expect(seen.length).toBeLessThan(messages);
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
});

describe("a consumer that reads slowly", () => {
  test.each([
    ["small", 1_000, 40_000],
    ["large", MIB, 60],
  ])(
    "gets all %s messages in order from a fast producer",
    async (_, payloadBytes, count) => {
      await using server = await startServer();
      const publisher = await Stream.open(server.port, PUBLISHER);
      const tally = new Tally(await Stream.open(server.port, SUBSCRIBER), READ_PAUSE_MS);
      const flood = new Flood(payloadBytes);
      for (let i = 0; i < count; i++) await publisher.send(flood.next());
      await tally.follow(flood);
      expect(tally.bytes).toBe(flood.deliveredBytes);
      expect(tally.checksum()).toBe(flood.checksum());
    },
    30_000,
  );

  test("holds its producer back, so that the server's memory stays bounded", async () => {
    await using server = await startServer();
    const publisher = await Stream.open(server.port, PUBLISHER);
    const tally = new Tally(await Stream.open(server.port, SUBSCRIBER), READ_PAUSE_MS);
    const flood = new Flood(64_000);
    // The same again and again: making new ones would take memory in this process.
    const batch = Buffer.concat(Array.from({ length: 16 }, () => flood.next()));
    const batchBytes = flood.deliveredBytes;
    const batches = 300;
    const before = server.memoryBytes();
    let most = before;
    for (let i = 0; i < batches; i++) {
      await publisher.send(batch);
      most = Math.max(most, server.memoryBytes());
    }
    await until("all messages", () => tally.bytes === batches * batchBytes, 20_000);
    // Half of what has gone through; nats-server needs less than that, and this server far less.
    expect(most - before).toBeLessThan(150 * MIB);
  }, 30_000);
});
