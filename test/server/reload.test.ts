/** What SIGHUP does to a running server, beside what it does to the real one. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ours, peer, ServerProcess } from "../process/processes.ts";
import { Wire } from "../support/wire.ts";
import { type Reloadable, startReloadable } from "./reloadable.ts";

/** nats-server says these also when nothing of the kind has changed. */
const ALWAYS = ["[INF] Reloaded: authorization users", "[INF] Reloaded: accounts"];

let folder: string;
let files = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nats-reload-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

/** The lines that nats-server says only when something has changed. */
async function startWith(
  command: readonly string[],
  config: string,
  ...flags: string[]
): Promise<Reloadable> {
  const file = join(folder, `${files++}.conf`);
  const running = await startReloadable(command, file, config, ...flags);
  return {
    server: running.server,
    reload: async (text) => (await running.reload(text)).filter((line) => !ALWAYS.includes(line)),
    [Symbol.asyncDispose]: () => running[Symbol.asyncDispose](),
  };
}

describe.skipIf(peer === undefined)("as nats-server reports it", () => {
  const metadata = 'server_metadata: {a: "b"}\n';
  test.each([
    ["nothing", "", ""],
    ["max_payload", "", "max_payload: 2000\n"],
    ["max_control_line", "", "max_control_line: 512\n"],
    ["ping_interval", 'ping_interval: "1m"\n', 'ping_interval: "90s"\n'],
    ["ping_max", "", "ping_max: 7\n"],
    ["write_deadline", "", 'write_deadline: "500ms"\n'],
    ["max_traced_msg_len", "", "max_traced_msg_len: 10\n"],
    ["client_advertise", "", 'client_advertise: "a.example.com:1"\n'],
    ["debug on", "", "debug: true\n"],
    ["trace off", "trace: true\n", ""],
    ["max_connections", "", "max_connections: 5\n"],
    ["no_fast_producer_stall", "", "no_fast_producer_stall: true\n"],
    ["stalling again", "no_fast_producer_stall: true\n", ""],
    ["connect_error_reports", "", "connect_error_reports: 5\nreconnect_error_reports: 6\n"],
    ["tags", 'server_tags: ["a"]\n', 'server_tags: ["a", "b"]\n'],
    ["metadata", "", metadata],
    ["several", "ping_max: 3\n", `${metadata}max_payload: 10\ndebug: true\nping_max: 4\n`],
  ])("%s", async (_, before, after) => {
    const [mine, theirs] = await Promise.all(
      [ours, [peer!]].map(async (command) => {
        await using running = await startWith(command, before);
        // Without waiting here the server would be gone before it has answered.
        return await running.reload(after);
      }),
    );
    expect(mine).toEqual(theirs!);
  });
});

describe("a reload", () => {
  test("is seen by those who watch the server", async () => {
    const http = "http: 127.0.0.1:-1\n";
    await using running = await startWith(ours, http);
    const [, port] = /Starting http monitor on 127\.0\.0\.1:(\d+)/.exec(
      running.server.lines.join("\n"),
    )!;
    const shown = async (): Promise<Record<string, string>> =>
      (await (await fetch(`http://127.0.0.1:${port}/varz`)).json()) as Record<string, string>;
    const before = await shown();
    const lines = await running.reload(`${http}max_payload: 10\n`);
    const after = await shown();
    expect(before.config_load_time).toBe(before.start!);
    expect(Date.parse(after.config_load_time!)).toBeGreaterThan(Date.parse(after.start!));
    expect(after.config_digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(after.config_digest).not.toBe(before.config_digest!);
    expect(lines.join("\n")).toContain(after.config_digest!);
  });

  test("changes what clients that are connected may do", async () => {
    await using running = await startWith(ours, "");
    const client = await Wire.connect(running.server.port);
    await client.send("CONNECT {}\r\nPING\r\n");
    expect(await client.waitFor("PONG\r\n")).toBe(true);
    await running.reload("max_payload: 10\n");
    await client.send("PUB foo 10\r\n0123456789\r\nPING\r\n");
    expect(await client.waitFor(/\+OK\r\nPONG\r\n$/)).toBe(true);
    await client.send("PUB foo 11\r\n");
    expect(await client.waitFor("-ERR 'Maximum Payload Violation'\r\n")).toBe(true);
    expect(await client.waitForEnd()).toBe(true);

    const next = await Wire.connect(running.server.port);
    expect(await next.waitFor('"max_payload":10,')).toBe(true);
    next.close();
  });

  test("begins to trace clients that are connected", async () => {
    await using running = await startWith(ours, "");
    const client = await Wire.connect(running.server.port);
    await client.send("CONNECT {}\r\nPING\r\n");
    expect(await client.waitFor("PONG\r\n")).toBe(true);
    await running.reload("trace: true\n");
    await client.send("SUB foo 1\r\n");
    await running.server.loggedMatching(/<<- \[SUB foo 1\]$/);
    client.close();
  });

  test("closes clients that are too many", async () => {
    await using running = await startWith(ours, "");
    const clients = await Promise.all([1, 2, 3].map(() => Wire.connect(running.server.port)));
    for (const client of clients) {
      await client.send("PING\r\n");
      expect(await client.waitFor("PONG\r\n")).toBe(true);
    }
    const lines = await running.reload("max_connections: 1\n");
    expect(lines).toContain("[INF] Closed 2 connections to fall within max_connections");
    await Bun.sleep(100);
    const ended = clients.filter((client) => client.ended);
    expect(ended).toHaveLength(2);
    for (const client of ended)
      expect(client.text).toEndWith("-ERR 'maximum connections exceeded'\r\n");
    for (const client of clients) client.close();
  });

  test("names what needs a restart when nothing else fits to it", async () => {
    const users = "A { users: [{ user: a, password: b }] }";
    await using running = await startWith(
      ours,
      `accounts { S {}, ${users} }\nsystem_account: S\nmax_payload: 55\n`,
    );
    const lines = await running.reload(`accounts { ${users} }\nmax_payload: 77\n`);
    expect(lines.slice(1)).toEqual([
      '[WRN] Not reloaded, takes effect after a restart: system_account: "S" -> ""',
      "[ERR] Failed to reload server configuration: error resolving system account: account missing",
    ]);
  });

  test("applies what it can, and names what needs a restart", async () => {
    await using running = await startWith(ours, "max_pending: 5000000\n");
    const lines = await running.reload(
      "max_pending: 6000000\nmax_payload: 77\nserver_name: other\n",
    );
    expect(lines.slice(0, -1)).toEqual(
      [
        '[INF] Trapped "hangup" signal',
        "[INF] Reloaded: max_payload = 77",
        '[WRN] Not reloaded, takes effect after a restart: server_name: "" -> "other"',
        "[WRN] Not reloaded, takes effect after a restart: max_pending: 5000000 -> 6000000",
      ].sort((a, b) => lines.indexOf(a) - lines.indexOf(b)),
    );
    // Still the same options: naming them once more is right as long as they wait.
    expect(await running.reload("max_pending: 6000000\nmax_payload: 77\n")).toContain(
      "[WRN] Not reloaded, takes effect after a restart: max_pending: 5000000 -> 6000000",
    );
  });

  test("is refused when the rest would contradict what waits for a restart", async () => {
    await using running = await startWith(ours, "max_pending: 5000\nmax_payload: 1000\n");
    const lines = await running.reload("max_pending: 9000\nmax_payload: 8000\n");
    expect(lines.at(-1)).toBe(
      "[ERR] Failed to reload server configuration: max_payload (8000) cannot be higher than max_pending (5000)",
    );
  });

  test("of a broken file changes nothing", async () => {
    await using running = await startWith(ours, "max_payload: 10\n");
    const lines = await running.reload("max_payload: 20\nmax_paylod: 30\n");
    expect(lines.at(-1)).toEndWith(': unknown field "max_paylod"');
    expect(lines.at(-1)).toStartWith("[ERR] Failed to reload server configuration: ");
    const client = await Wire.connect(running.server.port);
    expect(await client.waitFor('"max_payload":10,')).toBe(true);
    client.close();
    expect(await running.reload("max_payload: 20\n")).toContain("[INF] Reloaded: max_payload = 20");
  });

  test("without a file is refused", async () => {
    await using server = await ServerProcess.start([...ours, "-a", "127.0.0.1", "-p", "-1"]);
    server.kill("SIGHUP");
    await server.logged(
      "[ERR] Failed to reload server configuration: can only reload config when a file is provided using -c or --config",
    );
  });

  test("leaves flags in force", async () => {
    await using running = await startWith(ours, "max_payload: 10\n", "-n", "flagged", "-D");
    const lines = await running.reload("max_payload: 20\ndebug: false\n");
    expect(lines).toEqual([
      '[INF] Trapped "hangup" signal',
      "[INF] Reloaded: max_payload = 20",
      expect.stringMatching(/^\[INF\] Reloaded server configuration \(sha256:/),
    ]);
  });

  test("moves the log, and keeps the old one when the new one cannot be opened", async () => {
    await using running = await startWith(ours, "");
    const file = join(folder, "moved.log");
    const lines = await running.reload(`log_file: "${folder}/no/such/folder.log"\n`);
    expect(lines.join("\n")).toContain("The log stays what it was: ");
    const unopened = `log_file: "${folder}/no/such/folder.log"\n`;
    expect((await running.reload(`debug: true\n${unopened}`)).join("\n")).toContain("stays what");
    const client = await Wire.connect(running.server.port);
    await running.server.loggedMatching(/^\[DBG\] .* Client connection created$/);
    client.close();
    running.server.kill("SIGHUP");
    await Bun.sleep(100);
    await writeFile(
      join(folder, `${files - 1}.conf`),
      `listen: "127.0.0.1:-1"\nlog_file: "${file}"\n`,
    );
    running.server.kill("SIGHUP");
    let text = "";
    for (let i = 0; i < 400 && !text.includes("Reloaded server configuration"); i++) {
      await Bun.sleep(10);
      text = await readFile(file, "utf8").catch(() => "");
    }
    expect(text).toContain("Reloaded server configuration (sha256:");
  });

  test("writes a new pid file and leaves the old one", async () => {
    const [first, second] = [join(folder, "a.pid"), join(folder, "b.pid")];
    await using running = await startWith(ours, `pid_file: "${first}"\n`);
    const lines = await running.reload(`pid_file: "${second}"\n`);
    expect(lines).toContain(`[INF] Reloaded: pid_file = ${second}`);
    expect(await readFile(second, "utf8")).toBe(String(running.server.pid));
    expect(await readFile(first, "utf8")).toBe(String(running.server.pid));
  });
});

describe("who has to say who it is", () => {
  test("is asked from a reload on", async () => {
    await using running = await startWith(ours, "");
    const client = await Wire.connect(running.server.port);
    await client.send("CONNECT {}\r\nPING\r\n");
    expect(await client.waitFor("PONG\r\n")).toBe(true);
    await running.reload('authorization { user: a, password: "b" }\n');
    expect(await client.waitFor("-ERR 'Authorization Violation'\r\n")).toBe(true);
    expect(await client.waitForEnd()).toBe(true);
    const next = await Wire.connect(running.server.port);
    await next.send('CONNECT {"user":"a","pass":"b","verbose":false}\r\nPING\r\n');
    expect(await next.waitFor("PONG\r\n")).toBe(true);
  });
});

describe("accounts that a reload brings", () => {
  test("let their users in, and those go who are none", async () => {
    await using running = await startWith(ours, "");
    const client = await Wire.connect(running.server.port);
    await client.send("CONNECT {}\r\nPING\r\n");
    expect(await client.waitFor("PONG\r\n")).toBe(true);
    await running.reload('accounts { A { users: [{ user: a, password: "b" }] } }\n');
    expect(await client.waitFor("-ERR 'Authorization Violation'\r\n")).toBe(true);
    expect(await client.waitForEnd()).toBe(true);
    const next = await Wire.connect(running.server.port);
    await next.send('CONNECT {"user":"a","pass":"b","protocol":1}\r\nPING\r\n');
    expect(await next.waitFor('"remote_account":"A"')).toBe(true);
    await running.reload("");
    expect(await next.waitForEnd()).toBe(true);
  });
});
