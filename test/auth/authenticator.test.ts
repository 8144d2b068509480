/** What the authenticator does otherwise than nats-server, or nats-server has nothing like. */

import { describe, expect, test } from "bun:test";
import { hashSync } from "bcrypt-ts";
import type { Login, LoginOutcome } from "../../src/auth/authenticator.ts";
import type { Permissions } from "../../src/config/options/auth.ts";
import { resolveOptions } from "../../src/config/options/options.ts";
import { keyPair } from "../conformance/security/nkeys.ts";
import { optionsOf } from "../support/options-of.ts";
import {
  attempt,
  authenticatorFor,
  NO_AUTHORIZATION,
  optionsForUsers,
  recordLogin,
  user,
} from "./logins.ts";

const HASH = hashSync("secret", 4);
const KEY = keyPair(1);
const PERMISSIONS: Permissions = {
  publish: { allow: ["a"], deny: null },
  subscribe: null,
  responses: null,
};

function admitted(outcome: LoginOutcome): Login {
  if (!outcome.ok) throw new Error(`refused: ${outcome.reason}`);
  return outcome;
}

describe("nonces", () => {
  test("are asked for only when somebody signs them", async () => {
    expect((await authenticatorFor([user({ user: "a" })])).needsNonce).toBeFalse();
    expect((await authenticatorFor([user({ nkey: KEY.public })])).needsNonce).toBeTrue();
    const options = resolveOptions({ proxies: { trusted: [KEY.public] } });
    expect((await authenticatorFor(options)).needsNonce).toBeTrue();
  });

  test("are 15 characters, each time others", async () => {
    const authenticator = await authenticatorFor([]);
    const nonces = Array.from({ length: 100 }, () => authenticator.createNonce());
    expect(nonces.every((nonce) => /^[\w-]{15}$/.test(nonce))).toBeTrue();
    expect(new Set(nonces).size).toBe(100);
  });

  test("that were never sent cannot have been signed", async () => {
    const authenticator = await authenticatorFor([user({ nkey: KEY.public })]);
    const login = { nkey: KEY.public, sig: KEY.sign("") };
    expect((await recordLogin(authenticator, login)).lines).toEqual(["Signature not verified"]);
    const options = resolveOptions({ proxies: { trusted: [KEY.public] } });
    const proxied = await recordLogin(await authenticatorFor(options), { proxy_sig: KEY.sign("") });
    expect(proxied.closed).toBe("Proxy Not Trusted");
  });
});

describe("nobody gets in where nats-server lets in everybody", () => {
  test.each([
    ["an empty list of users", "authorization { users = [] }"],
    ["a password without a user", "authorization { password: x }"],
  ])("%s", async (_, config) => {
    const authenticator = await authenticatorFor(await optionsOf(config));
    expect(authenticator.isRequired).toBeTrue();
    for (const connect of [{}, { user: "a", pass: "p" }, { user: "a" }]) {
      expect((await recordLogin(authenticator, connect)).closed).toBe("Authentication Failure");
    }
  });

  test("a password without a user is that of nobody in particular", async () => {
    const authenticator = await authenticatorFor(await optionsOf("authorization { password: x }"));
    expect((await recordLogin(authenticator, { pass: "x" })).isIn).toBeTrue();
  });

  test("a proxy that the block asks for is asked of each user, and of those without", async () => {
    const proxies = `proxies { trusted = [ {key: ${KEY.public}} ] }\n`;
    const nonce = "123456789012345";
    const signed = { proxy_sig: KEY.sign(nonce) };
    for (const [block, connect] of [
      ["users = [ {user: a, password: p} ], proxy_required: true", { user: "a", pass: "p" }],
      ["proxy_required: true", {}],
    ] as const) {
      const options = await optionsOf(`${proxies}authorization { ${block} }`);
      const authenticator = await authenticatorFor(options);
      expect(authenticator.isRequired).toBeTrue();
      const without = await recordLogin(authenticator, connect, { nonce });
      expect(without.closed).toBe("Proxy Required");
      const outcome = await authenticator.login(attempt({ ...connect, ...signed }, { nonce }));
      expect(admitted(outcome).proxyKey).toBe(KEY.public);
    }
  });
});

describe("the user of clients that say nothing", () => {
  test("may have a bcrypt hash", async () => {
    const users = [user({ user: "any", password: HASH }), user({ user: "b", password: "p" })];
    const authenticator = await authenticatorFor(optionsForUsers(users, { noAuthUser: "any" }));
    expect([authenticator.hasNoAuthUser, authenticator.admitsWithoutConnect("STANDARD")]).toEqual([
      true,
      true,
    ]);
    const login = authenticator.login(attempt({ name: "x" }));
    expect(login).not.toBeInstanceOf(Promise);
    const { options } = admitted(await login);
    expect([options.user, options.name]).toEqual(["any", "x"]);
    // The same client sends CONNECT again.
    expect((await recordLogin(authenticator, options)).isIn).toBeTrue();
    expect((await recordLogin(authenticator, { user: "any", pass: "x" })).isIn).toBeFalse();
    expect((await recordLogin(authenticator, { user: "any" })).isIn).toBeFalse();
    expect((await recordLogin(authenticator, { user: "b", pass: HASH })).isIn).toBeFalse();
    authenticator.stop();
  });

  test.each([
    ["is a key", { nkey: KEY.public }, KEY.public],
    ["may not use this kind of connection", { allowedConnectionTypes: ["MQTT" as const] }, "any"],
    ["has to come through a proxy", { proxyRequired: true }, "any"],
  ])("needs CONNECT when it %s", async (_, fields, noAuthUser) => {
    const users = [user({ user: "nkey" in fields ? "" : "any", ...fields })];
    const authenticator = await authenticatorFor(optionsForUsers(users, { noAuthUser }));
    expect(authenticator.admitsWithoutConnect("STANDARD")).toBeFalse();
  });
});

describe("what users may do", () => {
  test("is made when one comes first, and shared", async () => {
    const users = ["a", "b", "c"].map((name) => user({ user: name }));
    const own = user({ user: "own", permissions: PERMISSIONS });
    const limited = ["d", "e"].map((name) => user({ user: name, maxWildcardDepth: 2 }));
    const options = optionsForUsers([...users, own, ...limited]);
    options.authorization!.defaultPermissions = { ...PERMISSIONS, subscribe: null };
    const authenticator = await authenticatorFor(options);
    const setOf = async (name: string) =>
      admitted(await authenticator.login(attempt({ user: name }))).permissions;
    const usual = await setOf("a");
    expect(usual).not.toBeNull();
    expect([await setOf("b"), await setOf("c"), await setOf("a")]).toEqual([usual, usual, usual]);
    expect(await setOf("b")).toBe(usual!);
    expect(await setOf("own")).not.toBe(usual!);
    expect(await setOf("own")).toBe((await setOf("own"))!);
    expect(await setOf("d")).not.toBe(usual!);
    expect(await setOf("d")).toBe((await setOf("d"))!);
  });

  test("is everything without rules, and limited by restrictions alone", async () => {
    const authenticator = await authenticatorFor([
      user({ user: "free" }),
      user({ user: "limited", noWildcards: true }),
    ]);
    const free = admitted(await authenticator.login(attempt({ user: "free" })));
    expect(free.permissions).toBeNull();
    const limited = admitted(await authenticator.login(attempt({ user: "limited" })));
    expect(limited.permissions!.explainSubscribe("a.*", "").allowed).toBeFalse();
    expect(limited.permissions!.explainSubscribe("a.b", "").allowed).toBeTrue();
  });
});

test("the attempt is never changed", async () => {
  const users = [user({ user: "any", password: "p" })];
  const authenticator = await authenticatorFor(optionsForUsers(users, { noAuthUser: "any" }));
  const asked = attempt({});
  Object.freeze(asked.options);
  expect(admitted(await authenticator.login(asked)).options.user).toBe("any");
  expect(asked.options.user).toBe("");
});

test("unknown users are compared with a hash that costs as much as those of others", async () => {
  const authenticator = await authenticatorFor([
    user({ user: "plain", password: "p" }),
    user({ user: "hashed", password: HASH }),
  ]);
  expect(authenticator.login(attempt({ user: "plain", pass: "x" }))).not.toBeInstanceOf(Promise);
  const unknown = authenticator.login(attempt({ user: "nobody", pass: "x" }));
  expect(unknown).toBeInstanceOf(Promise);
  expect((await unknown).ok).toBeFalse();
  authenticator.stop();
  const plain = await authenticatorFor([user({ user: "plain", password: "p" })]);
  expect(plain.login(attempt({ user: "nobody", pass: "x" }))).not.toBeInstanceOf(Promise);
});

test("a hundred thousand users are found by name, whatever their names", async () => {
  const users = Array.from({ length: 100_000 }, (_, i) =>
    user({ user: `u${i}`, password: `p${i}` }),
  );
  users.push(
    user({ user: "__proto__", password: "p" }),
    user({ user: "constructor", password: "p" }),
  );
  const authenticator = await authenticatorFor(users);
  for (const i of [0, 1, 50_000, 99_999]) {
    expect((await recordLogin(authenticator, { user: `u${i}`, pass: `p${i}` })).isIn).toBeTrue();
    expect(
      (await recordLogin(authenticator, { user: `u${i}`, pass: `p${i + 1}` })).isIn,
    ).toBeFalse();
  }
  for (const name of ["__proto__", "constructor"]) {
    expect((await recordLogin(authenticator, { user: name, pass: "p" })).isIn).toBeTrue();
  }
  for (const name of ["toString", "hasOwnProperty", "u100000", "u1 ", "U1"]) {
    expect((await recordLogin(authenticator, { user: name, pass: "p" })).isIn).toBeFalse();
  }
});

test("a password that nobody had time to compare may be given again", async () => {
  const authenticator = await authenticatorFor([user({ user: "a", password: HASH })]);
  const outcome = authenticator.login(attempt({ user: "a", pass: "secret" }));
  authenticator.stop();
  expect((await outcome).ok).toBeFalse();
  expect(await authenticator.login(attempt({ user: "a", pass: "secret" }))).toMatchObject({
    ok: false,
    reason: "Authentication Timeout",
  });
});

test("a token may be a hash, and so may the password of the single user", async () => {
  for (const block of [{ token: HASH }, { user: "a", password: HASH }]) {
    const options = resolveOptions({ authorization: { ...NO_AUTHORIZATION, ...block } });
    const authenticator = await authenticatorFor(options);
    const connect = { user: "a", pass: "secret", auth_token: "secret" };
    expect((await recordLogin(authenticator, connect)).isIn).toBeTrue();
    expect((await recordLogin(authenticator, { ...connect, user: "b" })).isIn).toBe(
      "token" in block,
    );
    const wrong = { user: "a", pass: "x", auth_token: "x" };
    expect((await recordLogin(authenticator, wrong)).isIn).toBeFalse();
    authenticator.stop();
  }
});
