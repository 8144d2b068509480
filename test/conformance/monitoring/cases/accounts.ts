/** Accounts with imports, exports, mappings and limits. */

import { type Case, pages } from "../case.ts";
import type { Login, Stage } from "../stage.ts";
import { CONNECTIONS, EVERY_PAGE } from "./questions.ts";

export const ACCOUNTS = `
accounts {
  A {
    users: [{user: a, password: a}, {user: a2, password: a, permissions: {publish: ["x.>", "st.>"],
      subscribe: {allow: ">", deny: "secret.>"}, allow_responses: {max: 3, expires: "5s"}}}]
    exports: [{stream: "st.>"}, {service: "svc.*", latency: {sampling: 50%, subject: lat.a}},
      {service: priv, accounts: [B], response_type: stream}, {stream: ps, accounts: [B, C]},
      {service: "chunks.*.*", response_type: chunked}, {stream: "two.*.*"},
      {service: h, latency: {sampling: headers, subject: l}}, {service: "open.<&>"}]
    mappings: {"map.*": [{dest: "mapped.{{wildcard(1)}}", weight: 50%}], one: two,
      cl: [{dest: x.y, weight: 10%, cluster: c1}, {dest: x.z, weight: 20%}],
      "all.>": [{dest: "all.>", weight: 30%}, {dest: "b.>", weight: 20%}]}
  }
  B {
    users: [{user: b, password: b}]
    imports: [{stream: {account: A, subject: "st.>"}, prefix: imp},
      {service: {account: A, subject: "svc.*"}, to: "my.*", share: true},
      {service: {account: A, subject: priv}}, {stream: {account: A, subject: ps}, to: other},
      {service: {account: A, subject: "chunks.*.*"}, to: "c.$2.$1"}, {service: {account: A, subject: h}},
      {stream: {account: A, subject: "two.*.*"}, to: "t.$2.$1"}]
  }
  C { limits: {max_connections: 1, max_subscriptions: 50, max_payload: 100}, users: [{user: c, password: c}] }
  EMPTY {}
  SYS { users: [{user: sys, password: sys}] }
}
system_account: SYS
`;

const USER = ["a", "a2", "b", "c", "sys"];

async function play(stage: Stage): Promise<void> {
  const login = (user: string): Login => ({ user, pass: user[0], lang: "test", version: "1" });
  const a = await stage.client("a", login("a"), "SUB foo 1\r\nSUB foo q 2\r\nSUB two 3\r\n");
  await a.say("SUB svc.* 4\r\nSUB priv 5\r\nSUB h g 6\r\n");
  const a2 = await stage.client("a2", login("a2"), "SUB secret.x 1\r\nSUB y.> 2\r\n");
  await a2.say("PUB forbidden 1\r\nx\r\nPUB x.y 1\r\nx\r\n");
  const b = await stage.client(
    "b",
    login("b"),
    "SUB imp.> 1\r\nSUB *.st.one w 22\r\nUNSUB 22 5\r\n",
  );
  await b.say("SUB other 7\r\nSUB t.b.a 8\r\nSUB > 9\r\n");
  await a.say("PUB st.one 2\r\nhi\r\nPUB one 1\r\n.\r\nPUB nobody 0\r\n\r\nPUB ps 3\r\nabc\r\n");
  await a.say("PUB two.a.b 4\r\nabcd\r\n");
  const c = await stage.client(
    "c",
    { ...login("c"), name: "c<>" },
    "SUB x 1\r\nPUB x 3\r\nabc\r\n",
  );
  await stage.refused("c2", login("c"));
  await stage.refused("nobody", { user: "a", pass: "no" });
  await (await stage.client("b2", login("b"), "SUB gone 1\r\nPUB gone 1\r\nx\r\n")).leave();
  await c.last(`PUB x 101\r\n${"x".repeat(101)}\r\n`);
}

const NAMES = ["A", "B", "C", "EMPTY", "SYS", "$G"];

export const ACCOUNTS_CASE: Case = {
  name: "accounts",
  config: ACCOUNTS,
  play,
  questions: [
    ...EVERY_PAGE,
    ...CONNECTIONS,
    ...pages(
      ...NAMES.flatMap((name) => [
        `/accountz?acc=${name}`,
        `/subsz?acc=${name}`,
        `/subsz?subs=1&acc=${name}`,
        `/connz?acc=${name}&subs=1`,
        `/connz?acc=${name}&state=closed&auth=1`,
        `/connz?acc=${name}&state=all`,
        `/leafz?acc=${name}`,
        `/healthz?account=${name}`,
      ]),
      ...USER.flatMap((name) => [`/connz?user=${name}`, `/connz?user=${name}&state=any&auth=1`]),
      ...[
        ...["acc=A&user=a", "acc=B&user=a", "acc=A&user=b&state=any&auth=1", "acc=C&sort=reason"],
        ...["acc=A&sort=stop&state=closed", "acc=B&state=closed&sort=stop&limit=1&auth=1"],
        ...["acc=A&cid=<cid a>&subs=1", "acc=B&cid=<cid a>&subs=1", "cid=<cid b2>&state=any"],
        ...["cid=<cid c>&user=x", "cid=<cid b>&user=b&auth=1", "acc=nope&state=closed"],
      ].map((query) => `/connz?${query}`),
      ...["st.one", "foo", "nothing", "x.st.one", "svc.q", "x.y"].map(
        (test) => `/subsz?subs=1&test=${test}`,
      ),
      ...["/subsz?subs=1&acc=A&offset=99"],
    ),
  ],
};

/** Requests that wait for their answers. */
export const WAITING: Case = {
  name: "requests between accounts",
  config: ACCOUNTS,
  async play(stage) {
    const a = await stage.client(
      "a",
      { user: "a", pass: "a" },
      "SUB h 1\r\nSUB priv 2\r\nSUB svc.* 3\r\n",
    );
    const b = await stage.client("b", { user: "b", pass: "b" }, "SUB r.* 1\r\n");
    const header = "NATS/1.0\r\nUber-Trace-Id: a:b:c:1\r\n\r\n";
    await b.say(`HPUB h r.2 ${header.length} ${header.length}\r\n${header}\r\n`);
    await b.say("PUB my.x r.3 2\r\nhi\r\n");
    await a.waits(/HMSG svc\.x 3 (?:.|\r\n)*?\r\n\r\nhi\r\n/);
    const [, reply] = /HMSG svc\.x 3 (\S+)/.exec(a.text)!;
    await a.say(`PUB ${reply} 3\r\nyes\r\n`);
    await b.waits(/MSG r\.3 1 3\r\nyes/);
  },
  chances: [
    {
      path: /(^|\.)((in|out)_(client_)?|sent\.|received\.)?bytes$/,
      as: "positive",
      why: "headers tell the requestor's rtt",
    },
  ],
  questions: pages(
    "/varz",
    "/accountz?acc=A",
    "/accountz?acc=B",
    "/accstatz",
    "/subsz?acc=A",
    "/connz?subs=1",
  ),
};
