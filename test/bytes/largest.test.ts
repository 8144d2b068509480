/** The few largest of many are those that sorting all would have found. */

import { expect, test } from "bun:test";
import { Largest } from "../../src/bytes/largest.ts";

interface Item {
  readonly size: number;
  readonly place: number;
}

test.each([-1, 0, 1, 3, 50])("the %d largest, the first of equal ones first", (max) => {
  const sizes = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 9];
  const all = sizes.map((size, place): Item => ({ size, place }));
  const largest = new Largest<Item>(max, (one, other) => one.size > other.size);
  const dropped = all.map((item) => largest.add(item)).filter((item) => item !== undefined);
  const sorted = all.toSorted((one, other) => other.size - one.size || one.place - other.place);
  const kept = sorted.slice(0, Math.max(max, 0));
  expect(largest.items).toEqual(kept);
  expect(new Set([...dropped, ...kept])).toEqual(new Set(all));
});
