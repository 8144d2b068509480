/** The walk over all subscriptions of a sublist, beside what was put into it. */

import { describe, expect, test } from "bun:test";
import { NameTable } from "../../src/core/name-table.ts";
import { Sublist } from "../../src/core/sublist.ts";
import { subscriptionsOf } from "../../src/core/sublist-walk.ts";
import { Subscriptions } from "../../src/core/subscriptions.ts";
import { withSeed } from "../support/prng.ts";

class Fixture {
  readonly queues = new NameTable();
  readonly subs = new Subscriptions(this.queues);
  readonly sublist = new Sublist(this.subs);
  readonly owner = { slot: 1, firstSub: 0, subCount: 0 };
  readonly ids = new Set<number>();
  #sid = 0;

  add(subject: string, queue = ""): number {
    const sid = Buffer.from(String(++this.#sid));
    const queueId = queue === "" ? 0 : this.queues.acquire(queue);
    const id = this.subs.create(this.owner, queueId, sid, 0, sid.length);
    const bytes = Buffer.from(subject);
    this.sublist.insert(id, bytes, 0, bytes.length);
    this.ids.add(id);
    return id;
  }

  remove(id: number): void {
    this.sublist.remove(id);
    this.subs.destroy(this.owner, id);
    this.ids.delete(id);
  }

  walk(): number[] {
    return [...subscriptionsOf(this.sublist, this.subs)].filter((id) => id !== 0);
  }
}

describe("a walk over subscriptions", () => {
  test("finds each of them once", async () => {
    await withSeed((random) => {
      const fixture = new Fixture();
      for (let i = 0; i < 3000; i++) {
        if (fixture.ids.size > 0 && random.chance(3)) fixture.remove(random.pick([...fixture.ids]));
        else {
          const tokens = Array.from({ length: random.between(1, 3) }, () => `t${random.below(5)}`);
          if (random.chance(4)) tokens[random.below(tokens.length)] = "*";
          if (random.chance(6)) tokens.push(">");
          fixture.add(tokens.join("."), random.pick(["", "", "q", "w"]));
        }
        if (i % 100 === 0) expect(fixture.walk().sort()).toEqual([...fixture.ids].sort());
      }
    });
  });

  test("goes on when some come and go meanwhile", async () => {
    await withSeed((random) => {
      const fixture = new Fixture();
      for (let i = 0; i < 200; i++) fixture.add(random.pick(["same", "same", `s.${i}`]));
      const stays = new Set(fixture.ids);
      const seen: number[] = [];
      for (const id of subscriptionsOf(fixture.sublist, fixture.subs)) {
        if (id === 0) continue;
        expect(fixture.ids.has(id)).toBeTrue();
        seen.push(id);
        if (!random.chance(3)) continue;
        const gone = random.pick([...fixture.ids]);
        fixture.remove(gone);
        stays.delete(gone);
      }
      expect(seen.length).toBeLessThanOrEqual(200);
      // What is gone moves the others up, so some of one subject may be passed over.
      const others = [...stays].filter((id) => fixture.sublist.subjectOf(id).toString() !== "same");
      for (const id of others) expect(seen).toContain(id);
    });
  });

  test("goes on where the one was that it stands at", () => {
    const fixture = new Fixture();
    for (let i = 0; i < 100; i++) fixture.add("same");
    let seen = 0;
    for (const id of subscriptionsOf(fixture.sublist, fixture.subs)) {
      fixture.remove(id);
      seen++;
    }
    // Each one that goes moves the others up by one.
    expect(seen).toBe(50);
  });

  test("pauses where there is nothing for long", () => {
    const fixture = new Fixture();
    const many = Array.from({ length: 5000 }, (_, i) => fixture.add(`only.${i}`));
    const last = fixture.add("last");
    for (const id of many) fixture.remove(id);
    const steps = [...subscriptionsOf(fixture.sublist, fixture.subs)];
    expect(steps.filter((id) => id === 0).length).toBeGreaterThan(3);
    expect(steps.filter((id) => id !== 0)).toEqual([last]);
  });
});
