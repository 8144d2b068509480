/** What the process uses of the machine. */

import { expect, test } from "bun:test";
import { processUse } from "../../src/documents/process-use.ts";
import { until } from "../support/until.ts";

test("time of the processor and memory are measured", async () => {
  processUse();
  const end = performance.now() + 300;
  while (performance.now() < end) {}
  await until("a window with work in it", () => processUse().cpu >= 2);
  const { cpu, memory } = processUse();
  expect(cpu * 10).toBeCloseTo(Math.round(cpu * 10), 6);
  expect(memory).toBeGreaterThan(10_000_000);
  // Nothing is done any more, in the end.
  await until("an idle window", () => processUse().cpu < 50);
});
