/** Long work of many: one part in each turn. */

import { expect, test } from "bun:test";
import { TurnQueue } from "../../src/core/turn-queue.ts";

test("one of many goes on in each turn, in order", async () => {
  const queue = new TurnQueue();
  const order: string[] = [];
  let turn = 0;
  let isCounting = true;
  const count = (): void => {
    turn++;
    if (isCounting) setImmediate(count);
  };
  const work = async (name: string): Promise<void> => {
    for (let part = 0; part < 3; part++) {
      await queue.next();
      order.push(`${name}${turn}`);
    }
  };
  setImmediate(count);
  expect(queue.isBusy).toBe(false);
  const all = Promise.all(["a", "b", "c"].map(work));
  expect(queue.isBusy).toBe(true);
  await all;
  isCounting = false;
  expect(order.map((each) => each[0]).join("")).toBe("abcabcabc");
  const turns = order.map((each) => each.slice(1));
  expect(new Set(turns).size).toBe(turns.length);
  expect(queue.isBusy).toBe(false);
});
