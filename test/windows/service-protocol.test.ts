/** States and controls of a service, without a system to report to. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { ServiceStatus } from "../../src/windows/layouts.ts";
import { ServiceProtocol, startTimeout } from "../../src/windows/service-protocol.ts";
import { TestProgram, until } from "./program.ts";

const DELAY = "NATS_STARTUP_DELAY";
const NAMES = ["", "stopped", "start pending", "stop pending", "running"];

let program: TestProgram;
let statuses: ServiceStatus[];
let protocol: ServiceProtocol;

function states(): string[] {
  return statuses.map(({ state }) => NAMES[state] ?? "unknown");
}

async function run(): Promise<{ exit: Promise<number> }> {
  const exit = protocol.run();
  await until("running", () => states().at(-1) === "running");
  return { exit };
}

beforeEach(() => {
  delete process.env[DELAY];
  program = new TestProgram();
  statuses = [];
  protocol = new ServiceProtocol(program, (status) => void statuses.push(status));
});

afterEach(() => {
  delete process.env[DELAY];
});

describe("the time a start may take", () => {
  test("is 10 s, or what the environment says", () => {
    expect(startTimeout(program.log)).toBe(10_000);
    expect(startTimeout(program.log, "1m30s")).toBe(90_000);
    expect(startTimeout(program.log, "1.5ms")).toBe(1.5);
    expect(startTimeout(program.log, "-5s")).toBe(0);
    expect(program.events).toEqual([]);
  });

  test("is never more than a timer takes", () => {
    expect(startTimeout(program.log, "2000h")).toBe(2 ** 31 - 1);
  });

  test("stays 10 s when it is no duration, which is logged", () => {
    for (const text of ["5", "soon", "", "5 s", "3x"]) {
      expect(startTimeout(program.log, text)).toBe(10_000);
    }
    const prefix = (text: string) => `ERR Failed to parse "${text}" as a duration for startup: `;
    expect(program.events).toEqual([
      `${prefix("5")}time: missing unit in duration "5"`,
      `${prefix("soon")}time: invalid duration "soon"`,
      `${prefix("")}time: invalid duration ""`,
      `${prefix("5 s")}time: unknown unit " s" in duration "5 s"`,
      `${prefix("3x")}time: unknown unit "x" in duration "3x"`,
    ]);
  });
});

describe("a start", () => {
  test("that is too slow ends the service with 1", async () => {
    process.env[DELAY] = "30ms";
    program.starting = () => new Promise(() => {});
    expect(await protocol.run()).toBe(1);
    expect(statuses).toEqual([
      { state: 2, accepts: 0, exitCode: 0, waitHintMs: 30 },
      { state: 1, accepts: 0, exitCode: 1, waitHintMs: 0 },
    ]);
    expect(program.events).toEqual(["start"]);
  });

  test("that is slow but not too slow runs, and takes controls from then on only", async () => {
    process.env[DELAY] = "10s";
    const ready = Promise.withResolvers<void>();
    program.starting = () => ready.promise;
    const exit = protocol.run();
    for (const code of [1, 5, 6, 128, 129]) protocol.control(code);
    expect(program.events.slice(1)).toEqual(
      [1, 5, 6, 128, 129].map((code) => `DBG Unexpected control request: ${code}`),
    );
    ready.resolve();
    await until("running", () => states().at(-1) === "running");
    protocol.control(1);
    expect(await exit).toBe(0);
    expect(states()).toEqual(["start pending", "running", "stop pending", "stopped"]);
  });

  test("is waited for by a timer that does not outlive it", async () => {
    process.env[DELAY] = "20ms";
    const { exit } = await run();
    await Bun.sleep(40);
    expect(states().at(-1)).toBe("running");
    protocol.control(1);
    await exit;
  });
});

describe("controls", () => {
  test.each([
    ["Stop", 1],
    ["Shutdown", 5],
  ])("%s shuts down", async (_name, code) => {
    const { exit } = await run();
    protocol.control(code);
    protocol.control(code);
    expect(await exit).toBe(0);
    expect(program.events).toEqual(["start", "stop"]);
    expect(statuses.at(-1)).toEqual({ state: 1, accepts: 0, exitCode: 0, waitHintMs: 0 });
  });

  test("Interrogate reports the state again", async () => {
    const { exit } = await run();
    protocol.control(4);
    expect(statuses).toHaveLength(3);
    expect(statuses[2]).toEqual({ state: 4, accepts: 0x0d, exitCode: 0, waitHintMs: 0 });
    protocol.control(1);
    await exit;
  });

  test("others are debug lines", async () => {
    const { exit } = await run();
    for (const code of [2, 3, 14, 127, 130, 255]) protocol.control(code);
    expect(program.events.slice(1)).toEqual(
      [2, 3, 14, 127, 130, 255].map((code) => `DBG Unexpected control request: ${code}`),
    );
    protocol.control(5);
    await exit;
  });

  test("none has an effect while the service stops", async () => {
    const shutdown = Promise.withResolvers<void>();
    program.stopping = () => shutdown.promise;
    const { exit } = await run();
    protocol.control(1);
    await until("stopping", () => program.events.includes("stop"));
    for (const code of [1, 6, 128, 129]) protocol.control(code);
    shutdown.resolve();
    await exit;
    expect(program.events.filter((event) => !event.startsWith("DBG"))).toEqual(["start", "stop"]);
  });

  test("a reload that fails is logged, and the service goes on", async () => {
    program.reloading = () => Promise.reject(new Error("bad file"));
    program.reopening = () => Promise.reject(new Error("no folder"));
    const { exit } = await run();
    protocol.control(6);
    protocol.control(128);
    await until("both", () => program.events.length === 5);
    expect(program.events.slice(1)).toEqual([
      "reload",
      "ERR Failed to reload server configuration: bad file",
      "reopen",
      "ERR Failed to reopen the log file: no folder",
    ]);
    expect(states().at(-1)).toBe("running");
    protocol.control(1);
    expect(await exit).toBe(0);
  });

  test("reloads follow each other, and do not pile up", async () => {
    const reload = Promise.withResolvers<void>();
    program.reloading = () => reload.promise;
    const { exit } = await run();
    protocol.control(6);
    await until("reload", () => program.events.includes("reload"));
    for (let i = 0; i < 100; i++) {
      protocol.control(6);
      protocol.control(128);
    }
    await Bun.sleep(1);
    expect(program.events).toEqual(["start", "reload"]);
    reload.resolve();
    await until("all", () => program.events.length === 4);
    await Bun.sleep(1);
    expect(program.events).toEqual(["start", "reload", "reload", "reopen"]);
    protocol.control(1);
    await exit;
  });
});

describe("the end", () => {
  test("comes by itself, as after lame duck mode", async () => {
    const { exit } = await run();
    protocol.control(129);
    expect(program.events).toEqual(["start", "lame duck"]);
    program.end();
    expect(await exit).toBe(0);
    expect(states()).toEqual(["start pending", "running", "stop pending", "stopped"]);
  });

  test("comes also when the shutdown fails, which is logged", async () => {
    program.stopping = () => Promise.reject(new Error("disk full"));
    const { exit } = await run();
    protocol.control(1);
    expect(await exit).toBe(0);
    expect(program.events.at(-1)).toBe("ERR Failed to shut down: disk full");
    expect(states().at(-1)).toBe("stopped");
  });
});
