/** What the server tells those who have come in of the interest of its clients. */

import { account, group, twoAccounts } from "../case.ts";
import { rmsg } from "../greeting.ts";
import type { Stage } from "../stage.ts";

/** Clients say this first; then a server comes in, and is told. */
function told(...lines: readonly string[]): (stage: Stage) => Promise<void> {
  return async (stage) => {
    await stage.say(await stage.client(), ...lines);
    await stage.dial("in", { isShown: true });
  };
}

/** A server has come in; then a client says this, line by line. */
function changes(...says: readonly string[]): (stage: Stage) => Promise<void> {
  return async (stage) => {
    await stage.dial();
    const client = await stage.client();
    for (const lines of says) await stage.say(client, ...lines.split("|"));
  };
}

const MANY = Array.from({ length: 60 }, (_, i) => `SUB many.${i} ${i + 1}`);

export const REGISTRATION = group("registration", "alone", {
  "no interest": told(),
  "plain interest": told("SUB foo 1", "SUB bar 2", "SUB foo 3"),
  "interest of groups": told("SUB foo q 1", "SUB foo r 2", "SUB bar q 3", "SUB foo q 4"),
  "both, of one subject": told("SUB foo 1", "SUB foo q 2"),
  wildcards: told("SUB foo.* 1", "SUB foo.> 2", "SUB > 3", "SUB * q 4", "SUB > q 5"),
  "odd subjects": told("SUB a-b_c 1", "SUB $X.y 2", "SUB $JS.API.> 3", "SUB _INBOX.x.* 4"),
  "reply subjects": told("SUB _GR_.> 1", "SUB $GR.> 2", "SUB _R_.> 3", "SUB $SYS.> 4"),
  "many subjects": told(...MANY),
  "interest that is gone": told("SUB foo 1", "SUB foo q 2", "UNSUB 1", "UNSUB 2"),
  "interest with an end": told("SUB foo 1", "UNSUB 1 5", "SUB bar q 2", "UNSUB 2 5"),
  "interest of two accounts": {
    accounts: twoAccounts,
    async play(stage) {
      const second = await stage.client("second", { account: `${stage.account}b` });
      await stage.say(second, "SUB foo 1", "SUB foo q 2");
      await stage.say(await stage.client(), "SUB bar 1", "SUB bar q 2");
      await stage.dial("in", { isShown: true });
    },
  },
  "interest of an import of a service": {
    accounts: (own) =>
      `${account(`${own}b`, 'exports: [{ service: "svc.>" }]')}
       ${account(own, `imports: [{ service: { account: ${own}b, subject: "svc.>" } }]`)}`,
    async play(stage) {
      const second = await stage.client("service", { account: `${stage.account}b` });
      await stage.say(second, "SUB svc.a 1");
      await stage.dial("in", { isShown: true });
      await stage.say(second, "SUB svc.b 2");
    },
  },
  "interest of an import of a stream": {
    accounts: (own) =>
      `${account(`${own}b`, 'exports: [{ stream: "news.>" }]')}
       ${account(own, `imports: [{ stream: { account: ${own}b, subject: "news.>" }, prefix: p }]`)}`,
    async play(stage) {
      const client = await stage.client();
      await stage.say(client, "SUB p.news.a 1", "SUB p.news.b q 2", "SUB > 3");
      await stage.dial("in", { isShown: true });
      await stage.say(client, "SUB p.news.c 4", "UNSUB 1", "UNSUB 2");
      await stage.say(client, "UNSUB 3");
    },
  },
  "interest of a mapping": {
    accounts: (own) => account(own, 'mappings: { "foo.*": "bar.$1" }'),
    async play(stage) {
      const client = await stage.client();
      await stage.say(client, "SUB foo.a 1", "SUB bar.b 2");
      await stage.dial("in", { isShown: true });
    },
  },
  "a cluster that is there already is told": async (stage) => {
    await stage.cluster();
    await stage.dial("other", { cluster: `${stage.far}other`, isShown: true });
  },
  "groups come first, then clusters, then each account": async (stage) => {
    await stage.cluster();
    await stage.say(await stage.client(), "SUB foo 1", "SUB foo q 2");
    await stage.dial("other", { cluster: `${stage.far}other`, isShown: true });
  },
  "one that comes in again": async (stage) => {
    const client = await stage.client();
    const first = await stage.dial("first");
    await stage.say(client, "SUB foo 1", "SUB foo q 2");
    await stage.leave(first);
    await stage.say(client, "UNSUB 1");
    await stage.dial("again", { isShown: true });
  },
  "the system account": async (stage) => {
    stage.watched.add("$SYS");
    await stage.dial("in", { isShown: true });
  },
});

export const CHANGES = group("changes", "plain", {
  "a client subscribes and unsubscribes": changes("SUB foo 1", "UNSUB 1"),
  "the same subject twice": changes("SUB foo 1", "SUB foo 2", "UNSUB 1", "UNSUB 2"),
  "a wildcard": changes("SUB foo.* 1", "SUB foo.> 2", "SUB foo.bar 3", "UNSUB 1", "UNSUB 2"),
  "a group": changes("SUB foo q 1", "UNSUB 1"),
  "members of a group come and go": changes(
    ...["SUB foo q 1", "SUB foo q 2", "SUB foo q 3", "UNSUB 1", "UNSUB 2", "UNSUB 3"],
  ),
  "two groups": changes("SUB foo q 1", "SUB foo r 2", "UNSUB 1", "UNSUB 2"),
  "a group, and somebody without one": changes("SUB foo q 1", "SUB foo 2", "UNSUB 1", "UNSUB 2"),
  "there and back at once": changes("SUB foo 1|UNSUB 1|SUB foo 2|UNSUB 2", "SUB foo 3|UNSUB 3"),
  "many at once": changes(MANY.join("|")),
  "none at the end of a count": changes(
    "SUB foo 1|UNSUB 1 2",
    "PUB foo 0|",
    "PUB foo 0|",
    "PUB foo 0|",
  ),
  "replaced by the same id": changes("SUB foo 1", "SUB bar 1", "UNSUB 1"),
  "an invalid subject": changes("SUB foo..bar 1", "SUB foo 2"),
  "the same again": changes("SUB foo 1", "UNSUB 1", "SUB foo 2", "UNSUB 2"),
  "a client leaves": async (stage) => {
    const gateway = await stage.dial();
    const client = await stage.client();
    await stage.say(client, "SUB foo 1", "SUB bar q 2", "SUB foo 3");
    await stage.leave(client);
    await stage.await(gateway, (frame) => frame.endsWith(" bar q"));
    await stage.await(gateway, (frame) => frame.startsWith("RS- ") && frame.endsWith(" foo"));
  },
  "two clients": async (stage) => {
    await stage.dial();
    const [one, two] = [await stage.client("one"), await stage.client("two")];
    await stage.say(one, "SUB foo 1", "SUB foo q 2");
    await stage.say(two, "SUB foo 1", "SUB foo q 2");
    await stage.say(one, "UNSUB 1", "UNSUB 2");
    await stage.say(two, "UNSUB 1", "UNSUB 2");
  },
  "two servers that have come in": async (stage) => {
    const client = await stage.client();
    await stage.dial("one");
    await stage.say(client, "SUB foo 1");
    await stage.dial("two", { cluster: `${stage.far}b`, isShown: true });
    await stage.say(client, "SUB bar 2", "SUB bar q 3");
    await stage.say(client, "UNSUB 1");
  },
  "a client that may not": {
    accounts: (own) =>
      `${own} { users: [{ user: ${own}, password: p, permissions: { subscribe: { deny: "no.>" } } }] }`,
    async play(stage) {
      await stage.dial();
      await stage.say(await stage.client(), "SUB no.foo 1", "SUB > 2", "SUB no.foo q 3");
    },
  },
  "of two accounts": {
    accounts: twoAccounts,
    async play(stage) {
      await stage.dial();
      const second = await stage.client("second", { account: `${stage.account}b` });
      await stage.say(second, "SUB foo 1");
      await stage.say(await stage.client(), "SUB foo 1", "UNSUB 1");
      await stage.say(second, "UNSUB 1");
    },
  },
  "an old server that has come in": async (stage) => {
    await stage.dial("in", { info: { gateway_iom: undefined, gateway_nrp: undefined, proto: 0 } });
    const client = await stage.client();
    await stage.say(client, "SUB foo 1", "SUB foo q 2");
    await stage.say(client, "UNSUB 1", "UNSUB 2");
  },
  "after a message for nobody": async (stage) => {
    const gateway = await stage.dial();
    const client = await stage.client();
    await stage.say(client, "SUB foo 1");
    await stage.say(gateway, rmsg(`${stage.account} bar`), rmsg(`${stage.account} bar`));
    await stage.say(client, "SUB bar 2");
    await stage.say(client, "UNSUB 1", "UNSUB 2");
  },
});
