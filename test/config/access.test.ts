/** What blocks about users, permissions and accounts become. */

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type LoadedConfig, loadConfig } from "../../src/config/load.ts";
import type { Permissions, SubjectPermission } from "../../src/config/options/auth.ts";
import type { Options } from "../../src/config/options/options.ts";

let folder: string;
let files = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "nats-access-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function load(text: string): Promise<LoadedConfig> {
  const path = join(folder, `${files++}.conf`);
  await writeFile(path, text);
  return loadConfig(path, {});
}

async function optionsOf(text: string): Promise<Options> {
  const { options, problems } = await load(text);
  expect(problems.filter(({ severity }) => severity !== "lint")).toEqual([]);
  return options;
}

async function permissionsOf(text: string): Promise<Permissions | null> {
  const file = `authorization { users: [{user: a, permissions { ${text} }}] }`;
  return (await optionsOf(file)).authorization!.users![0]!.permissions;
}

const rules = (
  allow: SubjectPermission["allow"],
  deny: SubjectPermission["deny"] = null,
): SubjectPermission => ({ allow, deny });

describe("permissions", () => {
  test("are what may be used, in each of their forms", async () => {
    expect(await permissionsOf("publish: a, subscribe: ['b', 'c q']")).toEqual({
      publish: rules(["a"]),
      subscribe: rules(["b", "c q"]),
      responses: null,
    });
    expect((await permissionsOf("sub { allow: a, deny: [b] }"))?.subscribe).toEqual(
      rules(["a"], ["b"]),
    );
  });

  test("say nothing in an empty block, or an empty list of what is denied", async () => {
    expect(await permissionsOf("publish {deny: []}, subscribe {}")).toEqual({
      publish: rules(null),
      subscribe: null,
      responses: null,
    });
  });

  test("allow nothing in an empty list", async () => {
    expect(await permissionsOf("publish: [], subscribe {allow: [], deny: [a]}")).toEqual({
      publish: rules([]),
      subscribe: rules([], ["a"]),
      responses: null,
    });
  });

  test("of a cluster say nothing in an empty list", async () => {
    const { cluster } = await optionsOf(
      "cluster { name: c, permissions { import: [], export {allow: [], deny: a} } }",
    );
    expect(cluster?.permissions).toEqual({
      publish: rules(null),
      subscribe: rules(null, ["a"]),
      responses: null,
    });
  });

  test("that allow responses allow nothing else, unless it is listed", async () => {
    expect(await permissionsOf("allow_responses: true")).toEqual({
      publish: rules([]),
      subscribe: null,
      responses: { maxMsgs: 1, expiresMs: 120_000 },
    });
    const listed = await permissionsOf("allow_responses { max: 0, ttl: '-1s' }, publish: a");
    expect(listed?.publish).toEqual(rules(["a"]));
    expect(listed?.responses).toEqual({ maxMsgs: 1, expiresMs: -1000 });
  });
});

describe("a user", () => {
  const usersOf = async (...users: string[]) =>
    (await optionsOf(`authorization { users: [${users}] }`)).authorization!.users!;

  test("may be kept from subscribing with wildcards", async () => {
    const users = await usersOf(
      "{user: a}",
      "{user: b, no_wildcards: true, max_wildcard_depth: 2}",
      "{user: c, No_Wildcards: false, max_wildcard_depth: 99999999999}",
    );
    expect(
      users.map(({ noWildcards, maxWildcardDepth }) => [noWildcards, maxWildcardDepth]),
    ).toEqual([
      [false, 0],
      [true, 2],
      [false, 2 ** 31 - 1],
    ]);
    const account = "accounts { A { users: [{user: a, max_wildcard_depth: 1}] } }";
    expect((await optionsOf(account)).accounts[0]?.users[0]?.maxWildcardDepth).toBe(1);
  });

  test.each([
    ["max_wildcard_depth: -1", "max_wildcard_depth has to be 0 or more"],
    ["max_wildcard_depth: x", "interface conversion: interface {} is string, not int64"],
    ["no_wildcards: 1", "interface conversion: interface {} is int64, not bool"],
  ])("is refused with %j", async (option, text) => {
    const { problems } = await load(`authorization { users: [{user: a, ${option}}] }`);
    expect(problems.map((problem) => problem.text)).toContain(text);
  });
});

describe("accounts", () => {
  test("have users, limits, mappings and a trace destination", async () => {
    const { accounts, mappings } = await optionsOf(`
      accounts { A {
        users: [{user: a, password: b, clients: [mqtt]}]
        limits { max_conn: 5 }
        mappings { x: y, z: [{dest: w, weight: '20%', cluster: C}] }
        jetstream { mem: 1k, cluster_traffic: owner }
        msg_trace: t
      } }
      mappings { g: h }`);
    const [account] = accounts;
    expect(account?.users).toEqual([
      {
        user: "a",
        password: "b",
        nkey: "",
        permissions: null,
        allowedConnectionTypes: ["MQTT"],
        proxyRequired: false,
        noWildcards: false,
        maxWildcardDepth: 0,
        account: "A",
      },
    ]);
    expect(account?.limits.maxConnections).toBe(5);
    expect(account?.limits.maxPayload).toBe(-1);
    expect(account?.mappings).toEqual([
      { subject: "x", destinations: [{ subject: "y", weight: 100, cluster: "" }] },
      { subject: "z", destinations: [{ subject: "w", weight: 20, cluster: "C" }] },
    ]);
    expect(account?.jetstream).toMatchObject({ maxMemory: 1000, clusterTraffic: "owner" });
    expect([account?.traceDest, account?.traceSampling]).toEqual(["t", 100]);
    expect(mappings?.map(({ subject }) => subject)).toEqual(["g"]);
  });

  test("share what they export", async () => {
    const { accounts } = await optionsOf(`accounts {
      A { exports: [{service: a, response: chunk, threshold: '2s'}, {stream: s.*, accounts: [B]}] }
      B { imports: [{service {account: A, subject: a}, to: b, share: true}] }
    }`);
    expect(accounts[0]?.exports).toMatchObject([
      { kind: "service", subject: "a", responseType: "chunked", responseThresholdMs: 2000 },
      { kind: "stream", subject: "s.*", accounts: ["B"] },
    ]);
    expect(accounts[1]?.imports).toEqual([
      {
        kind: "service",
        account: "A",
        subject: "a",
        prefix: "",
        to: "b",
        share: true,
        allowTrace: false,
      },
    ]);
  });

  test("that share what is not exported are told so at the block, with the exact place", async () => {
    const { problems } = await load(
      "accounts {\n  A {}\n  B { imports: [{stream {account: A, subject: s}}] }\n}\n",
    );
    const problem = problems.find(({ severity }) => severity === "error");
    expect(problem?.text).toBe('Error adding stream import "s": stream import not authorized');
    const { source, offset } = problem?.at ?? { source: null, offset: 0 };
    expect(source?.lineAt(offset)).toBe(3);
    expect(problem?.hint).toBe("A exports no stream");
  });

  test.each([
    [
      "stream",
      "A { exports: [{stream: q, accounts: [D, BILING]}] }, D {}, BILLING {}",
      'did you mean "BILLING"?',
    ],
    [
      "service",
      `A { exports: [{service: q}], imports: [{service {account: C, subject: q}}] }
       B { exports: [{service: q}], imports: [{service {account: A, subject: q}}] }
       C { exports: [{service: q}], imports: [{service {account: B, subject: q}}] }`,
      "C imports from B, B from A, A from C: take one of these imports out",
    ],
  ])("that are refused for another reason get a hint: %s", async (_, accounts, hint) => {
    const { problems } = await load(`accounts {\n${accounts}\n}\n`);
    expect(problems.find(({ severity }) => severity === "error")?.hint).toBe(hint);
  });
});

test("the system account has two names, of which the longer one counts", async () => {
  expect((await optionsOf("system_account: A\nsystem: B")).systemAccount).toBe("A");
  expect((await optionsOf("system: B\nsystem_account: A")).systemAccount).toBe("A");
  expect((await optionsOf("SYSTEM: B")).systemAccount).toBe("");
});

test("every one of several users of the same name is reported", async () => {
  const { problems } = await load("authorization { users: [{user: a}, {user: a}, {user: a}] }");
  const errors = problems.filter(({ severity }) => severity === "error");
  expect(errors.map(({ text }) => text)).toEqual([
    'Duplicate user "a" detected',
    'Duplicate user "a" detected',
  ]);
});
