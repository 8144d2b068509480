import { describe, expect, test } from "bun:test";
import { RECORD_SHIFT } from "../../src/bytes/record-pool.ts";
import { NameTable } from "../../src/core/name-table.ts";
import {
  SUB_DELIVERED,
  SUB_MAX,
  SUB_QUEUE,
  SUB_SINK,
  type SubscriptionOwner,
  Subscriptions,
} from "../../src/core/subscriptions.ts";
import { withSeed } from "../support/prng.ts";

class Book {
  readonly queues = new NameTable();
  readonly subs = new Subscriptions(this.queues);
  #nextSlot = 1;

  owner(): SubscriptionOwner {
    return { slot: this.#nextSlot++, firstSub: 0, subCount: 0 };
  }

  create(owner: SubscriptionOwner, sid: string, queue = ""): number {
    const buf = Buffer.from(`SUB a ${sid}\r\n`);
    const queueId = queue === "" ? 0 : this.queues.acquire(queue);
    return this.subs.create(owner, queueId, buf, 6, buf.length - 2);
  }

  find(owner: SubscriptionOwner, sid: string): number {
    const buf = Buffer.from(`UNSUB ${sid}\r\n`);
    return this.subs.find(owner, buf, 6, buf.length - 2);
  }

  word(id: number, word: number): number {
    return this.subs.pool.words[(id << RECORD_SHIFT) + word]!;
  }

  /** Sids of an owner, by walking its list. */
  sidsOf(owner: SubscriptionOwner): string[] {
    const sids: string[] = [];
    for (let id = owner.firstSub; id !== 0; id = this.subs.nextOfSink(id)) {
      sids.push(this.subs.sid(id));
    }
    return sids.sort();
  }
}

describe("a subscription is found by its sid", () => {
  // 23 bytes are the most that a record holds in place.
  for (const length of [1, 2, 22, 23, 24, 25, 254, 255, 256, 4000]) {
    test(`of ${length} bytes`, () => {
      const book = new Book();
      const owner = book.owner();
      const sid = "s".repeat(length - 1);
      const first = book.create(owner, `${sid}1`);
      const second = book.create(owner, `${sid}2`);
      expect(book.find(owner, `${sid}1`)).toBe(first);
      expect(book.find(owner, `${sid}2`)).toBe(second);
      expect(book.find(owner, `${sid}3`)).toBe(0);
      expect(book.find(owner, `${sid}11`)).toBe(0);
      expect([book.subs.sid(first), book.subs.sid(second)]).toEqual([`${sid}1`, `${sid}2`]);
      book.subs.destroy(owner, first);
      expect(book.find(owner, `${sid}1`)).toBe(0);
      expect(book.find(owner, `${sid}2`)).toBe(second);
    });
  }

  test("and by its sink: many may use the same sid", () => {
    const book = new Book();
    const owners = Array.from({ length: 500 }, () => book.owner());
    const ids = owners.map((owner) => book.create(owner, "1"));
    expect(new Set(ids).size).toBe(500);
    expect(owners.map((owner) => book.find(owner, "1"))).toEqual(ids);
    book.subs.destroy(owners[7]!, ids[7]!);
    expect(book.find(owners[7]!, "1")).toBe(0);
    expect(book.find(owners[8]!, "1")).toBe(ids[8]!);
  });

  test("byte for byte, whatever the bytes are", () => {
    const book = new Book();
    const owner = book.owner();
    const sids = ["1", "01", "-1", "abc-!@#", "\0", "\0\0", "\u00e9", "e\u0301", "*", ">"];
    const ids = sids.map((sid) => book.create(owner, sid));
    expect(sids.map((sid) => book.find(owner, sid))).toEqual(ids);
  });
});

test("a new subscription knows its sink and queue and has delivered nothing", () => {
  const book = new Book();
  const owner = book.owner();
  const old = book.create(owner, "old", "q");
  book.subs.pool.words.fill(
    -1,
    (old << RECORD_SHIFT) + SUB_MAX,
    (old << RECORD_SHIFT) + SUB_MAX + 2,
  );
  const kept = book.create(owner, "kept");
  book.subs.destroy(owner, old);
  const id = book.create(owner, "new", "q");
  expect(id).toBe(old);
  expect([SUB_SINK, SUB_MAX, SUB_DELIVERED].map((word) => book.word(id, word))).toEqual([
    owner.slot,
    0,
    0,
  ]);
  expect(book.queues.name(book.word(id, SUB_QUEUE))).toBe("q");
  expect(book.word(kept, SUB_QUEUE)).toBe(0);
});

test("a subscription that is gone belongs to no sink", () => {
  const book = new Book();
  const owner = book.owner();
  const ids = Array.from({ length: 10 }, (_, i) => book.create(owner, String(i)));
  book.create(owner, "stays");
  // A delivery that is under way still holds these ids.
  for (const id of ids) book.subs.destroy(owner, id);
  expect(ids.map((id) => book.word(id, SUB_SINK))).toEqual(ids.map(() => 0));
});

test("a queue name lives as long as subscriptions use it", () => {
  const book = new Book();
  const owner = book.owner();
  const [a, b] = [book.create(owner, "1", "workers"), book.create(owner, "2", "workers")];
  expect(book.word(a, SUB_QUEUE)).toBe(book.word(b, SUB_QUEUE));
  const queue = book.word(a, SUB_QUEUE);
  book.subs.destroy(owner, a);
  expect(book.queues.name(queue)).toBe("workers");
  book.subs.destroy(owner, b);
  expect(book.queues.name(queue)).toBe("");
});

test("many subscriptions come and go as in a plain map", () =>
  withSeed((random) => {
    const book = new Book();
    const owners = Array.from({ length: 6 }, () => book.owner());
    const model = owners.map(() => new Map<string, number>());
    const drawSid = (): string =>
      random.chance(5) ? "x".repeat(random.between(20, 30)) : String(random.below(400));

    for (let step = 0; step < 12_000; step++) {
      const at = random.below(owners.length);
      const [owner, sids] = [owners[at]!, model[at]!];
      const sid = drawSid();
      expect(book.find(owner, sid)).toBe(sids.get(sid) ?? 0);
      if (!sids.has(sid)) {
        sids.set(sid, book.create(owner, sid, random.pick(["", "q1", "q2"])));
      } else if (random.chance(2)) {
        book.subs.destroy(owner, sids.get(sid)!);
        sids.delete(sid);
      }
      expect(owner.subCount).toBe(sids.size);
      if (step % 1000 === 0) expect(book.sidsOf(owner)).toEqual([...sids.keys()].sort());
    }
    const live = model.flatMap((sids) => [...sids.values()]);
    expect(new Set(live).size).toBe(live.length);
    expect(book.subs.pool.count).toBe(live.length);

    for (const owner of owners) {
      while (owner.firstSub !== 0) book.subs.destroy(owner, owner.firstSub);
      expect(owner.subCount).toBe(0);
    }
    expect(book.subs.pool.count).toBe(0);
    expect(
      model.flatMap((sids, at) => [...sids.keys()].map((sid) => book.find(owners[at]!, sid))),
    ).toEqual(live.map(() => 0));
  }));
