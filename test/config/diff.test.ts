/** What differs between two files, and what a reload would do about it. */

import { describe, expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { type Change, changes, describeChange, reloadable } from "../../src/config/diff.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { Options } from "../../src/config/options/options.ts";
import { ROOT } from "../../src/config/sections/root.ts";
import { Folder } from "../process/processes.ts";

const SECRET = "T0pS3cr3t";

async function optionsOf(text: string): Promise<Options> {
  await using folder = await Folder.make();
  const path = folder.join("a.conf");
  await writeFile(path, text);
  return (await loadConfig(path, {})).options;
}

async function diff(from: string, to: string): Promise<Change[]> {
  return changes(ROOT, await optionsOf(from), await optionsOf(to));
}

/** `rule key: from -> to` */
async function linesOf(from: string, to: string): Promise<string[]> {
  return (await diff(from, to)).map((change) => `${change.rule} ${describeChange(change)}`);
}

describe("a difference", () => {
  test.each([
    ["max_payload: 1k", "max_payload: 2k", "live max_payload: 1000 -> 2000"],
    ["debug: false", "debug: true", "live debug: false -> true"],
    ["ping_interval: 90s", "", "live ping_interval: 1m30s -> 2m0s"],
    ["port: 1", "port: 2", "restart port: 1 -> 2"],
    ["server_name: a", "server_name: b", 'restart server_name: "a" -> "b"'],
    ["http: 'a:1'", "http: 'b:1'", 'restart http: "a" -> "b"'],
    [
      "tls { handshake_first: 1s }",
      "tls { handshake_first: 2s }",
      "live tls.handshake_first: 1s -> 2s",
    ],
    ["debug: true", "max_pending: 1k, debug: true", "restart max_pending: 67108864 -> 1000"],
  ])("from %j to %j", async (from, to, line) => {
    expect(await linesOf(from, to)).toEqual([line]);
  });

  test("is none when another spelling or order says the same", async () => {
    const from = "port: 4222, max_connections: 100, debug: true";
    expect(await linesOf(from, "DEBUG: yes\nmax_conn: 100\nlisten: '0.0.0.0:4222'")).toEqual([]);
  });

  test("in a block has the block's name", async () => {
    const from = "authorization { user: a, password: b, timeout: 1 }";
    const to = "authorization { user: a, password: b, timeout: 3 }";
    const [change, ...others] = await diff(from, to);
    expect(others).toEqual([]);
    expect(change).toMatchObject({ key: "authorization.timeout", from: 1000, to: 3000 });
  });

  test("of a whole block is that it was added or removed", async () => {
    const block = `authorization { user: a, password: ${SECRET} }`;
    expect(await linesOf("debug: true", `debug: true, ${block}`)).toEqual([
      "live authorization added",
    ]);
    expect(await linesOf(`debug: true, ${block}`, "debug: true")).toEqual([
      "live authorization removed",
    ]);
  });

  test.each([
    ["authorization { token: x }", `authorization { token: ${SECRET} }`, "authorization.token"],
    [
      "authorization { user: a, password: x }",
      `authorization { user: a, password: ${SECRET} }`,
      "authorization.password",
    ],
    [
      "cluster { routes: ['nats://a:b@c:1'] }",
      `cluster { routes: ['nats://a:${SECRET}@c:1'] }`,
      "cluster.routes",
    ],
    ["remote_syslog: 'udp://a:1'", `remote_syslog: 'udp://${SECRET}:1'`, "remote_syslog"],
  ])("of a secret does not show it: %j, %j", async (from, to, key) => {
    const [line, ...others] = await linesOf(from, to);
    expect(others).toEqual([]);
    expect(line).toEndWith(` ${key} changed`);
  });
});

test("a reload takes what it can, and leaves the rest as it was", async () => {
  const from = await optionsOf("port: 1, debug: false, max_pending: 2MB");
  const to = await optionsOf("port: 2, debug: true, max_pending: 3MB, ping_max: 9");
  const result = reloadable(from, to, changes(ROOT, from, to));
  expect(result).toMatchObject({ port: 1, debug: true, maxPending: 2 * 2 ** 20, pingMax: 9 });
  expect(to.port).toBe(2);
});
