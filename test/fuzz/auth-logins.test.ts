/** Logins with anything in CONNECT: nothing throws, and nobody is let in who has not proved it. */

import { expect, test } from "bun:test";
import type { Authenticator } from "../../src/auth/authenticator.ts";
import { resolveOptions } from "../../src/config/options/options.ts";
import type { ConnectOptions } from "../../src/protocol/connect-options.ts";
import {
  attempt,
  authenticatorFor,
  NO_AUTHORIZATION,
  optionsForUsers,
  user,
} from "../auth/logins.ts";
import { keyPair } from "../conformance/security/nkeys.ts";
import { type Prng, withSeed } from "../support/prng.ts";

const NONCE = "123456789012345";
const [KEY, STRANGER, PROXY] = [keyPair(1), keyPair(2), keyPair(3)];
const PASSWORDS = new Map([
  ["alice", "p\0ss wörd"],
  ["__proto__", "q"],
  ["empty", ""],
]);
const TOKEN = "tökén";
const FIELDS = ["user", "pass", "auth_token", "nkey", "sig", "jwt", "proxy_sig", "name"] as const;
const SIGNATURES = [KEY.sign(NONCE), KEY.sign(NONCE, "base64")];
const ALICE = { user: "alice", pass: PASSWORDS.get("alice")! };
const SIGNED = { nkey: KEY.public, sig: KEY.sign(NONCE) };
const ROUNDS = 4000;

/** What is nearly right, and what is right elsewhere. */
const POOL: readonly string[] = [
  ...PASSWORDS.keys(),
  ...PASSWORDS.values(),
  TOKEN,
  KEY.public,
  STRANGER.public,
  ...SIGNATURES,
  STRANGER.sign(NONCE),
  KEY.sign("another nonce"),
  PROXY.sign(NONCE),
  "constructor",
  "toString",
  "\0",
  "\ud800",
  "\udfff\ud800",
  "=",
  "A",
  "$2a$04$",
  "x".repeat(1024 * 1024),
  "\n".repeat(1000),
];

function randomText(random: Prng): string {
  const text = random.pick(POOL);
  switch (random.below(8)) {
    case 0:
      return text.slice(0, random.below(Math.min(text.length, 100) + 1));
    case 1:
      return `${text.slice(0, 100)}${String.fromCharCode(random.below(65536))}`;
    case 2:
      return Array.from({ length: random.below(20) }, () =>
        String.fromCharCode(random.below(65536)),
      ).join("");
    default:
      return text;
  }
}

/** Often one that is right but for a field or two. */
function randomConnect(right: Partial<ConnectOptions>, random: Prng): Partial<ConnectOptions> {
  const isNearlyRight = random.chance(2);
  const connect: Partial<ConnectOptions> = isNearlyRight ? { ...right } : {};
  for (const field of FIELDS) {
    if (random.chance(isNearlyRight ? 8 : 3)) connect[field] = randomText(random);
  }
  return connect;
}

type Expectation = (connect: Partial<ConnectOptions>) => boolean;

const hasPassword: Expectation = ({ user: name = "", pass = "" }) => PASSWORDS.get(name) === pass;

/** How many have been let in. */
async function check(
  authenticator: Authenticator,
  right: Partial<ConnectOptions>,
  mayEnter: Expectation,
  random: Prng,
): Promise<number> {
  let admitted = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const connect = randomConnect(right, random);
    const outcome = await authenticator.login(attempt(connect, { nonce: NONCE }));
    if (outcome.ok) admitted++;
    if (outcome.ok === mayEnter(connect)) continue;
    throw new Error(`${outcome.ok ? "in" : "out"}: ${JSON.stringify(connect).slice(0, 500)}`);
  }
  return admitted;
}

const users = [...PASSWORDS].map(([name, password]) => user({ user: name, password }));

test("users", () =>
  withSeed(async (random) => {
    const authenticator = await authenticatorFor(users);
    expect(await check(authenticator, ALICE, hasPassword, random)).toBeGreaterThan(0);
  }));

test("users and keys", () =>
  withSeed(async (random) => {
    const authenticator = await authenticatorFor([...users, user({ nkey: KEY.public })]);
    const signatures = new Set(SIGNATURES);
    const mayEnter: Expectation = (connect) => {
      const { nkey = "", sig = "" } = connect;
      if (nkey === "") return hasPassword(connect);
      return nkey === KEY.public && signatures.has(sig.replace(/[\r\n]/g, ""));
    };
    expect(await check(authenticator, SIGNED, mayEnter, random)).toBeGreaterThan(0);
  }));

test("the user of those who say nothing", () =>
  withSeed(async (random) => {
    const authenticator = await authenticatorFor(optionsForUsers(users, { noAuthUser: "alice" }));
    const mayEnter: Expectation = (connect) => {
      const { user: name = "", pass = "", auth_token = "" } = connect;
      return name + pass + auth_token === "" || hasPassword(connect);
    };
    expect(await check(authenticator, {}, mayEnter, random)).toBeGreaterThan(0);
  }));

test("a token", () =>
  withSeed(async (random) => {
    const options = resolveOptions({ authorization: { ...NO_AUTHORIZATION, token: TOKEN } });
    const mayEnter: Expectation = ({ auth_token }) => auth_token === TOKEN;
    const authenticator = await authenticatorFor(options);
    expect(await check(authenticator, { auth_token: TOKEN }, mayEnter, random)).toBeGreaterThan(0);
  }));

test("proxies", () =>
  withSeed(async (random) => {
    const proxied = users.map((each) => ({ ...each, proxyRequired: true }));
    const options = optionsForUsers(proxied, { proxies: { trusted: [PROXY.public] } });
    const mayEnter: Expectation = (connect) =>
      hasPassword(connect) && connect.proxy_sig?.replace(/[\r\n]/g, "") === PROXY.sign(NONCE);
    const right = { ...ALICE, proxy_sig: PROXY.sign(NONCE) };
    const authenticator = await authenticatorFor(options);
    expect(await check(authenticator, right, mayEnter, random)).toBeGreaterThan(0);
  }));

test("certificates that are wanted and not there", () =>
  withSeed(async (random) => {
    const options = optionsForUsers(users);
    options.tls = { verifyAndMap: true } as typeof options.tls;
    expect(await check(await authenticatorFor(options), ALICE, () => false, random)).toBe(0);
  }));
