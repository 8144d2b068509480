/** Faults that nobody handles: logged once, then the end. */

import { expect, test } from "bun:test";
import { describeFault } from "../../src/process/crash.ts";
import { CRASH_WITH_LOG, fixture, ServerProcess } from "./processes.ts";

test.each([
  ["throw", "[FTL] Uncaught exception: TypeError: thrown on purpose"],
  ["reject", "[FTL] Unhandled rejection: Error: rejected on purpose"],
  ["string", "[FTL] Uncaught exception: a thrown string: a string on purpose"],
  ["object", "[FTL] Uncaught exception: a thrown Object"],
] as const)("a crash by %s ends the process with 2 and says why", async (crash, line) => {
  await using server = await ServerProcess.start(fixture({ crash }));
  expect(await server.exit()).toBe(2);
  const [first, ...stack] = server.linesSinceReady;
  expect(first).toBe(line);
  for (const frame of stack) expect(frame).toMatch(/^ {4}at /);
  expect(stack.length > 0).toBe(crash === "throw" || crash === "reject");
  expect(server.text).not.toContain("s3cr3t");
});

test("faults that follow the first are not logged", async () => {
  await using server = await ServerProcess.start(fixture({ crash: "twice" }));
  expect(await server.exit()).toBe(2);
  expect(server.lines.filter((line) => line.startsWith("[FTL]")).length).toBe(1);
});

test.each(["stuck", "broken"] as const)("a log that is %s does not hold it up", async (log) => {
  await using server = ServerProcess.spawn([...CRASH_WITH_LOG, log]);
  const begun = performance.now();
  expect(await server.exit()).toBe(2);
  expect(performance.now() - begun).toBeLessThan(5_000);
});

test("a log that takes its time is waited for", async () => {
  await using server = ServerProcess.spawn([...CRASH_WITH_LOG, "slow"]);
  expect(await server.exit()).toBe(2);
  expect(server.text).toStartWith("late: Uncaught exception: TypeError: thrown on purpose\n");
  expect(server.text.split("Uncaught exception").length).toBe(2);
});

test("a fault is described by its text, cut to a bound", () => {
  expect(describeFault(undefined)).toBe("a thrown undefined: undefined");
  expect(describeFault(Object.create(null))).toBe("a thrown undefined");
  expect(describeFault(new RangeError("x".repeat(1_000_000))).length).toBeLessThan(10_000);
  const bare = new Error("no stack");
  bare.stack = "";
  expect(describeFault(bare)).toBe("Error: no stack\n");
});
