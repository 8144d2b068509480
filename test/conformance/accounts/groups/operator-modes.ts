/** What an operator or the configuration demands of tokens, and what time does to them. */

import { jwtV1, UNLIMITED, userJwt } from "../../../support/jwt.ts";
import type { Group } from "../../scenarios/scenario.ts";
import { keyOf } from "../keys.ts";
import {
  OPERATOR,
  OPERATOR_SIGNING,
  type OperatorCase,
  operatorCase,
  operatorGroup,
} from "../operators.ts";
import { ends, type Turn } from "../turns.ts";

const SIGNING = keyOf("A", 250);
/** Keys of the first case of a group. */
const FIRST = keyOf("A", 1);
const FIRST_USER = keyOf("U", 1);

const there: readonly Turn[] = [["a", "SUB > 1", "PUB foo"]];

function login(
  name: string,
  a: NonNullable<OperatorCase["users"]>[string],
  account: OperatorCase["accounts"][string] = {},
  turns: readonly Turn[] = there,
): OperatorCase {
  return operatorCase(name, { A: account }, turns, { a });
}

const strict: readonly OperatorCase[] = [
  login(
    "both signed by signing keys",
    { signer: SIGNING, nats: { issuer_account: "@A" } },
    {
      signer: OPERATOR_SIGNING,
      nats: { signing_keys: [SIGNING.publicKey] },
    },
  ),
  login(
    "the user signed by the account",
    {},
    {
      signer: OPERATOR_SIGNING,
      nats: { signing_keys: [SIGNING.publicKey] },
    },
  ),
  login("the user signed by the account, which has no other key", {}, { signer: OPERATOR_SIGNING }),
];

/** A sentinel of the first account of its group. */
const SENTINEL = userJwt(
  FIRST_USER,
  FIRST,
  { bearer_token: true, sub: { deny: ["secret"] } },
  { name: "sentinel" },
);

const sentinel: readonly OperatorCase[] = [
  operatorCase("no token", { A: {} }, [["a", "SUB secret 1", "PUB foo"]], {
    a: { connect: { jwt: undefined, sig: undefined } },
  }),
  login("a token that is none", { connect: { jwt: "nonsense" } }),
  login("an empty token", { connect: { jwt: "" } }),
  login("a name and password", {
    connect: { jwt: undefined, sig: undefined, user: "joe", pass: "secret" },
  }),
  login("an nkey", { connect: { jwt: undefined, nkey: FIRST_USER.publicKey } }),
  login("a good token", {}),
  login("a good token with a wrong signature", { signs: keyOf("U", 250) }),
  login("an expired token", { claims: { exp: 1_700_000_100 } }),
  login("no CONNECT", {}, {}, [{ conn: "x", send: "PING\r\n", listenMs: 20 }]),
];

const pinned: readonly OperatorCase[] = [
  login("an account that is pinned", {}),
  login("an account that is not", {}),
];

const first: readonly OperatorCase[] = [
  login("a user", { altered: () => jwtV1("user", FIRST_USER, FIRST) }),
  login(
    "a user of a signing key",
    {
      altered: () =>
        jwtV1("user", keyOf("U", 4), SIGNING, {}, { issuer_account: keyOf("A", 4).publicKey }),
    },
    { nats: { signing_keys: [SIGNING.publicKey] } },
  ),
  login("a user with limits and permissions", {
    altered: () =>
      jwtV1("user", keyOf("U", 7), keyOf("A", 7), { max: 1, payload: 2, pub: { allow: ["foo"] } }),
  }),
  login("an account's token in place of a user's", {
    altered: () => jwtV1("account", keyOf("A", 10), OPERATOR),
  }),
  login(
    "an account",
    {},
    { altered: () => jwtV1("account", keyOf("A", 13), OPERATOR, { limits: UNLIMITED }) },
  ),
];

/** Tokens whose texts no number of JavaScript could give. */
function number(name: string, text: string): OperatorCase {
  const patched = (claims: string): string => claims.replace('"subs":-1', `"subs":${text}`);
  return operatorCase(name, { A: {} }, [["a", "SUB foo 1", "SUB bar 2", "PUB foo"]], {
    a: { patched },
  });
}

const numbers: readonly OperatorCase[] = [
  "9007199254740993",
  "9223372036854775807",
  "9223372036854775808",
  "1e3",
  "1e309",
  "1.5",
  "1.0",
  "NaN",
  '"5"',
  "true",
  "[]",
].map((text) => number(`subs: ${text}`, text));

function accountNumber(text: string): OperatorCase {
  const patched = (claims: string): string => claims.replace('"conn":-1', `"conn":${text}`);
  return operatorCase(`conn: ${text}`, { A: { patched } }, [["a"], ["a2"]]);
}

const accountNumbers: readonly OperatorCase[] = [
  "9007199254740993",
  "9223372036854775807",
  "-2",
  "null",
].map(accountNumber);

const other: readonly OperatorCase[] = [
  login("claims that are unknown", {
    patched: (claims) => claims.replace("{", '{"more":{"x":1},'),
  }),
  login("claims twice", { patched: (claims) => claims.replace("{", '{"sub":"twice",') }),
  login("claims in capitals", {
    patched: (claims) => claims.replace('"bearer_token"', '"Bearer_Token"'),
  }),
  login("another version", { patched: (claims) => claims.replace('"version":2', '"version":3') }),
  login("no version", { patched: (claims) => claims.replace(',"version":2', "") }),
  login("another type", { patched: (claims) => claims.replace('"type":"user"', '"type":"robot"') }),
  login("no type", { patched: (claims) => claims.replace('"type":"user",', "") }),
  login("no claims", { patched: () => "{}" }),
  login("a list of claims", { patched: () => "[]" }),
  login("no JSON", { patched: () => "{" }),
  login("tags that are a text", {
    patched: (claims) => claims.replace('"nats":{', '"nats":{"tags":"x",'),
  }),
  login("permissions that are a text", {
    patched: (claims) => claims.replace('"nats":{', '"nats":{"pub":"x",'),
  }),
  login("a time that is a text", {
    patched: (claims) => claims.replace('"iat":1700000000', '"iat":"now"'),
  }),
];

const soon = (now: number): { claims: { exp: number } } => ({ claims: { exp: now + 2 } });

const expiry: readonly OperatorCase[] = [
  login("a user", soon, {}, [["a", "SUB foo 1", "PUB foo"], ends("a"), ["a2"]]),
  operatorCase("an account", { A: (now) => ({ claims: { exp: now + 3 } }) }, [
    ["a", "SUB foo 1", "PUB foo"],
    ends("a"),
    ["a2"],
  ]),
];

const limited: readonly OperatorCase[] = [
  ...(["imports", "exports"] as const).map((what) =>
    operatorCase(
      `more ${what} than allowed`,
      {
        A: {
          nats: {
            limits: { ...UNLIMITED, [what]: 0 },
            [what]: [{ name: "s", subject: "st", type: "stream", account: "@B" }],
          },
        },
        B: { nats: { exports: [{ name: "s", subject: "st", type: "stream" }] } },
      },
      there,
    ),
  ),
  operatorCase(
    "wildcards where none may be",
    {
      A: {
        nats: {
          limits: { ...UNLIMITED, wildcards: false },
          exports: [{ name: "s", subject: "st.>", type: "stream" }],
        },
      },
    },
    there,
  ),
];

const told: readonly OperatorCase[] = [
  login("of an account", { connect: { protocol: 1 } }, {}, [["a"]]),
  operatorCase("of the system account", { A: {} }, [["sys"]]),
];

const service = (account: string, subject: string): object => ({
  name: "s",
  account,
  subject,
  type: "service",
});
const offered = (subject: string): object => ({ name: "s", subject, type: "service" });

const cycles: readonly OperatorCase[] = [
  operatorCase(
    "of two accounts",
    {
      A: { nats: { exports: [offered("svc")], imports: [service("@B", "svc")] } },
      B: { nats: { exports: [offered("svc")], imports: [service("@A", "svc")] } },
    },
    [
      ["a", "SUB answer 1", "PUB svc answer"],
      ["b", "SUB answer 1", "PUB svc answer"],
    ],
  ),
  operatorCase(
    "of three accounts",
    {
      A: { nats: { exports: [offered("svc")], imports: [service("@B", "svc")] } },
      B: { nats: { exports: [offered("svc")], imports: [service("@C", "svc")] } },
      C: { nats: { exports: [offered("svc")], imports: [service("@A", "svc")] } },
    },
    [
      ["a", "SUB answer 1", "PUB svc answer"],
      ["b", "SUB answer 1", "PUB svc answer"],
      ["c", "SUB answer 1", "PUB svc answer"],
    ],
  ),
  operatorCase(
    "of an account with itself",
    {
      A: { nats: { exports: [offered("svc")], imports: [service("@A", "svc")] } },
    },
    [["a", "SUB answer 1", "PUB svc answer"]],
  ),
];

export const OPERATOR_MODES: readonly Group[] = [
  operatorGroup("tokens, strict signing keys", strict, {
    operator: { strict_signing_key_usage: true },
  }),
  operatorGroup("tokens, default_sentinel", sentinel, { more: `default_sentinel: ${SENTINEL}` }),
  operatorGroup("tokens, pinned accounts", pinned, {
    more: `resolver_pinned_accounts: [${FIRST.publicKey}]`,
  }),
  operatorGroup("tokens, first layout", first),
  operatorGroup("tokens, numbers", numbers),
  operatorGroup("tokens, numbers of accounts", accountNumbers),
  operatorGroup("tokens, odd claims", other),
  operatorGroup("tokens, expiry", expiry, { isIsolated: true }),
  operatorGroup("tokens, limits of imports", limited),
  operatorGroup("tokens, INFO", told),
  operatorGroup("tokens, cycles", cycles),
];
