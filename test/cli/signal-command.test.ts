/** `-sl` finds processes by `pgrep`, which these tests replace, and sends them real signals. */

import { afterEach, beforeEach, expect, test } from "bun:test";
import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Outcome, run } from "./program.ts";

let folder: string;
let target: Bun.Subprocess;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "nats-signal-"));
  await mkdir(join(folder, "bin"));
  target = Bun.spawn(["sleep", "30"]);
});

afterEach(async () => {
  target.kill("SIGKILL");
  await target.exited;
  await rm(folder, { recursive: true, force: true });
});

/** Runs `-sl` where `pgrep` is a script, or does not exist. */
async function signal(value: string, script?: string): Promise<Outcome> {
  const pgrep = join(folder, "bin/pgrep");
  if (script !== undefined) {
    await writeFile(pgrep, `#!/bin/sh\n${script}\n`);
    await chmod(pgrep, 0o755);
  }
  return run(["-sl", value], { cwd: folder, env: { PATH: join(folder, "bin") } });
}

const DONE: Outcome = { code: 0, stdout: "", stderr: "" };

function fault(text: string): Outcome {
  return { code: 1, stdout: "", stderr: `nats-server: ${text}\n` };
}

const SIGNALS = {
  stop: "SIGKILL",
  quit: "SIGINT",
  term: "SIGTERM",
  reopen: "SIGUSR1",
  reload: "SIGHUP",
  ldm: "SIGUSR2",
} as const;

for (const [command, name] of Object.entries(SIGNALS)) {
  test(`${command} sends ${name} to the one server that runs`, async () => {
    expect(await signal(command, `echo ${target.pid}`)).toEqual(DONE);
    await target.exited;
    expect(target.signalCode).toBe(name);
  });
}

test("a process id needs no pgrep", async () => {
  expect(await signal(`term=${target.pid}`)).toEqual(DONE);
  await target.exited;
  expect(target.signalCode).toBe("SIGTERM");
});

test("a file stands for the id in it, without a line break", async () => {
  await writeFile(join(folder, "a.pid"), `${target.pid}\n`);
  expect(await signal("term=a.pid")).toEqual(fault(`invalid pid: ${target.pid}\n`));
  await writeFile(join(folder, "a.pid"), String(target.pid));
  expect(await signal("term=a.pid")).toEqual(DONE);
  await target.exited;
});

test("a star stands for all servers whose id begins like that", async () => {
  const ids = `printf '%s\\n' ${target.pid} 999999999`;
  expect(await signal(`term=${target.pid}*`, ids)).toEqual(DONE);
  await target.exited;
  expect(await signal("term=12345*", "echo 999999999")).toEqual(DONE);
});

test("several servers have to be told apart", async () => {
  const ids = `printf '%s\\n' ${target.pid} 999999999`;
  const list = `${target.pid}\n999999999`;
  expect(await signal("term", ids)).toEqual(
    fault(`multiple nats-server processes running:\n${list}`),
  );
  expect(target.killed).toBe(false);
});

test("faults are told in nats-server's words", async () => {
  expect(await signal("term", "exit 1")).toEqual(fault("no nats-server processes running"));
  expect(await signal("nope", `echo ${target.pid}`)).toEqual(fault('unknown signal "nope"'));
  expect(await signal("toString=1")).toEqual(fault('unknown signal "toString"'));
  expect(await signal("reload=1=2")).toEqual(fault("invalid signal parameters: [2]"));
  expect(await signal("reload=-1")).toEqual(fault("invalid pid: -1"));
  expect(await signal("reload=999999999")).toEqual(
    fault('\nsignal "reload" 999999999: no such process'),
  );
});

test("without pgrep there is no way to find a server", async () => {
  expect(await signal("term")).toEqual(fault("unable to resolve pid, try providing one"));
});
