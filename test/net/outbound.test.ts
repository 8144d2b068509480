/** Bytes go out complete and in order, whatever the socket takes at a time. */

import { describe, expect, test } from "bun:test";
import { releaseBuffer, takeBuffer } from "../../src/bytes/buffer-pool.ts";
import type { SinkName } from "../../src/core/sink.ts";
import { Outbound, type OutboundOwner } from "../../src/net/outbound.ts";
import { Turn } from "../../src/net/turn.ts";
import { type Prng, withSeed } from "../support/prng.ts";
import { FakeTransport, turnEnd } from "./fake-transport.ts";

const KILOBYTE = 1024;
const MEGABYTE = 1024 * KILOBYTE;

class Owner implements OutboundOwner {
  exceeded = 0;
  blocked = 0;
  progress = 0;

  onPendingExceeded(): void {
    this.exceeded++;
  }

  onWriteBlocked(): void {
    this.blocked++;
  }

  onWriteProgress(): void {
    this.progress++;
  }

  onMaxReached(): void {}

  onSubscriptionEnded(): void {}

  onDelivered(): void {}

  describe(): SinkName {
    return { cid: 1, name: "" };
  }

  requestInfo(): Buffer {
    return Buffer.alloc(0);
  }
}

class Bench {
  readonly transport = new FakeTransport();
  readonly turn = new Turn();
  readonly owner = new Owner();
  readonly outbound: Outbound;

  constructor(maxPending = 64 * MEGABYTE) {
    this.outbound = new Outbound(this.transport, this.turn, this.owner, maxPending);
  }

  /** Adds a frame as a delivery does: straight into the buffer. */
  deliver(frame: Buffer): boolean {
    const { outbound } = this;
    if (outbound.end + frame.length > outbound.limit && !outbound.reserve(frame.length)) {
      return false;
    }
    frame.copy(outbound.buf, outbound.end);
    outbound.end += frame.length;
    outbound.freshMsgs++;
    outbound.freshBytes += frame.length;
    return true;
  }
}

/** A frame whose bytes tell their place, so that nothing can be swapped unseen. */
function frameOf(length: number, from: number): Buffer {
  const frame = Buffer.alloc(length);
  for (let i = 0; i < length; i++) frame[i] = (from + i) % 251;
  return frame;
}

function randomLength(random: Prng): number {
  return random.between(1, random.pick([10, 100, 5000, 70_000]));
}

describe("everything arrives, once and in order", () => {
  for (const share of [1, 2, 10]) {
    test(`when the socket takes about 1/${share} of what it is offered`, () =>
      withSeed(async (random) => {
        const bench = new Bench();
        const { transport, outbound, owner } = bench;
        transport.take = (offered) => random.below(Math.floor(offered / share) + 2) % (offered + 1);
        const sent: Buffer[] = [];
        let total = 0;
        for (let step = 0; step < 600; step++) {
          const frame = frameOf(randomLength(random), total);
          if (random.chance(3)) outbound.append(frame);
          else expect(bench.deliver(frame)).toBe(true);
          sent.push(frame);
          total += frame.length;
          if (random.chance(8)) await turnEnd();
          if (random.chance(4)) outbound.onDrain();
        }
        transport.unblock();
        await turnEnd();
        outbound.onDrain();
        expect(outbound.pendingBytes).toBe(0);
        expect(outbound.sentBytes).toBe(total);
        expect(Buffer.concat(transport.taken).equals(Buffer.concat(sent))).toBe(true);
        expect(owner.exceeded).toBe(0);
      }));
  }
});

describe("writes", () => {
  test("come once at the end of the turn, however many frames there are", async () => {
    const bench = new Bench();
    for (let i = 0; i < 1000; i++) bench.deliver(frameOf(10, i * 10));
    expect(bench.transport.offers).toEqual([]);
    await turnEnd();
    expect(bench.transport.offers).toEqual([10_000]);
    bench.outbound.append(Buffer.from("x"));
    await turnEnd();
    expect(bench.transport.offers).toEqual([10_000, 1]);
  });

  test("come early when a great deal is pending", () => {
    const bench = new Bench();
    for (let i = 0; i < 100; i++) bench.deliver(frameOf(64 * KILOBYTE, i));
    expect(bench.transport.offers.length).toBeGreaterThan(1);
    expect(bench.transport.takenBytes).toBeGreaterThan(5 * MEGABYTE);
    expect(bench.outbound.pendingBytes).toBeLessThan(2 * MEGABYTE);
  });

  test("do not come while the socket is blocked, until it drains", async () => {
    const bench = new Bench();
    bench.transport.block();
    bench.deliver(frameOf(100, 0));
    await turnEnd();
    expect([bench.transport.offers, bench.outbound.isBlocked]).toEqual([[100], true]);
    for (let i = 0; i < 100; i++) bench.deliver(frameOf(100_000, i));
    await turnEnd();
    expect(bench.transport.offers).toEqual([100]);
    bench.transport.unblock();
    bench.outbound.onDrain();
    expect(bench.transport.offers).toEqual([100, 10_000_100]);
    expect([bench.outbound.isBlocked, bench.outbound.pendingBytes]).toEqual([false, 0]);
  });

  test("tell the owner when they are blocked and when they go on", async () => {
    const bench = new Bench();
    const { owner, transport, outbound } = bench;
    transport.take = (offered) => Math.min(offered, 30);
    bench.deliver(frameOf(100, 0));
    await turnEnd();
    expect([owner.blocked, owner.progress]).toEqual([1, 0]);
    outbound.onDrain();
    outbound.onDrain();
    expect([owner.blocked, owner.progress, outbound.pendingBytes]).toEqual([3, 2, 10]);
    outbound.onDrain();
    expect([owner.blocked, owner.progress, outbound.pendingBytes]).toEqual([3, 3, 0]);
    outbound.onDrain();
    expect(owner.progress).toBe(3);
  });

  test("to a closed socket leave everything pending", async () => {
    const bench = new Bench();
    bench.transport.terminate();
    bench.deliver(frameOf(100, 0));
    await turnEnd();
    expect([bench.outbound.pendingBytes, bench.outbound.sentBytes]).toEqual([100, 0]);
  });

  test("count messages and bytes", async () => {
    const bench = new Bench();
    for (let i = 0; i < 3; i++) bench.deliver(frameOf(7, i));
    expect(bench.outbound.outMsgs).toBe(0);
    await turnEnd();
    const { outMsgs, outBytes, freshMsgs, freshBytes } = bench.outbound;
    expect([outMsgs, outBytes, freshMsgs, freshBytes]).toEqual([3, 21, 0, 0]);
  });
});

describe("the limit of pending bytes", () => {
  const LIMIT = 10_000;

  function blocked(): Bench {
    const bench = new Bench(LIMIT);
    bench.transport.block();
    return bench;
  }

  test("may be reached, and is told to the owner with the frame that would pass it", async () => {
    const bench = blocked();
    for (let i = 0; i < 10; i++) {
      expect(bench.deliver(frameOf(1000, i))).toBe(true);
      await turnEnd();
    }
    expect(bench.outbound.pendingBytes).toBe(LIMIT);
    expect(bench.owner.exceeded).toBe(0);
    expect(bench.deliver(frameOf(1, 0))).toBe(false);
    expect([bench.owner.exceeded, bench.outbound.pendingBytes]).toEqual([1, LIMIT]);
  });

  test("counts only what is still pending", async () => {
    const bench = new Bench(LIMIT);
    bench.transport.take = (offered) => Math.min(offered, 900);
    let from = 0;
    for (let i = 0; i < 100; i++) {
      expect(bench.deliver(frameOf(900, from))).toBe(true);
      from += 900;
      await turnEnd();
      bench.outbound.onDrain();
    }
    expect(bench.owner.exceeded).toBe(0);
    expect(bench.outbound.pendingBytes).toBeLessThan(LIMIT);
  });

  test("is never passed, in whatever portions frames come and go", () =>
    withSeed(async (random) => {
      const bench = new Bench(LIMIT);
      bench.transport.take = (offered) => random.below(offered + 1);
      for (let step = 0; step < 2000; step++) {
        const length = random.between(1, 3000);
        const { pendingBytes } = bench.outbound;
        const before = bench.owner.exceeded;
        const isTaken = bench.deliver(frameOf(length, step));
        expect(isTaken).toBe(bench.owner.exceeded === before);
        if (!isTaken) expect(pendingBytes + length).toBeGreaterThan(LIMIT);
        expect(bench.outbound.pendingBytes).toBeLessThanOrEqual(LIMIT);
        if (random.chance(3)) bench.outbound.onDrain();
        if (random.chance(10)) await turnEnd();
      }
      expect(bench.owner.exceeded).toBeGreaterThan(10);
    }));
});

describe("when it is closed", () => {
  test("nothing is taken any more, and nothing is written", async () => {
    const bench = new Bench();
    bench.deliver(frameOf(100, 0));
    bench.outbound.close();
    expect(bench.deliver(frameOf(1, 0))).toBe(false);
    bench.outbound.append(Buffer.from("x"));
    await turnEnd();
    bench.outbound.onDrain();
    expect([bench.transport.offers, bench.outbound.pendingBytes]).toEqual([[], 0]);
  });

  test("what was pending is counted", () => {
    const bench = new Bench();
    bench.deliver(frameOf(5, 0));
    bench.outbound.close();
    expect([bench.outbound.outMsgs, bench.outbound.outBytes]).toEqual([1, 5]);
  });
});

describe("memory", () => {
  test("is owned only while bytes are pending", async () => {
    const bench = new Bench();
    expect(bench.outbound.buf.length).toBe(0);
    bench.deliver(frameOf(100, 0));
    expect(bench.outbound.buf.length).toBeGreaterThan(0);
    await turnEnd();
    expect([bench.outbound.buf.length, bench.outbound.limit, bench.outbound.end]).toEqual([
      0, 0, 0,
    ]);
  });

  test("goes back to the pool when everything is sent, and when it is closed", async () => {
    for (const finish of [() => turnEnd(), (outbound: Outbound) => outbound.close()]) {
      const bench = new Bench();
      bench.deliver(frameOf(100, 0));
      const { buf } = bench.outbound;
      await finish(bench.outbound);
      const next = takeBuffer(buf.length);
      expect(next === buf).toBe(true);
      releaseBuffer(next);
    }
  });

  test("does not grow for a socket that is behind by little all the time", async () => {
    const bench = new Bench();
    bench.transport.take = (offered) => Math.max(offered - 10, 0);
    for (let i = 0; i < 2000; i++) {
      bench.deliver(frameOf(1000, i));
      await turnEnd();
      bench.outbound.onDrain();
      expect(bench.outbound.buf.length).toBeLessThanOrEqual(64 * KILOBYTE);
    }
    expect(bench.outbound.pendingBytes).toBeLessThanOrEqual(20);
  });
});
