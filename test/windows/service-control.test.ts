/** `-sl` on Windows: what is sent, which rights it takes, and what is said when it fails. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runAsService } from "../../src/windows/service.ts";
import { sendServiceControl } from "../../src/windows/service-control.ts";
import { manager, managerCalls } from "./manager.ts";
import { TestProgram, until } from "./program.ts";

const PATIENCE = { pollMs: 5, timeoutMs: 100 };
const NO_SERVICE =
  "could not access service: The specified service does not exist as an installed service.";

function send(command: string, service = ""): Promise<void> {
  return sendServiceControl(command, service, managerCalls, PATIENCE);
}

/** What went wrong; "" if nothing did. */
async function fault(command: string, service?: string): Promise<string> {
  try {
    await send(command, service);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

let folder: string;
beforeEach(async () => {
  manager.reset();
  folder = await mkdtemp(join(tmpdir(), "nats-server-service-"));
});
afterEach(() => rm(folder, { recursive: true }));

describe("a running service", () => {
  let program: TestProgram;
  let exit: Promise<number>;
  beforeEach(async () => {
    program = new TestProgram();
    exit = runAsService(program, managerCalls);
    await until("running", () => manager.history().length === 2);
  });
  afterEach(async () => {
    program.end();
    await exit;
    expect(manager.openHandles()).toBe(0);
  });

  /** Rights to query, and to stop, to pause and continue, or to send controls of its own. */
  test.each([
    ["stop", "stop", 0x24],
    ["quit", "stop", 0x24],
    ["reload", "reload", 0x44],
    ["reopen", "reopen", 0x104],
    ["ldm", "lame duck", 0x104],
  ])("is sent %s", async (command, event, rights) => {
    await send(command);
    await until(event, () => program.events.includes(event));
    expect(manager.rightsAsked()).toBe(rights);
  });

  test("is found by its name, and by a file that holds the name", async () => {
    await send("reload", "other");
    const file = join(folder, "name");
    await writeFile(file, "other");
    await send("reopen", file);
    await until("both", () => program.events.length === 3);
    await writeFile(file, "other\n");
    expect(await fault("reopen", file)).toBe(NO_SERVICE);
    expect(await fault("reopen", join(folder, "none"))).toBe(NO_SERVICE);
    await writeFile(file, "other\0");
    expect(await fault("reopen", file)).toBe("could not access service: invalid argument");
  });

  test("is looked for before the command is", async () => {
    expect(await fault("term")).toBe('unknown signal "term"');
    expect(await fault('"')).toBe('unknown signal "\\""');
    expect(await fault("toString")).toBe('unknown signal "toString"');
    expect(await fault("term", "missing")).toBe(NO_SERVICE);
  });

  test("is asked until it has stopped", async () => {
    manager.delayQueries(5);
    await send("stop");
    expect(manager.history()).toHaveLength(4);
  });

  test("that does not stop in time is given up", async () => {
    manager.delayQueries(1000);
    expect(await fault("stop")).toBe("timeout waiting for service to go to state=1");
  });
});

test("a service that does not run cannot be sent anything", async () => {
  const problem = "The service has not been started.";
  expect(await fault("stop")).toBe(`could not send control=1: ${problem}`);
  expect(await fault("reload")).toBe(`could not send control=6: ${problem}`);
  expect(await fault("reopen")).toBe(`could not send control=128: ${problem}`);
  expect(await fault("ldm")).toBe(`could not send control=129: ${problem}`);
  expect(manager.openHandles()).toBe(0);
});

test("a manager that refuses is quoted, in the language that the system has", async () => {
  manager.denyAccess();
  expect(await fault("stop")).toBe("Zugriff verweigert");
});
