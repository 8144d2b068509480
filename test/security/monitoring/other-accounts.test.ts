/**
 * Somebody of one account asks the system account's services, with every trick there is, about other
 * accounts: it gets to know nothing of them, and can do nothing to them.
 */

import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { ours } from "../../process/processes.ts";
import { Asker, type Question } from "../../system/services/asker.ts";
import { PING, ServiceStage } from "../../system/services/service-stage.ts";

setDefaultTimeout(30_000);

const B_NAME = "somebody-of-b";
const SYSTEM_NAME = "somebody-of-the-system";
const CONFIG = `
server_name: shared
system_account: SYS
accounts {
  A {
    users [{user: a, password: a}]
    mappings {
      "of.b": "$SYS.REQ.ACCOUNT.B.CONNZ"
      "of.*.connections": "$SYS.REQ.ACCOUNT.$1.CONNZ"
      "user.b": "$SYS.REQ.USER.B.INFO"
      "server": "$SYS.REQ.SERVER.PING.VARZ"
      "all": "$SYS.REQ.ACCOUNT.PING.CONNZ"
    }
  }
  B { users [{user: b, password: b, permissions: {publish: "only.b"}}] }
  SYS { users [{user: sys, password: sys}] }
}
`;

let stage: ServiceStage;
let a: Asker;
let others: Asker[];

beforeAll(async () => {
  stage = await ServiceStage.open(ours, CONFIG);
  const { port } = stage.stage;
  a = await Asker.open(port, { user: "a", pass: "a", name: "somebody-of-a" });
  others = [
    await Asker.open(port, { user: "b", pass: "b", name: B_NAME }),
    await Asker.open(port, { user: "sys", pass: "sys", name: SYSTEM_NAME }),
  ];
});

afterAll(async () => {
  for (const asker of [a, ...others]) asker.close();
  await stage[Symbol.asyncDispose]();
});

/** What was answered, as text. */
async function ask(questions: readonly Question[]): Promise<string[]> {
  const last = ["$SYS.REQ.USER.INFO", `${PING}.CONNZ`];
  const answers = await a.askAll(questions, last);
  return answers.map((some) => some.map(({ body, headers }) => headers + body).join("\n"));
}

function expectNothingOfOthers(answers: readonly string[]): void {
  const text = answers.join("\n");
  const found = [B_NAME, SYSTEM_NAME, '"acc":"B"', '"account":"B"', '"acc":"SYS"'].filter((part) =>
    text.includes(part),
  );
  expect(found).toEqual([]);
}

const SERVICES = ["CONNZ", "SUBSZ", "INFO", "STATZ", "LEAFZ", "JSZ", "CONNS", "CLAIMS.UPDATE"];

test("accounts in the subject", async () => {
  const questions = ["B", "SYS", "$G", "PING", "A", "A.B", "b"].flatMap((account) =>
    SERVICES.map((name) => ({ subject: `$SYS.REQ.ACCOUNT.${account}.${name}` })),
  );
  expectNothingOfOthers(await ask(questions));
});

test("accounts in the body", async () => {
  const bodies = [
    '{"acc":"B"}',
    '{"ACC":"B"}',
    '{"acc":"A","acc":"B"}',
    '{"account":"B","accounts":["B"],"include_unused":true}',
    '{"ConnzOptions":{"acc":"B"}}',
    '{"cid":1}',
    '{"cid":2}',
    '{"user":"b","auth":true,"state":2,"subscriptions_detail":true}',
    '{"filter_subject":">","subscriptions":true}',
    '{"acc":"\\u0042"}',
    '{"acc":"*"}',
    '{"acc":">"}',
  ];
  const subjects = [
    `${PING}.CONNZ`,
    "$SYS.REQ.ACCOUNT.PING.CONNZ",
    "$SYS.REQ.ACCOUNT.PING.STATZ",
    "all",
  ];
  const questions = subjects.flatMap((subject) => bodies.map((body) => ({ subject, body })));
  expectNothingOfOthers(await ask(questions));
});

test("mappings to subjects of the system account", async () => {
  const subjects = ["of.b", "of.B.connections", "of.SYS.connections", "user.b", "server"];
  expectNothingOfOthers(await ask(subjects.map((subject) => ({ subject }))));
});

test("headers that say who somebody is", async () => {
  const name = "Nats-Request-Info";
  const lie = '{"acc":"B","id":2,"user":"b","svc":"SYS"}';
  const blocks = [
    `${name}: ${lie}`,
    `${name}:${lie}`,
    `${name} : ${lie}`,
    ` ${name}: ${lie}`,
    `${name.toLowerCase()}: ${lie}`,
    `${name}: ${lie}\r\n${name}: ${lie}`,
    `X: y\r\n ${name}: ${lie}`,
    `X: y\n${name}: ${lie}`,
    `\r\n${name}: ${lie}`,
    `${name}:\r\n ${lie}`,
  ];
  const subjects = ["$SYS.REQ.USER.INFO", `${PING}.CONNZ`, "user.b", "$SYS.REQ.ACCOUNT.PING.STATZ"];
  const answers = await ask(
    blocks.flatMap((headers) => subjects.map((subject) => ({ subject, headers }))),
  );
  expectNothingOfOthers(answers);
  const identities = answers.filter((text) => text.includes('"account":'));
  expect(identities.length).toBeGreaterThan(0);
  for (const text of identities) expect(text).toContain('"account":"A"');
  // Counting the subscriptions of another account is no service for this one.
  const counts = await ask(
    blocks.map((headers) => ({ subject: "$SYS.DEBUG.SUBSCRIBERS", headers, body: ">" })),
  );
  const own = (await ask([{ subject: "$SYS.DEBUG.SUBSCRIBERS", body: ">" }]))[0];
  expect(new Set(counts)).toEqual(new Set([own!]));
});

test("what is heard, and what can be done", async () => {
  const spy = await Asker.open(stage.stage.port, { user: "a", pass: "a" });
  await spy.wire.send("SUB $SYS.> 7\r\nSUB > 8\r\nSUB *.> 9\r\nPING\r\n");
  const cids = [1, 2, 3, 4, 5, 6, 7].map((cid) => `{"cid":${cid}}`);
  const asked = await ask(
    ["KICK", "LDM", "RELOAD", "PROFILEZ", "VARZ"].flatMap((name) =>
      cids.map((body) => ({ subject: stage.own(name), body })),
    ),
  );
  // Only the spy hears of it.
  expect(new Set(asked)).toEqual(new Set([""]));
  await stage.system.askJson(`${PING}.CONNZ`);
  for (const other of others) await other.wire.send("PING\r\n");
  const gone = await Asker.open(stage.stage.port, { user: "b", pass: "b", name: B_NAME });
  gone.close();
  await ask([]);
  expectNothingOfOthers([spy.text]);
  expect(others.map(({ wire }) => wire.ended)).toEqual([false, false]);
  spy.close();
});

test("who may publish but a few subjects may not ask", async () => {
  const [b] = others;
  await b!.wire.send("PUB $SYS.REQ.USER.INFO _INBOX.asker.no 0\r\n\r\n");
  expect(await b!.wire.waitFor("Permissions Violation")).toBe(true);
});
