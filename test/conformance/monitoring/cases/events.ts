/** Events of all kinds, in the order they come, with their numbers. */

import { newKey } from "../../../support/jwt.ts";
import { type Case, pages } from "../case.ts";
import type { Stage } from "../stage.ts";

const ACCOUNTS = `
system_account: SYS
accounts {
  SYS { users: [{user: sys, password: sys}] }
  A { users: [{user: a, password: a}, {user: a2, password: a}] }
  L { limits: {max_connections: 1}, users: [{user: l, password: l}] }
}
`;
const SYS = { user: "sys", pass: "sys" };

/** All but statistics, which come from time to time and would count between the others. */
const EVENTS = ["$SYS.ACCOUNT.>", "$SYS.SERVER.ACCOUNT.>", "$SYS.SERVER.*.CLIENT.>"];
const ENDS = ["$SYS.SERVER.*.SHUTDOWN", "$SYS.SERVER.*.LAMEDUCK"];

const GONE = /^\$SYS\.ACCOUNT\..*\.DISCONNECT$/;
const CAME = /^\$SYS\.ACCOUNT\..*[^S]\.CONNECT$/;

/** Events of the watcher's own account tell how much it was sent, times included. */
const OWN_TRAFFIC = {
  path: /(^|[._])((sent\.|received\.)bytes|out_(client_)?(msgs|bytes))$/,
  as: "integer",
  why: "the length of events before, and whether its own coming was one of them",
} as const;

async function play(stage: Stage): Promise<void> {
  await stage.watch(SYS, [...EVENTS, ...ENDS]);
  const one = await stage.client("one", { user: "a", pass: "a", name: "<&>\u2028é", lang: "x" });
  await stage.hears(CAME, 1);
  const two = await stage.client("two", { user: "a2", pass: "a", version: "1" });
  await stage.hears(CAME, 2);
  await one.say("SUB foo 1\r\nPUB foo 5\r\nhello\r\n");
  await two.last("NONSENSE\r\n");
  await stage.hears(GONE, 1);
  await one.leave();
  await stage.hears(GONE, 2);
  await (await stage.socket("stray")).last("NONSENSE\r\n");
  await stage.hears(GONE, 3);
  await stage.refused("wrong", { user: "a", pass: "no" });
  await stage.hears(GONE, 4);
  await stage.refused("token", { auth_token: "abc" });
  await stage.hears(GONE, 5);
  await stage.client("l", { user: "l", pass: "l" });
  await stage.hears(CAME, 3);
  await stage.refused("l2", { user: "l", pass: "l" });
  await stage.hears(GONE, 6);
}

export const EVENTS_CASE: Case = {
  name: "events",
  config: ACCOUNTS,
  chances: [OWN_TRAFFIC],
  play,
  async ends(stage) {
    stage.server.kill("SIGTERM");
    await stage.hears(/SHUTDOWN$/);
  },
  events: "ordered",
};

export const RELOAD_EVENTS: Case = {
  name: "events of a reload",
  config: ACCOUNTS,
  chances: [
    OWN_TRAFFIC,
    { path: /^server\.seq$/, as: "positive", why: "clients are looked at in any order" },
    { path: /^(total_)?conns$/, as: "integer", why: "clients are looked at in any order" },
    { path: /^(sent|received)\.msgs$/, as: "integer", why: "clients are looked at in any order" },
  ],
  async play(stage) {
    await stage.watch(SYS, EVENTS);
    await stage.client("one", { user: "a", pass: "a" });
    await stage.client("two", { user: "a2", pass: "a" });
    await stage.hears(CAME, 2);
    await stage.reload(`server_tags: [x, "y:z"]\nserver_metadata {b: "1", "9": "<"}\n${ACCOUNTS}`);
    await stage.hears(CAME, 4);
    await stage.reload(ACCOUNTS.replace("a2, password: a", "a2, password: b"));
    await stage.hears(CAME, 5);
    await stage.hears(GONE, 1);
  },
  questions: pages("/connz?state=all&auth=1"),
  events: "unordered",
};

const KEY = newKey("U", 7);

export const KEY_EVENTS: Case = {
  name: "events of clients with keys",
  config: `system_account: SYS
accounts {
  SYS {users: [{user: sys, password: sys}]}
  K {users: [{nkey: ${KEY.publicKey}}]}
}`,
  chances: [OWN_TRAFFIC],
  async play(stage) {
    await stage.watch(SYS, EVENTS);
    const sign = (nonce: string): object => {
      return { nkey: KEY.publicKey, sig: KEY.sign(nonce).toString("base64url") };
    };
    await (await stage.client("key", sign)).leave();
    await stage.hears(GONE, 1);
    await stage.refused("forger", { nkey: KEY.publicKey, sig: "AAAA" });
    await stage.hears(GONE, 2);
    await stage.client("again", sign);
    await stage.hears(CAME, 2);
  },
  questions: pages("/connz?auth=1&state=all", "/varz"),
  events: "ordered",
};

export const LAME_DUCK: Case = {
  name: "lame duck",
  config: `lame_duck_grace_period: 300ms\nlame_duck_duration: 30s\n${ACCOUNTS}`,
  chances: [OWN_TRAFFIC],
  async play(stage) {
    await stage.watch(SYS, [...EVENTS, ...ENDS]);
    await stage.client("one", { user: "a", pass: "a" });
    await stage.hears(CAME, 1);
  },
  async ends(stage) {
    stage.server.kill("SIGUSR2");
    await stage.hears(/LAMEDUCK$/);
  },
  events: "ordered",
};

export const STATISTICS: Case = {
  name: "statistics from time to time",
  config: ACCOUNTS,
  chances: [
    OWN_TRAFFIC,
    {
      path: /^statsz\.(sent|received)(_to_clients|_from_clients)?\.\w+$/,
      as: "integer",
      why: "of statistics",
    },
    { path: /^server\.seq$/, as: "positive", why: "they come by the clock" },
  ],
  async play(stage) {
    await stage.client("one", { user: "a", pass: "a" }, "SUB foo 1\r\n");
    await stage.watch(SYS, ["$SYS.SERVER.*.STATSZ"]);
    await stage.hears(/STATSZ$/);
  },
  events: "ordered",
  eventCount: 1,
};
