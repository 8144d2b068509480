/** The queue of waiting lines, held against a plain array. */

import { expect, test } from "bun:test";
import { LineQueue } from "../../src/log/line-queue.ts";
import { withSeed } from "../support/prng.ts";

test("lines come out whole and in order, as many as were asked for", async () => {
  await withSeed((random) => {
    const bytesMax = random.between(1, 300);
    const queue = new LineQueue(bytesMax);
    const model: string[] = [];
    const bytes = (lines: readonly string[]): number => Buffer.byteLength(lines.join(""));
    let dropped = 0;
    for (let i = 0; i < 5_000; i++) {
      if (random.chance(3) && model.length > 0) {
        const asked = random.below(200) - 20;
        let count = 1;
        while (count < model.length && bytes(model.slice(0, count)) <= asked) count++;
        expect(queue.take(asked)).toBe(model.splice(0, count).join(""));
      } else {
        const line = `${i}${random.pick(["", "x", "ü", "€"]).repeat(random.below(40))}\n`;
        queue.push(line);
        if (model.length === 0 || bytes(model) + bytes([line]) <= bytesMax) model.push(line);
        else dropped++;
      }
      expect(queue.count).toBe(model.length);
      expect(queue.isEmpty).toBe(model.length === 0);
      expect(queue.dropped).toBe(dropped);
      if (random.chance(50)) {
        expect(queue.takeDropped()).toBe(dropped);
        dropped = 0;
      }
    }
  });
});
