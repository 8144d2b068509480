/** Messages that ask to be traced, and who listens meanwhile. */

import { hpub } from "./trace-client.ts";

export interface TraceCase {
  readonly name: string;
  /** What is sent, in one piece. */
  readonly send: string;
  readonly user?: string;
  readonly options?: object;
  /** Lines that the publisher has sent before. */
  readonly before?: string;
  /** Others: user, their lines, and options of CONNECT. */
  readonly others?: readonly (readonly [string, string, object?])[];
}

const DEST = { "Nats-Trace-Dest": "tr" };
const ONLY = { ...DEST, "Nats-Trace-Only": "true" };
const INBOX = "SUB inbox 5\r\n";
const PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331";
const A_FOO = [["a", "SUB foo 1\r\n"]] as const;
const B_SERVICE = [["b", "SUB svc.* 1\r\n"]] as const;

const DELIVERIES: readonly TraceCase[] = [
  {
    name: "several receivers",
    send: hpub("foo", DEST),
    others: [...A_FOO, ["a", "SUB * 9 \r\nSUB foo q 2\r\n"]],
  },
  { name: "nobody", send: hpub("nobody", DEST) },
  { name: "a request to nobody", before: INBOX, send: hpub("nobody", DEST, "inbox") },
  {
    name: "one without headers",
    others: [["a", "SUB foo 1\r\n", { headers: false }]],
    send: hpub("foo", DEST),
  },
  { name: "no echo", options: { echo: false }, before: "SUB foo 1\r\n", send: hpub("foo", DEST) },
  { name: "a denied subject", others: [["d", "SUB secret.* 1\r\n"]], send: hpub("secret.x", DEST) },
  { name: "a denied queue", others: [["d", "SUB secret.* q 1\r\n"]], send: hpub("secret.x", DEST) },
  { name: "a mapped subject", others: [["a", "SUB m.> 1\r\n"]], send: hpub("m.one", DEST) },
  {
    name: "the last message of a subscription",
    others: [["a", "SUB foo 1\r\nUNSUB 1 1\r\n"]],
    send: hpub("foo", DEST).repeat(2),
  },
  { name: "the own destination", others: A_FOO, send: hpub("foo", { "Nats-Trace-Dest": "foo" }) },
  {
    name: "a mapped destination",
    send: hpub("foo", { "Nats-Trace-Dest": "m.one" }),
    before: "SUB m.* 1\r\n",
  },
  { name: "verbose", options: { verbose: true }, send: hpub("foo", DEST) },
  { name: "pedantic", options: { pedantic: true }, send: hpub("foo.*", DEST) },
];

const TRACED_ONLY: readonly TraceCase[] = [
  ...["1", "on", "TRUE", "0", "yes"].map((word) => ({
    name: `traced only: ${word}`,
    others: A_FOO,
    send: hpub("foo", { ...DEST, "Nats-Trace-Only": word }),
  })),
  { name: "traced only, a request to nobody", before: INBOX, send: hpub("nobody", ONLY, "inbox") },
  {
    name: "traced only, which does not count",
    others: [["a", "SUB foo 1\r\nUNSUB 1 1\r\n"]],
    send: hpub("foo", ONLY) + hpub("foo", DEST),
  },
];

const REFUSALS: readonly TraceCase[] = [
  { name: "a refused subject", user: "d", send: hpub("no.x", DEST) },
  { name: "a refused subject, traced only", user: "d", send: hpub("no.x", ONLY) },
  {
    name: "a refused destination",
    user: "d",
    others: A_FOO,
    send: hpub("foo", { "Nats-Trace-Dest": "tr.deny" }),
  },
  { name: "a reserved reply", send: hpub("foo", DEST, "_R_.x.y") },
  ...["a.*", "a b", "$NRG.x", "_GR_.x.y.z"].flatMap((dest) => [
    { name: `destination ${dest}`, others: A_FOO, send: hpub("foo", { "Nats-Trace-Dest": dest }) },
    {
      name: `destination ${dest}, traced only`,
      others: A_FOO,
      send: hpub("foo", { "Nats-Trace-Dest": dest, "Nats-Trace-Only": "1" }),
    },
  ]),
  { name: "disabled", others: A_FOO, send: hpub("foo", { "Nats-Trace-Dest": "trace disabled" }) },
  {
    name: "another server's kind of trace",
    others: A_FOO,
    send: hpub("foo", { A: "b", ...DEST, "Nats-Trace-Origin-Account": "X", Z: "1" }),
  },
  {
    name: "another server's kind of trace, traced only",
    others: A_FOO,
    send: hpub("foo", { ...ONLY, "Nats-Trace-Origin-Account": "X" }),
  },
  {
    name: "too large",
    send: `HPUB foo 35 2000000\r\nNATS/1.0\r\nNats-Trace-Dest: tr\r\n\r\n${"x".repeat(100)}`,
  },
  {
    name: "too large, with a part of the headers",
    send: "HPUB foo rep 135 2000000\r\nNATS/1.0\r\nNats-Trace-Dest: tr\r\nAb: c\r\nDe",
  },
];

const CROSSINGS: readonly TraceCase[] = [
  { name: "an open stream", others: [["b", "SUB imp.st.x 1\r\n"]], send: hpub("st.x", DEST) },
  {
    name: "an open stream, by a wildcard",
    others: [
      ["b", "SUB imp.> 1\r\n"],
      ["a", "SUB st.* 4\r\n"],
    ],
    send: hpub("st.x", DEST),
  },
  {
    name: "an open stream, in a queue",
    others: [["b", "SUB imp.> qq 1\r\n"]],
    send: hpub("st.x", DEST),
  },
  { name: "a shut stream", others: [["b", "SUB shut.so.x 1\r\n"]], send: hpub("so.x", DEST) },
  ...["", " q"].map((queue) => ({
    name: `a shut stream, traced only${queue}`,
    before: INBOX,
    others: [["b", `SUB shut.so.x${queue} 1\r\n`]] as const,
    send: hpub("so.x", ONLY, "inbox"),
  })),
  ...["open", "shut"].flatMap((kind) => [
    {
      name: `a service that is ${kind}`,
      before: INBOX,
      others: B_SERVICE,
      send: hpub(`ask.${kind}`, { ...DEST, B: "c" }, "inbox"),
    },
    {
      name: `a service that is ${kind}, traced only`,
      before: INBOX,
      others: B_SERVICE,
      send: hpub(`ask.${kind}`, ONLY, "inbox"),
    },
    {
      name: `a service that is ${kind}, and not there`,
      before: INBOX,
      send: hpub(`ask.${kind}`, DEST, "inbox"),
    },
  ]),
];

const EXTERNAL: readonly TraceCase[] = [
  ...[
    `${PARENT}-01`,
    `${PARENT}-00`,
    `${PARENT}-ff`,
    `${PARENT}-1`,
    "a-b-c-7f",
    "a-b-c-+1",
    "a-b-c-81",
    "a-b-c-0x",
  ].map((traceparent) => ({
    name: `traceparent ${traceparent}`,
    others: A_FOO,
    send: hpub("foo", { traceparent }),
  })),
  {
    name: "TraceParent",
    others: A_FOO,
    send: hpub("foo", { TraceParent: `${PARENT}-01`, "Nats-Trace-Only": "1" }),
  },
  {
    name: "traceparent in another account",
    user: "b",
    send: hpub("foo", { traceparent: `${PARENT}-01` }),
  },
  {
    name: "traceparent to a shut service",
    others: B_SERVICE,
    send: hpub("ask.shut", { traceparent: `${PARENT}-01` }),
  },
  {
    name: "traceparent and a destination",
    others: A_FOO,
    send: hpub("foo", { traceparent: `${PARENT}-01`, ...ONLY }),
  },
];

const HEADERS: readonly TraceCase[] = [
  ["values to be trimmed", "b:1\r\nA: 2 \r\nb:\t3\r\nempty:\r\n: x\r\nNats-Trace-Dest:tr\r\n\r\n"],
  ["a line without a colon", "foo\r\nNats-Trace-Dest: tr\r\n\r\n"],
  ["a space before the colon", "Nats-Trace-Dest : tr\r\n\r\n"],
  ["no end", "Nats-Trace-Dest: tr"],
  ["another case", "nats-trace-dest: tr\r\n\r\n"],
  ["two destinations", "Nats-Trace-Dest: tr\r\nNats-Trace-Dest: trace disabled\r\n\r\n"],
  ["no names", ":\r\n::\r\nNats-Trace-Dest: tr\r\n\r\n"],
  ["what JSON escapes", 'X: <&>"\\\x01\u00ff\r\nNats-Trace-Dest: tr\r\n\r\n'],
].map(([name, lines]) => ({
  name: `headers with ${name}`,
  others: A_FOO,
  send: hpub("foo", `NATS/1.0\r\n${lines}`),
}));

export const CASES: readonly TraceCase[] = [
  ...DELIVERIES,
  ...TRACED_ONLY,
  ...REFUSALS,
  ...CROSSINGS,
  ...EXTERNAL,
  ...HEADERS,
  {
    name: "a status line",
    others: A_FOO,
    send: hpub("foo", "NATS/1.0 200 OK\r\nNats-Trace-Dest: tr\r\n\r\n"),
  },
  { name: "another encoding", send: hpub("foo", { ...DEST, "Accept-Encoding": "br" }) },
];
