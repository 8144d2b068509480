/** Who may log in with a token, and what it says of them. */

import { type Key, resigned, SCOPED, UNLIMITED } from "../../../support/jwt.ts";
import type { Group } from "../../scenarios/scenario.ts";
import { keyOf } from "../keys.ts";
import {
  FOREIGN_OPERATOR,
  OPERATOR_SIGNING,
  type OperatorCase,
  operatorCase,
  operatorGroup,
  type UserToken,
} from "../operators.ts";
import type { Turn } from "../turns.ts";

const SIGNING = keyOf("A", 250);
const OTHER = keyOf("A", 251);
const STRANGER = keyOf("U", 250);

const there: readonly Turn[] = [["a", "SUB > 1", "PUB foo", "PUB bar {A: b}"]];

/** One user of account A, and whether that one gets in. */
function login(
  name: string,
  a: NonNullable<OperatorCase["users"]>[string],
  account: OperatorCase["accounts"][string] = {},
  turns: readonly Turn[] = there,
): OperatorCase {
  return operatorCase(name, { A: account }, turns, { a });
}

const token = (text: string): UserToken => ({ connect: { jwt: text } });
const signed = (signer: Key, more: UserToken = {}): UserToken => ({ signer, ...more });

const identities: readonly OperatorCase[] = [
  login("a good token", {}),
  login("a name and tags", { claims: { name: "some one" }, nats: { tags: ["x:1", "Y", "x:2"] } }),
  login("without a name", { claims: { name: "" } }),
  login("a name of all sorts", { claims: { name: 'a"b\\c%sé\u0001' } }),
  login("the signature of another", { signs: STRANGER }),
  login("no signature", { signs: null }),
  login("an empty signature", { connect: { sig: "" } }),
  login("a signature that is not base64", { connect: { sig: "!!!" } }),
  login("a signature that is too short", { connect: { sig: "AAAA" } }),
  login("a user's name and password besides", { connect: { user: "me", pass: "too" } }),
  login("an nkey besides", { connect: { nkey: STRANGER.publicKey } }),
  login("an empty token", token("")),
  login("a token that is none", token("x.y.z")),
  login("two parts", token("eyJhbGciOiJIUzI1NiJ9.e30")),
  login("no token", { connect: { jwt: undefined } }),
  login("an account's token", token("@jwt:A")),
  login("a token with another signature", { altered: resigned }),
  login("a token without its last character", { altered: (jwt) => jwt.slice(0, -1) }),
  login("a token with padding", { altered: (jwt) => `${jwt}==` }),
  login("a token that is too long", { claims: { name: "x".repeat(4000) } }),
  login("issued by the operator", signed(keyOf("O", 1))),
  login("issued by itself", signed(STRANGER)),
  login("issued by an account that is not there", signed(OTHER)),
  login(
    "for an account that is not there",
    signed(OTHER, { nats: { issuer_account: OTHER.publicKey } }),
  ),
  login("issued for another account", { nats: { issuer_account: "@B" } }),
  login("issued for the own account", { nats: { issuer_account: "@A" } }),
  login("with an audience", { claims: { aud: "A" } }),
  login("with a subject that is an account", { claims: { sub: OTHER.publicKey } }),
  login("with a subject that is nothing", { claims: { sub: "U" } }),
];

const signing = { nats: { signing_keys: [SIGNING.publicKey] } };
const own = { issuer_account: "@A" };

const signers: readonly OperatorCase[] = [
  login("a signing key", signed(SIGNING, { nats: own }), signing),
  login("a signing key, without its account", signed(SIGNING), signing),
  login("a key that is none of the account", signed(OTHER, { nats: own }), signing),
  login("the account itself, with signing keys", {}, signing),
  login("an account of a signing key of the operator", {}, { signer: OPERATOR_SIGNING }),
];

/** An account with a signing key whose users get what its template says. */
function scoped(template: object): OperatorCase["accounts"][string] {
  const scope = { kind: "user_scope", key: SIGNING.publicKey, role: "r", template };
  return { nats: { signing_keys: [scope] }, claims: { name: "TENANT" } };
}

const user = (nats: object = {}): UserToken =>
  signed(SIGNING, { nats: { ...SCOPED, ...own, ...nats }, claims: { name: "joe" } });
const limits = { subs: -1, data: -1, payload: -1 };
const allow = (pub: string[], sub: string[] = [">"]): object => ({
  ...limits,
  pub: { allow: pub },
  sub: { allow: sub },
});

const scopes: readonly OperatorCase[] = [
  login("a template", user(), scoped(allow(["foo"]))),
  login("a template, and limits of the user", user({ subs: 1 }), scoped(allow(["foo"]))),
  login(
    "a template, and permissions of the user",
    user({ pub: { allow: ["bar"] } }),
    scoped(allow(["foo"])),
  ),
  login("a template with limits", user(), scoped({ ...limits, subs: 1, payload: 2 }), [
    ["a", "SUB foo 1", "SUB bar 2", "PUB foo =xy"],
    ["a", "PUB foo =xyz"],
  ]),
  login(
    "a template for bearers",
    { ...user(), signs: null },
    scoped({ ...limits, bearer_token: true }),
  ),
  login(
    "a bearer without a template for it",
    { ...user({ bearer_token: true }), signs: null },
    scoped(limits),
  ),
  ...[
    "{{name()}}.x",
    "x.{{subject()}}",
    "{{account-name()}}.{{account-subject()}}",
    "{{tag(team)}}.x",
    "{{tag(two)}}.{{tag(team)}}",
    "{{tag(none)}}.x",
    "{{account-tag(zone)}}.x",
    "a{{name()}}b",
    "{{ name( ) }}.x",
    "{{Name()}}.x",
    "{{unknown()}}.x",
    "{{name(",
    "{{tag()}}.x",
  ].map((subject) =>
    login(
      `template: ${subject}`,
      user({ tags: ["team:red", "two:1", "two:2"] }),
      { ...scoped(allow([subject, "out"], [`in.${subject}`])) },
      [
        [
          "a",
          ...["joe.x", "x.@a", "TENANT.@A", "red.x", "1.red", "2.red", "ajoeb", "out", subject].map(
            (each) => `PUB ${each.replaceAll(" ", "")}`,
          ),
          "SUB in.joe.x 1",
          "SUB in.red.x 2",
        ],
      ],
    ),
  ),
  login(
    "template: tags of the account",
    user(),
    {
      nats: {
        tags: ["zone:eu", "zone:us"],
        signing_keys: [
          {
            kind: "user_scope",
            key: SIGNING.publicKey,
            role: "r",
            template: allow(["{{account-tag(zone)}}.x"]),
          },
        ],
      },
    },
    [["a", "PUB eu.x", "PUB us.x", "PUB fr.x"]],
  ),
  login(
    "template: a denied tag that is not there",
    user(),
    scoped({ ...limits, pub: { deny: ["{{tag(none)}}.x"] } }),
  ),
];

const bearers: readonly OperatorCase[] = [
  login("a bearer without signature", { nats: { bearer_token: true }, signs: null }),
  login("a bearer with the signature of another", {
    nats: { bearer_token: true },
    signs: STRANGER,
  }),
  login(
    "a bearer, where none may be",
    { nats: { bearer_token: true }, signs: null },
    { nats: { limits: { ...UNLIMITED, disallow_bearer: true } } },
  ),
  login(
    "a bearer with signature, where none may be",
    { nats: { bearer_token: true } },
    { nats: { limits: { ...UNLIMITED, disallow_bearer: true } } },
  ),
];

const times: readonly OperatorCase[] = [
  login("expired long ago", { claims: { exp: 1_700_000_100 } }),
  login("not yet valid", (now) => ({ claims: { nbf: now + 1000 } })),
  login("valid since a moment", (now) => ({ claims: { nbf: now - 1 } })),
  login("valid for long", (now) => ({ claims: { exp: now + 100_000 } })),
  login("issued in the future", (now) => ({ claims: { iat: now + 1000 } })),
  login("revoked", {}, { nats: { revocations: { "@a": 1_700_000_000 } } }),
  login("revoked before it was issued", {}, { nats: { revocations: { "@a": 1_699_999_999 } } }),
  login("all revoked", {}, { nats: { revocations: { "*": 1_700_000_001 } } }),
  login("all revoked before", {}, { nats: { revocations: { "*": 1_699_999_999 } } }),
  login("another revoked", {}, { nats: { revocations: { [STRANGER.publicKey]: 1_800_000_000 } } }),
  login("at any time of day", {
    nats: { times: [{ start: "00:00:00", end: "23:59:59" }], times_location: "UTC" },
  }),
  login("at no time of day", { nats: { times: [{ start: "00:00:00", end: "00:00:00" }] } }),
  login("a time that is none", { nats: { times: [{ start: "25:00", end: "26:00" }] } }),
  login("a place that is none", {
    nats: { times: [{ start: "00:00:00", end: "23:59:59" }], times_location: "Nowhere/Town" },
  }),
];

const places: readonly OperatorCase[] = [
  login("from here", { nats: { src: ["127.0.0.0/8"] } }),
  login("from one of two", { nats: { src: ["10.0.0.0/8", "127.0.0.1/32"] } }),
  login("from elsewhere", { nats: { src: ["10.0.0.0/8"] } }),
  login("from IPv6", { nats: { src: ["::/0"] } }),
  login("from IPv4 in IPv6", { nats: { src: ["::ffff:127.0.0.1/128"] } }),
  login("from no network", { nats: { src: ["nonsense"] } }),
  login("from an address", { nats: { src: ["127.0.0.1"] } }),
  login("from a text of two", { nats: { src: "10.0.0.0/8,127.0.0.0/8" } }),
  ...[
    ["STANDARD"],
    ["standard"],
    ["WEBSOCKET"],
    ["STANDARD", "WEBSOCKET"],
    ["FOO"],
    ["FOO", "STANDARD"],
    [],
  ].map((types) =>
    login(`connection types ${JSON.stringify(types)}`, {
      nats: { allowed_connection_types: types },
    }),
  ),
  login("a proxy is required", { nats: { proxy_required: true } }),
];

const limited: readonly OperatorCase[] = [
  login("subscriptions of a user", { nats: { subs: 1 } }, {}, [
    ["a", "SUB foo 1", "SUB bar 2", "UNSUB 1", "SUB baz 3"],
  ]),
  login("a payload of a user", { nats: { payload: 2 }, connect: { protocol: 1 } }, {}, [
    ["a", "SUB foo 1", "PUB foo =xy"],
    ["a", "PUB foo =xyz"],
  ]),
  login("no payload", { nats: { payload: 0 } }, {}, [
    ["a", "SUB foo 1", "PUB foo ="],
    ["a", "PUB foo"],
  ]),
  login("data of a user", { nats: { data: 1 } }),
  login("a payload below -1", { nats: { payload: -3 } }),
  login("subscriptions of an account", {}, { nats: { limits: { ...UNLIMITED, subs: 1 } } }, [
    ["a", "SUB foo 1", "SUB bar 2"],
    ["a2", "SUB foo 1"],
  ]),
  login(
    "a payload of an account",
    { connect: { protocol: 1 } },
    { nats: { limits: { ...UNLIMITED, payload: 2 } } },
    [
      ["a", "SUB foo 1", "PUB foo =xy"],
      ["a", "PUB foo =xyz"],
    ],
  ),
  login(
    "a payload of both, the user's is smaller",
    { nats: { payload: 1 }, connect: { protocol: 1 } },
    { nats: { limits: { ...UNLIMITED, payload: 2 } } },
    [["a", "PUB foo =xy"]],
  ),
  login(
    "a payload of both, the account's is smaller",
    { nats: { payload: 5 }, connect: { protocol: 1 } },
    { nats: { limits: { ...UNLIMITED, payload: 2 } } },
    [["a", "PUB foo =xyz"]],
  ),
  login("connections of an account", {}, { nats: { limits: { ...UNLIMITED, conn: 1 } } }, [
    ["a"],
    ["a2"],
    ["a3"],
  ]),
  login("no connections", {}, { nats: { limits: { ...UNLIMITED, conn: 0 } } }, [["a"]]),
  login("an account without limits", {}, { nats: { limits: {} } }, [["a", "SUB foo 1", "PUB foo"]]),
  login(
    "permissions",
    { nats: { pub: { allow: ["foo"], deny: ["bar"] }, sub: { allow: [">"], deny: ["baz"] } } },
    {},
    [["a", "SUB > 1", "SUB baz 2", "PUB foo", "PUB bar", "PUB baz"]],
  ),
  login("a queue in permissions", { nats: { sub: { allow: ["foo q"] } } }, {}, [
    ["a", "SUB foo 1", "SUB foo q 2", "SUB foo r 3"],
  ]),
  login(
    "answers",
    { nats: { resp: { max: 1, ttl: 60_000_000_000 }, pub: { allow: ["out"] } } },
    {},
    [
      ["a", "SUB foo 1"],
      ["a2", "PUB out answer", "PUB other"],
    ],
  ),
  login(
    "default permissions",
    {},
    { nats: { default_permissions: { pub: { allow: ["foo"] }, sub: { deny: ["bar"] } } } },
    [["a", "SUB foo 1", "SUB bar 2", "PUB foo", "PUB bar"]],
  ),
  login(
    "permissions over default ones",
    { nats: { pub: { allow: ["bar"] } } },
    { nats: { default_permissions: { pub: { allow: ["foo"] }, sub: { deny: ["bar"] } } } },
    [["a", "SUB foo 1", "SUB bar 2", "PUB foo", "PUB bar"]],
  ),
];

const accounts: readonly OperatorCase[] = [
  login("an account that has expired", {}, { claims: { exp: 1_700_000_100 } }),
  login("an account of another operator", {}, { signer: FOREIGN_OPERATOR, isAbsent: true }),
  login("an account that is not there", {}, { isAbsent: true }),
  operatorCase("two accounts", { A: {}, B: {} }, [
    ["a", "SUB foo 1"],
    ["b", "SUB foo 1"],
    ["a2", "PUB foo"],
  ]),
];

export const OPERATOR_LOGINS: readonly Group[] = [
  operatorGroup("tokens, identities", identities),
  operatorGroup("tokens, signing keys", signers),
  operatorGroup("tokens, scopes", scopes),
  operatorGroup("tokens, bearers", bearers),
  operatorGroup("tokens, times", times),
  operatorGroup("tokens, places", places),
  operatorGroup("tokens, limits", limited),
  operatorGroup("tokens, accounts", accounts),
];
