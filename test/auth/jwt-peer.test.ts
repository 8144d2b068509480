/** Logins with tokens, decided by this server's authenticator and by the real server. */

import { describe, expect, test } from "bun:test";
import type { ConnectOptions } from "../../src/protocol/connect-options.ts";
import {
  accountJwt,
  genericJwt,
  jwtV1,
  newKey,
  operatorJwt,
  resigned,
  SCOPED,
  UNLIMITED,
  userJwt,
} from "../support/jwt.ts";
import { optionsOf } from "../support/options-of.ts";
import { findPeer } from "../support/peer.ts";
import { LoginPeer } from "./login-peer.ts";
import { authenticatorFor, recordLogin } from "./logins.ts";
import { TestTrust } from "./trusted-claims.ts";

const peer = findPeer();

const OPERATOR = newKey("O", 1);
const OPERATOR_SIGNER = newKey("O", 2);
const ACCOUNT = newKey("A", 3);
const SIGNER = newKey("A", 4);
const SCOPER = newKey("A", 5);
const STRANGER = newKey("A", 6);
const USER = newKey("U", 7);
const REVOKED = newKey("U", 8);
const NO_BEARERS = newKey("A", 9);
const STRICT = newKey("A", 10);
const UNLISTED = newKey("A", 11);
const PROXY = newKey("U", 12);

type Connect = (nonce: string) => Partial<ConnectOptions>;

/** CONNECT with a token and the signature of its user. */
function as(jwt: string, more: Partial<ConnectOptions> = {}, key = USER): Connect {
  return (nonce) => ({ jwt, sig: key.sign(nonce).toString("base64url"), ...more });
}

const TEMPLATE = {
  ...UNLIMITED,
  pub: { allow: ["u.{{name()}}", "{{tag(team)}}.>"], deny: ["x.{{subject()}}"] },
};
const NOW = Math.floor(Date.now() / 1000);
const HOUR = 3600;
const scoped = { ...SCOPED, issuer_account: ACCOUNT.publicKey };
const bearer = { bearer_token: true };

const ACCOUNTS = {
  [ACCOUNT.publicKey]: accountJwt(ACCOUNT, OPERATOR, {
    signing_keys: [
      SIGNER.publicKey,
      { kind: "user_scope", key: SCOPER.publicKey, role: "r", template: TEMPLATE },
    ],
    revocations: { [REVOKED.publicKey]: NOW },
    tags: ["prod"],
  }),
  [NO_BEARERS.publicKey]: accountJwt(NO_BEARERS, OPERATOR, {
    limits: { ...UNLIMITED, disallow_bearer: true },
  }),
};

const LOGINS: Readonly<Record<string, Connect | Partial<ConnectOptions>>> = {
  nothing: {},
  garbage: { jwt: "garbage" },
  "garbage and a password": { jwt: "garbage", user: "a", pass: "p" },
  "the token of an account": { jwt: ACCOUNTS[ACCOUNT.publicKey]! },
  "no token of a user": { jwt: genericJwt(ACCOUNT, { type: "generic" }) },
  "another signature": as(resigned(userJwt(USER, ACCOUNT))),
  good: as(userJwt(USER, ACCOUNT)),
  "good, with a key": as(userJwt(USER, ACCOUNT), { nkey: USER.publicKey }),
  "good, with name and tags": as(userJwt(USER, ACCOUNT, { tags: ["a:b", "c"] }, { name: 'jo"e' })),
  "good, first layout": as(jwtV1("user", USER, ACCOUNT)),
  "no signature": as(userJwt(USER, ACCOUNT), { sig: "" }),
  "no base64": as(userJwt(USER, ACCOUNT), { sig: "*" }),
  "somebody else's signature": as(userJwt(USER, ACCOUNT), {}, REVOKED),
  expired: as(userJwt(USER, ACCOUNT, {}, { exp: NOW - HOUR })),
  "not yet valid": as(userJwt(USER, ACCOUNT, {}, { nbf: NOW + HOUR })),
  "expired and not yet valid": as(userJwt(USER, ACCOUNT, {}, { exp: 5, nbf: NOW + HOUR })),
  "valid for an hour": as(userJwt(USER, ACCOUNT, {}, { exp: NOW + HOUR })),
  "valid for ever": as(userJwt(USER, ACCOUNT, {}, { exp: NOW + 100 * 365 * 24 * HOUR })),
  "an account nobody knows": as(userJwt(USER, STRANGER)),
  "a key that is none": as(userJwt(USER, STRANGER, { issuer_account: ACCOUNT.publicKey })),
  "a signing key": as(userJwt(USER, SIGNER, { issuer_account: ACCOUNT.publicKey })),
  "a signing key without its account": as(userJwt(USER, SIGNER)),
  "a scope": as(userJwt(USER, SCOPER, { ...scoped, tags: ["team:x"] })),
  "a scope, with limits": as(userJwt(USER, SCOPER, { ...scoped, subs: 5 })),
  "a scope that lacks a tag": as(userJwt(USER, SCOPER, scoped)),
  revoked: as(userJwt(REVOKED, ACCOUNT), {}, REVOKED),
  "revoked, a newer token": as(userJwt(REVOKED, ACCOUNT, {}, { iat: NOW + 1 }), {}, REVOKED),
  bearer: { jwt: userJwt(USER, ACCOUNT, bearer) },
  "bearer that is not allowed": { jwt: userJwt(USER, NO_BEARERS, bearer) },
  "from elsewhere": as(userJwt(USER, ACCOUNT, { src: ["10.0.0.0/8", "::1/128"] })),
  "from here": as(userJwt(USER, ACCOUNT, { src: ["10.0.0.0/8", "127.0.0.0/8"] })),
  "from a mapped network": as(userJwt(USER, ACCOUNT, { src: ["::ffff:127.0.0.0/104"] })),
  "at no time": as(userJwt(USER, ACCOUNT, { times: [{ start: "00:00:00", end: "00:00:01" }] })),
  "all day long": as(
    userJwt(USER, ACCOUNT, {
      times: [
        { start: "00:00:00", end: "12:00:00" },
        { start: "11:59:59", end: "00:00:00" },
      ],
      times_location: "Asia/Tokyo",
    }),
  ),
  "another kind of connection": as(
    userJwt(USER, ACCOUNT, { allowed_connection_types: ["MQTT", "websocket"] }),
  ),
  "this kind of connection": as(
    userJwt(USER, ACCOUNT, { allowed_connection_types: ["MQTT", "standard"] }),
  ),
  "unknown kinds of connections": as(
    userJwt(USER, ACCOUNT, { allowed_connection_types: ["PIGEON", "owl"] }),
  ),
  "an unknown kind beside this": as(
    userJwt(USER, ACCOUNT, { allowed_connection_types: ["PIGEON", "STANDARD"] }),
  ),
  "no JetStream": as(
    userJwt(USER, ACCOUNT, { pub: { deny: ["$JS.API.>", "$KV.>"] }, sub: { deny: [">"] } }),
  ),
  "a proxy, and none there": as(userJwt(USER, ACCOUNT, { proxy_required: true })),
  "a proxy": (nonce) => ({
    ...as(userJwt(USER, ACCOUNT, { proxy_required: true }))(nonce),
    proxy_sig: PROXY.sign(nonce).toString("base64url"),
  }),
  "an account in CONNECT": as(userJwt(USER, ACCOUNT), { account: "$SYS" }),
};

const SENTINEL = userJwt(USER, ACCOUNT, bearer, { name: "sentinel" });
const SENTINELS: typeof LOGINS = {
  nothing: {},
  "a password": { user: "a", pass: "p" },
  garbage: { jwt: "garbage", auth_token: "t" },
  "the token of another": as(userJwt(REVOKED, ACCOUNT), {}, REVOKED),
};

const PINNED: typeof LOGINS = {
  pinned: as(userJwt(USER, NO_BEARERS)),
  "not pinned": as(userJwt(USER, ACCOUNT)),
};

const STRICT_LOGINS: typeof LOGINS = {
  "its own key": as(userJwt(USER, STRICT)),
  "a signing key": as(userJwt(USER, SIGNER, { issuer_account: STRICT.publicKey })),
};

function config(operator: string, accounts: Readonly<Record<string, string>>): string {
  const preload = Object.entries(accounts).map(([key, jwt]) => `${key}: ${jwt}`);
  return `operator: ${operator}\nresolver: MEM\nresolver_preload: {\n${preload.join("\n")}\n}\n`;
}

interface Table {
  readonly config: string;
  readonly accounts: Readonly<Record<string, string>>;
  readonly logins: typeof LOGINS;
  /** Of the trust that stands for the resolver. */
  readonly change?: (trust: TestTrust) => void;
}

const TABLES: Readonly<Record<string, Table>> = {
  tokens: {
    config: `${config(operatorJwt(OPERATOR), ACCOUNTS)}proxies { trusted = [ {key: ${PROXY.publicKey}} ] }`,
    accounts: ACCOUNTS,
    logins: LOGINS,
  },
  sentinel: {
    config: `${config(operatorJwt(OPERATOR), ACCOUNTS)}default_sentinel: ${SENTINEL}`,
    accounts: ACCOUNTS,
    logins: SENTINELS,
  },
  "pinned accounts": {
    config: `${config(operatorJwt(OPERATOR), ACCOUNTS)}resolver_pinned_accounts: [ ${NO_BEARERS.publicKey} ]`,
    accounts: ACCOUNTS,
    logins: PINNED,
    change: (trust) => {
      trust.pinned = new Set([NO_BEARERS.publicKey]);
    },
  },
  "strict use of signing keys": {
    config: config(
      operatorJwt(OPERATOR, {
        strict_signing_key_usage: true,
        signing_keys: [OPERATOR_SIGNER.publicKey],
      }),
      { [STRICT.publicKey]: strictAccount() },
    ),
    accounts: { [STRICT.publicKey]: strictAccount() },
    logins: STRICT_LOGINS,
    change: (trust) => {
      trust.strict.add(OPERATOR_SIGNER.publicKey);
    },
  },
};

function strictAccount(): string {
  return accountJwt(STRICT, OPERATOR_SIGNER, { signing_keys: [SIGNER.publicKey] });
}

describe.skipIf(peer === undefined)("logins with tokens are as at the real server", () => {
  for (const [name, table] of Object.entries(TABLES)) {
    test(name, async () => {
      await using real = await LoginPeer.start(peer!, table.config);
      const trust = new TestTrust(OPERATOR.publicKey, OPERATOR_SIGNER.publicKey);
      for (const jwt of Object.values(table.accounts)) await trust.set(jwt);
      table.change?.(trust);
      const options = await optionsOf(`port: 0\n${table.config}`);
      const authenticator = await authenticatorFor(options, { trust, accounts: trust.accounts });
      for (const [title, connect] of Object.entries(table.logins)) {
        const expected = await real.login(connect);
        const nonce = authenticator.createNonce();
        const fields = typeof connect === "function" ? connect(nonce) : connect;
        const record = await recordLogin(authenticator, fields, { nonce });
        // What CONNECT itself may say is looked at when the client is known.
        if (fields.account !== undefined) expect(expected.isIn).toBeFalse();
        else expect({ title, ...record }).toEqual({ title, ...expected });
      }
      authenticator.stop();
    });
  }
});

test("accounts that are not trusted are not asked about their users", async () => {
  const trust = new TestTrust(OPERATOR_SIGNER.publicKey);
  await trust.set(accountJwt(UNLISTED, OPERATOR));
  const options = await optionsOf(`port: 0\n${config(operatorJwt(OPERATOR), {})}`);
  const authenticator = await authenticatorFor(options, { trust, accounts: trust.accounts });
  const nonce = authenticator.createNonce();
  const record = await recordLogin(authenticator, as(userJwt(USER, UNLISTED))(nonce), { nonce });
  expect(record.lines).toEqual(["Account JWT not signed by trusted operator"]);
});
