/** A service from its start to its end, with a service control manager on threads of its own. */

import { beforeEach, describe, expect, test } from "bun:test";
import { runAsService } from "../../src/windows/service.ts";
import { sendServiceControl } from "../../src/windows/service-control.ts";
import { manager, managerCalls } from "./manager.ts";
import { TestProgram, until } from "./program.ts";

/** Service type, state, controls accepted, exit code, specific exit code, checkpoint, wait hint. */
const START_PENDING = [0x10, 2, 0, 0, 0, 0, 10_000];
const RUNNING = [0x10, 4, 0xd, 0, 0, 0, 0];
const STOP_PENDING = [0x10, 3, 0, 0, 0, 0, 30_000];
const STOPPED = [0x10, 1, 0, 0, 0, 0, 0];
const PATIENCE = { pollMs: 5, timeoutMs: 2_000 };

function send(command: string, service = ""): Promise<void> {
  return sendServiceControl(command, service, managerCalls, PATIENCE);
}

async function start(program: TestProgram): Promise<{ exit: Promise<number> }> {
  const exit = runAsService(program, managerCalls);
  await until("running", () => manager.history().length === 2);
  return { exit };
}

beforeEach(() => manager.reset());

describe("a service", () => {
  test("starts, runs and stops at a control", async () => {
    const program = new TestProgram();
    const { exit } = await start(program);
    expect(manager.serviceName()).toBe("nats-server");
    expect(manager.history()).toEqual([START_PENDING, RUNNING]);
    expect(program.events).toEqual(["start"]);

    await send("stop");
    expect(await exit).toBe(0);
    expect(manager.history()).toEqual([START_PENDING, RUNNING, STOP_PENDING, STOPPED]);
    expect(program.events).toEqual(["start", "stop"]);
  });

  test("is still stopping while the server shuts down", async () => {
    const program = new TestProgram();
    const shutdown = Promise.withResolvers<void>();
    program.stopping = () => shutdown.promise;
    const { exit } = await start(program);
    const sent = send("quit");
    await until("stopping", () => program.events.includes("stop"));
    expect(manager.history().at(-1)).toEqual(STOP_PENDING);
    shutdown.resolve();
    await sent;
    expect(await exit).toBe(0);
    expect(manager.history().at(-1)).toEqual(STOPPED);
  });

  test("takes reload, reopen and lame duck while it runs", async () => {
    const program = new TestProgram();
    const { exit } = await start(program);
    for (const command of ["reload", "reopen", "ldm"]) await send(command);
    await until("all", () => program.events.length === 4);
    expect(program.events).toEqual(["start", "reload", "reopen", "lame duck"]);
    expect(manager.history()).toEqual([START_PENDING, RUNNING]);

    program.end();
    expect(await exit).toBe(0);
    expect(manager.history().slice(2)).toEqual([STOP_PENDING, STOPPED]);
  });

  test("answers when it is asked for its state", async () => {
    const program = new TestProgram();
    const { exit } = await start(program);
    const status = new Uint32Array(7);
    const scm = managerCalls.OpenSCManagerW(null, null, 1);
    const name = Uint16Array.from("nats-server\0", (char) => char.charCodeAt(0));
    const service = managerCalls.OpenServiceW(scm, name, 0x80);
    expect(managerCalls.ControlService(service, 4, status)).toBe(1);
    await until("answer", () => manager.history().length === 3);
    expect(manager.history()[2]).toEqual(RUNNING);
    expect([...status]).toEqual(RUNNING);
    await send("stop");
    await exit;
  });

  test("handles hundreds of controls from the manager's thread", async () => {
    const program = new TestProgram();
    const { exit } = await start(program);
    for (let i = 0; i < 250; i++) {
      await send("ldm");
      await send("ldm", "other");
      Bun.gc(false);
    }
    await until("all", () => program.events.length === 501);
    await send("stop");
    expect(await exit).toBe(0);
  }, 20_000);

  test("that does not start ends with 1", async () => {
    const program = new TestProgram();
    program.starting = () => Promise.reject(new Error("port taken"));
    expect(await runAsService(program, managerCalls)).toBe(1);
    expect(manager.history()).toEqual([START_PENDING, [0x10, 1, 0, 1, 0, 0, 0]]);
  });

  test("throws when there is no service control manager", async () => {
    manager.refuseConnection();
    const program = new TestProgram();
    expect(runAsService(program, managerCalls)).rejects.toThrow(
      /^The service process could not connect to the service controller\.$/,
    );
    expect(program.events).toEqual([]);
  });
});
