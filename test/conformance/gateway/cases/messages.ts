/** Messages of those who have come in, and what becomes of them. */

import { account, group, twoAccounts } from "../case.ts";
import { hmsg, rmsg } from "../greeting.ts";
import { PASSWORD, USER } from "../settings.ts";
import type { Stage } from "../stage.ts";

/** Clients want this, and get of that what is theirs. */
function delivered(
  lines: readonly string[],
  messages: (own: string) => readonly string[],
): (stage: Stage) => Promise<void> {
  return async (stage) => {
    await stage.say(await stage.client(), ...lines);
    const gateway = await stage.dial();
    for (const message of messages(stage.account)) await stage.say(gateway, message);
  };
}

/** A message line that ends the connection. */
function refused(text: (own: string) => string): (stage: Stage) => Promise<void> {
  return async (stage) => {
    await stage.say(await stage.client(), "SUB > 1");
    await stage.end(await stage.dial(), text(stage.account));
  };
}

const GROUPS = ["SUB foo q 1", "SUB foo r 2", "SUB foo 3"];

export const MESSAGES = group("messages", "plain", {
  "a message": delivered(["SUB foo 1"], (own) => [rmsg(`${own} foo`)]),
  "a message with a reply": delivered(["SUB foo 1"], (own) => [rmsg(`${own} foo back`)]),
  "nothing in it": delivered(["SUB foo 1"], (own) => [rmsg(`${own} foo`, "")]),
  "with a header": delivered(["SUB foo 1"], (own) => [hmsg(`${own} foo`)]),
  "with a header and a reply": delivered(["SUB foo 1"], (own) => [hmsg(`${own} foo back`)]),
  "a header alone": delivered(["SUB foo 1"], (own) => [hmsg(`${own} foo`, "")]),
  "a status": delivered(["SUB foo 1"], (own) => [`HMSG ${own} foo 16 16\r\nNATS/1.0 503\r\n\r\n`]),
  "to wildcards": delivered(["SUB foo.* 1", "SUB foo.> 2", "SUB > 3", "SUB bar.* 4"], (own) => [
    rmsg(`${own} foo.bar`),
    rmsg(`${own} foo`),
  ]),
  "to a wildcard": delivered(["SUB foo.bar 1", "SUB foo.* 2"], (own) => [rmsg(`${own} foo.*`)]),
  "to an odd subject": delivered(["SUB > 1"], (own) => [
    rmsg(`${own} foo..bar`),
    rmsg(`${own} .`),
    rmsg(`${own} $SYS.foo`),
    rmsg(`${own} _R_.foo`),
  ]),
  "to nobody": delivered(["SUB foo 1"], (own) => [rmsg(`${own} bar`), rmsg(`${own} bar`)]),
  "to nobody at all": delivered([], (own) => [rmsg(`${own} bar`), rmsg(`${own} bar`)]),
  "to an unknown account": delivered(["SUB foo 1"], (own) => [
    rmsg(`${own}x foo`),
    rmsg(`${own}x bar`),
    rmsg(`${own}y foo reply`),
    hmsg(`${own}z foo`),
  ]),
  "to a group by its name": delivered(GROUPS, (own) => [rmsg(`${own} foo | q`)]),
  "to two groups by their names": delivered(GROUPS, (own) => [rmsg(`${own} foo | q r`)]),
  "to two groups with a reply": delivered(GROUPS, (own) => [rmsg(`${own} foo + back r q`)]),
  "to a group that nobody is in": delivered(GROUPS, (own) => [rmsg(`${own} foo | s`)]),
  "to a group twice": delivered(GROUPS, (own) => [rmsg(`${own} foo | q q`)]),
  "to groups without a name": delivered(GROUPS, (own) => [rmsg(`${own} foo`)]),
  "to groups alone without a name": delivered(["SUB foo q 1"], (own) => [
    rmsg(`${own} foo`),
    rmsg(`${own} foo | q`),
  ]),
  "to groups with a header": delivered(GROUPS, (own) => [
    hmsg(`${own} foo | q`),
    hmsg(`${own} foo + back q`),
  ]),
  "to a group of wildcards": delivered(["SUB foo.* q 1", "SUB foo.> r 2"], (own) => [
    rmsg(`${own} foo.bar | q`),
    rmsg(`${own} foo.bar | r q`),
  ]),
  "to one of two members": delivered(["SUB foo q 1", "SUB foo q 1"], (own) => [
    rmsg(`${own} foo | q`),
  ]),
  "many at once": delivered(["SUB foo 1"], (own) => [
    Array.from({ length: 40 }, (_, i) => rmsg(`${own} foo`, `message ${i}`)).join("\r\n"),
  ]),
  "mixed at once": delivered(["SUB foo 1", "SUB foo q 2"], (own) => [
    [
      rmsg(`${own} foo`),
      rmsg(`${own}x foo`),
      hmsg(`${own} foo | q`),
      rmsg(`${own} bar`),
      rmsg(`${own} foo + r q`, ""),
    ].join("\r\n"),
  ]),
  "a large one": delivered(["SUB foo 1"], (own) => [rmsg(`${own} foo`, "x".repeat(40_000))]),
  "above what clients may send": delivered(["SUB foo 1"], (own) => [
    rmsg(`${own} foo`, "x".repeat(1_100_000)),
  ]),
  "spaces and small letters": delivered(["SUB foo 1"], (own) => [
    `rmsg   ${own}\tfoo   2\r\nhi`,
    `RMSG ${own} foo 2 \r\nhi`,
    `Hmsg ${own} foo 12 14\r\nNATS/1.0\r\n\r\nhi`,
  ]),
  "byte by byte": async (stage) => {
    await stage.say(await stage.client(), "SUB foo 1", "SUB foo q 2");
    const gateway = await stage.dial();
    const { account } = stage;
    await stage.send(
      gateway,
      `${rmsg(`${account} foo + b q`)}\r\n${hmsg(`${account} foo`)}\r\n`,
      true,
    );
  },
  "a name of an account in UTF-8": delivered([], () => [
    Buffer.from(rmsg("Tå foo")).toString("latin1"),
  ]),
  "to a client without headers": async (stage) => {
    await stage.say(
      await stage.client("client", { headers: false, no_responders: false }),
      "SUB foo 1",
    );
    const gateway = await stage.dial();
    await stage.say(gateway, hmsg(`${stage.account} foo`), hmsg(`${stage.account} foo back`));
  },
  "to a client that wants no echo": async (stage) => {
    await stage.say(await stage.client("client", { echo: false }), "SUB foo 1");
    await stage.say(await stage.dial(), rmsg(`${stage.account} foo`));
  },
  "the last of a count": delivered(["SUB foo 1", "UNSUB 1 2"], (own) => [
    rmsg(`${own} foo`),
    rmsg(`${own} foo`),
    rmsg(`${own} foo`),
  ]),
  "to a subject that is mapped": {
    accounts: (own) => account(own, "mappings: { foo: bar }"),
    play: delivered(["SUB foo 1", "SUB bar 2"], (own) => [rmsg(`${own} foo`), rmsg(`${own} bar`)]),
  },
  "to who imports a stream": {
    accounts: (own) =>
      `${account(own, 'exports: [{ stream: "news.>" }]')}
       ${account(`${own}b`, `imports: [{ stream: { account: ${own}, subject: "news.>" }, prefix: p }]`)}`,
    async play(stage) {
      const importer = await stage.client("importer", { account: `${stage.account}b` });
      await stage.say(importer, "SUB p.news.a 1", "SUB p.news.a q 2");
      const gateway = await stage.dial();
      const { account } = stage;
      await stage.say(gateway, rmsg(`${account} news.a`), rmsg(`${account} news.a | q`));
      await stage.say(gateway, rmsg(`${account}b p.news.a`));
    },
  },
  "to a service that is imported": {
    accounts: (own) =>
      `${account(`${own}b`, 'exports: [{ service: "svc" }]')}
       ${account(own, `imports: [{ service: { account: ${own}b, subject: svc }, to: help }]`)}`,
    async play(stage) {
      const service = await stage.client("service", { account: `${stage.account}b` });
      await stage.say(service, "SUB svc 1");
      const gateway = await stage.dial();
      const { account } = stage;
      await stage.say(gateway, rmsg(`${account} help`), rmsg(`${account}b svc back`));
      await stage.say(gateway, rmsg(`${account} other`));
    },
  },
  "to two accounts": {
    accounts: twoAccounts,
    async play(stage) {
      const { account } = stage;
      await stage.say(await stage.client("first"), "SUB foo 1");
      await stage.say(await stage.client("second", { account: `${account}b` }), "SUB foo 1");
      const gateway = await stage.dial();
      await stage.say(gateway, rmsg(`${account}b foo`, "b"), rmsg(`${account} foo`, "a"));
    },
  },
  "not on to other clusters": async (stage) => {
    await stage.interested(
      ["RS+ T foo", "RS+ T foo q 1"].map((line) => line.replace("T", stage.account)),
    );
    const gateway = await stage.dial("other", { cluster: `${stage.far}other` });
    await stage.say(await stage.client(), "SUB foo 1");
    await stage.say(gateway, rmsg(`${stage.account} foo`), rmsg(`${stage.account} foo | q`));
  },
  "without a size": refused((own) => `RMSG ${own} foo\r\n`),
  "of no size": refused((own) => `RMSG ${own} foo x\r\n`),
  "of a negative size": refused((own) => `RMSG ${own} foo -1\r\n`),
  "of a huge size": refused((own) => `RMSG ${own} foo 99999999999\r\n`),
  "without a subject": refused((own) => `RMSG ${own}\r\n`),
  "without anything": refused(() => "RMSG\r\n"),
  "another sign": refused((own) => `RMSG ${own} foo - back q 2\r\nhi\r\n`),
  "too many words": refused((own) => `RMSG ${own} foo back more 2\r\nhi\r\n`),
  "longer than it says": refused((own) => `RMSG ${own} foo 2\r\nhello\r\n`),
  "shorter than it says": refused((own) => `RMSG ${own} foo 9\r\nhi\r\nRMSG x\r\n`),
  "headers longer than all": refused((own) => `HMSG ${own} foo 20 12\r\nNATS/1.0\r\n\r\n\r\n`),
  "headers without a size": refused((own) => `HMSG ${own} foo 12\r\nNATS/1.0\r\n\r\n\r\n`),
  "headers of a negative size": refused((own) => `HMSG ${own} foo -1 12\r\nNATS/1.0\r\n\r\n\r\n`),
  "a sign without a group": delivered(["SUB > 1"], (own) => [`RMSG ${own} foo | 2\r\nhi`]),
  "a reply without a group": delivered(["SUB > 1"], (own) => [`RMSG ${own} foo + back 2\r\nhi`]),
  SUB: refused(() => "SUB foo 1\r\n"),
  UNSUB: refused(() => "UNSUB 1\r\n"),
  PUB: refused(() => "PUB foo 2\r\nhi\r\n"),
  MSG: refused((own) => `MSG ${own} foo 2\r\nhi\r\n`),
  HPUB: refused(() => "HPUB foo 12 12\r\nNATS/1.0\r\n\r\n\r\n"),
});

export const MESSAGES_STRICTLY = group("messages, strictly", "strict", {
  "above max_payload": async (stage) => {
    await stage.say(await stage.client(), "SUB foo 1");
    const gateway = await stage.dial("in", { connect: { user: USER, pass: PASSWORD } });
    await stage.say(gateway, rmsg(`${stage.account} foo`, "x".repeat(300)));
  },
});
