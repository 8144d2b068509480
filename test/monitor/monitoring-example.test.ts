/** `conf/monitoring.conf`, as its comments say that it can be used. */

import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { connect } from "@nats-io/transport-node";
import { headline } from "../../src/config/language/problem.ts";
import { lint } from "../../src/config/lint/lint.ts";
import { loadConfig } from "../../src/config/load.ts";
import { ours, ServerProcess } from "../process/processes.ts";

const PATH = resolve(import.meta.dir, "../../conf/monitoring.conf");

let folder: string;
let text: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nats-monitoring-example-"));
  text = await readFile(PATH, "utf8");
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test("is valid, gives no reason for advice, and says how to start it", async () => {
  const loaded = await loadConfig(PATH, {});
  expect(loaded.problems.map(headline)).toEqual([]);
  expect(lint(loaded).map((found) => found.text)).toEqual([]);
  expect(text).toContain("nats-server -c conf/monitoring.conf");
  expect(text.split("\n").filter((line) => line.length > 100)).toEqual([]);
});

test("opens pages, a dashboard with a login, and a system account", async () => {
  const path = join(folder, "monitoring.conf");
  await writeFile(path, text.replace(/^(listen|http):.*$/gm, "$1: 127.0.0.1:-1"));
  await using server = await ServerProcess.start([...ours, "-c", path], {});
  const monitor = /Starting http monitor on (\S+)/.exec(server.text)![1];
  const at = (page: string, init?: RequestInit) => fetch(`http://${monitor}${page}`, init);

  expect(await (await at("/varz")).json()).toMatchObject({
    server_name: "watched-1",
    tags: ["region:eu", "tier:test"],
    system_account: "SYS",
  });
  const page = await at("/", { headers: { accept: "text/html", host: "nats.example.com" } });
  expect([page.status, page.headers.get("content-type")]).toEqual([
    200,
    "text/html; charset=utf-8",
  ]);
  const login = await at("/api/login", {
    method: "POST",
    headers: { "content-type": "application/json", origin: `http://${monitor}` },
    body: JSON.stringify({ user: "admin", password: "admin-secret" }),
  });
  expect([login.status, login.headers.get("set-cookie") !== null]).toEqual([200, true]);

  const servers = `127.0.0.1:${server.port}`;
  const watcher = await connect({ servers, user: "watcher", pass: "watcher-secret" });
  try {
    const answer = await watcher.request("$SYS.REQ.SERVER.PING");
    expect(answer.json()).toMatchObject({ server: { name: "watched-1" } });
  } finally {
    await watcher.close();
  }
});
