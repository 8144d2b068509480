/** What is told about single messages: where they went, and how long services took. */

import type { Case } from "../case.ts";

const CONFIG = `
accounts {
  A {
    users: [{user: a, password: a}, {user: limited, password: l, permissions: {publish: {deny: "denied.>"}}}]
    mappings: {from: to, "some.*": [{dest: "any.{{wildcard(1)}}", weight: 100%}]}
    exports: [{stream: "out.>"}, {stream: "quiet.>"},
      {service: "svc.*", allow_trace: true, latency: {sampling: 100%, subject: "told.latency"}}]
  }
  B {
    users: [{user: b, password: b}]
    imports: [{stream: {account: A, subject: "out.>"}, prefix: imp, allow_trace: true}, {stream: {account: A, subject: "quiet.>"}},
      {service: {account: A, subject: "svc.*"}, to: "mine.*"}]
  }
  SYS { users: [{user: sys, password: sys}] }
}
system_account: SYS
`;

function traced(subject: string, more = "", payload = "hi"): string {
  const header = `NATS/1.0\r\nNats-Trace-Dest: told.trace\r\n${more}\r\n`;
  return `HPUB ${subject} ${header.length} ${header.length + payload.length}\r\n${header}${payload}\r\n`;
}

export const TRACED: Case = {
  name: "message traces",
  config: CONFIG,
  chances: [{ path: /^server\.seq$/, as: "positive", why: "events of clients are sent meanwhile" }],
  async play(stage) {
    await stage.watch({ user: "a", pass: "a" }, ["told.>"]);
    await stage.client(
      "a",
      { user: "a", pass: "a" },
      "SUB to 1\r\nSUB any.> q 2\r\nSUB foo 3\r\nSUB foo 4\r\n",
    );
    await stage.client(
      "b",
      { user: "b", pass: "b" },
      "SUB imp.out.> 1\r\nSUB quiet.> 2\r\nSUB > 3\r\n",
    );
    const writer = await stage.client(
      "writer",
      { user: "limited", pass: "l", echo: false },
      "SUB foo 9\r\n",
    );
    const messages = [
      ...["from", "some.thing", "foo", "nobody", "out.x", "quiet.x", "denied.x"].map((s) =>
        traced(s),
      ),
      traced("foo", "Nats-Trace-Only: true\r\nA: b\r\nA: c\r\n"),
    ];
    for (const [index, message] of messages.entries()) {
      await writer.say(message);
      await stage.hears(/^told\.trace$/, index + 1);
    }
  },
  events: "ordered",
};

export const TIMED: Case = {
  name: "latencies of services",
  config: CONFIG,
  chances: [
    {
      path: /^(service|system|total|requestor\.rtt|responder\.rtt)$/,
      as: "integer",
      why: "measured",
    },
  ],
  async play(stage) {
    await stage.watch({ user: "a", pass: "a" }, ["told.>"]);
    const service = await stage.client(
      "service",
      { user: "a", pass: "a", lang: "x" },
      "SUB svc.> 1\r\n",
    );
    const client = await stage.client("client", { user: "b", pass: "b" }, "SUB answers 1\r\n");
    await client.say("PUB mine.one answers 2\r\nhi\r\n");
    await service.waits(/MSG svc\.one 1 \S+/);
    const [, reply] = /MSG svc\.one 1 (\S+)/.exec(service.text)!;
    await service.say(`PUB ${reply} 3\r\nyes\r\n`);
    await client.waits(/MSG answers/);
    await stage.hears(/latency/);
  },
  events: "ordered",
};
