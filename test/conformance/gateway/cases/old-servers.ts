/** Servers that are older than 2.9: messages are sent unless they say that nobody wants them. */

import { shortHash } from "../../../../src/protocol/server-hash.ts";
import { group, twoAccounts } from "../case.ts";
import { commandLine, pub, rmsg } from "../greeting.ts";
import { HERE } from "../settings.ts";
import type { Stage } from "../stage.ts";

const OLD = { gateway_iom: undefined, proto: 0, version: "2.8.4" };
const VERY_OLD = { ...OLD, gateway_nrp: undefined, version: "2.1.0" };

/** Lines of the old server, with messages of a client after each; "T" stands for the account. */
function told(...lines: readonly string[]): (stage: Stage) => Promise<void> {
  return async (stage) => {
    const { out } = await stage.cluster("", { info: OLD });
    const client = await stage.client();
    await stage.say(client, pub("foo"), pub("bar"));
    for (const line of lines) {
      await stage.say(out, line.replace(" T", ` ${stage.account}`));
      await stage.say(client, pub("foo"), pub("bar"));
    }
  };
}

export const OLD_SERVERS = group("old servers", "old", {
  "CONNECT and INFO": async (stage) => {
    await stage.cluster("", { info: VERY_OLD, isShown: true });
  },
  "everything is sent": told(),
  "no interest in a subject": told("RS- T foo", "RS- T foo", "RS+ T foo"),
  "no interest in two subjects": told("RS- T foo", "RS- T bar", "RS+ T bar", "RS+ T foo"),
  "interest in a wildcard": told("RS- T foo", "RS- T bar", "RS+ T *"),
  "no interest in a wildcard": told("RS- T *", "RS- T foo", "RS+ T >"),
  "interest that was there": told("RS+ T foo", "RS- T foo"),
  "no interest in the account": told("A- T", "RS+ T foo", "A+ T"),
  "no interest twice": told("A- T", "A- T", "A+ T", "A+ T"),
  "no interest in the account, then in a subject": told("A- T", "RS- T foo", "A+ T"),
  "no interest in a subject, then in the account": told("RS- T foo", "A- T", "A+ T"),
  "interest of a group": told("RS+ T foo q 1", "RS- T foo", "RS- T foo q"),
  "interest of a group, and nobody else": told("RS- T foo", "RS+ T foo q 1", "A- T", "A+ T"),
  "a group after no interest in the account": told("A- T", "RS+ T foo q 1", "RS- T foo q"),
  "a group that leaves": told("RS+ T foo q 1", "RS- T foo q", "RS- T foo q"),
  "interest in an account that is not there": told("A- Tx", "RS- Tx foo", "A+ Tx"),
  "from now on all interest is told": async (stage) => {
    const { out } = await stage.cluster("", { info: OLD });
    const client = await stage.client();
    const { account, far } = stage;
    const messages = () => stage.say(client, pub("foo"), pub("bar"), pub("baz"));
    await stage.say(out, `RS- ${account} foo`);
    await messages();
    await stage.send(out, commandLine(far, 2, account));
    await messages();
    await stage.say(out, `RS+ ${account} foo`, `RS+ ${account} bar`, `RS- ${account} bar`);
    await messages();
    await stage.say(out, `RS- ${account} baz`);
    await messages();
    await stage.send(out, commandLine(far, 3, account));
    await messages();
    await stage.say(out, `RS+ ${account} baz`, `RS- ${account} foo`);
    await messages();
  },
  "all interest of an account of which nothing was told": async (stage) => {
    const { out } = await stage.cluster("", { info: OLD });
    const client = await stage.client();
    await stage.send(out, commandLine(stage.far, 2, stage.account));
    await stage.say(client, pub("foo"), pub("bar"));
    await stage.say(out, `RS+ ${stage.account} foo`);
    await stage.say(client, pub("foo"), pub("bar"));
    await stage.send(out, commandLine(stage.far, 3, stage.account));
    await stage.say(client, pub("foo"), pub("bar"));
  },
  "all interest at once": async (stage) => {
    const { out } = await stage.cluster("", { info: OLD });
    await stage.tell(out, [`RS+ ${stage.account} foo`]);
    await stage.say(await stage.client(), pub("foo"), pub("bar"));
  },
  "all interest, and then none in the account": async (stage) => {
    const { out } = await stage.cluster("", { info: OLD });
    const client = await stage.client();
    await stage.tell(out, [`RS+ ${stage.account} foo`]);
    await stage.say(out, `A- ${stage.account}`);
    await stage.say(client, pub("foo"), pub("bar"));
    await stage.say(out, `A+ ${stage.account}`);
    await stage.say(client, pub("foo"), pub("bar"));
  },
  "an end without a start": async (stage) => {
    const { out } = await stage.cluster("", { info: OLD });
    const client = await stage.client();
    await stage.send(out, commandLine(stage.far, 3, stage.account));
    await stage.say(client, pub("foo"));
    await stage.say(out, `RS- ${stage.account} foo`);
    await stage.send(out, commandLine(stage.far, 3, stage.account));
    await stage.say(client, pub("foo"));
  },
  "of two accounts": {
    accounts: twoAccounts,
    async play(stage) {
      const { out } = await stage.cluster("", { info: OLD });
      await stage.say(out, `A- ${stage.account}b`, `RS- ${stage.account} foo`);
      const second = await stage.client("second", { account: `${stage.account}b` });
      await stage.say(second, pub("foo"), pub("bar"));
      await stage.say(await stage.client(), pub("foo"), pub("bar"));
    },
  },
  "groups that are served here": async (stage) => {
    const { out } = await stage.cluster("", { info: OLD });
    const client = await stage.client();
    await stage.say(client, "SUB foo q 1", "SUB foo 2");
    await stage.say(out, `RS+ ${stage.account} foo q 1`, `RS+ ${stage.account} foo r 1`);
    await stage.say(client, pub("foo"));
    await stage.say(out, `RS- ${stage.account} foo`);
    await stage.say(client, pub("foo"));
    await stage.say(out, `RS- ${stage.account} foo r`);
    await stage.say(client, pub("foo"));
  },
  "what it is told": async (stage) => {
    const { in: into } = await stage.cluster("", { info: OLD });
    await stage.say(into, rmsg(`${stage.account} foo`), rmsg(`${stage.account}x foo`));
    await stage.say(await stage.client(), "SUB foo 1");
  },
  "without headers": async (stage) => {
    await stage.cluster("", { info: { ...OLD, headers: undefined } });
    await stage.say(await stage.client(), "HPUB foo 18 20\r\nNATS/1.0\r\nA: b\r\n\r\nhi");
  },
});

/** What servers before 2.2 have for a cluster. */
function oldHash(cluster: string): string {
  return new Bun.CryptoHasher("sha256").update(cluster).digest("hex").slice(0, 4);
}

/** Others would be sent what this one refuses. */
export const OLD_SERVERS_ALONE = group("an old server alone", "alone", {
  "nobody may be there": async (stage) => {
    const { out } = await stage.cluster("", { info: OLD });
    const client = await stage.client();
    await stage.say(client, "SUB back 1", pub("foo back"));
    await stage.say(out, `RS- ${stage.account} foo`);
    await stage.say(client, pub("foo back"));
  },
  "a question of a server before 2.2": async (stage) => {
    const { in: into } = await stage.cluster("", { info: VERY_OLD });
    const client = await stage.client();
    await stage.say(client, "SUB back 1", pub("help back"));
    await stage.say(into, rmsg(`${stage.account} $GR.${oldHash(HERE)}.back`, "!"));
  },
  "an answer to a server before 2.2": async (stage) => {
    const { in: into } = await stage.cluster("", { info: VERY_OLD });
    const client = await stage.client();
    await stage.say(client, "SUB help 1");
    await stage.say(into, rmsg(`${stage.account} help $GR.${oldHash(stage.far)}.back`));
    await stage.say(client, pub("back"));
  },
  "an answer to a subject that a server before 2.2 does not know": async (stage) => {
    const { in: into } = await stage.cluster("", { info: VERY_OLD });
    const client = await stage.client();
    await stage.say(client, "SUB help 1");
    const reply = `_GR_.${shortHash(6, stage.far)}.sErVeR.back`;
    await stage.say(into, rmsg(`${stage.account} help ${reply}`));
    await stage.say(client, pub("back"));
  },
});
