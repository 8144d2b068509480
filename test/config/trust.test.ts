/** What files say of operators, resolvers, streams and other listeners becomes options. */

import { describe, expect, test } from "bun:test";
import { stat, writeFile } from "node:fs/promises";
import { headline } from "../../src/config/language/problem.ts";
import { loadConfig } from "../../src/config/load.ts";
import { DEFAULT_JETSTREAM } from "../../src/config/options/jetstream.ts";
import type { Options } from "../../src/config/options/options.ts";
import { DEFAULT_RESOLVER } from "../../src/config/options/trust.ts";
import { renderProblem } from "../../src/config/report/render.ts";
import {
  ACCOUNT,
  accountJwt,
  operatorJwt,
  publicKey,
  userJwt,
} from "../conformance/config/jwts.ts";
import { Folder } from "../process/processes.ts";

/** Options of a file without problems. */
async function options(text: string, environment: Record<string, string> = {}): Promise<Options> {
  await using folder = await Folder.make();
  await writeFile(folder.join("a.conf"), text.replaceAll("FOLDER", folder.path));
  const loaded = await loadConfig(folder.join("a.conf"), environment);
  const complaints = loaded.problems.filter(({ severity }) => severity !== "lint");
  expect(complaints.map(headline)).toEqual([]);
  return loaded.options;
}

describe("an operator", () => {
  test("is read with all that is needed of it", async () => {
    const jwt = operatorJwt({ signing_keys: [publicKey("O")], assert_server_version: "2.1.0" });
    const [operator] = (await options(`operator: ${jwt}`)).operators;
    expect(operator).toMatchObject({
      jwt,
      name: "test",
      signingKeys: [publicKey("O")],
      assertServerVersion: "2.1.0",
      strictSigningKeyUsage: false,
      issuedAt: 1700000000,
      expiresAt: 0,
    });
  });

  const jwt = operatorJwt({ system_account: ACCOUNT, account_server_url: "http://h/jwt/v1" });

  test("that is the only one gives the resolver and the system account", async () => {
    const { resolver, systemAccount } = await options(`operator: ${jwt}`);
    const url = "http://h/jwt/v1/accounts/";
    expect(resolver).toEqual({ ...DEFAULT_RESOLVER, kind: "url", url });
    expect(systemAccount).toBe(ACCOUNT);
  });

  test("does not replace what the file says, in whatever order", async () => {
    const lines = [`operator: ${jwt}`, "resolver: MEM", "system_account: X"];
    for (const text of [lines, lines.toReversed()]) {
      const { resolver, systemAccount } = await options(text.join("\n"));
      expect(resolver?.kind).toBe("memory");
      expect(systemAccount).toBe("X");
    }
  });

  test("beside another one leaves both open", async () => {
    const { operators, resolver, systemAccount } = await options(`operators: [${jwt}, ${jwt}]`);
    expect(operators.length).toBe(2);
    expect(resolver).toBeNull();
    expect(systemAccount).toBe("");
  });
});

describe("a sentinel", () => {
  test.each([
    ["a user with a key", userJwt(), { isBearer: false, isScoped: false }],
    ["a bearer", userJwt({ bearer_token: true }), { isBearer: true, isScoped: false }],
    [
      "a user of a scoped key",
      userJwt({ issuer_account: ACCOUNT, pub: {}, sub: {} }),
      { isBearer: false, isScoped: true },
    ],
    [
      "a user with limits",
      userJwt({ issuer_account: ACCOUNT, subs: 5 }),
      { isBearer: false, isScoped: false },
    ],
    ["an account", accountJwt(), null],
    ["nonsense", "nonsense", null],
  ])("that is %s is known as such", async (_, jwt, sentinelUser) => {
    const loaded = await options(`default_sentinel: "${jwt}"`);
    expect(loaded).toMatchObject({ defaultSentinel: jwt, sentinelUser });
  });
});

describe("a resolver", () => {
  test("has its folder made, for its owner alone", async () => {
    await using folder = await Folder.make();
    const text = "resolver { type: full, dir: FOLDER/a/b, allow_delete: true, timeout: '2s' }";
    const { resolver } = await options(text.replace("FOLDER", folder.path));
    expect(resolver).toEqual({
      ...DEFAULT_RESOLVER,
      kind: "full",
      dir: folder.join("a/b"),
      allowDelete: true,
      timeoutMs: 2000,
    });
    expect((await stat(folder.join("a/b"))).mode & 0o777).toBe(0o700);
  });

  test("at an address has a slash at its end", async () => {
    const { resolver } = await options('resolver: URL("http://h/a")');
    expect(resolver).toMatchObject({ kind: "url", url: "http://h/a/" });
  });
});

test("preloaded accounts and trusted proxies are kept by their keys", async () => {
  const text = `resolver_preload { ${ACCOUNT}: ${accountJwt()} }\nproxies { trusted: [{key: ${publicKey("U")}}] }`;
  const { resolverPreload, proxies } = await options(text);
  expect(resolverPreload).toEqual({ [ACCOUNT]: accountJwt() });
  expect(proxies).toEqual({ trusted: [publicKey("U")] });
});

describe("JetStream", () => {
  test.each([
    ["jetstream: true", true],
    ["jetstream: Enabled", true],
    ["jetstream: disable", false],
    ["jetstream {}", true],
    ["jetstream { enabled: false, domain: d }", false],
  ])("%s", async (text, enabled) => {
    expect((await options(text)).jetstream?.enabled).toBe(enabled);
  });

  test("takes sizes with units and without", async () => {
    const { jetstream } = await options("jetstream { max_mem: 64M, max_file: '2K', max_mem: 1G }");
    expect(jetstream).toEqual({
      ...DEFAULT_JETSTREAM,
      enabled: true,
      maxMemoryStore: 1_000_000_000,
      maxFileStore: 2048,
    });
  });

  test("has one folder, wherever it is set", async () => {
    for (const text of ["store_dir: /s\njetstream: true", "jetstream { store: /s }"]) {
      const { storeDir, jetstream } = await options(text);
      expect(storeDir).toBe("/s");
      expect(jetstream).toEqual({ ...DEFAULT_JETSTREAM, enabled: true });
    }
  });

  test("may sync always, and has limits", async () => {
    const text = "jetstream { sync: always, limits { batch { max_msgs: 5, timeout: '2s' } } }";
    const { jetstream } = await options(text);
    expect(jetstream).toMatchObject({ syncAlways: true, syncIntervalMs: 120_000 });
    expect(jetstream?.limits.batch).toMatchObject({ maxMsgs: 5, timeoutMs: 2000 });
    expect(jetstream?.limits.defaultMaxConsumers).toBe(1000);
  });
});

test("websocket and MQTT have addresses, users and times of their own", async () => {
  const text = `ws { listen: "h:1", no_tls: true, handshake_timeout: 3, authorization { user: u, timeout: 1.5 } }
    mqtt { port: 2, ack_wait: "1m", authorization { token: t, timeout: "5s" } }`;
  const { websocket, mqtt } = await options(text);
  expect(websocket).toMatchObject({ host: "h", port: 1, noTls: true, handshakeTimeoutMs: 3000 });
  expect(websocket?.authorization).toEqual({ user: "u", password: "", token: "", timeoutMs: 1500 });
  expect(mqtt).toMatchObject({ host: "0.0.0.0", port: 2, ackWaitMs: 60_000 });
  // nats-server makes one second of a time limit that is no number.
  expect(mqtt?.authorization).toMatchObject({ token: "t", timeoutMs: 1000 });
});

test("a mistake in a variable of the environment is shown there", async () => {
  await using folder = await Folder.make();
  const path = folder.join("a.conf");
  await writeFile(path, "debug: true\n\nmqtt: $M\n");
  const { problems } = await loadConfig(path, { M: "{port: x, nope: 1}" });
  const shown = problems.filter(({ severity }) => severity === "error").map(renderProblem);
  expect(shown).toEqual([
    `${path}:3:1: interface conversion: interface {} is string, not int64\n   --> $M:1:1\n  1 | {port: x, nope: 1}\n    |  ^`,
    'unknown field "nope"\n   --> $M:1:10\n  1 | {port: x, nope: 1}\n    |           ^',
  ]);
});
