/** Clients that are in when the options change. */

import { describe, expect, test } from "bun:test";
import { hashSync } from "bcrypt-ts";
import type { Authenticator, Login, LoginOutcome } from "../../src/auth/authenticator.ts";
import type { User } from "../../src/config/options/auth.ts";
import { type Options, resolveOptions } from "../../src/config/options/options.ts";
import type { ConnectOptions } from "../../src/protocol/connect-options.ts";
import { keyPair } from "../conformance/security/nkeys.ts";
import { CertificateAuthority } from "./certificate-builder.ts";
import { attempt, authenticatorFor, NO_AUTHORIZATION, optionsForUsers, user } from "./logins.ts";

const NONCE = "123456789012345";
const KEY = keyPair(1);
const PROXY = keyPair(2);
const HASH = hashSync("secret", 4);
const OPEN = resolveOptions({});

function single(fields: Partial<typeof NO_AUTHORIZATION>): Options {
  return resolveOptions({ authorization: { ...NO_AUTHORIZATION, ...fields } });
}

interface Session {
  readonly authenticator: Authenticator;
  readonly login: Login;
  again(options: Options): LoginOutcome | Promise<LoginOutcome>;
}

/** Logs in, and decides again with other options as the server does: with CONNECT as it counts. */
async function start(
  options: Options,
  connect: Partial<ConnectOptions>,
  certificates: readonly Uint8Array[] | null = null,
): Promise<Session> {
  const authenticator = await authenticatorFor(options);
  const more = { nonce: NONCE, certificates };
  const login = await authenticator.login(attempt(connect, more));
  if (!login.ok) throw new Error(`refused: ${login.reason}`);
  return {
    authenticator,
    login,
    async again(changed) {
      await authenticator.configure(changed);
      return authenticator.recheck(login, attempt(login.options, more));
    },
  };
}

const A = user({ user: "a", password: "p" });
const B = user({ user: "b", password: "q" });
const HASHED = user({ user: "h", password: HASH });
const SIGNED = user({ nkey: KEY.public });
const PERMITTED: User = {
  ...A,
  permissions: { publish: { allow: ["x"], deny: null }, subscribe: null, responses: null },
};

describe("after a change", () => {
  const cases: Readonly<
    Record<string, [Options, Partial<ConnectOptions>, Options, true | string]>
  > = {
    "nothing else": [optionsForUsers([A]), { user: "a", pass: "p" }, optionsForUsers([A]), true],
    "other password": [
      optionsForUsers([A]),
      { user: "a", pass: "p" },
      optionsForUsers([{ ...A, password: "z" }]),
      "Authentication Failure",
    ],
    "user gone": [
      optionsForUsers([A, B]),
      { user: "a", pass: "p" },
      optionsForUsers([B]),
      "Client Closed",
    ],
    "kind of connection": [
      optionsForUsers([A]),
      { user: "a", pass: "p" },
      optionsForUsers([{ ...A, allowedConnectionTypes: ["MQTT"] }]),
      "Authentication Failure",
    ],
    "proxy asked for": [
      optionsForUsers([A]),
      { user: "a", pass: "p" },
      optionsForUsers([{ ...A, proxyRequired: true }]),
      "Proxy Required",
    ],
    "users gone": [optionsForUsers([A]), { user: "a", pass: "p" }, OPEN, true],
    "users come, right password": [OPEN, { user: "a", pass: "p" }, optionsForUsers([A]), true],
    "users come, wrong password": [
      OPEN,
      { user: "a", pass: "x" },
      optionsForUsers([A]),
      "Authentication Failure",
    ],
    "users come, nothing said": [OPEN, {}, optionsForUsers([A]), "Authentication Failure"],
    token: [
      single({ token: "t" }),
      { auth_token: "t" },
      single({ token: "u" }),
      "Authentication Failure",
    ],
    "password of the single user": [
      single({ user: "a", password: "p" }),
      { user: "a", pass: "p" },
      single({ user: "a", password: "q" }),
      "Client Closed",
    ],
    "hash stays": [
      optionsForUsers([HASHED]),
      { user: "h", pass: "secret" },
      optionsForUsers([HASHED, A]),
      true,
    ],
    "other hash of the password": [
      optionsForUsers([HASHED]),
      { user: "h", pass: "secret" },
      optionsForUsers([{ ...HASHED, password: hashSync("secret", 4) }]),
      true,
    ],
    "hash of another password": [
      optionsForUsers([HASHED]),
      { user: "h", pass: "secret" },
      optionsForUsers([{ ...HASHED, password: hashSync("Secret", 4) }]),
      "Authentication Failure",
    ],
    "key stays": [
      optionsForUsers([SIGNED]),
      { nkey: KEY.public, sig: KEY.sign(NONCE) },
      optionsForUsers([SIGNED, A]),
      true,
    ],
    "key gone": [
      optionsForUsers([SIGNED]),
      { nkey: KEY.public, sig: KEY.sign(NONCE) },
      optionsForUsers([A]),
      "Client Closed",
    ],
    "anybody, whose password changes": [
      optionsForUsers([A], { noAuthUser: "a" }),
      {},
      optionsForUsers([{ ...A, password: "z" }], { noAuthUser: "a" }),
      true,
    ],
    "anybody, when nobody may be": [
      optionsForUsers([A], { noAuthUser: "a" }),
      {},
      optionsForUsers([A]),
      "Authentication Failure",
    ],
    "proxy gone": [
      resolveOptions({ proxies: { trusted: [PROXY.public] } }),
      { proxy_sig: PROXY.sign(NONCE) },
      OPEN,
      "Proxy Not Trusted",
    ],
    "other proxy": [
      resolveOptions({ proxies: { trusted: [PROXY.public] } }),
      { proxy_sig: PROXY.sign(NONCE) },
      resolveOptions({ proxies: { trusted: [KEY.public] } }),
      "Proxy Not Trusted",
    ],
    "more proxies": [
      resolveOptions({ proxies: { trusted: [PROXY.public] } }),
      { proxy_sig: PROXY.sign(NONCE) },
      resolveOptions({ proxies: { trusted: [KEY.public, PROXY.public] } }),
      true,
    ],
  };
  for (const [name, [before, connect, after, expected]] of Object.entries(cases)) {
    test(name, async () => {
      const session = await start(before, connect);
      const outcome = await session.again(after);
      expect<unknown>(outcome.ok || outcome.reason).toBe(expected);
      session.authenticator.stop();
    });
  }

  test("permissions are the new ones", async () => {
    const session = await start(optionsForUsers([A]), { user: "a", pass: "p" });
    expect(session.login.permissions).toBeNull();
    const limited = (await session.again(optionsForUsers([PERMITTED]))) as Login;
    expect(limited.permissions!.limitsPublish).toBeTrue();
    expect(limited.user).toEqual(PERMITTED);
    const free = (await session.again(optionsForUsers([A]))) as Login;
    expect(free.permissions).toBeNull();
  });

  test("the certificate may stand for another user", async () => {
    const tls = { verifyAndMap: true } as Options["tls"];
    const certificate = new CertificateAuthority().issue([["CN", "x"]], ["DNS:b", "DNS:c"]);
    const [b, c] = [user({ user: "b" }), user({ user: "c" })];
    const session = await start(optionsForUsers([b, c], { tls }), {}, [certificate]);
    expect(session.login.options.user).toBe("b");
    const other = (await session.again(optionsForUsers([c], { tls }))) as Login;
    expect(other.options.user).toBe("c");
    const gone = await session.again(optionsForUsers([A], { tls }));
    expect(gone).toMatchObject({ ok: false, reason: "Client Closed" });
  });

  test("what was verified is not verified again", async () => {
    // Neither of the two proofs would hold a second time: the nonce is another, the thread is gone.
    for (const [who, connect] of [
      [SIGNED, { nkey: KEY.public, sig: KEY.sign(NONCE) }],
      [HASHED, { user: "h", pass: "secret" }],
    ] as const) {
      const { authenticator, login } = await start(optionsForUsers([who]), connect);
      authenticator.stop();
      await authenticator.configure(optionsForUsers([who, A]));
      const outcome = authenticator.recheck(login, attempt(connect, { nonce: "another" }));
      expect(outcome).not.toBeInstanceOf(Promise);
      expect((await outcome).ok).toBeTrue();
    }
  });

  test("a client that was not in is decided about like any other", async () => {
    const authenticator = await authenticatorFor(optionsForUsers([A]));
    const outcome = await authenticator.recheck(null, attempt({ user: "a", pass: "p" }));
    expect(outcome.ok).toBeTrue();
    const refused = await authenticator.recheck(null, attempt({ user: "c", pass: "p" }));
    expect(refused).toMatchObject({ ok: false, reason: "Authentication Failure" });
  });
});

test("a password that is compared while the options change is judged by the new ones", async () => {
  const authenticator = await authenticatorFor(optionsForUsers([HASHED]));
  const outcome = authenticator.login(attempt({ user: "h", pass: "secret" }));
  expect(outcome).toBeInstanceOf(Promise);
  await authenticator.configure(optionsForUsers([{ ...HASHED, password: hashSync("other", 4) }]));
  expect(await outcome).toMatchObject({ ok: false, reason: "Authentication Failure" });
  authenticator.stop();
});
