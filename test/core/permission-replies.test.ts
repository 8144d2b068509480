/** Permits to answer requests: how often, how long, how many. */

import { describe, expect, test } from "bun:test";
import { hashBytes } from "../../src/bytes/hash.ts";
import { PermissionSet } from "../../src/core/permissions/permission-set.ts";
import {
  LONG_REPLY_BYTES_MAX,
  REPLY_PERMITS_MAX,
  ReplyPermits,
} from "../../src/core/permissions/reply-permits.ts";
import { withSeed } from "../support/prng.ts";
import { Hub } from "./delivery-fixture.ts";

class Permits {
  now = 1000;
  readonly permits: ReplyPermits;

  constructor(maxMsgs: number, expiresMs: number, allow: string[] = [], deny: string[] = []) {
    const set = PermissionSet.compile({
      publish: { allow, deny },
      subscribe: null,
      responses: { maxMsgs, expiresMs },
    });
    this.permits = new ReplyPermits(set, () => this.now);
  }

  request(reply: string): void {
    const buf = Buffer.from(`foo ${reply} 0`);
    this.permits.noteDelivered(buf, 4, buf.length - 2);
  }

  answer(reply: string): boolean {
    const buf = Buffer.from(`PUB ${reply} 0`);
    return this.permits.take(buf, 4, buf.length - 2, hashBytes(buf, 4, buf.length - 2));
  }

  answers(reply: string, times: number): boolean[] {
    return Array.from({ length: times }, () => this.answer(reply));
  }
}

describe("a permit to answer", () => {
  test("is for one message, to that subject", () => {
    const one = new Permits(1, 120_000);
    expect(one.answer("r.1")).toBe(false);
    one.request("r.1");
    expect(one.answer("r.2")).toBe(false);
    expect(one.answers("r.1", 2)).toEqual([true, false]);
    expect(one.permits.count).toBe(0);
  });

  test("is found by the bytes of the subject, not only by their hash", () => {
    const one = new Permits(1, 120_000);
    const [known, other] = ["r.1", `r.${"x".repeat(120)}`];
    one.request(known);
    one.request(other);
    for (const [reply, forged] of [
      [known, "r.2"],
      [other, other.replace("x", "y")],
    ] as const) {
      const [buf, wrong] = [Buffer.from(reply), Buffer.from(forged)];
      const hash = hashBytes(buf, 0, buf.length);
      expect(one.permits.take(wrong, 0, wrong.length, hash)).toBe(false);
      expect(one.permits.take(buf, 0, buf.length, hash)).toBe(true);
    }
  });

  test("is for as many messages as are set", () => {
    const three = new Permits(3, 120_000);
    three.request("r");
    expect(three.answers("r", 5)).toEqual([true, true, true, false, false]);
  });

  test("has no end when it is negative", () => {
    const free = new Permits(-1, -1);
    free.request("r");
    free.now += 1e12;
    expect(free.answers("r", 100)).toEqual(new Array(100).fill(true));
  });

  test("expires", () => {
    const brief = new Permits(2, 1000);
    brief.request("r");
    brief.now += 1000;
    expect(brief.answer("r")).toBe(true);
    brief.now += 1;
    expect(brief.answer("r")).toBe(false);
    expect(brief.permits.count).toBe(0);
  });

  test("is renewed by a second request with the same reply", () => {
    const two = new Permits(2, 1000);
    two.request("r");
    expect(two.answer("r")).toBe(true);
    two.now += 800;
    two.request("r");
    two.now += 800;
    expect(two.answers("r", 3)).toEqual([true, true, false]);
  });

  test("is not given for what the rules allow, and given for what they deny", () => {
    const ruled = new Permits(1, 1000, ["ok.>"], ["ok.no"]);
    ruled.request("ok.1");
    expect(ruled.permits.count).toBe(0);
    ruled.request("ok.no");
    expect(ruled.answer("ok.no")).toBe(true);
  });
});

describe("permits are bounded", () => {
  test("the oldest is dropped when there are too many", () => {
    const many = new Permits(1, 120_000);
    for (let i = 0; i <= REPLY_PERMITS_MAX; i++) many.request(`r.${i}`);
    expect(many.permits.count).toBe(REPLY_PERMITS_MAX);
    expect(many.permits.size).toBe(8 * 1024 * 1024);
    expect([many.answer("r.0"), many.answer("r.1")]).toEqual([false, true]);
    expect(many.answer(`r.${REPLY_PERMITS_MAX}`)).toBe(true);
  });

  test("one that waits outlives any number that are used", () => {
    const slow = new Permits(1, 120_000);
    slow.request("slow");
    for (let i = 0; i < REPLY_PERMITS_MAX + 10; i++) {
      slow.request(`r.${i}`);
      expect(slow.answer(`r.${i}`)).toBe(true);
    }
    expect(slow.answer("slow")).toBe(true);
    expect(slow.permits.size).toBeLessThan(4096);
  });

  test("expired ones are reclaimed by later requests, and on demand", () => {
    const brief = new Permits(1, 1000);
    for (let i = 0; i < 100; i++) brief.request(`r.${i}`);
    brief.now += 1001;
    brief.request("new");
    expect(brief.permits.count).toBe(1);
    brief.now += 1001;
    brief.permits.dropExpired();
    expect(brief.permits.count).toBe(0);
  });

  test("memory goes back once a peak is over", () => {
    const peak = new Permits(1, 1000);
    for (let i = 0; i < 10_000; i++) peak.request(`r.${i}`);
    expect(peak.permits.size).toBeGreaterThan(1_000_000);
    for (let round = 0; round < 20; round++) {
      peak.now += 1001;
      peak.permits.dropExpired();
      peak.request("r");
    }
    expect(peak.permits.size).toBeLessThan(10_000);
  });

  test("very long reply subjects are bounded by their bytes", () => {
    const long = new Permits(1, 120_000);
    const reply = (i: number): string => `${i}.${"x".repeat(4000)}`;
    for (let i = 0; i < 1000; i++) long.request(reply(i));
    expect(long.permits.size).toBeLessThan(LONG_REPLY_BYTES_MAX + 200_000);
    expect([long.answer(reply(0)), long.answer(reply(999)), long.answer(reply(999))]).toEqual([
      false,
      true,
      false,
    ]);
  });

  test("and agree with a plain map", () =>
    withSeed((random) => {
      for (let round = 0; round < 30; round++) {
        const maxMsgs = random.between(1, 3);
        const permits = new Permits(maxMsgs, 500);
        const model = new Map<string, { left: number; until: number }>();
        for (let i = 0; i < 400; i++) {
          permits.now += random.below(30);
          const name = `r.${random.below(40)}`;
          const reply = random.chance(10) ? `${name}.${"y".repeat(120)}` : name;
          if (random.chance(2)) {
            permits.request(reply);
            model.set(reply, { left: maxMsgs, until: permits.now + 500 });
          } else {
            const known = model.get(reply);
            const isPermitted = known !== undefined && known.left > 0 && permits.now <= known.until;
            if (isPermitted) known.left--;
            expect(permits.answer(reply)).toBe(isPermitted);
          }
        }
      }
    }));
});

describe("delivery gives permits", () => {
  const responder = (hub: Hub, headers: boolean) => {
    const set = PermissionSet.compile({
      publish: { allow: [], deny: null },
      subscribe: { allow: null, deny: ["secret.>"] },
      responses: { maxMsgs: 1, expiresMs: 1000 },
    });
    const permits = new ReplyPermits(set, () => 0);
    return hub.sink({ headers, filter: set, permits });
  };
  const takes = (permits: ReplyPermits | null, reply: string): boolean => {
    const buf = Buffer.from(reply);
    return permits!.take(buf, 0, buf.length, hashBytes(buf, 0, buf.length));
  };

  test("for messages with a reply, with and without headers", () => {
    const hub = new Hub();
    const source = hub.sink();
    for (const headers of [true, false]) {
      const sink = responder(hub, headers);
      hub.subscribe(sink, `req.${headers}`, "1");
      hub.publish(source, `req.${headers} inbox.1 12 12`, "NATS/1.0\r\n\r\n", 12);
      hub.publish(source, `req.${headers} inbox.2 2`, "hi");
      hub.publish(source, `req.${headers} 2`, "hi");
      expect(sink.permits!.count).toBe(2);
      expect(takes(sink.permits, "inbox.1")).toBe(true);
      expect(takes(sink.permits, "inbox.2")).toBe(true);
    }
  });

  test("but not for a message that was kept back", () => {
    const hub = new Hub();
    const source = hub.sink();
    const sink = responder(hub, true);
    hub.subscribe(sink, ">", "1");
    expect(hub.publish(source, "secret.1 inbox.1 0")).toBe(0);
    expect(sink.permits!.count).toBe(0);
    sink.isRefusing = true;
    expect(hub.publish(source, "open inbox.1 0")).toBe(0);
    expect(sink.permits!.count).toBe(0);
  });
});
