/** Exports and imports of services. */

import type { Group } from "../../scenarios/scenario.ts";
import { accountCase, accountGroup, type Case } from "../cases.ts";
import { ask, exports, imports, served, service, svc, WITHOUT_HEADERS } from "../crossings.ts";
import { leaves, listens } from "../turns.ts";

const answers: readonly Case[] = [
  accountCase("a request and its answer", svc, [["a", "SUB svc 1"], ask(), ["a", "PUB <R> =yes"]]),
  accountCase("an answer with headers", svc, [
    ["a", "SUB svc 1"],
    ask(),
    ["a", "PUB <R> {Key: value} =yes"],
  ]),
  accountCase("a request with headers", svc, [
    ["a", "SUB svc 1"],
    ["b", "SUB answer 1", "PUB svc answer {Key: value|key: other} =ask"],
    ["a", "PUB <R> =yes"],
  ]),
  accountCase(
    "a responder without headers",
    svc,
    [
      ["a", "SUB svc 1"],
      ["b", "SUB answer 1", "PUB svc answer {Key: value} =ask"],
      ["a", "PUB <R> =yes"],
    ],
    { options: { a: WITHOUT_HEADERS } },
  ),
  accountCase(
    "a requester without headers",
    svc,
    [["a", "SUB svc 1"], ask(), ["a", "PUB <R> {Key: value} =yes"]],
    { options: { b: WITHOUT_HEADERS } },
  ),
  accountCase("an empty request, and an empty answer", svc, [
    ["a", "SUB svc 1"],
    ["b", "SUB answer 1", "PUB svc answer ="],
    ["a", "PUB <R> ="],
  ]),
  accountCase("without a reply", svc, [
    ["a", "SUB svc 1"],
    ["b", "PUB svc", "PUB svc {Key: value}"],
  ]),
  accountCase("a second answer", svc, [
    ["a", "SUB svc 1"],
    ask(),
    ["a", "PUB <R> =1", "PUB <R> =2"],
    ["a", "PUB <R> =3"],
  ]),
  accountCase("two answers at once from two responders", svc, [
    ["a", "SUB svc 1"],
    ["a2", "SUB svc 1"],
    ask(),
    ["a", "PUB <R> =1"],
    ["a2", "PUB <R> =2"],
  ]),
  accountCase("two requests with one reply", svc, [
    ["a", "SUB svc 1"],
    ask(),
    ["b", "PUB svc answer =again"],
    ["a", "PUB <R2> =2", "PUB <R1> =1", "PUB <R2> =late"],
  ]),
  accountCase("answers in another order", svc, [
    ["a", "SUB svc 1"],
    ["b", "SUB answer.* 1", "PUB svc answer.1 =1", "PUB svc answer.2 =2"],
    ["a", "PUB <R2> =to 2", "PUB <R1> =to 1"],
  ]),
  accountCase("an answer with a reply", svc, [
    ["a", "SUB svc 1", "SUB more 2"],
    ask(),
    ["a", "PUB <R> more =yes"],
    ["b", "PUB more =lost"],
  ]),
  accountCase("a reply that nobody awaits", svc, [
    ["a", "SUB svc 1"],
    ["b", "PUB svc nobody =ask"],
    ["a", "PUB <R> =yes"],
  ]),
  accountCase("the requester has gone", svc, [
    ["a", "SUB svc 1"],
    ask(),
    leaves("b"),
    ["a", "PUB <R> =yes"],
  ]),
  accountCase("the requester has lost interest", svc, [
    ["a", "SUB svc 1"],
    ask(),
    ["b", "UNSUB 1"],
    ["a", "PUB <R> =yes"],
    ["b", "SUB answer 2"],
    ["a", "PUB <R> =again"],
  ]),
  accountCase("a requester of one message", svc, [
    ["a", "SUB svc 1"],
    ["b", "SUB answer 1", "UNSUB 1 1", "PUB svc answer =ask"],
    ["a", "PUB <R> =yes"],
  ]),
  accountCase("awaited by another connection", svc, [
    ["a", "SUB svc 1"],
    ["b2", "SUB answer 1"],
    ["b", "PUB svc answer =ask"],
    ["a", "PUB <R> =yes"],
  ]),
  accountCase("awaited by a queue, and by a wildcard", svc, [
    ["a", "SUB svc 1"],
    ["b", "SUB answer q 1", "SUB > 2", "PUB svc answer =ask"],
    ["a", "PUB <R> =yes"],
  ]),
  accountCase("a responder in a queue", svc, [["a", "SUB svc q 1"], ask(), ["a", "PUB <R> =yes"]]),
  accountCase(
    "one of two responders in a queue",
    svc,
    [
      ["a", "SUB svc q 1"],
      ["a2", "SUB svc q 1"],
      ["b", "SUB answer.* 1", "PUB svc answer.1", "PUB svc answer.2", "PUB svc answer.3"],
    ],
    { isAnyone: true },
  ),
  accountCase("a responder on a wildcard", svc, [
    ["a", "SUB > 1"],
    ask(),
    ["a2", "PUB <a:R> =yes"],
  ]),
  accountCase("a responder behind the maximum", svc, [
    ["a", "SUB svc 1", "UNSUB 1 1"],
    ask(),
    ["b", "PUB svc answer =again"],
    ["a", "PUB <R> =yes"],
  ]),
  accountCase("verbose", svc, [["a", "SUB svc 1"], ask(), ["a", "PUB <R> =yes"]], {
    options: { a: { verbose: true }, b: { verbose: true } },
  }),
  accountCase("without echo", svc, [["a", "SUB svc 1"], ask(), ["a", "PUB <R> =yes"]], {
    options: { a: { echo: false }, b: { echo: false } },
  }),
  accountCase("the importer subscribes to the service itself", svc, [
    ["a", "SUB svc 1"],
    ["b", "SUB svc 2", "SUB answer 1", "PUB svc answer =ask"],
    ["a", "PUB <R> =yes"],
  ]),
  accountCase("the exporter asks itself", svc, [
    ["a", "SUB svc 1", "SUB answer 2", "PUB svc answer =ask"],
    ["a", "PUB <R> =yes"],
  ]),
  accountCase("a large request and a large answer", svc, [
    ["a", "SUB svc 1"],
    ask("svc", "answer", "q".repeat(3000)),
    ["a", `PUB <R> =${"y".repeat(3000)}`],
  ]),
];

const absent: readonly Case[] = [
  accountCase("nobody answers", svc, [ask()]),
  accountCase("nobody answers a request with headers", svc, [
    ["b", "SUB answer 1", "PUB svc answer {Key: value} =ask"],
  ]),
  accountCase("nobody answers one who does not want to know", svc, [ask()], {
    options: { b: { no_responders: false } },
  }),
  accountCase("nobody answers, and nobody listens", svc, [["b", "PUB svc nowhere"]]),
  accountCase(
    "nobody answers under another name",
    served("{service: svc}", service("svc", "to: my.svc")),
    [ask("my.svc")],
  ),
  accountCase("the responder has gone", svc, [
    ["a", "SUB svc 1"],
    ask(),
    leaves("a"),
    ["b", "PUB svc answer =again"],
  ]),
  accountCase("someone in the importing account", svc, [["b2", "SUB svc 1"], ask()]),
  accountCase(
    "one of two services",
    {
      A: exports("{service: svc}"),
      C: exports("{service: svc}"),
      B: imports(service("svc"), service("svc", "to: other", "C")),
    },
    [
      ["c", "SUB svc 1"],
      ["b", "SUB answer.* 1", "PUB svc answer.1", "PUB other answer.2"],
      ["c", "PUB <R> =yes"],
    ],
  ),
];

const named: readonly Case[] = [
  accountCase("to", served("{service: svc}", service("svc", "to: my.svc")), [
    ["a", "SUB svc 1", "SUB my.svc 2"],
    ask("my.svc"),
    ["b", "PUB svc answer =not imported"],
    ["a", "PUB <R> =yes"],
  ]),
  accountCase("a wildcard", served('{service: "svc.*"}', service("svc.*")), [
    ["a", "SUB svc.x 1", "SUB svc.* 2"],
    ask("svc.x"),
    ["a", "PUB <R> =yes"],
  ]),
  accountCase("all below a token", served('{service: "svc.>"}', service("svc.>")), [
    ["a", "SUB svc.> 1"],
    ask("svc.x.y"),
    ["b", "PUB svc answer =no"],
    ["a", "PUB <R> =yes"],
  ]),
  accountCase("a part of the export", served('{service: "svc.>"}', service("svc.x.*", "to: x.*")), [
    ["a", "SUB svc.> 1"],
    ask("x.y"),
    ["a", "PUB <R> =yes"],
  ]),
  accountCase("$1", served('{service: "svc.*"}', service("svc.*", "to: my.$1.svc")), [
    ["a", "SUB svc.* 1"],
    ask("my.x.svc"),
    ["a", "PUB <R> =yes"],
  ]),
  accountCase(
    "two wildcards in the other order",
    served('{service: "svc.*.*"}', service("svc.$2.$1", 'to: "my.*.*"')),
    [["a", "SUB svc.> 1"], ask("my.x.y"), ["a", "PUB <R> =yes"]],
  ),
  accountCase(
    "* stands for itself",
    served('{service: "svc.*.*"}', service("svc.*.*", 'to: "my.*.*"')),
    [["a", "SUB svc.> 1"], ask("my.x.y")],
  ),
  accountCase("to with >", served('{service: "svc.>"}', service("svc.>", 'to: "my.>"')), [
    ["a", "SUB svc.> 1"],
    ask("my.x.y"),
    ["a", "PUB <R> =yes"],
  ]),
  accountCase(
    "a local name that is the service of another",
    {
      A: exports("{service: one}", "{service: two}"),
      B: imports(service("one", "to: two"), service("two", "to: one")),
    },
    [
      ["a", "SUB one 1", "SUB two 2"],
      ["b", "SUB answer 1", "PUB one answer =ask one", "PUB two answer =ask two"],
    ],
  ),
  accountCase(
    "a wildcard and a literal",
    {
      A: exports('{service: "svc.*"}'),
      C: exports("{service: svc.x}"),
      B: imports(service("svc.*"), service("svc.x", "", "C")),
    },
    [
      ["a", "SUB svc.* 1"],
      ["c", "SUB svc.x 1"],
      ask("svc.x"),
      ["a", "PUB <R> =from a"],
      ["c", "PUB <R> =from c"],
    ],
  ),
  accountCase(
    "a stream and a service of one name",
    {
      A: exports("{service: svc}", "{stream: svc}"),
      B: imports(service("svc"), "{stream: {account: @A, subject: svc}}"),
    },
    [
      ["a", "SUB svc 1"],
      ["b", "SUB svc 2", "SUB answer 1", "PUB svc answer =ask"],
      ["a", "PUB <R> =yes", "PUB svc =told"],
    ],
  ),
  accountCase(
    "private, and one who may",
    {
      A: exports("{service: svc, accounts: [@B]}"),
      B: imports(service("svc")),
      C: "",
    },
    [
      ["a", "SUB svc 1"],
      ask(),
      ["c", "SUB answer 1", "PUB svc answer =not imported"],
      ["a", "PUB <R> =yes"],
    ],
  ),
  accountCase(
    "the importer's name as a token",
    {
      A: exports('{service: "svc.*", account_token_position: 2}'),
      B: imports(service("svc.@B", "to: svc")),
    },
    [["a", "SUB svc.* 1"], ask(), ["a", "PUB <R> =yes"]],
  ),
];

const responses: readonly Case[] = [
  ...["stream", "chunked", "singleton"].map((type) =>
    accountCase(
      `${type}: three answers and an empty one`,
      served(`{service: svc, response: ${type}}`, service("svc")),
      [
        ["a", "SUB svc 1"],
        ask(),
        ["a", "PUB <R> =1", "PUB <R> =2", "PUB <R> =3"],
        ["a", "PUB <R> =", "PUB <R> =late"],
      ],
    ),
  ),
  accountCase(
    "stream: an empty answer with headers",
    served("{service: svc, response: stream}", service("svc")),
    [["a", "SUB svc 1"], ask(), ["a", "PUB <R> {Key: value} =", "PUB <R> =late"]],
  ),
  accountCase(
    "stream: interest ends between",
    served("{service: svc, response: stream}", service("svc")),
    [
      ["a", "SUB svc 1"],
      ask(),
      ["a", "PUB <R> =1"],
      ["b", "UNSUB 1"],
      ["a", "PUB <R> =2"],
      ["b", "SUB answer 2"],
      ["a", "PUB <R> =3"],
    ],
  ),
  accountCase(
    "stream: the requester takes two",
    served("{service: svc, response: stream}", service("svc")),
    [
      ["a", "SUB svc 1"],
      ["b", "SUB answer 1", "UNSUB 1 2", "PUB svc answer"],
      ["a", "PUB <R> =1", "PUB <R> =2", "PUB <R> =3"],
    ],
  ),
  accountCase(
    "a threshold that has passed",
    served('{service: svc, threshold: "50ms"}', service("svc")),
    [["a", "SUB svc 1"], ask(), listens("b", 250), ["a", "PUB <R> =late"]],
  ),
  accountCase(
    "stream: a threshold between answers",
    served('{service: svc, response: stream, threshold: "200ms"}', service("svc")),
    [["a", "SUB svc 1"], ask(), ["a", "PUB <R> =1"], listens("b", 700), ["a", "PUB <R> =late"]],
  ),
  accountCase(
    "a threshold that has not passed",
    served('{service: svc, threshold: "10s"}', service("svc")),
    [["a", "SUB svc 1"], ask(), ["a", "PUB <R> =yes"]],
  ),
];

const lies: readonly Case[] = [
  accountCase("a made-up reply", svc, [
    ["a", "SUB svc 1"],
    ask(),
    ["a", "PUB _R_.aaaaaa.bbbbbb =no", "PUB _R_.x =no", "PUB _R_ =no"],
    ["a", "PUB <R> =yes"],
  ]),
  accountCase("the reply with one more token, and one less", svc, [
    ["a", "SUB svc 1"],
    ask(),
    ["a", "PUB <R>.x =no"],
    ["a", "PUB <R> =yes"],
  ]),
  accountCase("the importer answers in the place of the responder", svc, [
    ["a", "SUB svc 1"],
    ask(),
    ["b2", "PUB <a:R> =no"],
    ["g", "PUB <a:R> =no"],
    ["a", "PUB <R> =yes"],
  ]),
  accountCase("another in the responder's account answers", svc, [
    ["a", "SUB svc 1"],
    ask(),
    ["a2", "PUB <a:R> =yes"],
  ]),
  accountCase("listening to replies", svc, [
    ["a", "SUB svc 1", "SUB _R_.> 2"],
    ["b2", "SUB _R_.> 1", "SUB > 2"],
    ask(),
    ["a", "PUB <R> =yes"],
  ]),
  accountCase("a reply of the server as reply", svc, [
    ["a", "SUB svc 1"],
    ask(),
    ["b", "PUB svc <a:R> =mine"],
    ["b", "PUB svc _R_.aaaaaa.bbbbbb =made up"],
    ["a", "PUB <R> =yes"],
  ]),
  accountCase("the service's subject as reply", svc, [
    ["a", "SUB svc 1"],
    ["b", "SUB answer 1", "PUB svc svc =ask"],
    ["a", "PUB <R> =yes"],
  ]),
  accountCase("a reply that is no subject", svc, [
    ["a", "SUB svc 1"],
    ["b", "SUB > 1", "PUB svc a..b =ask", "PUB svc a.* =ask", "PUB svc > =ask"],
  ]),
];

const permitted: readonly Case[] = [
  accountCase("the requester may not", svc, [["a", "SUB svc 1"], ask()], {
    users: { b: "permissions: {publish: {deny: svc}}" },
  }),
  accountCase(
    "the requester may only under the local name",
    served("{service: svc}", service("svc", "to: my.svc")),
    [["a", "SUB svc 1"], ask("my.svc"), ["a", "PUB <R> =yes"]],
    { users: { b: "permissions: {publish: my.svc, subscribe: answer}" } },
  ),
  accountCase(
    "the requester may not hear the answer",
    svc,
    [
      ["a", "SUB svc 1"],
      ["b", "SUB > 1", "PUB svc answer =ask"],
      ["a", "PUB <R> =yes"],
    ],
    { users: { b: "permissions: {subscribe: {deny: answer}}" } },
  ),
  accountCase("the responder may not", svc, [["a", "SUB svc 1"], ask(), ["a", "PUB <R> =no"]], {
    users: { a: "permissions: {publish: nothing}" },
  }),
  accountCase(
    "the responder may by name",
    svc,
    [["a", "SUB svc 1"], ask(), ["a", "PUB <R> =yes"]],
    { users: { a: 'permissions: {publish: "_R_.>"}' } },
  ),
  accountCase(
    "the responder may answer",
    svc,
    [["a", "SUB svc 1"], ask(), ["a", "PUB <R> =yes", "PUB <R> =again", "PUB other =no"]],
    { users: { a: "permissions: {allow_responses: true}" } },
  ),
  accountCase(
    "the responder may answer twice, to a stream",
    served("{service: svc, response: stream}", service("svc")),
    [["a", "SUB svc 1"], ask(), ["a", "PUB <R> =1", "PUB <R> =2", "PUB <R> =3"]],
    { users: { a: 'permissions: {allow_responses: {max: 2, expires: "1m"}}' } },
  ),
  accountCase("the responder may not subscribe", svc, [["a", "SUB svc 1"], ask()], {
    users: { a: "permissions: {subscribe: {deny: svc}}" },
  }),
];

export const SERVICES: readonly Group[] = [
  accountGroup("services", answers),
  accountGroup("services, nobody there", absent),
  accountGroup("services, renamed", named),
  accountGroup("services, responses", responses),
  accountGroup("services, lies", lies),
  accountGroup("services, permissions", permitted),
];
