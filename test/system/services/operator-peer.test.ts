/** Services where accounts are those of an operator, beside nats-server's. */

import { describe, expect, setDefaultTimeout, test } from "bun:test";
import { ours, peer } from "../../process/processes.ts";
import * as jwt from "../../support/jwt.ts";
import { EventStage } from "../events/event-stage.ts";
import { Asker, type Question } from "./asker.ts";
import { comparable } from "./comparable.ts";
import { LAST, PING } from "./service-stage.ts";

setDefaultTimeout(30_000);

const operator = jwt.newKey("O", 1);
const system = jwt.newKey("A", 3);
const account = jwt.newKey("A", 4);
const other = jwt.newKey("A", 5);
const person = jwt.newKey("U", 6);
const admin = jwt.newKey("U", 7);
/** What tools export from the system account. */
const MONITORING = [
  { name: "services", subject: "$SYS.REQ.ACCOUNT.*.*", type: "service", account_token_position: 4 },
  { name: "streams", subject: "$SYS.ACCOUNT.*.>", type: "stream", account_token_position: 3 },
];
const HOUR_SECONDS = 3600;

function configOf(exports: readonly object[]): string {
  const tokens = {
    [system.publicKey]: jwt.accountJwt(system, operator, { exports }, { name: "SYS" }),
    [account.publicKey]: jwt.accountJwt(account, operator, {}, { name: "TENANT" }),
    [other.publicKey]: jwt.accountJwt(other, operator, {}, { name: "OTHER" }),
  };
  const preload = Object.entries(tokens).map(([key, token]) => `${key}: ${token}`);
  return `
server_name: served
operator: ${jwt.operatorJwt(operator, { system_account: system.publicKey })}
resolver: MEMORY
resolver_preload { ${preload.join(", ")} }
`;
}

const permissions = { pub: { allow: ["x.>", "$SYS.REQ.>"] }, sub: { deny: ["z"] } };

async function enter(port: number, user: jwt.Key, token: string): Promise<Asker> {
  const greeting = await Asker.greeting(port);
  const sig = user.sign(greeting.nonce).toString("base64url");
  return await greeting.login({ jwt: token, sig, name: "test" });
}

const QUESTIONS: readonly Question[] = [
  { subject: "$SYS.REQ.USER.INFO" },
  { subject: "$SYS.REQ.ACCOUNT.PING.STATZ" },
  { subject: `${PING}.CONNZ` },
  { subject: `${PING}.CONNZ`, body: `{"acc":"${other.publicKey}"}` },
  { subject: `${PING}.VARZ` },
  { subject: `$SYS.REQ.ACCOUNT.${account.publicKey}.INFO` },
];
const SYSTEM_QUESTIONS: readonly Question[] = [
  { subject: "$SYS.REQ.USER.INFO" },
  { subject: `${PING}.SUBSZ` },
  { subject: `$SYS.REQ.ACCOUNT.${account.publicKey}.STATZ` },
  { subject: `$SYS.REQ.ACCOUNT.${account.publicKey}.CONNZ`, body: '{"auth":true}' },
  { subject: `$SYS.REQ.ACCOUNT.${account.publicKey}.CLAIMS.LOOKUP` },
  { subject: "$SYS.REQ.CLAIMS.LIST" },
];

async function answersOf(command: readonly string[], exports: readonly object[]) {
  await using stage = await EventStage.open(command, configOf(exports));
  const exp = Math.floor(Date.now() / 1000) + HOUR_SECONDS;
  const token = jwt.userJwt(person, account, permissions, { name: "person", exp });
  const tenant = await enter(stage.port, person, token);
  const master = await enter(stage.port, admin, jwt.userJwt(admin, system));
  const ends = [`${PING}.CONNZ`, "$SYS.REQ.USER.INFO"];
  const answers = [
    ...(await tenant.askAll(QUESTIONS, ends)),
    ...(await master.askAll(SYSTEM_QUESTIONS, LAST)),
  ];
  tenant.close();
  master.close();
  return answers.map(comparable);
}

describe.skipIf(peer === undefined)("the real server", () => {
  test.each([
    ["nothing", []],
    ["what tools export", MONITORING],
  ])("answers tenants the same when the system account exports %s", async (_what, exports) => {
    const [found, wanted] = await Promise.all([
      answersOf(ours, exports),
      answersOf([peer!], exports),
    ]);
    expect(found).toEqual(wanted);
    expect(found[0]).toContain('"user_name":"string"');
    expect(found[0]).toContain('"expires":"number"');
    expect(found[1]).toContain(account.publicKey);
  });
});
