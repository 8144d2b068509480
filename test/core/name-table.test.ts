import { expect, test } from "bun:test";
import { NameTable } from "../../src/core/name-table.ts";
import { withSeed } from "../support/prng.ts";

test("a name has one id, however often it is used, and never 0", () => {
  const names = new NameTable();
  const a = names.acquire("a");
  const b = names.acquire("b");
  expect(a).toBeGreaterThan(0);
  expect(b).toBeGreaterThan(0);
  expect(a).not.toBe(b);
  expect(names.acquire("a")).toBe(a);
  expect([names.name(a), names.name(b)]).toEqual(["a", "b"]);
});

test("an id is free again after as many releases as uses", () => {
  const names = new NameTable();
  const id = names.acquire("a");
  names.acquire("a");
  names.release(id);
  expect(names.name(id)).toBe("a");
  expect(names.acquire("b")).not.toBe(id);
  names.release(id);
  expect(names.acquire("c")).toBe(id);
  expect(names.name(id)).toBe("c");
});

test("a name that returns may get another id", () => {
  const names = new NameTable();
  const first = names.acquire("a");
  names.release(first);
  names.acquire("b");
  const second = names.acquire("a");
  expect(names.name(second)).toBe("a");
  expect(second).not.toBe(first);
});

test("ids stay as few as the names in use at one time", () =>
  withSeed((random) => {
    const names = new NameTable();
    const uses = new Map<string, { id: number; count: number }>();
    let most = 0;
    for (let step = 0; step < 5000; step++) {
      const name = `queue ${random.below(50)}`;
      const use = uses.get(name) ?? { id: 0, count: 0 };
      if (use.count === 0 || random.chance(2)) {
        const id = names.acquire(name);
        if (use.count > 0) expect(id).toBe(use.id);
        uses.set(name, { id, count: use.count + 1 });
      } else {
        names.release(use.id);
        if (use.count === 1) uses.delete(name);
        else use.count--;
      }
      most = Math.max(most, uses.size);
      for (const [known, { id }] of uses) expect(names.name(id)).toBe(known);
    }
    expect(names.highest).toBe(most);
  }));
