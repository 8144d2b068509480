/** What a service is told of who asks, and services behind services. */

import type { Group } from "../../scenarios/scenario.ts";
import { accountCase, accountGroup, type Case } from "../cases.ts";
import { ask, exports, imports, served, service, svc, WITHOUT_HEADERS } from "../crossings.ts";

const REQUEST_INFO = "Nats-Request-Info";

const information: readonly Case[] = [
  accountCase("shared", served("{service: svc}", service("svc", "share: true")), [
    ["a", "SUB svc 1"],
    ask(),
    ["a", "PUB <R> =yes"],
  ]),
  accountCase(
    "shared, with what CONNECT says",
    served("{service: svc}", service("svc", "share: true")),
    [["a", "SUB svc 1"], ask()],
    { options: { b: { name: "me", lang: "words", version: "1.2.3", protocol: 1 } } },
  ),
  accountCase("not shared, with what CONNECT says", svc, [["a", "SUB svc 1"], ask()], {
    options: { b: { name: "me", lang: "words", version: "1.2.3" } },
  }),
  accountCase(
    "shared, and a name that JSON escapes",
    served("{service: svc}", service("svc", "share: true")),
    [["a", "SUB svc 1"], ask()],
    { options: { b: { name: 'a"b\\c<d>&\n\u0001é' } } },
  ),
  ...[
    `${REQUEST_INFO}: {"acc":"SYS"}`,
    `nats-request-info: {"acc":"SYS"}`,
    `NATS-REQUEST-INFO:{"acc":"SYS"}`,
    `${REQUEST_INFO} : {"acc":"SYS"}`,
    ` ${REQUEST_INFO}: {"acc":"SYS"}`,
    `${REQUEST_INFO}: 1|${REQUEST_INFO}: 2`,
    `A: b|${REQUEST_INFO}: 1|C: d|nats-request-info: 2|E: f`,
    `${REQUEST_INFO}: 1|  folded|C: d`,
    `A: b|  ${REQUEST_INFO}: 1|C: d`,
    `X-${REQUEST_INFO}: 1`,
    `${REQUEST_INFO}-X: 1`,
    `A: ${REQUEST_INFO}: 1`,
    `${REQUEST_INFO}:`,
    REQUEST_INFO,
  ].map((header) =>
    accountCase(`spoofed: ${header}`, svc, [
      ["a", "SUB svc 1"],
      ["b", "SUB answer 1", `PUB svc answer {${header}} =ask`],
    ]),
  ),
  accountCase("spoofed within one account", svc, [
    ["a", "SUB svc 1"],
    ["a2", `PUB svc answer {${REQUEST_INFO}: {"acc":"SYS"}} =ask`],
  ]),
  accountCase(
    "spoofed to one without headers",
    svc,
    [
      ["a", "SUB svc 1"],
      ["b", "SUB answer 1", `PUB svc answer {${REQUEST_INFO}: 1} =ask`],
    ],
    { options: { a: WITHOUT_HEADERS } },
  ),
  accountCase("spoofed in an answer", svc, [
    ["a", "SUB svc 1"],
    ask(),
    ["a", `PUB <R> {${REQUEST_INFO}: 1} =yes`],
  ]),
  accountCase("spoofed, and shared", served("{service: svc}", service("svc", "share: true")), [
    ["a", "SUB svc 1"],
    ["b", "SUB answer 1", `PUB svc answer {${REQUEST_INFO}: 1|A: b} =ask`],
  ]),
];

const chains: readonly Case[] = [
  accountCase(
    "through a third account",
    {
      A: exports("{service: svc}"),
      B: `${imports(service("svc", "to: middle"))}\n${exports("{service: middle}")}`,
      C: imports(service("middle", "to: mine", "B")),
    },
    [
      ["a", "SUB svc 1"],
      ["b", "SUB > 1"],
      ["c", "SUB answer 1", "PUB mine answer =ask"],
      ["a", "PUB <R> =yes"],
    ],
  ),
  accountCase(
    "through a third account, nobody there",
    {
      A: exports("{service: svc}"),
      B: `${imports(service("svc"))}\n${exports("{service: svc}")}`,
      C: imports(service("svc", "", "B")),
    },
    [["c", "SUB answer 1", "PUB svc answer =ask"]],
  ),
  accountCase(
    "through a third account, shared at the first step",
    {
      A: exports("{service: svc}"),
      B: `${imports(service("svc"))}\n${exports("{service: svc}")}`,
      C: imports(service("svc", "share: true", "B")),
    },
    [
      ["a", "SUB svc 1"],
      ["c", "SUB answer 1", "PUB svc answer {A: b} =ask"],
      ["a", "PUB <R> {B: c} =yes"],
    ],
  ),
  accountCase(
    "through a third account, shared at both",
    {
      A: exports("{service: svc}"),
      B: `${imports(service("svc", "share: true"))}\n${exports("{service: svc}")}`,
      C: imports(service("svc", "share: true", "B")),
    },
    [
      ["a", "SUB svc 1"],
      ["c", "SUB answer 1", "PUB svc answer =ask"],
      ["a", "PUB <R> =yes"],
    ],
  ),
  accountCase(
    "stream responses through a third account",
    {
      A: exports("{service: svc, response: stream}"),
      B: `${imports(service("svc"))}\n${exports("{service: svc, response: stream}")}`,
      C: imports(service("svc", "", "B")),
    },
    [
      ["a", "SUB svc 1"],
      ["c", "SUB answer 1", "PUB svc answer =ask"],
      ["a", "PUB <R> =1", "PUB <R> =2", "PUB <R> =", "PUB <R> =late"],
    ],
  ),
  accountCase(
    "a request is not told as a stream",
    {
      A: exports("{service: svc}", "{stream: svc}"),
      B: imports(service("svc")),
      C: imports("{stream: {account: @A, subject: svc}}"),
    },
    [["a", "SUB svc 1"], ["c", "SUB svc 1"], ask(), ["a2", "PUB svc =told"]],
  ),
  accountCase(
    "a stream that is asked back",
    {
      A: `${exports('{stream: "events.>"}')}\n${imports(service("svc", "", "B"))}`,
      B: `${exports("{service: svc}")}\n${imports('{stream: {account: @A, subject: "events.>"}}')}`,
    },
    [
      ["b", "SUB svc 1", "SUB events.> 2"],
      ["a", "SUB events.answer 1", "PUB svc events.answer =ask"],
      ["b", "PUB <R> =yes"],
    ],
  ),
  accountCase(
    "a service mapped in the exporter",
    {
      A: `${exports("{service: svc}")}\nmappings = { svc: real.svc }`,
      B: imports(service("svc")),
    },
    [["a", "SUB svc 1", "SUB real.svc 2"], ask(), ["a", "PUB <R> =yes"]],
  ),
  accountCase(
    "a service mapped in the importer",
    {
      A: exports("{service: svc}"),
      B: `${imports(service("svc"))}\nmappings = { alias: svc }`,
    },
    [["a", "SUB svc 1"], ask("alias"), ["a", "PUB <R> =yes"]],
  ),
  accountCase(
    "a service mapped away in the importer",
    {
      A: exports("{service: svc}"),
      B: `${imports(service("svc"))}\nmappings = { svc: elsewhere }`,
    },
    [["a", "SUB svc 1"], ["b2", "SUB elsewhere 1"], ask()],
  ),
  accountCase(
    "a mapped service that nobody answers",
    {
      A: `${exports("{service: svc}")}\nmappings = { svc: real.svc }`,
      B: imports(service("svc")),
    },
    [["a", "SUB svc 1"], ask()],
  ),
  accountCase(
    "from a service to the same, by a mapping",
    {
      A: `${exports("{service: svc}")}\n${imports(service("back", "", "B"))}\nmappings = { svc: back }`,
      B: `${exports("{service: back}")}\n${imports(service("svc"))}\nmappings = { back: svc }`,
    },
    [ask(), ["b", "PUB back answer =ask"]],
  ),
];

export const SERVICE_CHAINS: readonly Group[] = [
  accountGroup("services, request information", information),
  accountGroup("services, chains", chains),
];
