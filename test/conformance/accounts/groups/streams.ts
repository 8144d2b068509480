/** Exports and imports of streams. */

import type { Group } from "../../scenarios/scenario.ts";
import { accountCase, accountGroup, type Case, type Users } from "../cases.ts";
import { exports, imports, stream } from "../crossings.ts";
import { leaves } from "../turns.ts";

/** A exports, B imports. */
function crossing(from: string | string[], ...to: string[]): Case["accounts"] {
  const list = Array.isArray(from) ? from : [from];
  return { A: exports(...list.map((each) => `{stream: "${each}"}`)), B: imports(...to) };
}

const st = crossing("st.>", stream("st.>"));

const plain: readonly Case[] = [
  accountCase("public, one subject", crossing("foo", stream("foo")), [
    ["b", "SUB foo 1"],
    ["a", "PUB foo", "PUB foo.bar", "PUB bar"],
  ]),
  accountCase("all below a token", st, [
    ["b", "SUB st.> 1"],
    ["a", "PUB st.x =1", "PUB st.x.y =2", "PUB st =3", "PUB other.x =4"],
  ]),
  accountCase("a subscription of >", st, [
    ["b", "SUB > 1"],
    ["a", "PUB st.x", "PUB other"],
    ["b2", "PUB own"],
  ]),
  accountCase("a literal below the import", st, [
    ["b", "SUB st.x 1", "SUB st.y 2"],
    ["a", "PUB st.x", "PUB st.z"],
  ]),
  accountCase("a wildcard below the import", st, [
    ["b", "SUB st.* 1", "SUB st.x.* 2", "SUB *.x 3", "SUB *.*.* 4"],
    ["a", "PUB st.x =1", "PUB st.x.y =2", "PUB st.y.y =3"],
  ]),
  accountCase("a subscription that overlaps in part", crossing("st.*.up", stream("st.*.up")), [
    ["b", "SUB st.x.* 1", "SUB *.x.up 2", "SUB st.> 3"],
    ["a", "PUB st.x.up =1", "PUB st.y.up =2", "PUB st.x.down =3"],
  ]),
  accountCase("a part of the export", crossing("st.>", stream("st.x.*")), [
    ["b", "SUB > 1"],
    ["a", "PUB st.x.y =1", "PUB st.y.y =2", "PUB st.x.y.z =3"],
  ]),
  accountCase("everything", crossing(">", stream(">")), [
    ["b", "SUB > 1", "SUB foo 2", "SUB *.b q 3"],
    ["a", "PUB foo", "PUB a.b", "PUB _R_.x", "PUB $SYS.x"],
  ]),
  accountCase("two subscriptions of one subject", st, [
    ["b", "SUB st.x 1", "SUB st.x 2"],
    ["a", "PUB st.x"],
  ]),
  accountCase("two connections", st, [
    ["b", "SUB st.x 1"],
    ["b2", "SUB st.* 1"],
    ["a", "PUB st.x"],
  ]),
  accountCase("one sid twice", st, [
    ["b", "SUB st.x 1", "SUB st.y 1"],
    ["a", "PUB st.x", "PUB st.y"],
  ]),
  accountCase("unsubscribed", st, [
    ["b", "SUB st.x 1", "SUB st.> 2"],
    ["a", "PUB st.x =1"],
    ["b", "UNSUB 1"],
    ["a", "PUB st.x =2"],
    ["b", "UNSUB 2"],
    ["a", "PUB st.x =3"],
  ]),
  accountCase("at most two messages", st, [
    ["b", "SUB st.x 1", "UNSUB 1 2"],
    ["a", "PUB st.x =1", "PUB st.x =2", "PUB st.x =3"],
    ["b", "SUB st.x 1"],
    ["a", "PUB st.x =4"],
  ]),
  accountCase("at most two messages, some from here", st, [
    ["b", "SUB st.x 1", "UNSUB 1 2"],
    ["b2", "PUB st.x =here"],
    ["a", "PUB st.x =1", "PUB st.x =2"],
    ["b2", "PUB st.x =late"],
  ]),
  accountCase("a maximum that has been reached", st, [
    ["b", "SUB st.x 1"],
    ["a", "PUB st.x =1", "PUB st.x =2"],
    ["b", "UNSUB 1 2"],
    ["a", "PUB st.x =3"],
  ]),
  accountCase("a subscriber that leaves", st, [
    ["b", "SUB st.x 1"],
    ["b2", "SUB st.x 1"],
    leaves("b"),
    ["a", "PUB st.x"],
  ]),
  accountCase("publishing where it is imported", st, [
    ["a", "SUB > 1"],
    ["b", "SUB st.x 1"],
    ["b2", "PUB st.x =here"],
  ]),
  accountCase("subscribers on both sides", st, [
    ["a", "SUB st.x 1"],
    ["b", "SUB st.x 1"],
    ["a2", "PUB st.x"],
  ]),
  accountCase(
    "headers",
    st,
    [
      ["b", "SUB st.x 1"],
      ["b2", "SUB st.x 1"],
      ["a", "PUB st.x {Key: value|Other:two} =hi"],
    ],
    { options: { b2: { headers: false, no_responders: false } } },
  ),
  accountCase("an empty message, and one of a thousand bytes", st, [
    ["b", "SUB st.x 1"],
    ["a", "PUB st.x =", `PUB st.x =${"y".repeat(1000)}`],
  ]),
  accountCase("with a reply", st, [
    ["b", "SUB st.x 1"],
    ["a", "SUB answer 1", "PUB st.x answer"],
    ["b", "PUB <R> =lost"],
  ]),
  accountCase("a request that only reaches the other account", st, [
    ["b", "SUB st.x 1"],
    ["a", "SUB answer 1", "PUB st.x answer =1", "PUB st.y answer =2"],
  ]),
  accountCase(
    "without echo",
    crossing("foo", stream("foo")),
    [
      ["b", "SUB foo 1", "PUB foo =own"],
      ["a", "SUB foo 1", "PUB foo"],
    ],
    { options: { a: { echo: false }, b: { echo: false } } },
  ),
  accountCase(
    "verbose",
    st,
    [
      ["b", "SUB st.x 1"],
      ["a", "PUB st.x", "PUB st.y r"],
      ["b", "UNSUB 1"],
    ],
    { options: { a: { verbose: true }, b: { verbose: true } } },
  ),
  accountCase("a subject of the server", st, [
    ["b", "SUB _R_.> 1", "SUB _GR_.> 2", "SUB $SYS.x 3"],
    ["a", "PUB _R_.x", "PUB st.x"],
  ]),
];

const queues: readonly Case[] = [
  accountCase("one member", st, [
    ["b", "SUB st.x q 1"],
    ["a", "PUB st.x =1", "PUB st.x =2"],
  ]),
  accountCase(
    "one copy for a group of two",
    st,
    [
      ["b", "SUB st.x q 1", "SUB st.x q 2"],
      ["a", "PUB st.x", "PUB st.x", "PUB st.x"],
    ],
    { isAnyone: true },
  ),
  accountCase(
    "one group across patterns",
    st,
    [
      ["b", "SUB st.x q 1", "SUB st.* q 2", "SUB > q 3"],
      ["a", "PUB st.x", "PUB st.x", "PUB st.x", "PUB st.x"],
    ],
    { isAnyone: true },
  ),
  accountCase("two groups", st, [
    ["b", "SUB st.x q 1", "SUB st.x r 2", "SUB st.x 3"],
    ["a", "PUB st.x"],
  ]),
  accountCase(
    "members of one group in both accounts",
    st,
    [
      ["a", "SUB st.x q 1"],
      ["b", "SUB st.x q 1"],
      ["a2", "PUB st.x =1", "PUB st.x =2", "PUB st.x =3"],
    ],
    { isAnyone: true },
  ),
  accountCase(
    "a member without echo",
    st,
    [
      ["a", "SUB st.x q 1"],
      ["b", "SUB st.x q 1"],
      ["a", "PUB st.x =1", "PUB st.x =2", "PUB st.x =3"],
    ],
    { options: { a: { echo: false } } },
  ),
  accountCase(
    "members at two importers",
    { ...st, C: imports(stream("st.>")) },
    [
      ["b", "SUB st.x q 1"],
      ["c", "SUB st.x q 1"],
      ["a", "PUB st.x =1", "PUB st.x =2", "PUB st.x =3"],
    ],
    { isAnyone: true },
  ),
];

const renamed: readonly Case[] = [
  accountCase("a prefix", crossing("st.>", stream("st.>", "prefix: from.a")), [
    ["b", "SUB > 1", "SUB from.a.st.x 2", "SUB st.x 3", "SUB from.*.st.* 4", "SUB from.a.> 5"],
    ["a", "PUB st.x", "PUB st.x.y", "PUB from.a.st.x =own"],
  ]),
  accountCase("a prefix, published with it", crossing("st.>", stream("st.>", "prefix: from")), [
    ["b", "SUB from.st.x 1"],
    ["b2", "PUB from.st.x =here", "PUB st.x =no"],
    ["a", "PUB st.x"],
  ]),
  accountCase("a prefix and a reply", crossing("st.>", stream("st.>", "prefix: from")), [
    ["b", "SUB from.st.x 1"],
    ["a", "PUB st.x answer", "PUB st.x answer {A: b}"],
  ]),
  accountCase(
    "a prefix and a queue",
    crossing("st.>", stream("st.>", "prefix: from")),
    [
      ["b", "SUB from.st.* q 1", "SUB from.> q 2"],
      ["a", "PUB st.x", "PUB st.x", "PUB st.x"],
    ],
    { isAnyone: true },
  ),
  accountCase("another subject", crossing("foo", stream("foo", "to: bar.baz")), [
    ["b", "SUB > 1", "SUB bar.baz 2", "SUB foo 3", "SUB bar.* 4"],
    ["a", "PUB foo", "PUB bar.baz"],
  ]),
  accountCase("$1", crossing("st.*", stream("st.*", "to: in.$1.x")), [
    ["b", "SUB > 1", "SUB in.a.x 2", "SUB in.*.x 3", "SUB st.a 4", "SUB in.a.* 5"],
    ["a", "PUB st.a", "PUB st.b"],
  ]),
  accountCase(
    "two wildcards in the other order",
    crossing("st.*.*", stream("st.*.*", "to: in.$2.$1")),
    [
      ["b", "SUB > 1", "SUB in.b.a 2", "SUB in.b.* 3", "SUB in.*.a 4", "SUB in.a.b 5"],
      ["a", "PUB st.a.b"],
    ],
  ),
  accountCase("{{wildcard(1)}}", crossing("st.*", stream("st.*", 'to: "in.{{wildcard(1)}}.x"')), [
    ["b", "SUB > 1", "SUB in.*.x 2"],
    ["a", "PUB st.a"],
  ]),
  accountCase("to with >", crossing("st.>", stream("st.>", "to: in.>")), [
    ["b", "SUB > 1", "SUB in.a.> 2", "SUB in.a.b 3"],
    ["a", "PUB st.a", "PUB st.a.b"],
  ]),
  accountCase("* and >", crossing("st.*.>", stream("st.*.>", "to: in.$1.of.>")), [
    ["b", "SUB > 1", "SUB in.a.of.b 2"],
    ["a", "PUB st.a.b", "PUB st.a.b.c"],
  ]),
  accountCase("a part of the export, renamed", crossing("st.>", stream("st.one.*", "to: one.$1")), [
    ["b", "SUB > 1"],
    ["a", "PUB st.one.x", "PUB st.two.x"],
  ]),
  accountCase("to what is published here too", crossing("st.*", stream("st.*", "to: in.$1")), [
    ["a", "SUB > 1"],
    ["b", "SUB in.x 1"],
    ["b2", "PUB in.x =here"],
  ]),
];

const several: readonly Case[] = [
  accountCase(
    "two imports that overlap",
    crossing("st.>", stream("st.>", "prefix: all"), stream("st.one.*", "to: one.$1")),
    [
      ["b", "SUB > 1"],
      ["b2", "SUB all.> 2"],
      ["a", "PUB st.one.x", "PUB st.two.x"],
    ],
  ),
  accountCase(
    "two imports under the same name",
    crossing(["st.a", "st.b"], stream("st.a", "to: in"), stream("st.b", "to: in")),
    [
      ["b", "SUB in 1"],
      ["a", "PUB st.a =1", "PUB st.b =2"],
    ],
  ),
  accountCase(
    "one subject of two accounts",
    {
      A: exports("{stream: foo}"),
      C: exports("{stream: foo}"),
      B: imports(stream("foo"), stream("foo", "", "C")),
    },
    [
      ["b", "SUB foo 1"],
      ["a", "PUB foo =of a"],
      ["c", "PUB foo =of c"],
    ],
  ),
  accountCase(
    "many imports, one subscription",
    crossing(
      ["s1", "s2", "s3", "s4"],
      ...["s1", "s2", "s3", "s4"].map((each) => stream(each, `to: in.${each}`)),
    ),
    [
      ["b", "SUB in.* 1", "UNSUB 1 3"],
      ["a", "PUB s1", "PUB s2", "PUB s3", "PUB s4"],
    ],
  ),
  accountCase(
    "a chain that is not opened",
    {
      A: exports("{stream: foo}"),
      B: `${imports(stream("foo"))}\n${exports("{stream: foo}")}`,
      C: imports(stream("foo", "", "B")),
    },
    [
      ["c", "SUB foo 1"],
      ["b", "SUB foo 1"],
      ["a", "PUB foo =of a"],
      ["b2", "PUB foo =of b"],
    ],
  ),
  accountCase(
    "a chain with prefixes",
    {
      A: exports('{stream: "st.>"}'),
      B: `${imports(stream("st.>", "prefix: b"))}\n${exports('{stream: "b.>"}')}`,
      C: imports(stream("b.>", "prefix: c", "B")),
    },
    [
      ["c", "SUB > 1"],
      ["b", "SUB > 1"],
      ["a", "PUB st.x =of a"],
      ["b2", "PUB b.st.x =of b"],
    ],
  ),
  accountCase(
    "two accounts that give to each other",
    {
      A: `${exports("{stream: ping}")}\n${imports(stream("pong", "", "B"))}`,
      B: `${exports("{stream: pong}")}\n${imports(stream("ping"))}`,
    },
    [
      ["a", "SUB > 1"],
      ["b", "SUB > 1"],
      ["a2", "PUB ping", "PUB pong"],
      ["b2", "PUB pong", "PUB ping"],
    ],
  ),
  accountCase(
    "private, and one who may",
    {
      A: exports("{stream: foo, accounts: [@B]}", "{stream: bar, accounts: [@C, @B]}"),
      B: imports(stream("foo"), stream("bar")),
      C: imports(stream("bar")),
    },
    [
      ["b", "SUB > 1"],
      ["c", "SUB > 1"],
      ["a", "PUB foo", "PUB bar"],
    ],
  ),
  accountCase(
    "the importer's name as a token",
    {
      A: exports('{stream: "st.*.x", account_token_position: 2}'),
      B: imports(stream("st.@B.x", "to: mine")),
      C: imports(stream("st.@C.x")),
    },
    [
      ["b", "SUB > 1"],
      ["c", "SUB > 1"],
      ["a", "PUB st.@B.x =1", "PUB st.@C.x =2", "PUB st.other.x =3"],
    ],
  ),
];

const deny = (subjects: string, more = ""): Users => ({
  b: `permissions: {subscribe: {deny: ${subjects}}${more}}`,
});

const permitted: readonly Case[] = [
  accountCase(
    "the subscription is denied",
    st,
    [
      ["b", "SUB st.x 1", "SUB st.y 2"],
      ["a", "PUB st.x", "PUB st.y"],
    ],
    { users: deny("st.x") },
  ),
  accountCase(
    "a wider subscription, one subject denied",
    st,
    [
      ["b", "SUB st.> 1"],
      ["a", "PUB st.x", "PUB st.y"],
    ],
    { users: deny("st.x") },
  ),
  accountCase(
    "the renamed subject is denied",
    crossing("st.>", stream("st.>", "prefix: p")),
    [
      ["b", "SUB > 1"],
      ["a", "PUB st.x", "PUB st.y"],
    ],
    { users: deny("p.st.x") },
  ),
  accountCase(
    "the exporter's subject is denied",
    crossing("st.>", stream("st.>", "prefix: p")),
    [
      ["b", "SUB > 1"],
      ["a", "PUB st.x", "PUB st.y"],
    ],
    { users: deny("st.x") },
  ),
  accountCase(
    "only some are allowed",
    st,
    [
      ["b", "SUB st.x 1", "SUB st.* 2", "SUB > 3"],
      ["a", "PUB st.x", "PUB st.y"],
    ],
    { users: { b: "permissions: {subscribe: [st.x]}" } },
  ),
  accountCase(
    "a queue is denied",
    st,
    [
      ["b", "SUB st.x q 1", "SUB st.x r 2"],
      ["a", "PUB st.x"],
    ],
    { users: deny('["st.x q"]') },
  ),
  accountCase(
    "the publisher may not",
    st,
    [
      ["b", "SUB > 1"],
      ["a", "PUB st.x", "PUB st.y"],
    ],
    { users: { a: "permissions: {publish: {deny: st.x}}" } },
  ),
  accountCase(
    "answers are allowed by a message",
    st,
    [
      ["b", "SUB st.x 1"],
      ["b2", "SUB answer 1"],
      ["a", "PUB st.x answer"],
      ["b", "PUB <R> =yes", "PUB other =no"],
    ],
    { users: { b: "permissions: {allow_responses: true, publish: {deny: x}}" } },
  ),
];

export const STREAMS: readonly Group[] = [
  accountGroup("streams", plain),
  accountGroup("streams, queues", queues),
  accountGroup("streams, renamed", renamed),
  accountGroup("streams, several", several),
  accountGroup("streams, permissions", permitted),
];
