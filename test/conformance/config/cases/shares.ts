/** Transforms in mappings, and what accounts share with each other: exports and imports together. */

import { accepts, broken, type ConfigCase, refuses, words } from "../config-case.ts";
import { publicKey } from "../jwts.ts";

const USER_KEY = publicKey("U");
const ISSUER = publicKey("A");
const INVALID = "invalid mapping destination";

const mapping = (destination: string, source = "a.*"): string =>
  `mappings { '${source}': '${destination}' }`;

export const TRANSFORMS: readonly ConfigCase[] = [
  ...words("splitFromLeft SplitFromRight slicefromleft sliceFromRight Left right").flatMap(
    (name) => [
      accepts(mapping(`b.{{${name}(1, 2)}}`)),
      refuses(mapping(`b.{{${name}(1)}}`), `${INVALID}: not enough arguments`),
      refuses(mapping(`b.{{${name}(1,2,3)}}`), `${INVALID}: too many arguments`),
      refuses(mapping(`b.{{${name}(1,x)}}`), `${INVALID}: function argument is invalid`),
      refuses(mapping(`b.{{${name}(1,9999999999)}}`), `${INVALID}: function argument is invalid`),
      refuses(mapping(`b.{{${name}(2,1)}}`), `(2,1)}}: [2]`),
    ],
  ),
  accepts(mapping("b.{{ Partition (3, 1) }}")),
  accepts(mapping("b.{{partition(3)}}", "a")),
  accepts(mapping("b.{{partition(3,1)}}", "a")),
  accepts(mapping("b.{{random(5)}}", "a")),
  accepts(mapping("{{wildcard(1)}}")),
  accepts(mapping("b.{{split(1, )}}")),
  accepts(mapping("b.$x")),
  accepts(mapping("b.$0")),
  accepts(mapping("b.$1x")),
  accepts(mapping("")),
  accepts(mapping("x{{wildcard(1)}}y")),
  accepts("mappings { a: [{dest: a, weight: 50}] }"),
  accepts("mappings { 'a.*': [{dest: 'a.$1', weight: 50}] }"),
  refuses(mapping("b.{{partition()}}"), `${INVALID}: function argument is invalid`),
  refuses(mapping("b.{{partition(3,)}}"), `${INVALID}: function argument is invalid`),
  refuses(mapping("b.{{partition(3,9)}}"), "(3,9)}}: [9]"),
  refuses(mapping("b.{{random(5,6)}}", "a"), `${INVALID}: not enough arguments`),
  refuses(mapping("b.{{random(x)}}", "a"), `${INVALID}: function argument is invalid`),
  refuses(mapping("b.{{wildcard(1,2)}}"), `${INVALID}: too many arguments`),
  refuses(mapping("b.{{wildcard(1)}}", "a"), `${INVALID}: wildcard index out of range`),
  refuses(mapping("b.{{split(1)}}"), `${INVALID}: not enough arguments`),
  refuses(mapping("b.{{split(1,-,-)}}"), `${INVALID}: too many arguments`),
  refuses(mapping("b.{{split(1,a b)}}"), `${INVALID}: function argument is invalid`),
  refuses(mapping("b.$2"), "in $2: [2]"),
  refuses(mapping("b.*"), "invalid subject"),
  refuses(mapping("b", "a.>"), "invalid subject"),
  refuses(mapping("b.>"), "invalid subject"),
  refuses(mapping("b.>.c", "a.>"), `${INVALID}: invalid transform in c`),
  refuses(mapping("b c"), `${INVALID}: invalid transform`),
  refuses("mappings { 'a.$7.*': {dest: b, weight: 10} }", "in $7: [7]"),
  refuses("mappings { a: {dest: b, weight: true} }", "Unknown entry type for weight of true"),
  refuses("mappings { a: {dest: b, weight: '5%%'} }", 'Invalid weight "5%"'),
];

const EXPORTS = `{stream: 's.>'}, {service: 'r.>'}, {stream: only, accounts: [C]},
  {stream: 'tok.*', account_token_position: 2}, {service: 'st.*.x', account_token_position: 2}`;
const imports = (items: string): string =>
  `accounts { A { exports: [ ${EXPORTS} ] }, B { imports: [ ${items} ] }, C {} }`;
const stream = (subject: string, more = ""): string =>
  `{stream {account: A, subject: '${subject}'}${more}}`;
const service = (subject: string, more = ""): string =>
  `{service {account: A, subject: '${subject}'}${more}}`;

export const SHARES: readonly ConfigCase[] = [
  accepts(imports(stream("s.*", ", to: 'x.*'"))),
  accepts(imports(stream("s.*.*", ", to: 'x.$2.$1'"))),
  accepts(imports(stream("s.a", ", prefix: 'p.'"))),
  accepts(imports(stream("tok.B"))),
  accepts(imports(`${stream("s.*")}, ${stream("s.a")}`)),
  accepts(imports(service("r.*.*", ", to: 'x.$2.$1'"))),
  accepts(imports(service("r.*.*", ", to: 'x.{{wildcard(2)}}.{{wildcard(1)}}', share: true"))),
  accepts(imports(service("st.B.x"))),
  refuses(imports(stream("s.*", ", to: 'x.y'")), "not using all of the token wildcard(s)"),
  refuses(
    imports(stream("s.*", ", to: 'x.{{partition(3,1)}}'")),
    "the only mapping function allowed for import transforms is {{Wildcard()}}",
  ),
  refuses(imports(stream("s.>", ", to: x")), "failed to create mapping transform for stream"),
  refuses(imports(stream("s.a", ", prefix: 'p.*'")), "prefix can not contain wildcard tokens"),
  refuses(imports(stream("only")), "stream import not authorized"),
  refuses(imports(stream("tok.C")), "stream import not authorized"),
  refuses(imports(stream("tok.*")), "stream import not authorized"),
  refuses(imports(`${stream("s.a")}, ${stream("s.a", ", to: b")}`), "stream import already exists"),
  refuses(
    imports(service("r.*.*", ", to: 'x.$1'")),
    "failed to create mapping transform for service",
  ),
  refuses(imports(service("r.a", ", to: 'x y'")), "sublist: invalid subject"),
  refuses(imports(service("st.C.x")), "service import not authorized"),
  refuses(
    imports(`${service("r.*", ", to: 'x.$1'")}, ${service("r.*", ", to: 'x.*'")}`),
    'duplicate service import subject "x.*"',
  ),
  accepts(
    "accounts { A { exports: [{stream: a}], imports: [{stream {account: A, subject: a}}] } }",
  ),
  refuses(
    "accounts { A { exports: [{stream: a}], imports: [{stream {account: B, subject: a}}] }, B { exports: [{stream: a}], imports: [{stream {account: A, subject: a}}] } }",
    "import forms a cycle",
    { random: "one" },
  ),
  refuses(
    "accounts { A { exports: [{service: a, response: stream, latency: l}] } }",
    "bad service response type",
  ),
  refuses(
    "accounts { A { exports: [{service: a, latency: a}] } }",
    'on subject "a": invalid publish subject',
  ),
];

export const NAMES: readonly ConfigCase[] = [
  ...["no_system_account", "no_system", "no_sys_acc"].flatMap((name) => [
    accepts(`${name}: true`),
    refuses(`${name}: 1`, "is int64, not bool"),
  ]),
  ...["system_account", "system"].flatMap((name) => [
    accepts(`${name}: A`),
    refuses(`${name}: 1`, "system account name must be a string"),
    accepts(`${name.toUpperCase()}: 1`),
  ]),
  accepts("no_auth_user: a"),
  refuses("no_auth_user: 1", "is int64, not string"),
  ...[65, 39, 233, 128, 55296].map((key) =>
    refuses(`accounts { A { nkey: ${key} } }`, "Not a valid public nkey for an account: '"),
  ),
  refuses("accounts { A { nkey: true } }", "%!q(bool=true)"),
  refuses("accounts { A { nkey: 1.5 } }", "%!q(float64=1.5)"),
  refuses("authorization { timeout: 1000000.5 }", "timeout of 1.0000005e+06 ("),
  refuses(`accounts { A { users: [{user: ${USER_KEY}}, {nkey: ${USER_KEY}}] } }`, "Duplicate user"),
  refuses(`authorization { users: [{user: ${USER_KEY}}, {nkey: ${USER_KEY}}] }`, "Duplicate nkey"),
  refuses(
    `authorization { auth_callout { issuer: ${ISSUER}, auth_users: [a], allowed_accounts: [1 ] } }`,
    "is int64, not string",
  ),
  broken(
    "a token, then users of accounts",
    "authorization { token: t }\naccounts { A { users: [{user: b}] } }\n",
    ["Can not have a token and accounts", "Can not have a token and a users array"],
    { random: "one" },
  ),
];
