/** One timer does for all: everybody's turn comes when it is due, and not before. */

import { describe, expect, test } from "bun:test";
import { Deadlines, type Due } from "../../src/net/deadlines.ts";
import { withSeed } from "../support/prng.ts";
import { until } from "../support/until.ts";

class Alarm implements Due {
  dueAt = 0;
  place = 0;
  /** When it was told that it is due. */
  readonly told: number[] = [];
  readonly #onTold: () => void;

  constructor(onTold: () => void = () => {}) {
    this.#onTold = onTold;
  }

  onDue(): void {
    this.told.push(performance.now());
    this.#onTold();
  }
}

describe("what is due", () => {
  test("comes in order and in time, however it was changed before", () =>
    withSeed(async (random) => {
      const deadlines = new Deadlines();
      const order: Alarm[] = [];
      const alarms = Array.from({ length: 300 }, () => {
        const alarm: Alarm = new Alarm(() => order.push(alarm));
        return alarm;
      });
      const isSet = new Set<Alarm>();
      for (let step = 0; step < 3000; step++) {
        const alarm = random.pick(alarms);
        if (random.chance(3)) {
          deadlines.clear(alarm);
          isSet.delete(alarm);
        } else {
          deadlines.set(alarm, 200 + random.below(200));
          isSet.add(alarm);
        }
      }
      await until("all of them", () => order.length >= isSet.size);
      expect(new Set(order)).toEqual(isSet);
      const times = order.map(({ dueAt }) => dueAt);
      expect(times).toEqual(times.toSorted((a, b) => a - b));
      for (const { told, dueAt, place } of order) {
        expect(told.length).toBe(1);
        expect(told[0]!).toBeGreaterThanOrEqual(dueAt);
        expect(place).toBe(0);
      }
    }));

  test("may come earlier than what was set first, and may be put off", async () => {
    const deadlines = new Deadlines();
    const order: string[] = [];
    const late = new Alarm(() => order.push("late"));
    const early = new Alarm(() => order.push("early"));
    deadlines.set(late, 60);
    deadlines.set(early, 1);
    deadlines.set(late, 90);
    await until("both", () => order.length === 2);
    expect(order).toEqual(["early", "late"]);
    expect(late.told[0]!).toBeGreaterThanOrEqual(late.dueAt);
  });

  test("can be set again by itself, and cleared by another", async () => {
    const deadlines = new Deadlines();
    const cleared = new Alarm();
    const again: Alarm = new Alarm(() => {
      deadlines.clear(cleared);
      if (again.told.length < 3) deadlines.set(again, 1);
    });
    deadlines.set(again, 5);
    deadlines.set(cleared, 5.001);
    await until("three times", () => again.told.length === 3);
    expect(cleared.told).toEqual([]);
  });

  test("is not there after it was cleared twice", () => {
    const deadlines = new Deadlines();
    const alarm = new Alarm();
    deadlines.set(alarm, 1000);
    deadlines.clear(alarm);
    deadlines.clear(alarm);
    expect(alarm.place).toBe(0);
  });
});
