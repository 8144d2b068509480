/** Subjects that a server turns into others. */

import type { Group } from "../../scenarios/scenario.ts";
import { type AloneCase, accountCase, accountGroup, aloneGroup, type Case } from "../cases.ts";
import { exports, imports, service, stream } from "../crossings.ts";
import { changes, leaves } from "../turns.ts";

const mapped = (text: string): Case["accounts"] => ({ A: `mappings { ${text} }` });

/** What comes of publishing to some subjects. */
function published(name: string, mapping: string, ...subjects: string[]): Case {
  return accountCase(name, mapped(mapping), [
    ["a", "SUB > 1"],
    ["a2", ...subjects.map((each, index) => `PUB ${each} =${index}`)],
  ]);
}

const transform = (from: string, to: string, ...subjects: string[]): Case =>
  published(`${from} to ${to}`, `"${from}": "${to}"`, ...subjects);

const functions: readonly Case[] = [
  transform("foo", "bar", "foo", "foo.x", "bar", "Foo"),
  transform("foo.*", "bar.$1", "foo.x", "foo.x.y", "foo"),
  transform("foo.*.*", "bar.$2.$1", "foo.x.y"),
  transform("foo.*.*", "bar.{{wildcard(2)}}", "foo.x.y"),
  transform("foo.*", "bar.{{Wildcard(1)}}.$1", "foo.x"),
  transform("foo.*", "bar.{{ wildcard( 1 ) }}", "foo.x"),
  transform("foo.*", "bar.$1.{{wildcard(1)}}x", "foo.x"),
  transform("foo.*", "bar.$abc", "foo.x"),
  transform("foo.*", "bar.$0", "foo.x"),
  transform("foo.*", "bar", "foo.x"),
  transform("foo.>", "bar.>", "foo.x", "foo.x.y", "foo"),
  transform("foo.*.>", "bar.$1.baz.>", "foo.x.y.z"),
  transform("foo.*.>", "bar.>", "foo.x.y"),
  transform(">", "all.>", "foo", "foo.x", "all.x"),
  transform("*.foo", "foo.$1", "x.foo", "y.bar"),
  transform("*.*", "{{partition(10,1,2)}}", "a.b", "b.a", "foo.bar", "x.y"),
  transform("foo.*", "foo.$1.{{partition(3,1)}}", "foo.a", "foo.b", "foo.c", "foo.d", "foo.é"),
  transform("foo.*.*", "{{partition(5,2)}}.{{partition(5,1)}}", "foo.x.y", "foo.y.x"),
  transform("foo.*", "foo.{{partition(1,1)}}", "foo.a"),
  transform("foo.*", "foo.{{partition(0,1)}}", "foo.a"),
  transform("foo.*", "part.{{partition(7)}}", "foo.a", "foo.b"),
  transform("foo", "foo.{{partition(7)}}", "foo"),
  transform("foo.>", "{{partition(7)}}.foo.>", "foo.a.b", "foo.b"),
  transform("foo", "r.{{random(1)}}", "foo"),
  transform("foo.*", "{{split(1,-)}}", "foo.a-b-c", "foo.-a--b-c-", "foo.abc", "foo.-", "foo.--"),
  transform("foo.*", "x.{{split(1,--)}}.y", "foo.a--b-c", "foo.--"),
  transform("foo.*", "x.{{Split(1,b)}}", "foo.abc"),
  transform("foo.*", "{{splitFromLeft(1,3)}}", "foo.abcdef", "foo.abc", "foo.ab", "foo.abcd"),
  transform("foo.*", "{{splitFromRight(1,3)}}", "foo.abcdef", "foo.abc", "foo.ab", "foo.abcd"),
  transform("foo.*", "{{splitFromLeft(1,0)}}", "foo.abcdef"),
  transform("foo.*", "{{sliceFromLeft(1,3)}}", "foo.abcdefgh", "foo.abc", "foo.ab"),
  transform("foo.*", "{{sliceFromRight(1,3)}}", "foo.abcdefgh", "foo.abc", "foo.ab"),
  transform("foo.*", "{{sliceFromLeft(1,0)}}", "foo.abc"),
  transform("foo.*", "{{left(1,2)}}", "foo.abcdef", "foo.a"),
  transform("foo.*", "{{right(1,2)}}", "foo.abcdef", "foo.a"),
  transform("foo.*", "{{left(1,0)}}", "foo.abc"),
  transform("foo.*", "{{right(1,0)}}", "foo.abc"),
  transform("foo.*", "{{left(1,1)}}.{{right(1,1)}}.$1", "foo.abc", "foo.é"),
  transform("foo.*.*", "{{split(1,-)}}.{{left(2,1)}}.$1", "foo.a-b.cd"),
];

const rules: readonly Case[] = [
  published("all of it", "foo: {dest: bar, weight: 100}", "foo", "foo"),
  published("none of it", "foo: [ {dest: bar, weight: 0} ]", "foo", "foo"),
  published("a percentage as text", 'foo: {destination: bar, weight: "100%"}', "foo"),
  published("the rest is dropped", "foo: [ {dest: foo, weight: 0} ]", "foo", "bar"),
  published("nothing is left", "foo: [ {dest: foo, weight: 0}, {dest: bar, weight: 0} ]", "foo"),
  published("all of it to itself", "foo: [ {dest: foo, weight: 100} ]", "foo"),
  published(
    "weights of all and nothing",
    "foo: [ {dest: bar, weight: 0}, {dest: baz, weight: 100} ]",
    "foo",
    "foo",
  ),
  published("for another cluster", "foo: [ {dest: bar, weight: 100, cluster: elsewhere} ]", "foo"),
  published(
    "for another cluster, and for any",
    "foo: [ {dest: bar, weight: 100, cluster: elsewhere}, {dest: baz, weight: 100} ]",
    "foo",
  ),
  published("not twice", "foo: bar, bar: baz", "foo", "bar"),
  published("two that change places", "foo: bar, bar: foo", "foo", "bar"),
  published("to itself", "foo: foo", "foo"),
  published("under the prefix of the server", '"$SYS.x": foo', "$SYS.x"),
  published("no chance", "foo: bar", "FOO", "foo.", "foo.bar"),
  accountCase("no subscription", mapped("foo: bar"), [
    ["a", "SUB foo 1", "SUB bar 2"],
    ["a2", "PUB foo", "PUB bar"],
  ]),
  accountCase("no reply", mapped("answer: elsewhere, foo: bar"), [
    ["a", "SUB > 1", "PUB foo answer", "PUB bar answer {A: b}"],
  ]),
  accountCase("nobody there", mapped("foo: bar"), [
    ["a", "SUB answer 1", "SUB foo 2", "PUB foo answer"],
  ]),
  accountCase("a request that is dropped", mapped("foo: [ {dest: foo, weight: 0} ]"), [
    ["a", "SUB answer 1", "SUB foo 2", "PUB foo answer", "PUB foo"],
  ]),
  accountCase("someone there", mapped("foo: bar"), [
    ["a", "SUB bar 2"],
    ["a2", "SUB answer 1", "PUB foo answer {A: b}"],
  ]),
  accountCase(
    "verbose and pedantic",
    mapped("foo: bar"),
    [["a", "SUB > 1", "PUB foo", "PUB a.*"]],
    {
      options: { a: { verbose: true, pedantic: true } },
    },
  ),
  accountCase("a wildcard as subject", mapped('"foo.*": bar'), [
    ["a", "SUB > 1", "PUB foo.* =1", "PUB foo.> =2", "PUB > =3"],
  ]),
  accountCase("a queue", mapped("foo: bar"), [
    ["a", "SUB bar q 1", "SUB foo q 2"],
    ["a2", "PUB foo =1", "PUB foo =2"],
  ]),
  accountCase("only in one account", { A: "mappings { foo: bar }", B: "" }, [
    ["a", "SUB > 1"],
    ["b", "SUB > 1"],
    ["a2", "PUB foo"],
    ["b2", "PUB foo"],
  ]),
  accountCase("a large message", mapped("foo: bar"), [
    ["a", "SUB bar 1"],
    ["a2", `PUB foo {A: b} =${"x".repeat(5000)}`],
  ]),
  accountCase("a last subscriber who leaves", mapped("foo: bar"), [
    ["a", "SUB bar 1"],
    ["a2", "SUB answer 1", "PUB foo answer =1"],
    leaves("a"),
    ["a2", "PUB foo answer =2"],
  ]),
];

const both = "permissions: {publish: {deny: bar}}";

const permitted: readonly Case[] = [
  accountCase(
    "the other subject is denied",
    mapped("foo: bar"),
    [["a", "SUB > 1", "PUB foo", "PUB bar"]],
    {
      users: { a: both },
    },
  ),
  accountCase(
    "the subject is denied, the other is not",
    mapped("foo: bar"),
    [["a", "SUB > 1", "PUB foo", "PUB bar"]],
    {
      users: { a: "permissions: {publish: {deny: foo}}" },
    },
  ),
  accountCase(
    "only the other subject is allowed",
    mapped("foo: bar"),
    [["a", "SUB > 1", "PUB foo", "PUB bar"]],
    {
      users: { a: "permissions: {publish: bar}" },
    },
  ),
  accountCase(
    "only the subject is allowed",
    mapped("foo: bar"),
    [["a", "SUB > 1", "PUB foo", "PUB bar"]],
    {
      users: { a: "permissions: {publish: foo}" },
    },
  ),
  accountCase(
    "dropped, and denied",
    mapped("foo: [ {dest: foo, weight: 0} ]"),
    [["a", "SUB > 1", "PUB foo"]],
    {
      users: { a: "permissions: {publish: {deny: foo}}" },
    },
  ),
  accountCase(
    "dropped, and only some allowed",
    mapped("foo: [ {dest: foo, weight: 0} ]"),
    [["a", "SUB > 1", "PUB foo"]],
    {
      users: { a: "permissions: {publish: foo}" },
    },
  ),
  accountCase("a denied reply", mapped("foo: bar"), [["a", "SUB bar 1", "PUB foo _R_.x"]]),
];

const crossing: readonly Case[] = [
  accountCase(
    "into a stream",
    {
      A: `${exports("{stream: bar}")}\nmappings { foo: bar }`,
      B: imports(stream("bar")),
    },
    [
      ["b", "SUB bar 1"],
      ["a", "PUB foo", "PUB bar"],
    ],
  ),
  accountCase(
    "out of a stream",
    {
      A: `${exports("{stream: foo}")}\nmappings { foo: bar }`,
      B: imports(stream("foo")),
    },
    [
      ["b", "SUB foo 1"],
      ["a", "PUB foo"],
    ],
  ),
  accountCase(
    "of a stream in the importer",
    {
      A: exports("{stream: foo}"),
      B: `${imports(stream("foo"))}\nmappings { foo: bar }`,
    },
    [
      ["b", "SUB foo 1", "SUB bar 2"],
      ["a", "PUB foo"],
    ],
  ),
  accountCase(
    "wildcards of a service, mapped in the exporter",
    {
      A: `${exports('{service: "svc.*"}')}\nmappings { "svc.*": "real.$1.{{left(1,1)}}" }`,
      B: imports(service("svc.*")),
    },
    [
      ["a", "SUB > 1"],
      ["b", "SUB answer 1", "PUB svc.xyz answer"],
      ["a2", "PUB <a:R> =yes"],
    ],
  ),
  accountCase(
    "a service that is dropped in the exporter",
    {
      A: `${exports("{service: svc}")}\nmappings { svc: [ {dest: svc, weight: 0} ] }`,
      B: imports(service("svc")),
    },
    [
      ["a", "SUB > 1"],
      ["b", "SUB answer 1", "PUB svc answer"],
    ],
  ),
  accountCase(
    "answers of a service are not mapped",
    {
      A: `${exports("{service: svc}")}\nmappings { "_R_.>": "lost.>" }`,
      B: `${imports(service("svc"))}\nmappings { answer: elsewhere }`,
    },
    [
      ["a", "SUB svc 1"],
      ["b", "SUB answer 1", "SUB elsewhere 2", "PUB svc answer"],
      ["a", "PUB <R> =yes"],
    ],
  ),
  accountCase(
    "twice, at both sides of a service",
    {
      A: `${exports("{service: svc}")}\nmappings { svc: real }`,
      B: `${imports(service("svc", "to: mine"))}\nmappings { alias: mine }`,
    },
    [
      ["a", "SUB real 1"],
      ["b", "SUB answer 1", "PUB alias answer"],
      ["a", "PUB <R> =yes"],
    ],
  ),
];

const reloads: readonly Case[] = [
  accountCase("added", { A: "" }, [
    ["a", "SUB > 1", "PUB foo =1"],
    changes({ A: "mappings { foo: bar }" }),
    ["a", "PUB foo =2"],
    ["a2", "PUB foo =3"],
  ]),
  accountCase("removed", mapped("foo: bar"), [
    ["a", "SUB > 1", "PUB foo =1"],
    changes({ A: "" }),
    ["a", "PUB foo =2"],
    ["a2", "PUB foo =3"],
  ]),
  accountCase("changed", mapped("foo: bar"), [
    ["a", "SUB > 1", "PUB foo =1"],
    changes({ A: "mappings { foo: baz, bar: foo }" }),
    ["a", "PUB foo =2", "PUB bar =3"],
  ]),
];

const raw = (conn: string, send: string) => ({ conn, send });

const top: readonly AloneCase[] = [
  {
    name: "for everyone, without accounts",
    config: 'mappings { foo: bar, "x.*": "y.$1" }',
    turns: [
      raw("a", "CONNECT {}\r\nSUB > 1\r\nPING\r\n"),
      raw("b", 'CONNECT {"verbose":false}\r\nPING\r\n'),
      raw("b", "PUB foo 1\r\nb\r\nPUB x.z 1\r\nb\r\nPING\r\n"),
      raw("c", "PUB foo 1\r\nc\r\nPING\r\n"),
    ],
  },
  {
    name: "for $G, not for another account",
    config:
      "mappings { foo: bar }, authorization { users = [ {user: g, PASS} ] }, accounts { A { users = [ {user: a, PASS} ] } }",
    turns: [
      ["g", "SUB > 1"],
      ["a", "SUB > 1", "PUB foo"],
      ["g2", "PUB foo"],
    ],
  },
  {
    name: "as maps",
    config: "maps = { foo: bar }",
    turns: [raw("a", "CONNECT {}\r\nSUB > 1\r\nPING\r\n"), raw("a", "PUB foo 1\r\nb\r\nPING\r\n")],
  },
  {
    name: "reloaded",
    config: "mappings { foo: bar }",
    turns: [
      raw("a", 'CONNECT {"verbose":false}\r\nSUB > 1\r\nPING\r\n'),
      raw("a", "PUB foo 1\r\n1\r\nPING\r\n"),
      changes({ config: "mappings { foo: baz }" }),
      raw("a", "PUB foo 1\r\n2\r\nPING\r\n"),
      changes({ config: "" }),
      raw("a", "PUB foo 1\r\n3\r\nPING\r\n"),
    ],
  },
];

export const MAPPINGS: readonly Group[] = [
  accountGroup("mappings, functions", functions),
  accountGroup("mappings", rules),
  accountGroup("mappings, permissions", permitted),
  accountGroup("mappings, crossings", crossing),
  accountGroup("mappings, reload", reloads),
  aloneGroup("mappings, top level", top),
];
