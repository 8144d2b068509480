/** Long work lets others have their turn. */

import { expect, test } from "bun:test";
import { Slices } from "../../src/documents/slices.ts";

test("a slice is over after a while, and the next one begins when others were served", async () => {
  const slices = new Slices();
  expect(slices.isOver).toBe(false);
  const until = performance.now() + 2;
  while (performance.now() < until);
  expect(slices.isOver).toBe(true);
  let served = false;
  setImmediate(() => {
    served = true;
  });
  await slices.pause();
  expect([served, slices.isOver]).toEqual([true, false]);
});

test("work rests while clients send messages, and does not when they are quiet", async () => {
  const traffic = { inMsgs: 7 };
  const slices = new Slices(traffic);
  const pauses = async (): Promise<number> => {
    const begin = performance.now();
    for (let i = 0; i < 20; i++) await slices.pause();
    return performance.now() - begin;
  };
  expect(await pauses()).toBeLessThan(15);
  traffic.inMsgs++;
  expect(await pauses()).toBeGreaterThan(19);
});
