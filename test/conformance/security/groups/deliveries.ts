/** Permissions of queue subscriptions, of deliveries, and of replies. */

import type { Group } from "../../scenarios/scenario.ts";
import { allowing, type Case, permissionGroup, type Turn } from "../permissions.ts";

const queues: Turn = [
  "a",
  "SUB foo 1",
  "SUB foo v1 2",
  "SUB foo v2 3",
  "SUB foo.x v1 4",
  "SUB bar 5",
  "SUB bar v1 6",
];

const queueRules: readonly Case[] = [
  allowing("a subject without queue", "{subscribe: foo}", queues),
  allowing("a subject with a queue", '{subscribe: "foo v1"}', queues),
  allowing("both", '{subscribe: [foo, "foo v1"]}', queues),
  allowing("two queues", '{subscribe: ["foo v1", "foo v2"]}', queues),
  allowing("a queue that is a pattern", '{subscribe: "foo *"}', queues),
  allowing("a queue that is >", '{subscribe: "foo >"}', queues),
  allowing("a queue pattern with tokens", '{subscribe: "foo *.grp"}', [
    "a",
    "SUB foo 1",
    "SUB foo a.grp 2",
    "SUB foo grp 3",
    "SUB foo a.b.grp 4",
  ]),
  allowing("a queue with a literal star", '{subscribe: "foo v*"}', [
    "a",
    "SUB foo v1 1",
    "SUB foo v* 2",
  ]),
  allowing("a wildcard with a queue", '{subscribe: "foo.> v1"}', [
    "a",
    "SUB foo.x v1 1",
    "SUB foo.> v1 2",
    "SUB foo.* v2 3",
    "SUB foo.x 4",
    "SUB foo v1 5",
  ]),
  allowing("everything with a queue", '{subscribe: "> v1"}', queues),
  allowing("a denied queue", '{subscribe: {deny: "foo v1"}}', queues),
  allowing("a denied queue pattern", '{subscribe: {deny: "foo v.*"}}', [
    "a",
    "SUB foo v.1 1",
    "SUB foo v 2",
    "SUB foo v.1.2 3",
  ]),
  allowing("all queues denied", '{subscribe: {deny: "foo >"}}', queues),
  allowing("a denied subject", "{subscribe: {deny: foo}}", queues),
  allowing(
    "a denied subject, an allowed queue",
    '{subscribe: {allow: "foo v1", deny: foo}}',
    queues,
  ),
  allowing(
    "an allowed subject, a denied queue",
    '{subscribe: {allow: foo, deny: "foo v1"}}',
    queues,
  ),
  allowing(
    "an allowed and a denied queue",
    '{subscribe: {allow: ["foo v1", "foo v2"], deny: "foo v2"}}',
    queues,
  ),
  allowing("everything, a denied queue", '{subscribe: {allow: ">", deny: "foo.> v1"}}', [
    "a",
    "SUB foo.x v1 1",
    "SUB foo.x v2 2",
    "SUB foo.x 3",
    "SUB foo.> v1 4",
    "SUB > v1 5",
  ]),
  allowing("tabs and spaces", '{subscribe: "foo \\t v1"}', queues),
  allowing("the reserved queue", '{subscribe: ">"}', ["a", "SUB foo _sys_ 1", "SUB foo _sys 2"]),
  allowing("the reserved queue, listed", '{subscribe: "foo _sys_"}', ["a", "SUB foo _sys_ 1"]),
  { name: "the reserved queue, no permissions", user: "", turns: [["a", "SUB foo _sys_ 1"]] },
  allowing("verbose", '{subscribe: "foo v1"}', queues, { verbose: true }),
  allowing("an invalid subject", '{subscribe: "foo.> v1"}', [
    "a",
    "SUB foo..x v1 1",
    "SUB bar..x v1 2",
  ]),
];

const fromB: Turn = ["b", "PUB d.x", "PUB d.y", "PUB d.x.z", "PUB e", "PUB d.z q"];

const narrow: readonly Case[] = [
  allowing("a literal under >", '{subscribe: {deny: "d.x"}}', [["a", "SUB d.> 1"], fromB, ["a"]]),
  allowing("a literal under *", '{subscribe: {deny: "d.x"}}', [["a", "SUB d.* 1"], fromB, ["a"]]),
  allowing("a literal under everything", '{subscribe: {deny: "d.x"}}', [
    ["a", "SUB > 1"],
    fromB,
    ["a"],
  ]),
  allowing("wildcards that overlap", '{subscribe: {deny: ["*.x", "d.*.z"]}}', [
    ["a", "SUB d.> 1"],
    fromB,
    ["a"],
  ]),
  allowing("a wildcard that crosses", '{subscribe: {deny: "*.x"}}', [
    ["a", "SUB d.* 1"],
    fromB,
    ["a"],
  ]),
  allowing("a wildcard that covers", '{subscribe: {deny: "d.>"}}', [
    ["a", "SUB > 1", "SUB *.x 2", "SUB d.> 3"],
    fromB,
    ["a"],
  ]),
  allowing("nothing that overlaps", '{subscribe: {deny: "z.>"}}', [
    ["a", "SUB d.> 1"],
    fromB,
    ["a"],
  ]),
  allowing("allow and deny", '{subscribe: {allow: "d.>", deny: "d.x"}}', [
    ["a", "SUB d.> 1", "SUB d.x 2", "SUB d.y 3"],
    fromB,
    ["a"],
  ]),
  allowing("a queue subscription", '{subscribe: {deny: "d.x"}}', [
    ["a", "SUB d.> q 1"],
    fromB,
    ["a"],
  ]),
  allowing("a queue with a member that may", '{subscribe: {deny: "d.x"}}', [
    ["a", "SUB d.> q 1"],
    ["c", "SUB d.x q 1"],
    ["b", "PUB d.x", "PUB d.x"],
    ["a"],
    ["c"],
  ]),
  allowing("a denied queue under a wildcard", '{subscribe: {deny: "d.x q"}}', [
    ["a", "SUB d.> q 1", "SUB d.> r 2", "SUB d.* 3"],
    fromB,
    ["a"],
  ]),
  allowing("a denied queue pattern under a wildcard", '{subscribe: {deny: "d.x *"}}', [
    ["a", "SUB d.> q 1", "SUB d.* 3"],
    fromB,
    ["a"],
  ]),
  allowing(
    "a denied subject and an allowed queue",
    '{subscribe: {allow: ["d.> q", "d.>"], deny: "d.x"}}',
    [["a", "SUB d.> q 1", "SUB d.* 2"], fromB, ["a"]],
  ),
  allowing("own messages", '{subscribe: {deny: "d.x"}}', ["a", "SUB d.> 1", "PUB d.x", "PUB d.y"]),
  allowing("a request", '{subscribe: {deny: "d.x"}}', [
    ["a", "SUB d.> 1"],
    ["b", "SUB r 1", "PUB d.x r", "PUB d.y r"],
    ["a"],
  ]),
  allowing("a request to a queue", '{subscribe: {deny: "d.x"}}', [
    ["a", "SUB d.> q 1"],
    ["b", "SUB r 1", "PUB d.x r"],
    ["a"],
  ]),
  allowing("limits count what is delivered", '{subscribe: {deny: "d.x"}}', [
    ["a", "SUB d.> 1", "UNSUB 1 2"],
    ["b", "PUB d.x", "PUB d.y", "PUB d.x", "PUB d.z", "PUB d.w"],
    ["a"],
  ]),
  allowing("a narrow subscription beside", '{subscribe: {deny: ["d.x", "e.*"]}}', [
    ["a", "SUB d.> 1", "SUB e 2", "SUB e.> 3"],
    ["b", "PUB e", "PUB e.a", "PUB e.a.b"],
    ["a"],
  ]),
  allowing("after the filter is made", '{subscribe: {deny: "d.x"}}', [
    ["a", "SUB d.> 1", "UNSUB 1", "SUB d.y 2", "SUB d.* 3"],
    fromB,
    ["a"],
  ]),
  allowing("headers", '{subscribe: {deny: "d.x"}}', [
    ["a", "SUB d.> 1"],
    ["b", "HPUB d.x", "HPUB d.y"],
    ["a"],
  ]),
  allowing("many subjects", '{subscribe: {deny: "m.1.>"}}', [
    ["a", "SUB m.> 1"],
    ["b", ...Array.from({ length: 300 }, (_, i) => `PUB m.${i % 3}.${i}`)],
    ["a"],
  ]),
];

const responses: readonly Case[] = [
  allowing("a reply, twice", "{subscribe: q, allow_responses: true}", [
    ["a", "SUB q 1"],
    ["b", "SUB r 1", "PUB q r"],
    ["a", "PUB r", "PUB r"],
    ["b"],
  ]),
  allowing("no request", "{subscribe: q, allow_responses: true}", ["a", "PUB r"]),
  allowing("three replies", "{subscribe: q, allow_responses: {max: 3}}", [
    ["a", "SUB q 1"],
    ["b", "SUB r 1", "PUB q r"],
    ["a", "PUB r", "PUB r", "PUB r", "PUB r"],
    ["b"],
  ]),
  allowing("replies without end", "{subscribe: q, allow_responses: {max: -1}}", [
    ["a", "SUB q 1"],
    ["b", "PUB q r"],
    ["a", ...Array.from({ length: 10 }, () => "PUB r")],
    ["b"],
  ]),
  allowing("zero is the default", '{subscribe: q, allow_responses: {max: 0, expires: "0s"}}', [
    ["a", "SUB q 1"],
    ["b", "PUB q r"],
    ["a", "PUB r", "PUB r"],
  ]),
  allowing("never expires", '{subscribe: q, allow_responses: {max: 2, expires: "-1s"}}', [
    ["a", "SUB q 1"],
    ["b", "PUB q r"],
    ["a", "PUB r"],
    ["a", "PUB r", "PUB r"],
  ]),
  allowing("two requests with one reply", "{subscribe: q, allow_responses: true}", [
    ["a", "SUB q 1"],
    ["b", "PUB q r", "PUB q r"],
    ["a", "PUB r", "PUB r", "PUB r"],
  ]),
  allowing("several replies", "{subscribe: q, allow_responses: true}", [
    ["a", "SUB q 1"],
    ["b", "PUB q r.1", "PUB q r.2"],
    ["a", "PUB r.2", "PUB r.1", "PUB r.1", "PUB r.3"],
  ]),
  allowing("by name", '{subscribe: q, publish_allow_responses: {max_msgs: 1, ttl: "1m"}}', [
    ["a", "SUB q 1"],
    ["b", "PUB q r"],
    ["a", "PUB r", "PUB r"],
  ]),
  allowing("with an allow list", "{publish: p, subscribe: q, allow_responses: true}", [
    ["a", "SUB q 1"],
    ["b", "PUB q r"],
    ["a", "PUB p", "PUB r", "PUB r", "PUB x"],
  ]),
  allowing(
    "a reply that is allowed anyway",
    '{publish: "r.>", subscribe: q, allow_responses: true}',
    [
      ["a", "SUB q 1"],
      ["b", "PUB q r.1"],
      ["a", "PUB r.1", "PUB r.1", "PUB r.1"],
    ],
  ),
  allowing("a denied reply", "{publish: {deny: r}, subscribe: q, allow_responses: true}", [
    ["a", "SUB q 1"],
    ["b", "PUB q r"],
    ["a", "PUB r", "PUB x"],
  ]),
  allowing("false", "{subscribe: q, allow_responses: false}", [
    ["a", "SUB q 1"],
    ["b", "PUB q r"],
    ["a", "PUB r", "PUB x"],
  ]),
  allowing("a queue subscription", "{subscribe: q, allow_responses: true}", [
    ["a", "SUB q g 1"],
    ["b", "PUB q r"],
    ["a", "PUB r", "PUB r"],
  ]),
  allowing("two subscriptions for one request", '{subscribe: [q, ">"], allow_responses: true}', [
    ["a", "SUB q 1", "SUB > 2"],
    ["b", "PUB q r"],
    ["a", "PUB r", "PUB r", "PUB r"],
  ]),
  allowing("with headers", "{subscribe: q, allow_responses: true}", [
    ["a", "SUB q 1"],
    ["b", "HPUB q r"],
    ["a", "HPUB r", "HPUB r"],
  ]),
  allowing("a reply with a reply", "{subscribe: q, allow_responses: true}", [
    ["a", "SUB q 1"],
    ["b", "SUB r 1", "PUB q r"],
    ["a", "PUB r z", "PUB z"],
    ["b"],
  ]),
  allowing("a wildcard for a reply", "{subscribe: q, allow_responses: true}", [
    ["a", "SUB q 1"],
    ["b", "PUB q r.*", "PUB q s.>"],
    ["a", "PUB r.*", "PUB r.x", "PUB s.x"],
  ]),
  allowing(
    "verbose",
    "{subscribe: q, allow_responses: true}",
    [
      ["a", "SUB q 1"],
      ["b", "PUB q r"],
      ["a", "PUB r", "PUB r"],
    ],
    { verbose: true },
  ),
  allowing("own request", "{publish: q, subscribe: q, allow_responses: true}", [
    "a",
    "SUB q 1",
    "PUB q r",
    "PUB r",
    "PUB r",
  ]),
  allowing(
    "a denied delivery is no permission",
    '{subscribe: {allow: "q.>", deny: "q.x"}, allow_responses: true}',
    [
      ["a", "SUB q.> 1"],
      ["b", "PUB q.x r", "PUB q.y s"],
      ["a", "PUB r", "PUB s"],
    ],
  ),
  allowing("nobody there", "{publish: z, subscribe: q, allow_responses: true}", [
    "a",
    "SUB q 1",
    "PUB z q",
    "PUB q",
  ]),
];

const expiring = permissionGroup("permissions, responses that expire", [
  allowing("in time", '{subscribe: q, allow_responses: {max: 2, expires: "30s"}}', [
    ["a", "SUB q 1"],
    ["b", "PUB q r"],
    ["a", "PUB r"],
  ]),
]);

/** A pause behind the request, longer than the time to answer. */
const tooLate: Group = {
  ...permissionGroup("permissions, responses too late", [
    allowing("too late", '{subscribe: q, allow_responses: {max: 5, expires: "100ms"}}', [
      ["a", "SUB q 1"],
      ["b", "PUB q r"],
      ["a", "PUB r"],
      ["c"],
      ["a", "PUB r"],
    ]),
  ]),
};

export const DELIVERIES: readonly Group[] = [
  permissionGroup("permissions, queues", queueRules),
  permissionGroup("permissions, narrow denies", narrow),
  permissionGroup("permissions, responses", responses),
  expiring,
  {
    ...tooLate,
    scenarios: tooLate.scenarios.map(({ name, steps }) => ({
      name,
      steps: steps.map((step) =>
        "conn" in step && step.conn === "c" ? { conn: "c", listenMs: 250 } : step,
      ),
    })),
  },
];
