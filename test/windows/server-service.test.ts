/** A whole server as a service: what the manager is told, and what the controls do to the server. */

import { expect, test } from "bun:test";
import { join, resolve } from "node:path";
import type { ServiceInput, ServiceReport } from "./fixtures/run-service.ts";

const BUN = resolve(import.meta.dir, "../../node_modules/.bin/bun");
const FIXTURE = join(import.meta.dir, "fixtures/run-service.ts");
const DEADLINE_MS = 20_000;

const [STOPPED, START_PENDING, STOP_PENDING, RUNNING] = [1, 2, 3, 4];

/** Runs a service to its end. @throws Error with what it said when it reports nothing. */
async function run(
  input: ServiceInput,
  env: Record<string, string> = {},
): Promise<ServiceReport & { exit: number }> {
  const child = Bun.spawn([BUN, FIXTURE, JSON.stringify(input)], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
    env: { ...process.env, ...env },
    timeout: DEADLINE_MS,
  });
  const [text, problem, exit] = await Promise.all([
    child.stdout.text(),
    child.stderr.text(),
    child.exited,
  ]);
  if (text === "") throw new Error(`no report:\n${problem}`);
  return { ...(JSON.parse(text) as ServiceReport), exit };
}

test("a service serves while it runs, and does what it is told", async () => {
  const { log, history, code, exit } = await run({
    options: {},
    commands: ["reload", "reopen", "stop"],
  });
  expect([code, exit]).toEqual([0, 0]);
  expect(history).toEqual([
    [START_PENDING, 0],
    [RUNNING, 0],
    [STOP_PENDING, 0],
    [STOPPED, 0],
  ]);
  const since = log.slice(log.indexOf("info Server is ready") + 1);
  expect(since[0]).toBe("info Reloaded on purpose");
  expect(since.at(-1)).toBe("info Server Exiting..");
});

test("a service ends by itself after lame duck mode", async () => {
  const { log, history, code } = await run({
    options: { lameDuckDurationMs: 2, lameDuckGracePeriodMs: 1 },
    commands: ["ldm"],
  });
  expect(code).toBe(0);
  expect(history.slice(1).map(([state]) => state)).toEqual([RUNNING, STOP_PENDING, STOPPED]);
  expect(log).toContain("info Entering lame duck mode, stop accepting new clients");
});

test("a service whose port is taken ends with 1, and says why", async () => {
  const other = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const { log, history, code, exit } = await run({ options: { port: other.port }, commands: [] });
  other.stop(true);
  expect([code, exit]).toEqual([1, 1]);
  expect(history).toEqual([
    [START_PENDING, 0],
    [STOPPED, 1],
  ]);
  expect(log.at(-1)).toStartWith("fatal Error listening on port: 127.0.0.1:");
});

test("a delay that is no duration is logged, and the service runs", async () => {
  const { log, code } = await run(
    { options: {}, commands: ["quit"] },
    { NATS_STARTUP_DELAY: "5x" },
  );
  expect(code).toBe(0);
  expect(log).toContain(
    'error Failed to parse "5x" as a duration for startup: time: unknown unit "x" in duration "5x"',
  );
});
