/** Accounts with their users, limits, mappings, exports and imports. */

import { accepts, broken, type ConfigCase, fill, mistyped, refuses } from "../config-case.ts";
import { publicKey } from "../jwts.ts";

const ACCOUNT = "accounts { A { OPTION } }";
const JETSTREAM = "accounts { A { jetstream { OPTION } } }";
const LIMITS = "accounts { A { limits { OPTION } } }";
const EXPORT = "accounts { A { exports: [ {OPTION} ] } }";
const IMPORT =
  "accounts { A { exports: [ {stream: s.>}, {service: r.>} ] }, B { imports: [ {OPTION} ] } }";
const KEY = publicKey("A");
const USER_KEY = publicKey("U");

export const ACCOUNTS: readonly ConfigCase[] = [
  accepts("accounts: [A, B]"),
  accepts("accounts {}"),
  accepts("accounts: []"),
  accepts("accounts { A {} }"),
  accepts(fill(ACCOUNT, `nkey: ${KEY}, users: [ {user: a, pass: b}, {nkey: ${USER_KEY}} ]`)),
  accepts(fill(ACCOUNT, "default_permissions { publish: a }, users: [ {user: a} ]")),
  accepts("accounts { a {}, A {} }"),
  accepts("accounts { SYS {} }\nsystem_account: SYS"),
  accepts("accounts { $SYS { users: [ {user: admin, pass: pw} ] } }"),
  accepts("accounts: 1"),
  accepts("accounts: text"),
  refuses("accounts: [A, A]", "Duplicate Account Entry: A"),
  refuses("accounts: [$G]", "variable reference for 'G' on line 1 can not be found"),
  refuses("accounts: ['$G']", '"$G" is a Reserved Account'),
  refuses("accounts { $G {} }", '"$G" is a Reserved Account'),
  refuses("accounts: [1 ]", "interface {} is int64, not string"),
  refuses("accounts { A: 1 }", "Expected map entries for accounts"),
  refuses("accounts { A: [] }", "Expected map entries for accounts"),
  refuses(fill(ACCOUNT, "nope: 1"), 'unknown field "nope"'),
  refuses(fill(ACCOUNT, "nkey: 1"), "Not a valid public nkey for an account:"),
  refuses(fill(ACCOUNT, "nkey: nope"), "Not a valid public nkey for an account:"),
  refuses(fill(ACCOUNT, `nkey: ${USER_KEY}`), "Not a valid public nkey for an account:"),
  refuses(fill(ACCOUNT, "users: 1"), "Expected users field to be an array, got 1"),
  refuses(fill(ACCOUNT, "users: [ {pass: x} ]"), "User entry requires a user"),
  refuses(fill(ACCOUNT, "users: [ {user: a}, {user: a} ]"), 'Duplicate user "a" detected'),
  refuses(fill(ACCOUNT, `users: [ {nkey: ${USER_KEY}}, {nkey: ${USER_KEY}} ]`), "Duplicate nkey"),
  refuses(
    "accounts { A { users: [{user: a}] }, B { users: [{user: a}] } }",
    'Duplicate user "a" detected',
    { random: "one" },
  ),
  refuses(
    fill(ACCOUNT, "default_permissions: 1"),
    "Expected permissions to be a map/struct, got 1",
  ),
  broken(
    "a user and users of accounts",
    "accounts { A { users: [{user: b}] } }\nauthorization { user: a }\n",
    [
      "Can not have a single user/pass and a users array",
      "Can not have a single user/pass and accounts",
    ],
    { random: "one" },
  ),
  broken(
    "problems in several accounts",
    "accounts {\n  A { nope: 1 }\n  B { users: 1 }\n  C: 2\n}\n",
    [":2:7:", "Expected users field to be an array, got 1", ":4:3:"],
  ),
];

export const ACCOUNT_LIMITS: readonly ConfigCase[] = [
  accepts(fill(ACCOUNT, "jetstream: true")),
  accepts(fill(ACCOUNT, "jetstream: false")),
  ...["enabled", "enable", "disabled", "disable", "Enabled"].map((word) =>
    accepts(fill(ACCOUNT, `jetstream: ${word}`)),
  ),
  refuses(
    fill(ACCOUNT, "jetstream: maybe"),
    "Expected 'enabled' or 'disabled' for string value, got 'maybe'",
  ),
  refuses(
    fill(ACCOUNT, "jetstream: 1"),
    "Expected map, bool or string to define JetStream, got int64",
  ),
  accepts(fill(JETSTREAM, "")),
  accepts(
    fill(
      JETSTREAM,
      `max_memory: 1GB, max_store: 1TB, max_streams: 5, max_consumers: 5, max_bytes_required: true,
      memory_max_stream_bytes: 1MB, disk_max_stream_bytes: 1GB, max_ack_pending: 10,
      cluster_traffic: owner`,
    ),
  ),
  accepts(fill(JETSTREAM, "mem: 1, disk: -1, streams: 5, consumers: 5")),
  accepts(fill(JETSTREAM, "cluster_traffic: system")),
  accepts(fill(JETSTREAM, "cluster_traffic: ''")),
  ...mistyped(
    JETSTREAM,
    `max_memory max_mem mem memory max_store max_file max_disk store disk max_streams streams
    max_consumers consumers mem_max_stream_bytes memory_max_stream_bytes disk_max_stream_bytes
    store_max_stream_bytes max_ack_pending`,
    "'1GB'",
    "Expected a parseable size for",
  ),
  ...mistyped(
    JETSTREAM,
    "max_bytes_required max_stream_bytes max_bytes",
    "1",
    "Expected a parseable bool for",
  ),
  refuses(
    fill(JETSTREAM, "cluster_traffic: 1"),
    "Expected either 'system' or 'owner' string value for",
  ),
  refuses(
    fill(JETSTREAM, "cluster_traffic: Owner"),
    "Expected 'system' or 'owner' string value for",
  ),
  refuses(fill(JETSTREAM, "nope: 1"), 'unknown field "nope"'),
  accepts(
    fill(LIMITS, "max_connections: 1, max_subscriptions: 2, max_payload: 3, max_leafnodes: 4"),
  ),
  accepts(fill(LIMITS, "max_conn: -1, max_subs: -1, max_pay: 1k, max_leafs: 0")),
  ...mistyped(
    LIMITS,
    `max_connections max_conn max_subscriptions max_subs max_payload max_pay max_leafnodes max_leafs`,
    "x",
    "interface {} is string, not int64",
  ),
  refuses(fill(LIMITS, "nope: 1"), 'Unknown field "nope" parsing account limits'),
  refuses(fill(ACCOUNT, "limits: 1"), "Expected account limits to be a map/struct, got 1"),
  ...["msg_trace", "trace_dest"].flatMap((name) => [
    accepts(fill(ACCOUNT, `${name}: a.b`)),
    accepts(fill(ACCOUNT, `${name} { dest: a, sampling: 50 }`)),
    refuses(fill(ACCOUNT, `${name}: 1`), `Expected account message trace "${name}" to be a string`),
    refuses(
      fill(ACCOUNT, `${name} { nope: 1 }`),
      'Unknown field "nope" parsing account message trace',
    ),
  ]),
  accepts(fill(ACCOUNT, "msg_trace { dest: a, sampling: '50%' }")),
  accepts(fill(ACCOUNT, "msg_trace { dest: a, sampling: '50' }")),
  refuses(fill(ACCOUNT, "msg_trace: 'a.*'"), 'Trace destination "a.*" is not valid'),
  refuses(fill(ACCOUNT, "msg_trace { dest: 1 }"), 'Field "dest" should be a string, got int64'),
  refuses(
    fill(ACCOUNT, "msg_trace { dest: a, sampling: 0 }"),
    "destination sampling value 0 is invalid",
  ),
  refuses(
    fill(ACCOUNT, "msg_trace { dest: a, sampling: '101%' }"),
    "destination sampling value 101 is invalid",
  ),
  refuses(
    fill(ACCOUNT, "msg_trace { dest: a, sampling: x }"),
    'Invalid trace destination sampling value "x"',
  ),
  refuses(
    fill(ACCOUNT, "msg_trace { dest: a, sampling: 1.5 }"),
    "should be an integer or a percentage, got float64",
  ),
  refuses(
    fill(ACCOUNT, "msg_trace { sampling: 5 }"),
    "Trace destination sampling ignored since no destination was set",
  ),
];

export const MAPPINGS: readonly ConfigCase[] = [
  ...["mappings", "maps"].flatMap((name) => [
    accepts(`${name} { a: b }`),
    accepts(fill(ACCOUNT, `${name} { a: b }`)),
    refuses(`${name}: 1`, "is int64, not map[string]interface {}"),
    refuses(fill(ACCOUNT, `${name}: 1`), "is int64, not map[string]interface {}"),
  ]),
  accepts("mappings { 'a.*.*': 'b.{{wildcard(2)}}.$1' }".replace("$1", "{{wildcard(1)}}")),
  accepts("mappings { 'a.*.*': 'b.$2.$1' }"),
  accepts("mappings { 'a.>': 'b.>' }"),
  accepts("mappings { 'a.*': 'b.{{partition(5,1)}}' }"),
  accepts("mappings { 'a.*': 'b.{{split(1,-)}}' }"),
  accepts("mappings { a { destination: b, weight: 100 } }"),
  accepts("mappings { a: [ {dest: b, weight: 50}, {dest: c, weight: '50%'} ] }"),
  accepts("mappings { a: [ {dest: b, weight: 20 }, {dest: c, weight: 100, cluster: X} ] }"),
  accepts("mappings { a: [ {dest: b, weight: 0} ] }"),
  accepts("mappings { a: [] }"),
  accepts("mappings {}"),
  refuses("mappings { 'a..b': c }", 'Subject "a..b" is not a valid subject'),
  refuses("mappings { a: 'b..c' }", 'Error adding mapping for "a" to "b..c" :'),
  refuses("mappings { a: 'b.$1' }", 'Error adding mapping for "a" to "b.$1" :'),
  refuses("mappings { 'a.*': 'b.{{wildcard(2)}}' }", "Error adding mapping for"),
  refuses("mappings { 'a.*': 'b.{{nope(1)}}' }", "Error adding mapping for"),
  refuses("mappings { 'a.*': 'b.{{wildcard()}}' }", "Error adding mapping for"),
  refuses("mappings { a: 1 }", "Expected an entry for the mapping destination"),
  refuses("mappings { a: [b] }", "Expected an entry for the mapping destination"),
  refuses("mappings { a { dest: b } }", 'Missing weight for mapping destination "b"'),
  refuses("mappings { a { dest: b, weight: 101 } }", "Invalid weight 101 for mapping destination"),
  refuses("mappings { a { dest: b, weight: -1 } }", "Invalid weight -1 for mapping destination"),
  refuses(
    "mappings { a { dest: b, weight: '101%' } }",
    "Invalid weight 101 for mapping destination",
  ),
  refuses("mappings { a { dest: b, weight: x } }", 'Invalid weight "x" for mapping destination'),
  refuses("mappings { a { dest: b, weight: 1.5 } }", "Unknown entry type for weight of 1.5"),
  refuses("mappings { a { dest: 1, weight: 1 } }", "is int64, not string"),
  refuses("mappings { a { dest: b, weight: 1, cluster: 1 } }", "is int64, not string"),
  refuses("mappings { a { nope: b } }", 'Unknown field "nope" for mapping destination'),
  refuses(
    "mappings { a: [ {dest: b, weight: 60}, {dest: c, weight: 60} ] }",
    'Error adding mapping for "a" :',
  ),
  refuses(
    "mappings { a: [ {dest: b, weight: 1}, {dest: b, weight: 1} ] }",
    'Error adding mapping for "a" :',
  ),
  refuses("mappings { a: [ {dest: 'b..', weight: 1} ] }", 'Error adding mapping for "a" :'),
];

export const EXPORTS: readonly ConfigCase[] = [
  accepts(fill(EXPORT, "stream: a.>")),
  accepts(fill(EXPORT, "service: a.>")),
  accepts(
    "accounts { A { exports: [ {stream: a, accounts: [B]}, {service: b, accounts: [B]} ] }, B {} }",
  ),
  ...["single", "singleton", "stream", "chunk", "chunked", "Single"].map((type) =>
    accepts(fill(EXPORT, `service: a, response: ${type}, threshold: '1s'`)),
  ),
  ...["response", "response_type"].flatMap((name) => [
    accepts(fill(EXPORT, `service: a, ${name}: stream`)),
    refuses(fill(EXPORT, `service: a, ${name}: 1`), "Expected response type to be string, got"),
    refuses(fill(EXPORT, `service: a, ${name}: two`), 'Unknown response type: "two"'),
  ]),
  ...["threshold", "response_threshold", "response_max_time", "response_time"].flatMap((name) => [
    accepts(fill(EXPORT, `service: a, ${name}: '5s'`)),
    refuses(
      fill(EXPORT, `service: a, ${name}: 5`),
      "Expected response threshold to be a parseable time duration, got int64",
    ),
  ]),
  refuses(
    fill(EXPORT, "service: a, threshold: x"),
    'Expected response threshold to be a parseable time duration, got "x"',
  ),
  accepts(fill(EXPORT, "service: a, latency: lat")),
  accepts(fill(EXPORT, "service: a, latency { sampling: 50, subject: lat }")),
  accepts(fill(EXPORT, "service: a, latency { sampling: '50%', subject: lat }")),
  accepts(fill(EXPORT, "service: a, latency { sampling: headers, subject: lat }")),
  accepts(fill(EXPORT, "service: a, latency { subject: lat }")),
  accepts(fill(EXPORT, "stream: 'a.*', account_token_position: 2")),
  accepts(fill(EXPORT, "service: a, allow_trace: true")),
  refuses(fill(ACCOUNT, "exports: 1"), "Exports should be an array, got int64"),
  refuses(
    fill(ACCOUNT, "exports: [a]"),
    "Export Items should be a map with type entry, got string",
  ),
  refuses(fill(EXPORT, "stream: 1"), "Expected stream name to be string, got int64"),
  refuses(fill(EXPORT, "service: 1"), "Expected service name to be string, got int64"),
  refuses(fill(EXPORT, "stream: a, service: b"), "but already saw a", { random: "one" }),
  refuses(
    fill(EXPORT, "stream: a, response: single"),
    "Detected response directive on non-service",
  ),
  refuses(fill(EXPORT, "stream: a, latency: lat"), "Detected latency directive on non-service"),
  refuses(
    fill(EXPORT, "stream: a, allow_trace: true"),
    "Detected allow_trace directive on non-service",
  ),
  accepts(fill(EXPORT, "stream: 'a..b'")),
  accepts(fill(EXPORT, "service: 'a..b'")),
  refuses(fill(EXPORT, "service: a, accounts: B"), "is string, not []interface {}"),
  refuses(fill(EXPORT, "stream: a, accounts: [B]"), '"B" account not defined for stream export'),
  refuses(fill(EXPORT, "service: a, accounts: [B]"), '"B" account not defined for service export'),
  refuses(fill(EXPORT, "service: a, accounts: 1"), "is int64, not []interface {}"),
  refuses(fill(EXPORT, "service: a, nope: 1"), 'unknown field "nope"'),
  refuses(
    fill(EXPORT, "service: a, latency: 1"),
    "Expected latency entry to be a map/struct or string, got int64",
  ),
  refuses(fill(EXPORT, "service: a, latency { sampling: 0, subject: l }"), "sampling"),
  refuses(fill(EXPORT, "service: a, latency { sampling: 101, subject: l }"), "sampling"),
  refuses(
    fill(EXPORT, "service: a, latency { sampling: x, subject: l }"),
    "Failed to parse latency sample",
  ),
  refuses(
    fill(EXPORT, "service: a, latency { sampling: 1.5, subject: l }"),
    "Expected latency sample to be a string or map/struct, got float64",
  ),
  refuses(
    fill(EXPORT, "service: a, latency { sampling: 5 }"),
    "Latency subject required, but missing",
  ),
  refuses(
    fill(EXPORT, "service: a, latency { subject: 5 }"),
    "Expected latency subject to be a string, got string",
  ),
  refuses(fill(EXPORT, "service: a, latency: 'l.*'"), "Error adding service latency sampling"),
  refuses(fill(EXPORT, "service: a, account_token_position: x"), "is string, not int64"),
  refuses(fill(EXPORT, "stream: 'a.*', account_token_position: 5"), "Error adding stream export"),
  refuses(fill(EXPORT, "stream: a.b, account_token_position: 2"), "Error adding stream export"),
  refuses(fill(EXPORT, "service: a, allow_trace: 1"), "is int64, not bool"),
];

export const IMPORTS: readonly ConfigCase[] = [
  accepts(fill(IMPORT, "stream {account: A, subject: s.a}")),
  accepts(fill(IMPORT, "stream {account: A, subject: s.a}, prefix: p")),
  accepts(fill(IMPORT, "stream {account: A, subject: s.a}, to: t")),
  accepts(fill(IMPORT, "stream {account: A, subject: s.a}, allow_trace: true")),
  accepts(fill(IMPORT, "service {account: A, subject: r.a}")),
  accepts(fill(IMPORT, "service {account: A, subject: r.a}, to: t, share: true")),
  refuses("accounts { A { imports: 1 } }", "Imports should be an array, got int64"),
  refuses("accounts { A { imports: [a] } }", "Import Items should be a map with type entry"),
  refuses(fill(IMPORT, "stream: a"), "Stream entry should be an account map, got string"),
  refuses(fill(IMPORT, "service: a"), "Service entry should be an account map, got string"),
  refuses(fill(IMPORT, "stream {account: A}"), "Expect an account name and a subject"),
  refuses(fill(IMPORT, "service {subject: r.a}"), "Expect an account name and a subject"),
  refuses(fill(IMPORT, "service {account: 1, subject: r.a}"), "is int64, not string"),
  refuses(fill(IMPORT, "service {account: A, subject: r.a, nope: 1}"), 'unknown field "nope"'),
  refuses(
    fill(IMPORT, "stream {account: A, subject: s.a}, service {account: A, subject: r.a}"),
    "but already saw a",
    { random: "one" },
  ),
  refuses(
    fill(IMPORT, "service {account: A, subject: r.a}, allow_trace: true"),
    "Detected allow_trace directive on a non-stream",
  ),
  refuses(
    fill(IMPORT, "stream {account: X, subject: s.a}"),
    '"X" account not defined for stream import',
  ),
  refuses(
    fill(IMPORT, "service {account: X, subject: r.a}"),
    '"X" account not defined for service import',
  ),
  refuses(
    fill(IMPORT, "stream {account: A, subject: other}"),
    'Error adding stream import "other":',
  ),
  refuses(
    fill(IMPORT, "service {account: A, subject: other}"),
    'Error adding service import "other":',
  ),
  refuses(
    fill(IMPORT, "service {account: A, subject: r.a}, to: 't..'"),
    'Error adding service import "r.a":',
  ),
  refuses(fill(IMPORT, "service {account: A, subject: r.a}, share: 1"), "is int64, not bool"),
  refuses(fill(IMPORT, "service {account: A, subject: r.a}, to: 1"), "is int64, not string"),
  refuses(fill(IMPORT, "stream {account: A, subject: s.a}, prefix: 1"), "is int64, not string"),
  refuses(fill(IMPORT, "stream {account: A, subject: s.a}, nope: 1"), 'unknown field "nope"'),
  refuses(
    fill(
      IMPORT,
      "service {account: A, subject: r.a}, to: t}, {service {account: A, subject: r.b}, to: t",
    ),
    'Duplicate service import subject "t", previously used in import for account "A", subject "r.a"',
  ),
  refuses(
    "accounts { A { exports: [{service: a}], imports: [{service {account: B, subject: b}, to: a}] }, B { exports: [{service: b}], imports: [{service {account: A, subject: a}, to: b}] } }",
    "import forms a cycle",
    { random: "one" },
  ),
  refuses(
    "accounts { A { exports: [{service: a, accounts: [C]}] }, B { imports: [{service {account: A, subject: a}}] }, C {} }",
    "Error adding service import",
  ),
];
