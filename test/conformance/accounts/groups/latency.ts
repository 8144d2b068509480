/** What is measured of services, and told to their account. */

import type { Group } from "../../scenarios/scenario.ts";
import { accountCase, accountGroup, type Case } from "../cases.ts";
import { exports, imports, service } from "../crossings.ts";
import { leaves, type Turn, waits } from "../turns.ts";

const EVENT = /service_latency/;

function measured(latency: string, more = "", from = service("svc")): Case["accounts"] {
  return { A: exports(`{service: svc, latency: ${latency}${more}}`), B: imports(from) };
}

const always = measured("{sampling: 100, subject: lat}");
const byHeaders = measured("{sampling: headers, subject: lat}");
const serve: Turn = ["a", "SUB svc 1", "SUB lat 2"];
const ask: Turn = ["b", "SUB answer 1", "PUB svc answer =ask"];
const answer: Turn = ["a", "PUB <R> =yes"];
const told: Turn = waits("a", EVENT);

/** A request with these headers, separated by `|`. */
function triggered(headers: string): Case {
  return accountCase(`headers: ${headers}`, byHeaders, [
    serve,
    ["b", "SUB answer 1", `PUB svc answer {${headers}} =ask`],
    answer,
    ["a", "SUB svc.end 3"],
    { conn: "a", listenMs: 20 },
  ]);
}

const outcomes: readonly Case[] = [
  accountCase("a good answer", always, [serve, ask, answer, told]),
  accountCase("only the subject", measured("lat"), [serve, ask, answer, told]),
  accountCase("a percentage", measured('{sampling: "100%", subject: lat}'), [
    serve,
    ask,
    answer,
    told,
  ]),
  accountCase(
    "shared",
    measured("{sampling: 100, subject: lat}", "", service("svc", "share: true")),
    [serve, ask, answer, told],
  ),
  accountCase(
    "names in CONNECT",
    measured("{sampling: 100, subject: lat}", "", service("svc", "share: true")),
    [serve, ask, answer, told],
    {
      options: {
        a: { name: "responder", lang: "words", version: "1.2.3" },
        b: { name: "requester", lang: "words", version: "1.2.3" },
      },
    },
  ),
  accountCase(
    "under another name",
    {
      A: exports("{service: svc, latency: lat}"),
      B: imports(service("svc", "to: mine")),
    },
    [serve, ["b", "SUB answer 1", "PUB mine answer"], answer, told],
  ),
  accountCase("a second answer", always, [serve, ask, ["a", "PUB <R> =1", "PUB <R> =2"], told]),
  accountCase("two requests", always, [
    serve,
    ["b", "SUB answer.* 1", "PUB svc answer.1"],
    ["a", "PUB <R> =1"],
    told,
    ["b", "PUB svc answer.2"],
    ["a", "PUB <R2> =2"],
    waits("a", /service_latency.*service_latency/s),
  ]),
  // The request and what is told of it come in any order.
  accountCase("without a reply", always, [serve, ["b", "PUB svc =ask"], told], { isAnyone: true }),
  accountCase("without headers", always, [serve, ask, answer, told], {
    options: { a: { headers: false, no_responders: false } },
  }),
  accountCase("nobody answers", always, [["a", "SUB lat 2"], ask, told]),
  accountCase(
    "nobody answers one who does not want to know",
    always,
    [["a", "SUB lat 2"], ask, told],
    {
      options: { b: { no_responders: false } },
    },
  ),
  accountCase("too late", measured("{sampling: 100, subject: lat}", ', threshold: "50ms"'), [
    serve,
    ask,
    told,
    answer,
  ]),
  accountCase("the requester has lost interest", always, [
    serve,
    ask,
    ["b", "UNSUB 1"],
    answer,
    told,
  ]),
  accountCase("the requester has gone", always, [serve, ask, leaves("b"), answer, told]),
  accountCase("the responder has gone", always, [
    serve,
    ["a2", "SUB lat 1"],
    ask,
    leaves("a"),
    { conn: "a2", listenMs: 50 },
  ]),
  accountCase("nobody listens", always, [["a", "SUB svc 1"], ask, answer]),
  accountCase("the importer may not listen", always, [
    serve,
    ["b2", "SUB lat 1"],
    ask,
    answer,
    told,
  ]),
  accountCase("the exporter asks itself", always, [
    serve,
    ["a", "SUB answer 3", "PUB svc answer =ask"],
    ["a", "PUB answer =yes"],
  ]),
  accountCase(
    "a service through a third account, both measured",
    {
      A: exports("{service: svc, latency: lat}"),
      B: `${imports(service("svc"))}\n${exports("{service: svc, latency: lat}")}`,
      C: imports(service("svc", "", "B")),
    },
    [
      serve,
      ["b", "SUB lat 1"],
      ["c", "SUB answer 1", "PUB svc answer =ask"],
      answer,
      told,
      waits("b", EVENT),
    ],
  ),
  accountCase(
    "events as a stream",
    {
      A: exports("{service: svc, latency: lat}", "{stream: lat}"),
      B: imports(service("svc"), "{stream: {account: @A, subject: lat}}"),
    },
    [["a", "SUB svc 1"], ["b", "SUB lat 2"], ask, answer, waits("b", EVENT)],
  ),
];

const headers: readonly Case[] = [
  "A: b",
  "Uber-Trace-Id: 1:2:3:1",
  "Uber-Trace-Id: 1:2:3:0",
  "Uber-Trace-Id: 1:2:1",
  "Uber-Trace-Id: 1:2:3:x",
  "Uber-Trace-Id: 1:2:3:3|Uberctx-X: y|Other: z",
  "X-B3-Sampled: 1|X-B3-TraceId: a",
  "X-B3-Sampled: 0|X-B3-TraceId: a",
  "X-B3-Sampled: true",
  "X-B3-TraceId: a|X-B3-SpanId: b",
  "X-B3-ParentSpanId: b",
  "B3: a-b-1-c",
  "B3: a-b-0-c",
  "B3: 0",
  "B3: d",
  "b3: a-b-1",
  "Traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  "Traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00",
  "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01|tracestate: a=b",
  "traceparent: nonsense",
].map(triggered);

export const LATENCY: readonly Group[] = [
  accountGroup("latency", outcomes),
  accountGroup("latency, headers", headers),
];
