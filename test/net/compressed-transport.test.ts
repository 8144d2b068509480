/** S2 between a connection and its socket: what waits, for whom, and how much is done at a time. */

import { expect, test } from "bun:test";
import { type CompressedOwner, CompressedTransport } from "../../src/net/compressed-transport.ts";
import { S2Decoder } from "../../src/s2/s2-decoder.ts";
import { S2Encoder } from "../../src/s2/s2-encoder.ts";
import type { S2Level } from "../../src/s2/s2-level.ts";
import { natsLines } from "../support/nats-lines.ts";
import { Prng, withSeed } from "../support/prng.ts";
import { until } from "../support/until.ts";
import { FakeTransport, turnEnd } from "./fake-transport.ts";

const MIB = 1024 * 1024;

class Owner implements CompressedOwner {
  readonly socket = new FakeTransport();
  readonly transport: CompressedTransport;
  readonly parts: Buffer[] = [];
  drains = 0;
  catches = 0;
  breaks = 0;
  onPart: () => void = () => {};

  constructor(level: S2Level = "fast") {
    this.transport = new CompressedTransport(this.socket, this, level);
  }

  get plainBytes(): number {
    return this.parts.reduce((sum, part) => sum + part.length, 0);
  }

  onPlain(plain: Buffer): void {
    this.parts.push(plain);
    this.onPart();
  }

  onBroken(): void {
    this.breaks++;
  }

  onCaughtUp(): void {
    this.catches++;
  }

  onInternalError(error: Error): void {
    throw error;
  }

  onDrain(): void {
    this.drains++;
  }
}

function decode(stream: Buffer): Buffer {
  const parts: Buffer[] = [];
  new S2Decoder().decode(stream, (bytes) => parts.push(bytes));
  return Buffer.concat(parts);
}

function encode(data: Buffer): Buffer {
  const encoder = new S2Encoder("fast");
  const out = Buffer.allocUnsafeSlow(encoder.maxLength(data.length));
  return Buffer.from(out.subarray(0, encoder.encode(data, 0, data.length, out, 0)));
}

test("whatever the socket takes at a time, all of it arrives once", async () => {
  await withSeed((random) => {
    for (let round = 0; round < 40; round++) {
      const { socket, transport } = new Owner(random.pick(["uncompressed", "fast", "better"]));
      const data = random.chance(2) ? natsLines(random, 200_000) : random.bytes(150_000);
      let end = random.between(1, data.length);
      let taken = 0;
      while (taken < data.length) {
        socket.take = (offered) => random.pick([offered, 0, random.between(0, offered)]);
        const count = transport.write(data, taken, end - taken);
        expect(count).toBeGreaterThanOrEqual(0);
        taken += count;
        // More may be pending the next time, never less.
        end = random.between(end, data.length);
      }
      expect(decode(Buffer.concat(socket.taken)).equals(data)).toBe(true);
    }
  });
});

test("nothing counts as written before the last byte of it is", () => {
  const { socket, transport } = new Owner();
  const data = natsLines(new Prng(1), 10_000);
  socket.take = (offered) => offered - 1;
  expect(transport.write(data, 0, data.length)).toBe(0);
  socket.block();
  expect(transport.write(data, 0, data.length)).toBe(0);
  expect(socket.offers.at(-1)).toBe(1);
  socket.unblock();
  expect(transport.write(data, 0, data.length)).toBe(data.length);
  expect(decode(Buffer.concat(socket.taken)).equals(data)).toBe(true);
});

test("a socket that is closed says so", () => {
  const { socket, transport } = new Owner();
  socket.end();
  expect(transport.write(Buffer.from("PING\r\n"), 0, 6)).toBeLessThan(0);
});

test("hard levels do little in a turn, and ask for more in the next one", async () => {
  const owner = new Owner("best");
  const data = natsLines(new Prng(2), 200_000);
  const count = owner.transport.write(data, 0, data.length);
  expect(count).toBe(64 * 1024);
  expect(owner.drains).toBe(0);
  await turnEnd();
  expect(owner.drains).toBe(1);
  owner.transport.level = "fast";
  expect(owner.transport.write(data, count, data.length - count)).toBe(data.length - count);
  await turnEnd();
  expect(owner.drains).toBe(1);
  expect(decode(Buffer.concat(owner.socket.taken)).equals(data)).toBe(true);
});

test("nobody is asked for more after the end", async () => {
  const owner = new Owner("best");
  owner.transport.write(natsLines(new Prng(3), 200_000), 0, 200_000);
  owner.transport.terminate();
  await turnEnd();
  expect(owner.drains).toBe(0);
  expect(owner.socket.isTerminated).toBe(true);
});

test("a few bytes that stand for a great many are read over several turns", async () => {
  const owner = new Owner();
  const stream = encode(Buffer.alloc(20 * MIB, "PING\r\n"));
  expect(stream.length).toBeLessThan(3_000);
  owner.transport.onData(stream);
  expect(owner.plainBytes).toBe(MIB);
  expect(owner.socket.isPaused).toBe(true);
  expect(owner.transport.hasInput).toBe(true);
  owner.transport.onData(encode(Buffer.from("PONG\r\n")));
  await until("everything is read", () => !owner.transport.hasInput);
  expect(owner.plainBytes).toBe(20 * MIB + 6);
  expect(owner.parts.at(-1)!.toString()).toBe("PONG\r\n");
  expect(owner.socket.isPaused).toBe(false);
  expect(owner.catches).toBe(1);
});

test("input waits while it is paused, from the next chunk on", async () => {
  const owner = new Owner();
  const { transport } = owner;
  owner.onPart = () => transport.pause();
  const pings = Array.from({ length: 3 }, () => encode(Buffer.from("PING\r\n")));
  transport.onData(Buffer.concat(pings));
  transport.onData(encode(Buffer.from("PONG\r\n")));
  for (let parts = 1; parts <= 4; parts++) {
    expect(owner.parts).toHaveLength(parts);
    expect(owner.socket.isPaused).toBe(true);
    await turnEnd();
    transport.resume();
  }
  expect(Buffer.concat(owner.parts).toString()).toBe("PING\r\n".repeat(3).concat("PONG\r\n"));
  expect(transport.hasInput).toBe(false);
  expect(owner.socket.isPaused).toBe(false);
  expect(owner.catches).toBe(1);
});

test("whoever pauses and resumes at once gets everything, and is told once", () => {
  const owner = new Owner();
  const { transport } = owner;
  owner.onPart = () => {
    transport.pause();
    transport.resume();
  };
  transport.onData(Buffer.concat([encode(Buffer.from("1")), encode(Buffer.from("2"))]));
  expect(Buffer.concat(owner.parts).toString()).toBe("12");
  expect(owner.socket.isPaused).toBe(false);
  expect(owner.catches).toBe(1);
});

test("nothing is read behind what cannot be read, or after the end", async () => {
  const owner = new Owner();
  const ping = encode(Buffer.from("PING\r\n"));
  owner.transport.onData(Buffer.concat([ping, Buffer.from([2, 0, 0, 0]), ping]));
  owner.transport.onData(Buffer.from(ping));
  expect(owner.parts).toHaveLength(1);
  expect(owner.breaks).toBe(1);

  const ended = new Owner();
  ended.transport.onData(encode(Buffer.alloc(5 * MIB)));
  ended.transport.end();
  await turnEnd();
  expect(ended.plainBytes).toBe(MIB);
});
