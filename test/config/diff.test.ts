/** What differs between two files, and what a reload would do about it. */

import { describe, expect, test } from "bun:test";
import { writeFile } from "node:fs/promises";
import { type Change, changes, describeChange, reloadable } from "../../src/config/diff.ts";
import { loadConfig } from "../../src/config/load.ts";
import type { Options } from "../../src/config/options/options.ts";
import { ROOT } from "../../src/config/sections/root.ts";
import { Folder } from "../process/processes.ts";
import { newKey } from "../support/jwt.ts";

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

test("a difference in the list of clusters waits for a restart, unless it is in their TLS", async () => {
  const list = (...remotes: string[]): string =>
    `gateway { gateways: [${remotes.map((each) => `{ ${each} }`).join(", ")}] }`;
  const [b, c] = ["name: B, url: 'nats://b:1'", "name: C, url: 'nats://c:1'"];
  expect(await linesOf(list(b, c), list(c, `${b}, tls { insecure: true }`))).toEqual([
    "silent gateway.gateways changed",
  ]);
  expect(await linesOf(list(b), list(b, c))).toEqual(["restart gateway.gateways changed"]);
  expect(await linesOf(list(b), list("name: B, url: 'nats://b:2'"))).toEqual([
    "restart gateway.gateways changed",
  ]);
});

test("a reload takes what it can, and leaves the rest as it was", async () => {
  const from = await optionsOf("port: 1, debug: false, max_pending: 2MB");
  const to = await optionsOf("port: 2, debug: true, max_pending: 3MB, ping_max: 9");
  const result = reloadable(to, changes(ROOT, from, to));
  expect(result).toMatchObject({ port: 1, debug: true, maxPending: 2 * 2 ** 20, pingMax: 9 });
  expect(to.port).toBe(2);
});

test("a difference of accounts names them, and no secret", async () => {
  const from = "accounts { OLD {}, SAME {}, SHOP { users: [{user: a, password: b}] } }";
  const to =
    "accounts { NEW {}, SAME {}, SHOP { users: [{user: a, password: c}], limits {max_payload: 1} } }";
  expect(await linesOf(from, to)).toEqual([
    "live accounts: NEW added, SHOP changed (users, limits), OLD removed",
  ]);
  expect(await linesOf("accounts { A {}, B {} }", "accounts { B {}, A {} }")).toEqual([
    "live accounts: another order",
  ]);
  const many = Array.from({ length: 12 }, (_, at) => `A${at} {}`).join("\n");
  expect((await linesOf("", `accounts {\n${many}\n}`))[0]).toEndWith("A9 added, and 2 more");
});

test("what needs a restart waits, even when the block around it comes or goes", async () => {
  const issuer = newKey("A", 1).publicKey;
  const callout = `auth_callout { issuer: ${issuer}, auth_users: [auth] }`;
  const rest = "timeout: 3, user: a, password: b";
  const [none, plain, asking] = await Promise.all(
    ["port: 1", `port: 1, authorization { ${rest} }`, `port: 1, authorization { ${callout} }`].map(
      optionsOf,
    ),
  );
  const added = changes(ROOT, none!, asking!);
  expect(added.map((change) => `${change.rule} ${describeChange(change)}`)).toEqual([
    "live authorization added",
    "restart authorization.auth_callout added",
  ]);
  expect(reloadable(asking!, added).authorization).toMatchObject({ authCallout: null });
  const removed = reloadable(none!, changes(ROOT, asking!, none!));
  expect(removed.authorization).toMatchObject({ authCallout: { issuer }, user: "" });
  const replaced = reloadable(plain!, changes(ROOT, asking!, plain!));
  expect(replaced.authorization).toMatchObject({ authCallout: { issuer }, user: "a" });
  expect(none!.authorization).toBeNull();
});
