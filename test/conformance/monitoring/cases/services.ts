/** Services of the server, by all their subjects. */

import { asks, bodies, type Case, pages } from "../case.ts";
import type { Chance } from "../rules.ts";
import type { Login, Stage } from "../stage.ts";
import { ACCOUNTS } from "./accounts.ts";
import { ACCOUNT, PING, SERVICES } from "./questions.ts";

const NAMED = `
server_name: served
server_tags: ["One", "two:x<>"]
server_metadata: {b: "1", a: "<", "10": x, "9": y}
`;

/** Answers tell times, whose length differs, and so do numbers of what was sent before. */
const OF_ANSWERS: readonly Chance[] = [
  {
    path: /(^|\.)((in|out)_(client_)?|(sent|received)(_\w+)?\.)bytes$/,
    as: "integer",
    why: "the length of answers before",
  },
];

/** Many are asked at once, of several queues. */
const OF_MANY: readonly Chance[] = [
  ...OF_ANSWERS,
  { path: /(^|\.)server\.seq$/, as: "positive", why: "the order of queues" },
  {
    path: /(^|\.)((in|out)_(client_)?|(sent|received)(_\w+)?\.)msgs$/,
    as: "integer",
    why: "how far other queues are",
  },
  {
    path: /subscriptions_list(_detail)?\[\]\.msgs$/,
    as: "integer",
    why: "how far other queues are",
  },
  { path: /connections\[\]\.pending_bytes$/, as: "integer", why: "answers on their way" },
  { path: /Q[\w ]*\.(pending|in_progress)$/, as: "anything", why: "how far queues are" },
];

/** Which queues are busy is left to chance. */
const QUIET = SERVICES.filter((name) => name !== "IPQUEUESZ");

async function clients(stage: Stage): Promise<void> {
  const login = (user: string): Login => ({ user, pass: user[0], lang: "test", version: "1" });
  await stage.asker("sys", { user: "sys", pass: "sys" });
  await stage.asker("tenant", { ...login("a"), no_responders: true });
  await stage.asker("limited", login("a2"));
  const b = await stage.client(
    "b",
    login("b"),
    "SUB foo.* 1\r\nSUB foo.bar q 2\r\nSUB imp.> 3\r\n",
  );
  await b.say("PUB foo.x 2\r\nhi\r\n");
  await (await stage.client("gone", login("b"), "SUB a 1\r\n")).leave();
}

export const SERVICES_CASE: Case = {
  name: "services",
  config: NAMED + ACCOUNTS,
  play: clients,
  chances: OF_MANY,
  questions: [
    ...asks("sys", PING, ...QUIET.map((name) => `${PING}.${name}`)),
    ...asks("sys", ...QUIET.map((name) => `$SYS.REQ.SERVER.<id>.${name}`)),
    ...asks("sys", "$SYS.REQ.SERVER.<id>", "$SYS.REQ.SERVER.<id>.PING", `${PING}.NOPE`),
    ...bodies(
      "sys",
      `${PING}.CONNZ`,
      { auth: true, subscriptions: true },
      { auth: true, subscriptions_detail: true, state: 2 },
      { state: 1 },
      { state: 1, sort: "stop", limit: 1 },
      { sort: "bogus" },
      { sort: "stop" },
      { offset: 1, limit: 1 },
      { acc: "B", filter_subject: "foo.bar" },
      { acc: "B", filter_subject: ">" },
      { filter_subject: "foo" },
      { acc: "nope" },
      { user: "b", auth: true },
      { mqtt_client: "x" },
      { limit: "x" },
      { cid: -1 },
      { server_name: "served", exact_match: true, tags: ["one"] },
      { tags: ["nope"] },
      { cluster: "c" },
      { domain: "d" },
      { host: "127.0.0.1" },
      { SORT: "uptime" },
    ),
    { as: "sys", subject: `${PING}.CONNZ`, body: '{"cid":<cid b>,"subscriptions":true}' },
    { as: "sys", subject: `${PING}.CONNZ`, body: "{bad" },
    { as: "sys", subject: `${PING}.VARZ`, body: " " },
    { as: "sys", subject: `${PING}.IDZ`, headers: "A: b" },
    { as: "sys", subject: `${PING}.HEALTHZ`, headers: "Accept-Encoding: deflate" },
    ...bodies(
      "sys",
      `${PING}.SUBSZ`,
      { subscriptions: true },
      { subscriptions: true, account: "B" },
      { subscriptions: true, test: "foo.bar" },
      { test: "foo.>" },
      { limit: 1, offset: 2 },
    ),
    ...bodies("sys", `${PING}.ACCOUNTZ`, { account: "A" }, { account: "nope" }),
    ...bodies("sys", `${PING}.LEAFZ`, { subscriptions: true }, { account: "A" }),
    ...bodies("sys", `${PING}.ROUTEZ`, { subscriptions: true }, { subscriptions_detail: true }),
    ...bodies("sys", `${PING}.GATEWAYZ`, { name: "x", accounts: true }, { account_name: "x" }),
    ...bodies("sys", `${PING}.JSZ`, { leader_only: true }, { accounts: true }, { account: "A" }),
    ...bodies(
      "sys",
      `${PING}.HEALTHZ`,
      { stream: "s" },
      { consumer: "c", account: "A", details: true },
    ),
    ...bodies("sys", `${PING}.STATSZ`, { server_name: "served" }, { server_name: "x" }),
    ...bodies("sys", `${PING}.IPQUEUESZ`, { all: false, filter: "nothing of the kind" }),
    ...bodies("sys", "$SYS.REQ.SERVER.<id>.IPQUEUESZ", { all: true, filter: "delayed" }),
    ...asks(
      "sys",
      ...["A", "B", "EMPTY", "nope", "PING", "$G", "SYS"]
        .flatMap((account) =>
          ["CONNZ", "LEAFZ", "SUBSZ", "JSZ", "INFO", "STATZ", "CONNS"].map(
            (name) => `${ACCOUNT}.${account}.${name}`,
          ),
        )
        .filter((subject) => subject !== `${ACCOUNT}.SYS.INFO`),
    ),
    ...bodies(
      "sys",
      `${ACCOUNT}.B.CONNZ`,
      { subscriptions_detail: true, auth: true },
      { state: 1 },
    ),
    ...bodies("sys", `${ACCOUNT}.B.SUBSZ`, { subscriptions: true }, { account: "A" }),
    ...bodies(
      "sys",
      `${ACCOUNT}.PING.STATZ`,
      { accounts: ["A", "nope"] },
      { include_unused: true },
    ),
    ...bodies("sys", `${ACCOUNT}.B.CONNS`, { acc: "B" }, { acc: "A" }),
    ...bodies("sys", `${ACCOUNT}.NSUBS`, { acc: "B", subject: "foo.*" }, { acc: "B" }),
    ...asks("sys", "$SYS.REQ.USER.INFO", "$SYS.REQ.USER.B.INFO", "$SYS.DEBUG.SUBSCRIBERS"),
    { as: "sys", subject: "$SYS.DEBUG.SUBSCRIBERS", body: "foo.bar" },
    ...bodies("sys", "$SYS.REQ.SERVER.<id>.KICK", { cid: 99_999 }, {}, { cid: "x" }),
    ...bodies("sys", "$SYS.REQ.SERVER.<id>.LDM", { cid: 99_999 }),
    ...["tenant", "limited"].flatMap((as) => [
      ...asks(
        as,
        ...[
          "$SYS.REQ.USER.INFO",
          `${PING}.CONNZ`,
          `${ACCOUNT}.PING.CONNZ`,
          `${ACCOUNT}.PING.STATZ`,
        ],
        ...[PING, `${PING}.VARZ`, `${ACCOUNT}.A.CONNZ`, `${ACCOUNT}.B.INFO`],
      ),
      ...bodies(as, `${PING}.CONNZ`, { acc: "B", auth: true }, { subscriptions_detail: true }),
    ]),
  ],
};

/** One at a time, so that all numbers are certain. */
export const COUNTED: Case = {
  name: "numbers of messages",
  config: NAMED + ACCOUNTS,
  play: clients,
  isOneByOne: true,
  chances: [
    ...OF_ANSWERS,
    {
      path: /^statsz\.received(_from_clients)?\.msgs$|(^|\.)in_(client_)?msgs$/,
      as: "integer",
      why: "whether the request was counted already",
    },
  ],
  questions: [
    ...asks(
      "sys",
      `${PING}.IPQUEUESZ`,
      `${PING}.IDZ`,
      `${PING}.VARZ`,
      `${PING}.STATSZ`,
      PING,
      `${PING}.CONNZ`,
    ),
    ...bodies("sys", `${PING}.CONNZ`, { limit: "x" }, { sort: "bogus" }),
    ...asks("sys", "$SYS.REQ.USER.INFO", `${ACCOUNT}.B.CONNZ`, `${ACCOUNT}.PING.STATZ`),
    ...asks("sys", `${ACCOUNT}.B.CONNS`, `${ACCOUNT}.B.INFO`),
    ...asks("tenant", "$SYS.REQ.USER.INFO", `${PING}.CONNZ`, `${ACCOUNT}.PING.STATZ`),
    ...bodies("sys", `${ACCOUNT}.NSUBS`, { acc: "B", subject: "foo.*" }),
    ...asks("sys", `${PING}.HEALTHZ`, "$SYS.REQ.SERVER.<id>.STATSZ", "$SYS.REQ.SERVER.<id>.VARZ"),
    ...bodies("sys", `${PING}.SUBSZ`, { subscriptions: true }),
    ...asks("sys", `${PING}.ACCOUNTZ`, `${ACCOUNT}.SYS.INFO`, `${PING}.IDZ`),
    ...bodies("sys", `${PING}.ACCOUNTZ`, { account: "SYS" }, { account: "A" }),
  ],
};

export const REQUESTED: Case = {
  name: "requests that act",
  config: NAMED + ACCOUNTS,
  isOneByOne: true,
  chances: OF_ANSWERS,
  async play(stage) {
    await stage.asker("sys", { user: "sys", pass: "sys" });
    const kicked = await stage.client("kicked", { user: "b", pass: "b" });
    const asked = await stage.client("asked", { user: "b", pass: "b", lang: "go" });
    const sys = stage.askerOf("sys");
    const server = `$SYS.REQ.SERVER.${stage.id}`;
    await sys.ask(`${server}.KICK`, JSON.stringify({ cid: stage.cid("kicked") }));
    await kicked.ends();
    await sys.ask(`${server}.LDM`, JSON.stringify({ cid: stage.cid("asked") }));
    await asked.waits(/"ldm":true/);
    await sys.ask(`${server}.RELOAD`);
  },
  questions: [
    ...asks("sys", `${PING}.CONNZ`, "$SYS.REQ.SERVER.<id>.RELOAD"),
    ...bodies("sys", `${PING}.CONNZ`, { state: 1, auth: true }, { state: 2 }),
    ...pages("/connz?state=closed", "/varz"),
  ],
};

export const SILENT: Case = {
  name: "no system account",
  config:
    "no_system_account: true\nserver_name: alone\naccounts {A {users: [{user: a, password: a}]}}",
  async play(stage) {
    await stage.asker("tenant", { user: "a", pass: "a" });
  },
  questions: [
    ...asks("tenant", "$SYS.REQ.USER.INFO", PING, `${PING}.CONNZ`, `${ACCOUNT}.PING.STATZ`),
    ...pages("/varz", "/connz?auth=1&subs=1", "/accountz", "/accountz?acc=A", "/accountz?acc=$G"),
    ...pages("/accstatz?unused=1", "/subsz?subs=1", "/jsz", "/healthz", "/raftz", "/raftz?acc=A"),
    ...pages("/accountz?acc=$SYS", "/routez", "/gatewayz", "/leafz", "/ipqueuesz?all=1"),
  ],
};
