/** Who may connect and what they may do: authorization, users, permissions and callouts. */

import {
  accepts,
  broken,
  type ConfigCase,
  fill,
  mistyped,
  refuses,
  valid,
} from "../config-case.ts";
import { publicKey } from "../jwts.ts";

const USER_KEY = publicKey("U");
const ISSUER = publicKey("A");
const XKEY = publicKey("X");
const AUTH = "authorization { OPTION }";
const USERS = "authorization { users: [ {user: a, OPTION} ] }";
const PERMISSIONS = "authorization { users: [ {user: a, permissions { OPTION }} ] }";
const CALLOUT = `authorization { auth_callout { issuer: ${ISSUER}, auth_users: [a], OPTION } }`;

export const AUTHORIZATION: readonly ConfigCase[] = [
  accepts("authorization { user: a, pass: b }"),
  accepts("authorization { username: a, password: b, timeout: 5 }"),
  accepts("authorization { token: t, timeout: '1s' }"),
  accepts("authorization {}"),
  accepts("authorization { timeout: 60 }"),
  accepts("authorization { timeout: -1 }"),
  accepts("AUTHORIZATION { USER: a, PASS: b }"),
  accepts("authorization { users: [] }"),
  accepts("authorization { users: [ {user: a, pass: b}, {username: c, password: d} ] }"),
  accepts("authorization { user: a, proxy_required: true }"),
  accepts("authorization { default_permissions { publish: a }, users: [ {user: a} ] }"),
  accepts("authorization { default_permission { publish: a } }"),
  accepts("authorization { permissions { publish: a } }"),
  ...mistyped(AUTH, "user username pass password token", "1", "is int64, not string"),
  ...mistyped(AUTH, "proxy_required", "1", "is int64, not bool"),
  ...mistyped(
    AUTH,
    "default_permission default_permissions permissions",
    "1",
    "Expected permissions to be a map/struct, got 1",
  ),
  refuses("authorization: 1", "interface {} is int64, not map[string]interface {}"),
  refuses("authorization: []", "interface {} is []interface {}, not map[string]interface {}"),
  refuses(fill(AUTH, "nope: 1"), 'unknown field "nope"'),
  refuses(
    fill(AUTH, "timeout: x"),
    "error parsing authorization config, 'timeout' time: invalid duration",
  ),
  refuses(fill(AUTH, "timeout: true"), "error parsing authorization config, 'timeout' wrong type"),
  refuses(fill(AUTH, "timeout: 61"), "timeout of 61 (61.000000 seconds) is high"),
  refuses(fill(AUTH, "timeout: 1m"), "timeout of 1000000 (1000000.000000 seconds) is high"),
  refuses(fill(AUTH, "timeout: '61s'"), "timeout of 61s (61.000000 seconds) is high"),
  refuses(fill(AUTH, "timeout: 60.5"), "timeout of 60.5 (60.500000 seconds) is high"),
  refuses(fill(AUTH, "user: a, pass: b, token: t"), "Cannot have a user/pass and token"),
  refuses(fill(AUTH, "pass: b, token: t"), "Cannot have a user/pass and token"),
  refuses(fill(AUTH, "user: a, users: []"), "Can not have a single user/pass and a users array"),
  refuses(fill(AUTH, "token: t, users: [{user: a}]"), "Can not have a token and a users array"),
  refuses(fill(AUTH, "users: [{user: a}, {user: a}]"), 'Duplicate user "a" detected'),
  refuses(fill(AUTH, `users: [{nkey: ${USER_KEY}}, {nkey: ${USER_KEY}}]`), "Duplicate nkey"),
  refuses(fill(AUTH, "users: 1"), "Expected users field to be an array, got 1"),
  refuses(fill(AUTH, "users: {user: a}"), "Expected users field to be an array, got map["),
  refuses(fill(AUTH, "users: [a]"), "Expected user entry to be a map/struct, got a"),
  refuses(fill(AUTH, "users: [1.5, {user: b}]"), "Expected user entry to be a map/struct, got 1.5"),
];

export const USERS_CASES: readonly ConfigCase[] = [
  accepts(`authorization { users: [ {nkey: ${USER_KEY}, permissions { publish: a }} ] }`),
  accepts(fill(USERS, "proxy_required: true")),
  ...["allowed_connection_types", "connection_types", "clients"].map((name) =>
    accepts(
      fill(
        USERS,
        `${name}: [STANDARD, websocket, Leafnode, LEAFNODE_WS, MQTT, MQTT_WS, IN_PROCESS]`,
      ),
    ),
  ),
  accepts(fill(USERS, "clients: standard")),
  ...mistyped(
    "authorization { users: [ {OPTION} ] }",
    "user username nkey",
    "1",
    "is int64, not string",
  ),
  ...mistyped(USERS, "pass password", "1", "is int64, not string"),
  ...mistyped(USERS, "proxy_required", "1", "is int64, not bool"),
  ...mistyped(
    USERS,
    "permission permissions authorization",
    "1",
    "Expected permissions to be a map/struct, got 1",
  ),
  ...mistyped(
    USERS,
    "clients connection_types",
    "1",
    "error parsing allowed connection types: unsupported type int64",
  ),
  refuses(
    fill(USERS, "clients: [1 ]"),
    "error parsing allowed connection types: unsupported type in array int64",
  ),
  // Options of this server's own.
  refuses(fill(USERS, "no_wildcards: true"), 'unknown field "no_wildcards"'),
  refuses(fill(USERS, "max_wildcard_depth: 2"), 'unknown field "max_wildcard_depth"'),
  refuses(fill(USERS, "clients: [pigeon]"), 'invalid connection types ["PIGEON"]'),
  refuses(fill(USERS, "nope: 1"), 'unknown field "nope"'),
  refuses("authorization { users: [ {pass: a} ] }", "User entry requires a user"),
  refuses("authorization { users: [ {} ] }", "User entry requires a user"),
  refuses("authorization { users: [ {user: ''} ] }", "User entry requires a user"),
  refuses("authorization { users: [ {nkey: nope} ] }", "Not a valid public nkey for a user"),
  refuses(`authorization { users: [ {nkey: ${ISSUER}} ] }`, "Not a valid public nkey for a user"),
  refuses(
    `authorization { users: [ {nkey: ${USER_KEY}, user: a} ] }`,
    "Nkey users do not take usernames or passwords",
    { random: "one" },
  ),
  refuses(
    `authorization { users: [ {nkey: ${USER_KEY}, pass: a} ] }`,
    "Nkey users do not take usernames or passwords",
    { random: "one" },
  ),
  broken(
    "users with several problems",
    "authorization {\n  users: [\n    a,\n    {user: b, nope: 1},\n    {user: c, permissions: 2}\n  ]\n}\n",
    [":3:5:", ":4:15:", ":5:15:"],
  ),
];

export const PERMISSIONS_CASES: readonly ConfigCase[] = [
  ...["pub", "publish", "import", "sub", "subscribe", "export"].flatMap((name) => [
    accepts(fill(PERMISSIONS, `${name}: "a.*.>"`)),
    refuses(
      fill(PERMISSIONS, `${name}: 1`),
      "Expected subject permissions to be a subject, or array of subjects, got int64",
    ),
  ]),
  accepts(fill(PERMISSIONS, "")),
  accepts(fill(PERMISSIONS, "publish: [a, b.>], subscribe { allow: [a, 'b q'], deny: c }")),
  accepts(fill(PERMISSIONS, "subscribe: ['a q', 'b *', 'c q.>']")),
  accepts(fill(PERMISSIONS, "publish {}, subscribe {}")),
  accepts(fill(PERMISSIONS, "publish: []")),
  ...["allow_responses", "publish_allow_responses"].flatMap((name) => [
    accepts(fill(PERMISSIONS, `${name}: true`)),
    refuses(
      fill(PERMISSIONS, `${name}: 1`),
      "error parsing response permissions, expected a boolean or a map",
    ),
  ]),
  accepts(fill(PERMISSIONS, "allow_responses: false")),
  ...["max", "max_msgs", "max_messages", "max_responses"].flatMap((name) => [
    accepts(fill(PERMISSIONS, `allow_responses { ${name}: 5 }`)),
    refuses(fill(PERMISSIONS, `allow_responses { ${name}: x }`), "is string, not int64"),
  ]),
  ...["expires", "expiration", "ttl"].flatMap((name) => [
    accepts(fill(PERMISSIONS, `allow_responses { ${name}: '1m' }`)),
    refuses(
      fill(PERMISSIONS, `allow_responses { ${name}: 5 }`),
      "error parsing expires, not a duration string",
    ),
  ]),
  accepts(fill(PERMISSIONS, "allow_responses { max: -1, ttl: '-1s' }")),
  accepts(fill(PERMISSIONS, "allow_responses {}")),
  refuses(
    fill(PERMISSIONS, "allow_responses { ttl: x }"),
    "error parsing expires: time: invalid duration",
  ),
  refuses(
    fill(PERMISSIONS, "allow_responses { nope: 1 }"),
    'Unknown field "nope" parsing permissions',
  ),
  refuses(fill(PERMISSIONS, "nope: 1"), 'Unknown field "nope" parsing permissions'),
  refuses(
    fill(PERMISSIONS, "publish { nope: a }"),
    'Unknown field name "nope" parsing subject permissions',
  ),
  refuses(
    fill(PERMISSIONS, "publish { allow: 1 }"),
    "Expected subject permissions to be a subject",
  ),
  refuses(fill(PERMISSIONS, "publish { deny: 1 }"), "Expected subject permissions to be a subject"),
  refuses(
    fill(PERMISSIONS, "publish: [1 ]"),
    "Subject in permissions array cannot be cast to string",
  ),
  refuses(fill(PERMISSIONS, "publish: 'a..b'"), 'subject "a..b" is not a valid subject'),
  refuses(fill(PERMISSIONS, "publish: ''"), 'subject "" is not a valid subject'),
  refuses(fill(PERMISSIONS, "publish: 'a q'"), "is not a valid subject"),
  refuses(fill(PERMISSIONS, "publish: '>.a'"), 'subject ">.a" is not a valid subject'),
  refuses(fill(PERMISSIONS, "publish: [a, '.b']"), 'subject ".b" is not a valid subject'),
  refuses(fill(PERMISSIONS, "subscribe: 'a b c'"), "is not a valid subject"),
  refuses(fill(PERMISSIONS, "subscribe: 'a..b q'"), 'subject "a..b" is not a valid subject'),
  refuses(fill(PERMISSIONS, "subscribe: 'a q..r'"), 'queue "q..r" is not a valid queue'),
  refuses(fill(PERMISSIONS, "subscribe { deny: 'a..b' }"), 'subject "a..b" is not a valid subject'),
];

export const CALLOUTS: readonly ConfigCase[] = [
  accepts(fill(CALLOUT, `account: A, xkey: ${XKEY}`)),
  accepts(fill(CALLOUT, `acc: A, key: ${XKEY}`)),
  accepts(`authorization { auth_hook { issuer: ${ISSUER}, users: [a, b] } }`),
  valid(
    "a callout with its accounts",
    `accounts { A {}, B {} }\n${fill(CALLOUT, "allowed_accounts: [A, B]")}\n`,
  ),
  refuses(
    "authorization { auth_callout: 1 }",
    "Expected authorization callout to be a map/struct, got 1",
  ),
  refuses(
    "authorization { auth_callout {} }",
    "Authorization callouts require an issuer to be specified",
  ),
  refuses(
    `authorization { auth_callout { issuer: ${ISSUER} } }`,
    "Authorization callouts require authorized users to be specified",
  ),
  refuses(
    "authorization { auth_callout { issuer: nope, users: [a] } }",
    'Expected callout user to be a valid public account nkey, got "nope"',
  ),
  refuses("authorization { auth_callout { issuer: 1, users: [a] } }", "is int64, not string"),
  refuses(fill(CALLOUT, "users: a"), "Expected auth_users field to be an array, got *conf.token"),
  refuses(
    `authorization { auth_callout { issuer: ${ISSUER}, users: [1 ] } }`,
    "is int64, not string",
  ),
  refuses(
    fill(CALLOUT, "xkey: nope"),
    'Expected callout xkey to be a valid public xkey, got "nope"',
  ),
  refuses(fill(CALLOUT, "account: 1"), "is int64, not string"),
  refuses(
    fill(CALLOUT, "allowed_accounts: A"),
    "Expected allowed accounts field to be an array, got *conf.token",
  ),
  refuses(
    fill(CALLOUT, "allowed_accounts: [A]"),
    'auth_callout allowed account "A" not found in configured accounts',
  ),
  refuses(fill(CALLOUT, "nope: 1"), 'Unknown field "nope" parsing authorization callout'),
];
