/** What users may publish and subscribe to, in every shape in which it can be written. */

import type { Group } from "../../scenarios/scenario.ts";
import { allowing, type Case, permissionGroup, type Turn } from "../permissions.ts";

const probe: Turn = [
  "a",
  "PUB a",
  "PUB b",
  "PUB a.b",
  "SUB a 1",
  "SUB b 2",
  "SUB a.b 3",
  "SUB a.* 4",
  "SUB > 5",
];

const shapes: readonly Case[] = [
  { name: "none", user: "", turns: [probe] },
  allowing("an empty map", "{}", probe),
  allowing("texts", "{publish: a, subscribe: b}", probe),
  allowing("lists", "{publish: [a, a.b], subscribe: [b, a.*]}", probe),
  allowing("allow texts", "{publish: {allow: a}, subscribe: {allow: b}}", probe),
  allowing("allow lists", "{publish: {allow: [a, b]}, subscribe: {allow: [b, a.b]}}", probe),
  allowing("deny texts", "{publish: {deny: a}, subscribe: {deny: b}}", probe),
  allowing("deny lists", "{publish: {deny: [a, a.*]}, subscribe: {deny: [b, a.>]}}", probe),
  allowing(
    "allow and deny",
    '{publish: {allow: ">", deny: a}, subscribe: {allow: ">", deny: b}}',
    probe,
  ),
  allowing("only publish", "{publish: a}", probe),
  allowing("only subscribe", "{subscribe: a}", probe),
  allowing("short names", "{pub: a, sub: b}", probe),
  allowing("names of routes", "{import: a, export: b}", probe),
  allowing("empty lists", "{publish: [], subscribe: []}", probe),
  allowing("empty allow lists", "{publish: {allow: []}, subscribe: {allow: []}}", probe),
  allowing("empty deny lists", "{publish: {deny: []}, subscribe: {deny: []}}", probe),
  allowing(
    "empty allow, some deny",
    "{publish: {allow: [], deny: a}, subscribe: {allow: [], deny: a}}",
    probe,
  ),
  allowing("everything denied", '{publish: {deny: ">"}, subscribe: {deny: ">"}}', probe),
  allowing(
    "the same allowed and denied",
    "{publish: {allow: a, deny: a}, subscribe: {allow: a, deny: a}}",
    probe,
  ),
];

const wildcards: readonly Case[] = [
  allowing("publish under *", '{publish: "a.*"}', [
    "a",
    "PUB a",
    "PUB a.b",
    "PUB a.b.c",
    "PUB a.*",
    "PUB a.>",
    "PUB a.",
  ]),
  allowing("publish under >", '{publish: "a.>"}', [
    "a",
    "PUB a",
    "PUB a.b",
    "PUB a.b.c",
    "PUB a.*",
    "PUB a.>",
    "PUB a..",
  ]),
  allowing("publish with * inside", '{publish: "a.*.c"}', [
    "a",
    "PUB a.b.c",
    "PUB a.c",
    "PUB a.b.d",
    "PUB a.*.c",
    "PUB a.b.c.d",
  ]),
  allowing("publish literal wildcards", "{publish: [a, b]}", [
    "a",
    "PUB *",
    "PUB >",
    "PUB a*",
    "PUB a.>",
  ]),
  allowing("publish with denied wildcards", '{publish: {allow: "a.>", deny: ["a.*.x", "a.b.>"]}}', [
    "a",
    "PUB a.b",
    "PUB a.c.x",
    "PUB a.c.y",
    "PUB a.b.c",
    "PUB a.c.x.y",
  ]),
  allowing("publish odd subjects", '{publish: {deny: "x.>"}}', [
    "a",
    "PUB .",
    "PUB ..",
    "PUB x..",
    "PUB x.",
    "PUB .x",
    "PUB ü.x",
  ]),
  allowing("subscribe under *", '{subscribe: "a.*"}', [
    "a",
    "SUB a 1",
    "SUB a.b 2",
    "SUB a.* 3",
    "SUB a.b.c 4",
    "SUB *.b 5",
    "SUB *.* 6",
  ]),
  allowing("subscribe > under *", '{subscribe: "a.*"}', ["a", "SUB a.> 1"]),
  allowing("subscribe > under *, and receive", '{subscribe: "a.*"}', [
    ["a", "SUB a.> 1"],
    ["b", "PUB a.b.c"],
    ["a"],
  ]),
  allowing("subscribe under >", '{subscribe: "a.>"}', [
    "a",
    "SUB a 1",
    "SUB a.b 2",
    "SUB a.* 3",
    "SUB a.b.c 4",
    "SUB a.> 5",
    "SUB > 6",
    "SUB *.b 7",
  ]),
  allowing("subscribe with * inside", '{subscribe: "a.*.c"}', [
    "a",
    "SUB a.b.c 1",
    "SUB a.*.c 2",
    "SUB a.*.* 3",
    "SUB a.b.* 4",
    "SUB a.> 5",
  ]),
  allowing("subscribe where * is denied", '{subscribe: {deny: "a.*"}}', [
    "a",
    "SUB a 1",
    "SUB a.b 2",
    "SUB a.* 3",
    "SUB a.b.c 4",
    "SUB *.b 5",
    "SUB > 6",
  ]),
  allowing("subscribe > where * is denied", '{subscribe: {deny: "a.*"}}', [
    ["a", "SUB a.> 1"],
    ["b", "PUB a.b", "PUB a.b.c"],
    ["a"],
  ]),
  allowing("invalid subjects", '{subscribe: {allow: "a.>", deny: "a.x"}}', [
    "a",
    "SUB a..b 1",
    "SUB .a 2",
    "SUB a.>.b 3",
    "SUB a. 4",
    "SUB b..c 5",
  ]),
  allowing("subjects in a sid", "{subscribe: a}", ["a", "SUB b a", "SUB b b", "SUB a a"]),
  allowing("one token more", "{publish: [a, b.c], subscribe: [a, b.c]}", [
    "a",
    "PUB a.a",
    "PUB b",
    "PUB b.c.d",
    "SUB a.a 1",
    "SUB b 2",
    "SUB b.c.d 3",
  ]),
  allowing("case", "{publish: Abc, subscribe: Abc}", [
    "a",
    "PUB abc",
    "PUB Abc",
    "SUB abc 1",
    "SUB ABC 2",
    "SUB Abc 3",
  ]),
  allowing("unicode", '{publish: "ü.>", subscribe: "ü.*"}', [
    "a",
    "PUB ü.x",
    "PUB u.x",
    "SUB ü.x 1",
    "SUB u.x 2",
  ]),
];

const long = `x.${"y".repeat(3_000)}`;
const deep = Array.from({ length: 500 }, () => "t").join(".");

const violations: readonly Case[] = [
  allowing(
    "verbose",
    "{publish: a, subscribe: a}",
    ["a", "SUB a 1", "SUB b 2", "PUB a", "PUB b", "UNSUB 2", "UNSUB 1"],
    { verbose: true },
  ),
  allowing(
    "pedantic",
    '{publish: "a.>", subscribe: ">"}',
    ["a", "PUB a.*", "PUB b.*", "PUB a..b", "PUB b..c"],
    { pedantic: true },
  ),
  allowing(
    "verbose and pedantic",
    '{publish: "a.>", subscribe: ">"}',
    ["a", "PUB a.*", "PUB b.*", "PUB a..b", "PUB a.b"],
    { verbose: true, pedantic: true },
  ),
  allowing("with headers", "{publish: a, subscribe: a}", [
    "a",
    "SUB a 1",
    "HPUB a",
    "HPUB b",
    "HPUB a r",
    "HPUB b r",
  ]),
  allowing("with headers and verbose", "{publish: a}", ["a", "HPUB a", "HPUB b"], {
    verbose: true,
  }),
  allowing("a very long subject", "{publish: a, subscribe: a}", [
    "a",
    `PUB ${long}`,
    `SUB ${long} 1`,
  ]),
  allowing("a very long subject that is allowed", '{publish: "x.*", subscribe: "x.*"}', [
    "a",
    `SUB ${long} 1`,
    `PUB ${long}`,
  ]),
  allowing("very many tokens", '{publish: {deny: "t.>"}, subscribe: {deny: "t.>"}}', [
    "a",
    `PUB ${deep}`,
    `SUB ${deep} 1`,
  ]),
  allowing("control bytes in the subject", "{publish: a, subscribe: a}", [
    "a",
    'PUB a\x1b[31m\x07"\\',
    "SUB \x00\x7f\x1b 1",
    "SUB b q\x1b 2",
  ]),
  allowing("bytes of several letters", "{publish: a}", ["a", "PUB ü€😀", "PUB \u2028\u200b"]),
  allowing("percent signs", "{publish: a, subscribe: a}", ["a", "PUB %s%d", "SUB %v%!s 1"]),
  allowing("the same again and again", "{publish: a, subscribe: a}", [
    "a",
    "PUB b",
    "PUB b",
    "PUB b",
    "SUB b 1",
    "SUB b 1",
    "SUB b 2",
  ]),
  allowing(
    "name and version in the log",
    "{publish: a, subscribe: a}",
    ["a", "PUB b", "SUB b 1", "SUB b q 2"],
    { name: "n", version: "1", lang: "l" },
  ),
  allowing("a sid that is taken", "{subscribe: a}", [
    ["a", "SUB a 1", "SUB b 1", "SUB a 1"],
    ["b", "PUB a", "PUB b"],
    ["a"],
  ]),
  allowing("a reply that may not be published to", "{publish: a}", ["a", "PUB a b", "PUB a a"]),
  allowing("a reply that may not be subscribed to", "{subscribe: a}", ["a", "PUB x b"]),
  allowing("reserved subjects", '{publish: {deny: "z"}}', [
    "a",
    "PUB _GR_.x",
    "PUB $NRG.x",
    "PUB x _R_.x",
    "PUB x $JS.ACK.x",
    "PUB x _GR_.x",
  ]),
  allowing("a denied subject with a payload", "{publish: a}", [
    ["b", "SUB > 1"],
    ["a", "PUB b", "PUB a", "PUB c"],
    ["b"],
  ]),
  allowing("nobody there, allowed", "{publish: q, subscribe: r}", [
    "a",
    "SUB r 1",
    "PUB q r",
    "PUB x r",
  ]),
  allowing("nobody there, reply not subscribed", "{publish: q, subscribe: r}", ["a", "PUB q r"]),
  allowing(
    "nobody there, verbose",
    "{publish: q, subscribe: r}",
    ["a", "SUB r 1", "PUB q r", "PUB x r"],
    { verbose: true },
  ),
  allowing(
    "nobody there, the reply is denied",
    '{publish: q, subscribe: {allow: "r.>", deny: "r.x"}}',
    ["a", "SUB r.* 1", "PUB q r.y", "PUB q r.x"],
  ),
  allowing("more than are kept in mind", '{publish: "a.*"}', [
    "a",
    ...Array.from({ length: 200 }, (_, i) => `PUB ${i % 3 ? "a" : "b"}.${i}`),
    "PUB a.1",
    "PUB b.0",
  ]),
];

const defaults = permissionGroup(
  "default_permissions",
  [
    { name: "no permissions", user: "", turns: [probe] },
    allowing("an empty map", "{}", probe),
    allowing("only publish", "{publish: b}", probe),
    allowing("only subscribe", "{subscribe: a}", probe),
    allowing("both", "{publish: b, subscribe: a}", probe),
    allowing("responses", "{allow_responses: true}", probe),
    allowing("empty lists", "{publish: [], subscribe: []}", probe),
  ],
  "default_permissions: {publish: {allow: [a, a.>], deny: a.x}, subscribe: [b, a.*]}",
);

const defaultsOnly = permissionGroup(
  "default_permissions for publishing only",
  [{ name: "no permissions", user: "", turns: [probe] }],
  "DEFAULT_PERMISSIONS: {publish: a}",
);

export const PERMISSIONS: readonly Group[] = [
  permissionGroup("permissions, shapes", shapes),
  permissionGroup("permissions, wildcards", wildcards),
  permissionGroup("permissions, violations", violations),
  defaults,
  defaultsOnly,
];
