/** Servers in a cluster with another one, which is nats-server both times. */

import { asks, type Case, pages } from "../case.ts";
import { OtherServer, portOfRoutes } from "../other-server.ts";
import type { Chance } from "../rules.ts";
import type { Stage } from "../stage.ts";

const ACCOUNTS = `accounts {
  A { users: [{user: a, password: a}] }
  B { users: [{user: b, password: b}] }
  SYS { users: [{user: sys, password: sys}] }
}`;
const PERMISSIONS = `permissions { import: { deny: ["no.import"] }, export: { allow: [">"], deny: ["no.export"] } }`;

const NUMBERS: readonly Chance[] = [
  {
    path: /(^|\.)rid$|^(?:statsz\.)?routes\[\]\.port$|routes\[\]\.subscriptions_list_detail\[\]\.cid$/,
    as: "positive",
    why: "ids of connections, and ports of those who dial",
  },
  {
    path: /^http_req_stats\./,
    as: "positive",
    why: "how often it was looked whether all is there",
  },
  {
    path: /^cluster\.cluster_port$|^connect_urls\[\]$/,
    as: "anything",
    why: "chosen by the system",
  },
];

/** What the system account tells comes by the clock, and is as long as it is. */
const TOLD: readonly Chance[] = [
  {
    path: /(^|[._\]])(in|out|in_client|out_client)_(msgs|bytes)$|(sent|received)(_\w+)?\.(routes\.)?(msgs|bytes)$|\.msgs$|(^|\.)pending(_size)?$/,
    as: "integer",
    why: "statistics come by the clock",
  },
  { path: /^config_digest$/, as: "text", why: "the port of the other server stands there" },
  { path: /^server\.seq$/, as: "positive", why: "statistics come by the clock in a cluster" },
  { path: /(^|\.)num_(inserts|removes)$/, as: "integer", why: "inboxes come and go" },
];

/** All round-trip times are measured. */
function measured(routes: number): RegExp {
  return new RegExp(`^(?![\\s\\S]*"rtt": "0s")[\\s\\S]*"num_routes": ${routes},`);
}

/** Messages both ways, by the pool and by an account's own connection. */
async function converse(stage: Stage, other: OtherServer): Promise<void> {
  const far = await other.client(
    { user: "a", pass: "a" },
    "SUB foo.> 1\r\nSUB q g 2\r\nSUB q g 3\r\nSUB no.import 4\r\nSUB no.export 5\r\n",
  );
  const farPinned = await other.client({ user: "b", pass: "b" }, "SUB bar 1\r\n");
  const near = await stage.client(
    "near",
    { user: "a", pass: "a" },
    "SUB back 1\r\nSUB foo.x 2\r\nSUB no.import 3\r\nSUB no.export 4\r\n",
  );
  const nearPinned = await stage.client("pinned", { user: "b", pass: "b" }, "SUB here 1\r\n");
  await stage.shows("/routez?subs=1", /^(?=[\s\S]*"foo\.\\u003e")(?=[\s\S]*"bar")[\s\S]*"q"/);
  await near.say("PUB foo.x 5\r\nhello\r\nPUB q 3\r\nabc\r\nPUB no.export 1\r\nx\r\n".repeat(5));
  await nearPinned.say("PUB bar 7\r\n1234567\r\nHPUB bar 12 15\r\nNATS/1.0\r\n\r\nabc\r\n");
  // Until what is wanted here has come there.
  await far.say("PUB back 9\r\n123456789\r\nPUB nobody 4\r\nabcd\r\n");
  await farPinned.say("PUB here 3\r\nabc\r\n");
}

const ALONE = `${ACCOUNTS}
no_system_account: true
cluster { name: cc, listen: "127.0.0.1:-1", accounts: [B], ${PERMISSIONS} }`;

/** Without a system account nothing comes by the clock, so all counts are the same. */
const DIALLED: Case = {
  name: "in a cluster: dialled by another server",
  config: ALONE,
  chances: NUMBERS,
  async play(stage) {
    const url = `nats-route://127.0.0.1:${await portOfRoutes(stage.server)}`;
    const other = await OtherServer.start(
      stage,
      ALONE.replace("accounts: [B]", `accounts: [B], routes: ["${url}"]`),
    );
    await stage.shows("/routez", measured(4));
    await converse(stage, other);
    await stage.shows("/varz", /"in_client_msgs": 17,[\s\S]*"out_client_msgs": 12,/);
  },
  questions: pages(
    "/routez",
    "/routez?subs=1",
    "/routez?subs=detail",
    "/varz",
    "/connz?subs=detail",
    "/connz?state=closed",
    "/subsz?subs=1",
    "/subsz?subs=1&acc=A&test=foo.x",
    "/accstatz?unused=1",
    "/accountz?acc=A",
    "/accountz?acc=B",
    "/healthz",
    "/ipqueuesz?all=1",
    "/gatewayz",
    "/leafz",
  ),
};

const SEEN = `${ACCOUNTS}
system_account: SYS
cluster { name: cc, listen: "127.0.0.1:-1", accounts: [B], pool_size: 2, compression: s2_fast }`;

const DIALLING: Case = {
  name: "in a cluster: dialling another server after a reload",
  config: SEEN,
  chances: [...NUMBERS, ...TOLD],
  isOneByOne: true,
  async play(stage) {
    const other = await OtherServer.start(stage, SEEN);
    const url = `nats-route://127.0.0.1:${other.routePort}`;
    await stage.reload(SEEN.replace("accounts: [B]", `accounts: [B], routes: ["${url}"]`));
    await stage.shows("/routez", measured(4));
    await converse(stage, other);
    await stage.asker("sys", { user: "sys", pass: "sys" });
  },
  questions: [
    ...pages("/routez?subs=1", "/varz", "/subsz", "/accountz?acc=A"),
    ...asks(
      "sys",
      "$SYS.REQ.SERVER.<id>.ROUTEZ",
      "$SYS.REQ.SERVER.<id>.STATSZ",
      "$SYS.REQ.SERVER.<id>.VARZ",
      "$SYS.REQ.SERVER.<id>.SUBSZ",
      "$SYS.REQ.SERVER.<id>.HEALTHZ",
      "$SYS.REQ.SERVER.<id>.IPQUEUESZ",
    ),
    { as: "sys", subject: "$SYS.REQ.SERVER.<id>.ROUTEZ", body: '{"subscriptions_detail":true}' },
  ],
};

export const CLUSTERS: readonly Case[] = [DIALLED, DIALLING];
