/** Tokens of accounts that change while users are connected, and the services for it. */

import { genericJwt, SCOPED, UNLIMITED } from "../../../support/jwt.ts";
import type { Group } from "../../scenarios/scenario.ts";
import { keyOf } from "../keys.ts";
import {
  type AccountToken,
  asks,
  FOREIGN_OPERATOR,
  OPERATOR,
  type OperatorCase,
  operatorCase,
  operatorGroup,
  SYSTEM,
  type UserToken,
  update,
} from "../operators.ts";
import { ends, type Turn } from "../turns.ts";

const SIGNING = keyOf("A", 250);
const FULL = "resolver: { type: full, dir: jwts, allow_delete: true }";
const LIMITED = "resolver: { type: full, dir: jwts, limit: 2 }";
const CACHE = "resolver: { type: cache, dir: jwts, ttl: 1h }";

/** A user of A is there, the account changes, and then both the user and another one try. */
function live(
  name: string,
  before: AccountToken,
  after: OperatorCase["accounts"][string],
  a: UserToken = {},
  then: readonly Turn[] = [],
): OperatorCase {
  const turns: readonly Turn[] = [
    ["a", "SUB foo 1", "SUB bar 2"],
    ...update("A2"),
    ["a", "PUB foo =1"],
    ["a2", "PUB bar =2"],
    ...then,
  ];
  return operatorCase(name, { A: before }, turns, { a }, { A2: after });
}

const unlimited = { ...UNLIMITED };
const own = { issuer_account: "@A" };
const signed: UserToken = { signer: SIGNING, nats: own };
const scope = (template: object) => ({
  kind: "user_scope",
  key: SIGNING.publicKey,
  role: "r",
  template,
});
const scopedUser: UserToken = { signer: SIGNING, nats: { ...SCOPED, ...own } };
const limits = { subs: -1, data: -1, payload: -1 };

const changes: readonly OperatorCase[] = [
  live("nothing", {}, {}),
  live("another name", {}, { claims: { name: "Z" } }),
  live("the user revoked", {}, { nats: { revocations: { "@a": 1_700_000_000 } } }),
  live("all users revoked", {}, { nats: { revocations: { "*": 1_700_000_001 } } }),
  live("another user revoked", {}, { nats: { revocations: { "@b": 1_700_000_001 } } }),
  live(
    "the user revoked, for those issued before",
    {},
    { nats: { revocations: { "@a": 1_600_000_000 } } },
  ),
  operatorCase(
    "fewer subscriptions",
    { A: {} },
    [["a", "SUB foo 1", "SUB bar 2"], ...update("A2"), ends("a"), ["a2", "PUB bar =2"]],
    {},
    { A2: { nats: { limits: { ...unlimited, subs: 1 } } } },
  ),
  live("more subscriptions", { nats: { limits: { ...unlimited, subs: 1 } } }, {}),
  live("a smaller payload", {}, { nats: { limits: { ...unlimited, payload: 0 } } }),
  live("no connections", {}, { nats: { limits: { ...unlimited, conn: 0 } } }),
  live(
    "bearers no longer",
    {},
    { nats: { limits: { ...unlimited, disallow_bearer: true } } },
    { nats: { bearer_token: true }, signs: null },
  ),
  live("a signing key removed", { nats: { signing_keys: [SIGNING.publicKey] } }, {}, signed),
  live(
    "a signing key that stays",
    { nats: { signing_keys: [SIGNING.publicKey] } },
    { nats: { signing_keys: [SIGNING.publicKey], tags: ["x"] } },
    signed,
  ),
  live(
    "a signing key gets a scope",
    { nats: { signing_keys: [SIGNING.publicKey] } },
    { nats: { signing_keys: [scope(limits)] } },
    signed,
  ),
  live(
    "the scope of a key changed",
    { nats: { signing_keys: [scope(limits)] } },
    { nats: { signing_keys: [scope({ ...limits, sub: { allow: ["foo"] } })] } },
    scopedUser,
  ),
  live(
    "the scope of a key that stays",
    { nats: { signing_keys: [scope(limits)] } },
    { nats: { signing_keys: [scope(limits)], tags: ["x"] } },
    scopedUser,
  ),
  live(
    "default permissions added",
    {},
    { nats: { default_permissions: { sub: { allow: ["foo"] }, pub: { allow: ["bar"] } } } },
  ),
  live(
    "default permissions removed",
    { nats: { default_permissions: { sub: { deny: ["bar"] } } } },
    {},
  ),
  live("expired", {}, { claims: { exp: 1_700_000_100 } }),
  live("not yet valid", {}, { claims: { nbf: 4_000_000_000 } }),
  live("of a foreign operator", {}, { signer: FOREIGN_OPERATOR }),
  operatorCase(
    "one of three connections too many",
    { A: {} },
    [["a"], ["a2"], ["a3"], ...update("A2"), ends("a3"), ["a"]],
    {},
    { A2: { nats: { limits: { ...unlimited, conn: 2 } } } },
  ),
];

const lookups: readonly OperatorCase[] = [
  operatorCase("an account", { A: {} }, asks("one", "$SYS.REQ.ACCOUNT.@A.CLAIMS.LOOKUP")),
  operatorCase(
    "an account that is not there",
    { A: { isAbsent: true } },
    asks("one", "$SYS.REQ.ACCOUNT.@A.CLAIMS.LOOKUP"),
  ),
  operatorCase(
    "an account that comes by an update",
    { A: { isAbsent: true } },
    [
      ["a"],
      ...update("A2"),
      ...asks("one", "$SYS.REQ.ACCOUNT.@A.CLAIMS.LOOKUP"),
      ["a2", "SUB foo 1", "PUB foo"],
    ],
    {},
    { A2: {} },
  ),
];

const good: AccountToken = { nats: { tags: ["new"] } };

/** An update of A with what is not right, or the like. */
function updated(
  name: string,
  subject: string,
  payload: string,
  tokens: OperatorCase["tokens"] = {},
): OperatorCase {
  const turns: readonly Turn[] = [...asks("one", subject, payload), ["a", "SUB foo 1", "PUB foo"]];
  return operatorCase(name, { A: {} }, turns, {}, tokens);
}

const UPDATE = "$SYS.REQ.CLAIMS.UPDATE";
const errors: readonly OperatorCase[] = [
  updated("good", UPDATE, "@jwt:A2", { A2: good }),
  updated("good, by account", "$SYS.REQ.ACCOUNT.@A.CLAIMS.UPDATE", "@jwt:A2", { A2: good }),
  updated("good, by the old subject", "$SYS.ACCOUNT.@A.CLAIMS.UPDATE", "@jwt:A2", { A2: good }),
  updated("of another account", "$SYS.REQ.ACCOUNT.@B.CLAIMS.UPDATE", "@jwt:A2", { A2: good }),
  updated("empty", UPDATE, ""),
  updated("no token", UPDATE, "nonsense"),
  updated("two parts", UPDATE, "a.b"),
  updated("three parts", UPDATE, "a.b.c"),
  updated("a user's token", UPDATE, "@userjwt"),
  updated("no account", "$SYS.REQ.ACCOUNT.NONE.CLAIMS.UPDATE", "@jwt:A2", { A2: good }),
  updated("expired", UPDATE, "@jwt:A2", { A2: { claims: { exp: 1_700_000_100 } } }),
  updated("of a foreign operator", UPDATE, "@jwt:A2", { A2: { signer: FOREIGN_OPERATOR } }),
  updated("signed by itself", UPDATE, "@jwt:A2", { A2: { signer: keyOf("A", 250) } }),
  updated("with an import that is none", UPDATE, "@jwt:A2", {
    A2: { nats: { imports: [{ subject: "a..b", type: "stream", account: "x" }] } },
  }),
  updated("with an export that is none", UPDATE, "@jwt:A2", {
    A2: { nats: { exports: [{ subject: "", type: "stream" }] } },
  }),
  updated("path characters as the account", "$SYS.REQ.ACCOUNT.../x.CLAIMS.LOOKUP", ""),
  updated("a lookup of no account", "$SYS.REQ.ACCOUNT.NONE.CLAIMS.LOOKUP", ""),
];

/** A request to delete accounts. */
const request = (signer: typeof OPERATOR, accounts: unknown): string =>
  genericJwt(signer, { accounts });

/** Its token depends on no key of the case. */
function deleted(name: string, token: string, turns: readonly Turn[] = []): OperatorCase {
  return operatorCase(name, { A: {} }, [
    ["a", "SUB foo 1"],
    ...asks("one", "$SYS.REQ.CLAIMS.DELETE", token),
    ["a", "PUB foo"],
    ["a2"],
    ...turns,
  ]);
}

const FIRST = keyOf("A", 1).publicKey;
const LIST = asks("list", "$SYS.REQ.CLAIMS.LIST");

const deletions: readonly OperatorCase[] = [
  deleted("one account", request(OPERATOR, [FIRST]), LIST),
  deleted("the system account", request(OPERATOR, [SYSTEM.publicKey]), LIST),
  deleted("one that is not there", request(OPERATOR, [keyOf("A", 77).publicKey]), LIST),
  deleted(
    "one that is there, one that is not",
    request(OPERATOR, [FIRST, keyOf("A", 77).publicKey]),
    LIST,
  ),
  deleted("none", request(OPERATOR, []), LIST),
  deleted("no list", request(OPERATOR, "x"), LIST),
  deleted("a list of numbers", request(OPERATOR, [1, 2]), LIST),
  deleted("asked by a foreign operator", request(FOREIGN_OPERATOR, [FIRST]), LIST),
  deleted("asked by an account", request(keyOf("A", 1), [FIRST]), LIST),
  deleted(
    "asked for by another",
    genericJwt(OPERATOR, { accounts: [FIRST] }, { sub: FOREIGN_OPERATOR.publicKey }),
    LIST,
  ),
  deleted("nonsense", "nonsense", LIST),
];

const listed: readonly OperatorCase[] = [
  operatorCase("the accounts", { A: {} }, [...LIST]),
  operatorCase(
    "the limit is reached",
    { A: {} },
    [...update("B2"), ...update("C2"), ...LIST],
    {},
    { B2: {}, C2: {} },
  ),
  deleted("where it is not allowed", request(OPERATOR, [FIRST]), LIST),
];

const cached: readonly OperatorCase[] = [
  operatorCase(
    "an update of an account that is there",
    { A: {} },
    [["a"], ...update("A2"), ...LIST],
    {},
    { A2: good },
  ),
  operatorCase(
    "an update of an account that is not",
    { A: { isAbsent: true } },
    [...update("A2"), ...LIST],
    {},
    { A2: good },
  ),
];

const user = (subject: string, payload = ""): readonly Turn[] => [
  ["a", "SUB answer 1", `PUB ${subject} answer =${payload}`],
];
const notSystem: readonly OperatorCase[] = [
  operatorCase("an update", { A: {} }, user(UPDATE, "@jwt:A")),
  operatorCase("a lookup", { A: {} }, user("$SYS.REQ.ACCOUNT.@A.CLAIMS.LOOKUP")),
  operatorCase("a list", { A: {} }, user("$SYS.REQ.CLAIMS.LIST")),
  operatorCase("a deletion", { A: {} }, user("$SYS.REQ.CLAIMS.DELETE", request(OPERATOR, [FIRST]))),
];

export const OPERATOR_UPDATES: readonly Group[] = [
  operatorGroup("updates, live", changes, { more: FULL }),
  operatorGroup("updates, in memory", changes.slice(0, 4)),
  operatorGroup("claims, lookup", lookups, { more: FULL }),
  operatorGroup("claims, lookup in memory", lookups),
  operatorGroup("claims, update", errors, { more: FULL }),
  operatorGroup("claims, update in memory", errors),
  operatorGroup("claims, delete", deletions, { more: FULL, isIsolated: true }),
  operatorGroup("claims, list", listed, { more: LIMITED, isIsolated: true }),
  operatorGroup("claims, cache", cached, { more: CACHE, isIsolated: true }),
  operatorGroup("claims, asked by others", notSystem, { more: FULL }),
];
