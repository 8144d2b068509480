/** What the server sends to clusters that have told their interest. */

import { account, group, twoAccounts } from "../case.ts";
import { commandLine, pub, rmsg } from "../greeting.ts";
import type { Stage } from "../stage.ts";

/** Another cluster wants this, and a client says that; "T" stands for the account. */
function sent(
  interest: readonly string[],
  ...says: readonly string[]
): (stage: Stage) => Promise<void> {
  return async (stage) => {
    await stage.interested(interest.map((line) => line.replace(" T ", ` ${stage.account} `)));
    const client = await stage.client();
    for (const text of says) await stage.say(client, text);
  };
}

/** Lines of interest one after the other, with a message after each. */
function changing(...lines: readonly string[]): (stage: Stage) => Promise<void> {
  return async (stage) => {
    const { out } = await stage.interested([]);
    const client = await stage.client();
    for (const line of lines) {
      await stage.say(out, line.replace(" T", ` ${stage.account}`));
      await stage.say(client, pub("foo"));
    }
  };
}

const HPUB = "HPUB foo 18 20\r\nNATS/1.0\r\nA: b\r\n\r\nhi";
const HPUB_REPLY = "HPUB foo back 18 20\r\nNATS/1.0\r\nA: b\r\n\r\nhi";
const REQUEST = pub("foo back", "help");

export const SENT = group("sent", "plain", {
  "to nobody": sent([], pub("foo"), REQUEST),
  "to who wants it": sent(["RS+ T foo"], pub("foo"), REQUEST, pub("bar"), pub("foo", "")),
  "with headers": sent(["RS+ T foo"], HPUB, HPUB_REPLY),
  "to a wildcard": sent(["RS+ T foo.*"], pub("foo.bar"), pub("foo"), pub("foo.bar.baz")),
  "to all": sent(["RS+ T >"], pub("foo"), pub("$X"), pub("_R_.x"), pub("_INBOX.a.b")),
  "once to several wildcards": sent(["RS+ T foo", "RS+ T >", "RS+ T *"], pub("foo")),
  "to a group": sent(["RS+ T foo q 1"], pub("foo"), REQUEST, HPUB, HPUB_REPLY),
  "to two groups": sent(["RS+ T foo q 1", "RS+ T foo r 1"], pub("foo"), REQUEST),
  "to a group and others": sent(["RS+ T foo", "RS+ T foo q 1"], pub("foo"), REQUEST, HPUB),
  "once to a group of two subjects": sent(["RS+ T foo q 1", "RS+ T * q 1"], pub("foo")),
  "to a group of some weight": sent(["RS+ T foo q 5"], pub("foo")),
  "to a group of no weight": sent(["RS+ T foo q 0"], pub("foo")),
  "a group is served here first": sent(
    ["RS+ T foo q 1", "RS+ T foo r 1"],
    "SUB foo q 1",
    pub("foo"),
    "UNSUB 1",
    pub("foo"),
  ),
  "others are served here and there": sent(["RS+ T foo"], "SUB foo 1", pub("foo"), REQUEST),
  "a group is served here, others there": sent(
    ["RS+ T foo", "RS+ T foo q 1"],
    "SUB foo q 1",
    pub("foo"),
  ),
  "a large one": sent(["RS+ T foo"], pub("foo", "x".repeat(50_000))),
  "many at once": sent(["RS+ T foo"], Array(30).fill(pub("foo")).join("\r\n")),
  "interest that comes and goes": changing("RS+ T foo", "RS- T foo", "RS+ T foo"),
  "interest twice": changing("RS+ T foo", "RS+ T foo", "RS- T foo"),
  "a group that comes and goes": changing("RS+ T foo q 1", "RS- T foo q", "RS+ T foo q 1"),
  "a group twice": changing("RS+ T foo q 1", "RS+ T foo q 2", "RS- T foo q"),
  "no interest that was not there": changing("RS- T foo", "RS- T foo q", "RS+ T foo"),
  "no interest of a wildcard": changing("RS+ T *", "RS- T foo", "RS- T *"),
  "no interest in the account": changing("RS+ T foo", "A- T", "RS+ T foo", "A+ T", "RS+ T foo"),
  "no interest in the account, with a group": changing(
    "RS+ T foo q 1",
    "A- T",
    "A+ T",
    "RS+ T foo",
  ),
  "interest in the account": changing("A+ T", "RS+ T foo", "A+ T"),
  "an invalid subject": changing("RS+ T foo..bar", "RS+ T foo.", "RS+ T foo"),
  "spaces and small letters": changing("rs+ \t T\tfoo ", "Rs-  T foo", "RS+ T  foo  q  1"),
  "another account": changing("RS+ Tx foo", "A- Tx", "A+ Tx", "RS+ Tx foo q 1"),
  "interest without a command": async (stage) => {
    const { out } = await stage.cluster();
    const client = await stage.client();
    const { account, far } = stage;
    await stage.say(out, `RS+ ${account} foo`);
    await stage.say(client, pub("foo"), REQUEST);
    await stage.say(out, `RS+ ${account} foo q 1`);
    await stage.say(client, pub("foo"));
    await stage.say(out, `RS+ ${account} foo`);
    await stage.say(client, pub("foo"));
    await stage.send(out, commandLine(far, 2, account));
    await stage.say(out, `RS+ ${account} foo`);
    await stage.say(client, pub("foo"));
    await stage.send(out, commandLine(far, 3, account));
    await stage.say(client, pub("foo"));
  },
  "a start without an end": async (stage) => {
    const { out } = await stage.cluster();
    const client = await stage.client();
    const { account, far } = stage;
    await stage.send(out, commandLine(far, 2, account));
    await stage.say(client, pub("foo"));
    await stage.say(out, `RS+ ${account} foo`);
    await stage.say(client, pub("foo"), pub("bar"));
  },
  "an end without a start": async (stage) => {
    const { out } = await stage.cluster();
    await stage.send(out, commandLine(stage.far, 3, stage.account));
    await stage.say(out, `RS+ ${stage.account} foo`);
    await stage.say(await stage.client(), pub("foo"));
  },
  "all interest twice": async (stage) => {
    const { out } = await stage.interested([`RS+ ${stage.account} foo`]);
    await stage.tell(out, [`RS+ ${stage.account} bar`]);
    await stage.say(await stage.client(), pub("foo"), pub("bar"));
  },
  "byte by byte": async (stage) => {
    const { out } = await stage.cluster();
    const { account, far } = stage;
    const lines = `RS+ ${account} foo\r\nRS+ ${account} bar q 1\r\nRS- ${account} foo\r\n`;
    await stage.send(out, commandLine(far, 2, account) + lines, true);
    if (out.hasEnded) await stage.ended(out);
    await stage.say(await stage.client(), pub("foo"), pub("bar"));
  },
  "to two clusters": async (stage) => {
    await stage.interested([`RS+ ${stage.account} foo`]);
    await stage.interested([`RS+ ${stage.account} *`], "b");
    await stage.say(await stage.client(), pub("foo"), pub("bar"));
  },
  "to groups of two clusters": async (stage) => {
    await stage.interested([`RS+ ${stage.account} foo q 1`]);
    await stage.interested([`RS+ ${stage.account} foo r 1`, `RS+ ${stage.account} foo`], "b");
    await stage.say(await stage.client(), pub("foo"), REQUEST);
  },
  "of no interest any more when it leaves": async (stage) => {
    const { in: into, out } = await stage.interested([`RS+ ${stage.account} foo`]);
    await stage.leave(into);
    await stage.say(await stage.client(), pub("foo"));
    await stage.say(out, `RS- ${stage.account} foo`);
    await stage.say(await stage.client("another"), pub("foo"));
  },
  "of two accounts": {
    accounts: twoAccounts,
    async play(stage) {
      const { out } = await stage.interested([`RS+ ${stage.account} foo`]);
      await stage.tell(out, [`RS+ ${stage.account}b bar`], `${stage.account}b`);
      const second = await stage.client("second", { account: `${stage.account}b` });
      await stage.say(second, pub("foo"), pub("bar"));
      await stage.say(await stage.client(), pub("foo"), pub("bar"));
    },
  },
  "no responders": sent(["RS+ T other"], "SUB back 1", REQUEST),
  "a responder far away": sent(["RS+ T foo"], "SUB back 1", REQUEST),
  "a group of responders far away": sent(["RS+ T foo q 1"], "SUB back 1", REQUEST),
  "a message that comes is not sent on": async (stage) => {
    const { in: into } = await stage.interested([`RS+ ${stage.account} foo`]);
    await stage.say(into, rmsg(`${stage.account} foo`), rmsg(`${stage.account} foo | q`));
  },
  "a client that wants no echo": async (stage) => {
    await stage.interested([`RS+ ${stage.account} foo`]);
    await stage.say(await stage.client("client", { echo: false }), "SUB foo 1", pub("foo"));
  },
  "to who has no headers": async (stage) => {
    const info = { headers: undefined };
    await stage.interested([`RS+ ${stage.account} foo`], "", { info });
    await stage.say(await stage.client(), HPUB, HPUB_REPLY, pub("foo"));
  },
  "by an import of a service": {
    accounts: (own) =>
      `${account(`${own}b`, 'exports: [{ service: "svc" }]')}
       ${account(own, `imports: [{ service: { account: ${own}b, subject: svc }, to: help }]`)}`,
    async play(stage) {
      const { account: own } = stage;
      const { out, in: into } = await stage.interested([`RS+ ${own}b svc`]);
      await stage.tell(out, [`RS+ ${own}b svc`], `${own}b`);
      const client = await stage.client();
      await stage.say(client, "SUB back 1", pub("help back"), pub("help"));
      const reply = out.frames.findLast((frame) => frame.includes("_R_."))?.split(" ")[3] ?? "";
      stage.note(`reply ${reply === "" ? "missing" : "there"}`);
      await stage.say(into, rmsg(`${own}b ${reply}`, "answer"));
    },
  },
  "by an import of a stream": {
    accounts: (own) =>
      `${account(own, 'exports: [{ stream: "news.>" }]')}
       ${account(`${own}b`, `imports: [{ stream: { account: ${own}, subject: "news.>" }, prefix: p }]`)}`,
    async play(stage) {
      const { account: own } = stage;
      const { out } = await stage.interested([`RS+ ${own} news.a`]);
      await stage.tell(out, [`RS+ ${own}b p.news.b`], `${own}b`);
      await stage.say(await stage.client(), pub("news.a"), pub("news.b"));
    },
  },
  "by a mapping": {
    accounts: (own) => account(own, "mappings: { foo: bar }"),
    play: sent(["RS+ T bar"], pub("foo"), pub("bar")),
  },
  unmapped: {
    accounts: (own) => account(own, "mappings: { foo: bar }"),
    play: sent(["RS+ T foo"], pub("foo")),
  },
  "what the system says": async (stage) => {
    const { out } = await stage.cluster();
    const subject = `$SYS.ACCOUNT.${stage.account}.CONNECT`;
    await stage.tell(out, [`RS+ $SYS ${subject}`], "$SYS");
    await stage.client();
    await out.waitFor(({ frames }) => frames.some((frame) => frame.startsWith("RMSG $SYS")));
    const event = out.frames.find((frame) => frame.startsWith("RMSG $SYS ")) ?? "none";
    stage.note(event.replace(/ \d+\r\n.*/s, ""));
    out.skip();
  },
  "a service of the system": async (stage) => {
    const { in: into, out } = await stage.cluster();
    await stage.tell(out, ["RS+ $SYS back"], "$SYS");
    await stage.say(into, rmsg(`$SYS $SYS.REQ.SERVER.${stage.server.id}.IDZ back`, ""));
    await out.waitFor(({ frames }) => frames.some((frame) => frame.startsWith("RMSG $SYS back")));
    stage.note(out.frames.some((frame) => frame.startsWith("RMSG $SYS back")) ? "answered" : "no");
    out.skip();
  },
});

export const HEADLESS = group("without headers", "headless", {
  "the greeting": async (stage) => {
    await stage.cluster("", { isShown: true });
  },
  "a message with headers": async (stage) => {
    const { in: into } = await stage.cluster();
    await stage.say(
      await stage.client("client", { headers: false, no_responders: false }),
      "SUB foo 1",
    );
    await stage.say(into, rmsg(`${stage.account} foo`));
    await stage.say(into, `HMSG ${stage.account} foo 12 14\r\nNATS/1.0\r\n\r\nhi`);
  },
});
