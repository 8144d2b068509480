/** Users of an operator's accounts, beside what the real server is compared with. */

import { describe, expect, test } from "bun:test";
import type { Authenticator, Login, LoginAttempt } from "../../src/auth/authenticator.ts";
import { resolveOptions } from "../../src/config/options/options.ts";
import type { ConnectOptions } from "../../src/protocol/connect-options.ts";
import {
  accountJwt,
  newKey,
  operatorJwt,
  resigned,
  SCOPED,
  UNLIMITED,
  userJwt,
} from "../support/jwt.ts";
import { until } from "../support/until.ts";
import { attempt, authenticatorFor, recordLogin } from "./logins.ts";
import { TestTrust } from "./trusted-claims.ts";

const OPERATOR = newKey("O", 1);
const ACCOUNT = newKey("A", 2);
const USER = newKey("U", 3);
const SIGNER = newKey("A", 4);
const OTHER = newKey("U", 5);
const NONCE = "123456789012345";
const SIG = USER.sign(NONCE).toString("base64url");
const HOUR = 3600;

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}

const OPTIONS = resolveOptions({
  operators: [
    {
      jwt: operatorJwt(OPERATOR),
      key: OPERATOR.publicKey,
      name: "O",
      audience: "",
      signingKeys: [],
      systemAccount: "",
      accountServerUrl: "",
      assertServerVersion: "",
      strictSigningKeyUsage: false,
      issuedAt: 0,
      expiresAt: 0,
    },
  ],
});

interface Setup {
  readonly trust: TestTrust;
  readonly authenticator: Authenticator;
}

/** One account with these claims. */
async function setup(nats: object = {}, claims: object = {}): Promise<Setup> {
  const trust = new TestTrust(OPERATOR.publicKey);
  await trust.set(accountJwt(ACCOUNT, OPERATOR, nats, claims));
  const authenticator = await authenticatorFor(OPTIONS, { trust, accounts: trust.accounts });
  return { trust, authenticator };
}

function withNonce(connect: Partial<ConnectOptions>, lines: string[] = []): LoginAttempt {
  return attempt(connect, { nonce: NONCE }, lines);
}

async function enter({ authenticator }: Setup, jwt: string, sig = SIG): Promise<Login> {
  const lines: string[] = [];
  const outcome = await authenticator.login(withNonce({ jwt, sig }, lines));
  if (!outcome.ok) throw new Error(`refused: ${lines.join(", ")}`);
  return outcome;
}

/** What becomes of a client that is in when its account has other claims. */
async function afterUpdate(
  jwt: string,
  before: object,
  after: object,
): Promise<{ text: string; reason: string } | "stays"> {
  const all = await setup(before);
  const login = await enter(all, jwt);
  await all.trust.set(accountJwt(ACCOUNT, OPERATOR, after));
  const outcome = await all.authenticator.recheck(login, withNonce(login.options));
  return outcome.ok ? "stays" : { text: outcome.text, reason: outcome.reason };
}

describe("a user with a token", () => {
  test("is bound to its account, with its limits and for its time", async () => {
    const all = await setup();
    const exp = nowSeconds() + HOUR;
    const nats = { subs: 5, payload: 1000, pub: { allow: ["a"] } };
    const login = await enter(all, userJwt(USER, ACCOUNT, nats, { exp, name: "joe" }));
    expect(login.account).toBe(all.trust.accounts.find(ACCOUNT.publicKey)!);
    expect(login.maxSubscriptions).toBe(5);
    expect(login.maxPayload).toBe(1000);
    expect(login.expiresAtMs).toBe(exp * 1000);
    expect(login.permissions).not.toBeNull();
    const { nkey, name, issuer } = login.identity!;
    expect({ nkey, name, issuer }).toEqual({
      nkey: USER.publicKey,
      name: "joe",
      issuer: ACCOUNT.publicKey,
    });
  });

  test("shares its permissions among its connections", async () => {
    const all = await setup();
    const jwt = userJwt(USER, ACCOUNT, { pub: { allow: ["a"] } });
    const first = await enter(all, jwt);
    expect((await enter(all, jwt)).permissions).toBe(first.permissions);
  });

  test("shares those of its signing key with others", async () => {
    const all = await setup({
      signing_keys: [
        {
          kind: "user_scope",
          key: SIGNER.publicKey,
          template: { ...UNLIMITED, pub: { allow: ["a"] } },
        },
      ],
    });
    const scoped = (user: typeof USER): string =>
      userJwt(user, SIGNER, { ...SCOPED, issuer_account: ACCOUNT.publicKey });
    const one = await enter(all, scoped(USER));
    const sig = OTHER.sign(NONCE).toString("base64url");
    const two = await enter(all, scoped(OTHER), sig);
    expect(one.permissions).not.toBeNull();
    expect(two.permissions).toBe(one.permissions);
  });

  test.each([
    [-1, -1],
    [-5, 0],
    [0, 0],
    [2 ** 31, 2 ** 31 - 1],
    [2 ** 53 + 2, 2 ** 31 - 1],
  ])("with a limit of %d has one of %d", async (given, counting) => {
    const login = await enter(
      await setup(),
      userJwt(USER, ACCOUNT, { subs: given, payload: given }),
    );
    expect(login.maxSubscriptions).toBe(counting);
    expect(login.maxPayload).toBe(counting);
  });

  test("has to go at the end of its hours", async () => {
    const times = [{ start: "00:00:00", end: "23:59:59" }];
    const login = await enter(
      await setup(),
      userJwt(USER, ACCOUNT, { times, times_location: "UTC" }),
    );
    const end = new Date();
    end.setUTCHours(23, 59, 59, 0);
    expect(Math.abs(login.expiresAtMs - end.getTime())).toBeLessThan(1000);
  });

  test("needs a proxy that its signing key asks for", async () => {
    const template = { ...UNLIMITED, proxy_required: true };
    const { authenticator } = await setup({
      signing_keys: [{ kind: "user_scope", key: SIGNER.publicKey, template }],
    });
    const jwt = userJwt(USER, SIGNER, { ...SCOPED, issuer_account: ACCOUNT.publicKey });
    const record = await recordLogin(authenticator, { jwt, sig: SIG }, { nonce: NONCE });
    expect(record.closed).toBe("Proxy Required");
  });

  test("is not let in by a signature of nothing", async () => {
    const { authenticator } = await setup();
    const sig = USER.sign("").toString("base64url");
    const record = await recordLogin(authenticator, { jwt: userJwt(USER, ACCOUNT), sig });
    expect(record.lines).toEqual(["Signature not verified"]);
  });

  test("is remembered by what was signed, not by what it says", async () => {
    const all = await setup();
    const jwt = userJwt(USER, ACCOUNT, { bearer_token: true });
    await enter(all, jwt);
    const record = await recordLogin(all.authenticator, { jwt: resigned(jwt) });
    expect(record.lines).toEqual(["Authentication requires a user JWT"]);
    await all.trust.set(accountJwt(ACCOUNT, OPERATOR, { revocations: { "*": nowSeconds() } }));
    const revoked = await recordLogin(all.authenticator, { jwt });
    expect(revoked.lines).toEqual(["User authentication revoked"]);
  });

  test("is judged by claims that come while its signature is verified", async () => {
    const { trust, authenticator } = await setup();
    const pending = authenticator.login(withNonce({ jwt: userJwt(USER, ACCOUNT), sig: SIG }));
    await trust.set(accountJwt(ACCOUNT, OPERATOR, { revocations: { "*": nowSeconds() } }));
    const outcome = await pending;
    const isOut = !outcome.ok || !authenticator.isCurrent(outcome);
    expect(isOut).toBeTrue();
  });

  test("is nobody where no operator is trusted", async () => {
    const authenticator = await authenticatorFor(OPTIONS);
    const jwt = userJwt(USER, ACCOUNT, { bearer_token: true });
    expect((await recordLogin(authenticator, { jwt })).isIn).toBeFalse();
    const open = await authenticatorFor(resolveOptions({}));
    const outcome = await open.login(attempt({ jwt }));
    expect(outcome.ok && outcome.options.jwt).toBe("");
  });

  test("may not come to an account that nobody made", async () => {
    const { trust, authenticator } = await setup();
    trust.accounts.remove(ACCOUNT.publicKey);
    const jwt = userJwt(USER, ACCOUNT, { bearer_token: true });
    expect((await recordLogin(authenticator, { jwt })).isIn).toBeFalse();
  });
});

describe("when claims change, a client", () => {
  const JWT = userJwt(USER, ACCOUNT, {}, { iat: 100 });
  const BEARER = userJwt(USER, ACCOUNT, { bearer_token: true });
  const SIGNED = userJwt(USER, SIGNER, { issuer_account: ACCOUNT.publicKey });
  const SCOPED_JWT = userJwt(USER, SIGNER, { ...SCOPED, issuer_account: ACCOUNT.publicKey });
  const scope = (allow: string): object => ({
    signing_keys: [
      {
        kind: "user_scope",
        key: SIGNER.publicKey,
        template: { ...UNLIMITED, pub: { allow: [allow] } },
      },
    ],
  });
  const REVOKED = { text: "User Authentication Revoked", reason: "Credentials Revoked" };
  const SILENT = { text: "", reason: "Authentication Failure" };

  test.each([
    ["that they do not concern stays", JWT, {}, { description: "x" }, "stays"],
    ["that is revoked goes", JWT, {}, { revocations: { [USER.publicKey]: 100 } }, REVOKED],
    [
      "of an account whose users are all revoked goes",
      JWT,
      {},
      { revocations: { "*": 100 } },
      REVOKED,
    ],
    ["with a newer token stays", JWT, {}, { revocations: { "*": 99 } }, "stays"],
    [
      "that has proved nothing goes when that is not allowed",
      BEARER,
      {},
      { limits: { ...UNLIMITED, disallow_bearer: true } },
      { text: "Authorization Violation", reason: "Authentication Failure" },
    ],
    [
      "stays with its key",
      SIGNED,
      { signing_keys: [SIGNER.publicKey] },
      { signing_keys: [SIGNER.publicKey] },
      "stays",
    ],
    ["goes with its key", SIGNED, { signing_keys: [SIGNER.publicKey] }, {}, SILENT],
    ["stays with its scope", SCOPED_JWT, scope("a"), scope("a"), "stays"],
    ["goes with its scope", SCOPED_JWT, scope("a"), scope("b"), SILENT],
  ] as const)("%s", async (_, jwt, before, after, expected) => {
    expect(await afterUpdate(jwt, before, after)).toEqual(expected);
  });

  test("of an account that is gone goes", async () => {
    const all = await setup();
    const login = await enter(all, JWT);
    all.trust.remove(ACCOUNT.publicKey);
    const lines: string[] = [];
    const outcome = await all.authenticator.recheck(login, withNonce(login.options, lines));
    expect(outcome).toMatchObject({ ok: false, text: "Authorization Violation" });
    expect(lines).toEqual(["Account JWT lookup error: account missing"]);
  });

  test("of an account that was deleted goes", async () => {
    const all = await setup();
    const login = await enter(all, JWT);
    all.trust.forget(ACCOUNT.publicKey);
    const outcome = await all.authenticator.recheck(login, withNonce(login.options));
    expect(outcome).toMatchObject({ ok: false, text: "Account Authentication Expired" });
  });

  test("of an account that has expired goes", async () => {
    const exp = nowSeconds() + 1;
    const all = await setup({}, { exp });
    const login = await enter(all, JWT);
    await until("the end", () => Date.now() >= exp * 1000);
    const outcome = await all.authenticator.recheck(login, withNonce(login.options));
    expect(outcome).toMatchObject({
      ok: false,
      text: "Account Authentication Expired",
      reason: "Authentication Expired",
    });
  });

  test("has the account's new permissions when it has none of its own", async () => {
    const all = await setup({ default_permissions: { pub: { allow: ["a"] } } });
    const login = await enter(all, JWT);
    await all.trust.set(accountJwt(ACCOUNT, OPERATOR, {}));
    const outcome = await all.authenticator.recheck(login, withNonce(login.options));
    expect(login.permissions).not.toBeNull();
    expect(outcome.ok && outcome.permissions).toBeNull();
  });

  test("keeps its permissions when they are the same", async () => {
    const all = await setup({ default_permissions: { pub: { allow: ["a"] } } });
    const login = await enter(all, JWT);
    await all.trust.set(
      accountJwt(ACCOUNT, OPERATOR, { default_permissions: { pub: { allow: ["a"] } } }),
    );
    const outcome = await all.authenticator.recheck(login, withNonce(login.options));
    expect(outcome.ok && outcome.permissions).toBe(login.permissions);
  });
});

test("a reload decides anew about tokens, and verifies none again", async () => {
  const all = await setup();
  const login = await enter(all, userJwt(USER, ACCOUNT));
  await all.authenticator.configure({ ...OPTIONS, resolverPreload: { [ACCOUNT.publicKey]: "x" } });
  // The nonce is another one now, so a signature would not hold.
  const stays = await all.authenticator.recheck(login, attempt(login.options, { nonce: "other" }));
  expect(stays.ok).toBeTrue();
  all.trust.trusted.clear();
  await all.authenticator.configure({ ...OPTIONS, resolverPreload: {} });
  const lines: string[] = [];
  const goes = await all.authenticator.recheck(login, withNonce(login.options, lines));
  expect(goes.ok).toBeFalse();
  expect(lines).toEqual(["Account JWT not signed by trusted operator"]);
});
