/** What becomes of a block when one of the options in it has a wrong value, and odd pairs of options. */

import { accepts, type ConfigCase, refuses } from "../config-case.ts";
import { publicKey } from "../jwts.ts";

const ISSUER = publicKey("A");
const CALLOUT_FOR_GLOBAL = `authorization { auth_callout { issuer: ${ISSUER}, auth_users: [a], allowed_accounts: ['$G'] } }`;
const INT64_MAX = "9223372036854775807";

const exported = (options: string): string => `accounts { A { exports: [ {${options}} ] } }`;
const imported = (options: string): string => `accounts { A { imports: [ {${options}} ] } }`;

export const COMBINED: readonly ConfigCase[] = [
  // A callout with a wrong value is none, so that a cluster has nothing against it.
  refuses(
    "cluster { authorization { auth_callout { issuer: nope } } }",
    'Expected callout user to be a valid public account nkey, got "nope"',
  ),
  refuses(
    "cluster { authorization { auth_callout { account: A } } }",
    "Authorization callouts require an issuer to be specified",
  ),
  refuses(
    `cluster { authorization { auth_callout { issuer: ${ISSUER}, users: [a], account: 1 } } }`,
    "is int64, not string",
  ),
  refuses(`cluster { authorization { auth_callout { issuer: ${ISSUER}, users: [a], nope: 1 } } }`, [
    'Unknown field "nope" parsing authorization callout',
    "Cluster authorization does not support callouts",
  ]),
  // Nor is a list of users one in which a value has the wrong type.
  refuses(
    `cluster { authorization { users: [ {nkey: ${publicKey("U")}, proxy_required: 1} ] } }`,
    "is int64, not bool",
  ),
  refuses("cluster { permissions { allow_responses { expires: soon }, export: 'a b' } }", [
    "error parsing expires",
    "cluster export allow",
  ]),
  refuses(
    "cluster { permissions { allow_responses { max: x } } }",
    "interface conversion: interface {} is string, not int64",
  ),
  refuses("cluster { permissions { allow_responses { nope: 1 } } }", [
    'Unknown field "nope" parsing permissions',
    "Cluster permissions do not support dynamic responses",
  ]),

  refuses(
    exported("stream: 1, latency: x"),
    ["Expected stream name to be string, got int64", "Detected latency directive on non-service"],
    { random: "one" },
  ),
  refuses(
    exported("stream: 1, response: single"),
    ["Expected stream name to be string, got int64", "Detected response directive on non-service"],
    { random: "one" },
  ),
  refuses(exported("stream: a, allow_trace: 1"), "is int64, not bool"),
  refuses(
    imported("service: 1, allow_trace: true"),
    [
      "Service entry should be an account map, got int64",
      "Detected allow_trace directive on a non-stream",
    ],
    { random: "one" },
  ),
  refuses(
    imported("service: 1, allow_trace: 1"),
    ["Service entry should be an account map, got int64", "is int64, not bool"],
    { random: "some" },
  ),
  refuses(exported("stream: 'a.*', account_token_position: -1"), "runtime error: index out of"),

  // Mappings make the global account, even if they are wrong or none.
  accepts(`mappings {}\n${CALLOUT_FOR_GLOBAL}`),
  refuses(`mappings { 'a..b': c }\n${CALLOUT_FOR_GLOBAL}`, "is not a valid subject"),
  refuses(
    `mappings { a: b }\n${imported("stream { account: '$G', subject: a }")}`,
    ["stream import not authorized", '"$G" account not defined for stream import'],
    { random: "one" },
  ),
  accepts("system: 5\nsystem_account: A\n"),
  accepts("system: 5\nsystem_account: ''\n"),
  refuses("system: A\nsystem_account: 5\n", "system account name must be a string"),

  refuses(
    "ping_interval: '99999999999999999999x'",
    'time: invalid duration "99999999999999999999x"',
  ),
  refuses(`mqtt { max_ack_pending: ${INT64_MAX} }`, `invalid value ${INT64_MAX}, should in`),
  refuses(
    `cluster { ping_interval: ${INT64_MAX} }`,
    "ping_interval should be converted to a duration",
  ),
  refuses(
    "resolver { ttl: soon, timeout: 1 }",
    ['time: invalid duration "soon"', "is int64, not string"],
    { random: "some" },
  ),
  refuses("jetstream { strict: {} }", "Expected 'true' or 'false' for bool value, got 'map[]'"),
  refuses("jetstream { strict: [] }", "Expected 'true' or 'false' for bool value, got '[]'"),
];
