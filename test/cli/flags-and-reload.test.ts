/** Servers started with a file and flags: what counts at the start, and on each reload. */

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Wire } from "../support/wire.ts";
import { type RunningServer, run, start } from "./program.ts";

let folder: string;
let server: RunningServer | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "nats-flags-"));
});

afterEach(async () => {
  server?.kill("SIGKILL");
  await server?.exited;
  server = undefined;
  await rm(folder, { recursive: true, force: true });
});

function write(text: string): Promise<void> {
  return writeFile(join(folder, "a.conf"), text);
}

async function serve(...flags: string[]): Promise<RunningServer> {
  server = start(["-c", "a.conf", "-a", "127.0.0.1", "-p", "-1", ...flags], folder);
  await server.logged("Server is ready");
  return server;
}

/** Has the file read again, after a change. */
async function reload(running: RunningServer, text: string): Promise<string> {
  const before = running.log().length;
  await write(text);
  running.kill("SIGHUP");
  await running.logged("eloaded server configuration (sha256:");
  return running.log().slice(before);
}

describe("a reload", () => {
  test("lets flags keep counting, also those that nats-server forgets", async () => {
    await write("server_name: file\nmax_payload: 1000\n");
    const running = await serve("-n", "flag", "--max_traced_msg_len=9", "-D=false");
    const log = await reload(running, "server_name: other\nmax_payload: 2000\ndebug: true\n");
    expect(log).toContain("Reloaded: max_payload = 2000");
    expect(log).not.toMatch(/restart|server_name|debug|traced|port|host/);

    const [, port] = /client connections on \S+:(\d+)/.exec(running.log())!;
    const wire = await Wire.connect(Number(port));
    await wire.waitFor("\r\n");
    expect(JSON.parse(wire.text.slice("INFO ".length))).toMatchObject({
      server_name: "flag",
      max_payload: 2000,
    });
    wire.close();
  });

  test("changes nothing when flags and the new file contradict each other", async () => {
    await write("max_payload: 1000\n");
    const running = await serve();
    await write("max_payload: 9MB\nmax_pending: 1MB\n");
    running.kill("SIGHUP");
    await running.logged("Failed to reload server configuration: max_payload (9437184) cannot be");
    expect(running.log()).not.toContain("Reloaded server configuration");
  });

  test("is refused without a file", async () => {
    server = start(["-a", "127.0.0.1", "-p", "-1"], folder);
    await server.logged("Server is ready");
    server.kill("SIGHUP");
    await server.logged("can only reload config when a file is provided using -c or --config");
  });
});

describe("a start", () => {
  test("says which flags have no effect yet", async () => {
    await write("max_payload: 1000\n");
    const running = await serve("--profile", "-1");
    expect(running.log()).toContain(
      '[WRN] "--profile" has no effect: this version has no profiling yet',
    );
  });

  test("that flags make impossible ends before anything is logged", async () => {
    await write("max_payload: 1000\n");
    const args = ["-c", "a.conf", "-p", "-1", "--routes", "nats://u:secret@h:1"];
    expect(await run(args, { cwd: folder })).toEqual({
      code: 1,
      stdout: "",
      stderr: "nats-server: solicited routes require cluster capabilities, e.g. --cluster\n",
    });
  });

  test("never shows secrets of flags", async () => {
    await write("max_payload: 1000\n");
    const secrets = ["--user", "hidden", "--pass", "hidden", "--auth", "hidden"];
    const running = await serve(
      "-DVV",
      ...secrets,
      "--cluster",
      "nats://hidden:hidden@127.0.0.1:-1",
    );
    await reload(running, "max_payload: 2000\n");
    running.kill("SIGQUIT");
    expect(await running.exited).toBe(2);
    expect(running.log()).not.toContain("hidden");
  });
});
