import { describe, expect, test } from "bun:test";
import { IdTable } from "../../src/bytes/id-table.ts";
import { type Prng, withSeed } from "../support/prng.ts";

/** Every id stored under a hash, in ascending order. */
function idsUnder(table: IdTable, hash: number): number[] {
  const ids: number[] = [];
  for (let at = table.first(hash); at >= 0; at = table.next(at, hash)) ids.push(table.idAt(at));
  return ids.sort((a, b) => a - b);
}

/** The table beside a plain map that does the same. */
class Pair {
  readonly table: IdTable;
  readonly model = new Map<number, Set<number>>();
  readonly entries: { hash: number; id: number }[] = [];

  constructor(minimum: number) {
    this.table = new IdTable(minimum);
  }

  add(hash: number, id: number): void {
    this.table.add(hash, id);
    this.entries.push({ hash, id });
    const ids = this.model.get(hash) ?? new Set();
    this.model.set(hash, ids.add(id));
  }

  removeAt(index: number): void {
    const { hash, id } = this.entries[index]!;
    this.entries[index] = this.entries.at(-1)!;
    this.entries.pop();
    this.table.remove(hash, id);
    this.model.get(hash)!.delete(id);
  }

  check(): void {
    expect(this.table.count).toBe(this.entries.length);
    for (const [hash, ids] of this.model) {
      expect(idsUnder(this.table, hash)).toEqual([...ids].sort((a, b) => a - b));
    }
  }
}

/** Kinds of hashes, from harmless to hostile. */
const HASHES: Readonly<Record<string, (random: Prng) => number>> = {
  "spread over all bits": (random) => random.int32(),
  "all equal": () => 0x5eed,
  "few values, side by side": (random) => random.below(4),
  "equal in the low bits": (random) => random.below(64) << 20,
  "at the end of the table, so that runs wrap": (random) => -1 - random.below(6),
  zero: () => 0,
};

describe("an id table is like a map from hash to ids", () => {
  for (const [kind, hashOf] of Object.entries(HASHES)) {
    test(`when hashes are ${kind}`, () =>
      withSeed((random) => {
        const pair = new Pair(16);
        let nextId = 1;
        // Grows to some hundreds, falls back to nothing, and again.
        for (let step = 0; step < 1200; step++) {
          const isGrowing = step % 600 < 300;
          if (pair.entries.length === 0 || random.below(10) < (isGrowing ? 8 : 2)) {
            pair.add(hashOf(random), nextId++);
          } else {
            pair.removeAt(random.below(pair.entries.length));
          }
          if (step % 10 === 0) pair.check();
        }
        while (pair.entries.length > 0) {
          pair.removeAt(random.below(pair.entries.length));
          pair.check();
        }
      }));
  }

  test("through growth to many thousands and back", () =>
    withSeed((random) => {
      const pair = new Pair(16);
      for (let id = 1; id <= 20_000; id++) pair.add(random.int32(), id);
      pair.check();
      while (pair.entries.length > 5) pair.removeAt(random.below(pair.entries.length));
      pair.check();
    }));
});

test("an id is removed only under its own hash", () => {
  const table = new IdTable();
  table.add(1, 7);
  table.remove(2, 7);
  table.remove(1, 8);
  expect(idsUnder(table, 1)).toEqual([7]);
  expect(table.count).toBe(1);
});

test("an empty table finds nothing", () => {
  const table = new IdTable();
  expect(table.first(0)).toBe(-1);
  expect(table.first(-1)).toBe(-1);
  table.remove(0, 1);
  expect(table.count).toBe(0);
});

test("hashes that share a slot are not mixed up", () => {
  const table = new IdTable(16);
  table.add(3, 1);
  table.add(3 + 16, 2);
  table.add(3 + 32, 3);
  expect([3, 19, 35, 51].map((hash) => idsUnder(table, hash))).toEqual([[1], [2], [3], []]);
});
