/**
 * Subjects that tell where answers go (`_GR_.…`) are no way around permissions, accounts or exports,
 * neither for clients nor for other clusters, and send nothing in circles.
 */

import { afterAll, beforeAll, beforeEach, expect, test } from "bun:test";
import { shortHash } from "../../../src/protocol/server-hash.ts";
import { commandLine } from "../../supercluster/faults/false-gateway.ts";
import type { Wire } from "../../support/wire.ts";
import { login, SecuredServer } from "../secured-server.ts";
import { FalseCluster } from "./false-cluster.ts";

const NAME = "LIAR";
const HASH_BYTES = 6;
const CONFIG = `
accounts {
  ONE {
    users: [
      {user: all, password: p}
      {user: low, password: p, permissions: {publish: {allow: "x"}, subscribe: {allow: "asked"}}}
      {user: mapped, password: p, permissions: {publish: {allow: "m.>"}}}
    ]
    mappings: { "m.*.*.*.*": "{{wildcard(1)}}.{{wildcard(2)}}.{{wildcard(3)}}.{{wildcard(4)}}" }
    exports: [{service: "*.*.*.shown"}, {service: "svc"}]
  }
  TWO {
    users: [{user: two, password: p}]
    imports: [
      {service: {account: ONE, subject: "*.*.*.shown"}, to: "to.*.*.*"}
      {service: {account: ONE, subject: "svc"}}
    ]
  }
}
gateway { name: A, listen: "127.0.0.1:-1" }
`;

let server: SecuredServer;
let liar: FalseCluster;
let all: Wire;
let low: Wire;
let two: Wire;
/** In front of what is asked by the server, and by the liar. */
let ours: string;
let theirs: string;

async function client(user: string, subject: string): Promise<Wire> {
  const wire = await login(server.port, { user, pass: "p", headers: true, no_responders: true });
  await wire.send(`SUB ${subject} 1\r\nPING\r\n`);
  await wire.waitFor(/PONG\r\n.*PONG\r\n/s);
  return wire;
}

beforeAll(async () => {
  server = await SecuredServer.start(CONFIG);
  const port = Number(/gateways connections on \S+:(\d+)/.exec(server.log)![1]);
  liar = await FalseCluster.join(port, NAME);
  const id = /"server_id":"(\w+)"/.exec(liar.inbound.text)![1]!;
  ours = `_GR_.${shortHash(HASH_BYTES, "A")}.${shortHash(HASH_BYTES, id)}.`;
  theirs = `_GR_.${shortHash(HASH_BYTES, NAME)}.aaaaaa.`;
  const interest = "RS+ ONE >\r\nRS+ TWO >\r\n";
  const begin = commandLine(NAME, 2, "ONE") + commandLine(NAME, 2, "TWO");
  await liar.outbound.roundTrip(begin + interest);
  all = await client("all", ">");
  low = await client("low", "asked");
  two = await client("two", "inbox.>");
});
afterAll(async () => {
  for (const wire of [all, low, two]) wire?.close();
  liar?.[Symbol.dispose]();
  await server?.[Symbol.asyncDispose]();
});
let seen = { all: 0, low: 0, two: 0, liar: 0 };
beforeEach(() => {
  seen = marks();
});

function marks(): typeof seen {
  const [a, b, c] = [all, low, two].map(({ text }) => text.length);
  return { all: a!, low: b!, two: c!, liar: liar.outbound.text.length };
}

/** What each has got since the test began, once everybody has got all. */
async function received(): Promise<Record<keyof typeof seen, string[]>> {
  for (const wire of [low, two, all]) {
    const count = wire.text.split("PONG\r\n").length;
    await wire.send("PING\r\n");
    expect(await wire.waitFor(() => wire.text.split("PONG\r\n").length > count)).toBe(true);
  }
  await liar.inbound.roundTrip("");
  await liar.outbound.roundTrip("");
  const messages = (text: string): string[] => text.match(/^(?:[HR]?MSG|-ERR|HMSG) .*$/gm) ?? [];
  const shown = (text: string, from: number): string[] =>
    messages(text.slice(from)).map((line) => line.trimEnd());
  return {
    all: shown(all.text, seen.all),
    low: shown(low.text, seen.low),
    two: shown(two.text, seen.two),
    liar: shown(liar.outbound.text, seen.liar),
  };
}

test("clients publish to no such subject, by no mapping and no import", async () => {
  await all.send(`PUB ${theirs}a 1\r\nx\r\nPUB b ${theirs}a 1\r\nx\r\n`);
  const mapped = await client("mapped", "none");
  await mapped.send(`PUB m.${theirs}a 1\r\nx\r\nPING\r\n`);
  await mapped.waitFor(/-ERR .*PONG/s);
  expect(mapped.text).toContain(`Permissions Violation for Publish to "${theirs}a"`);
  mapped.close();
  await two.send(`PUB to.${theirs.slice(0, -1)} inbox.1 1\r\nx\r\n`);
  const { liar: told, all: heard, two: answered } = await received();
  expect(told.filter((line) => /shown|[ .]a[ .]| b /.test(line))).toEqual([]);
  expect(heard.filter((line) => line.startsWith("-ERR")).length).toBe(2);
  expect(heard.filter((line) => line.includes("shown"))).toEqual([]);
  expect(answered.filter((line) => line.startsWith("-ERR"))).toEqual([]);
});

test("a client that is asked answers on subjects that it may publish to", async () => {
  const ask = (reply: string): Promise<void> =>
    liar.inbound.roundTrip(`RMSG ONE asked ${theirs}${reply} 2\r\nhi\r\n`);
  await ask("secret");
  await ask("x");
  await low.send("PUB secret 1\r\nx\r\nPUB x 1\r\nx\r\n");
  const { low: got, all: heard, liar: told } = await received();
  expect(got).toEqual([
    "MSG asked 1 secret 2",
    "MSG asked 1 x 2",
    `-ERR 'Permissions Violation for Publish to "secret"'`,
  ]);
  expect(heard).toEqual(["MSG asked 1 secret 2", "MSG asked 1 x 2"]);
  expect(told).toEqual([`RMSG ONE ${theirs}x 1`]);
});

test("answers that nobody has asked for reach whom any message would, and go in no circles", async () => {
  const odd = ["a..b", ".", "c.", ".d", "", `${ours}e`, `${theirs}f`];
  const sent = [`${ours}*`, `${ours}g.>`, ...odd.map((subject) => ours + subject), `${theirs}h`];
  for (const subject of sent) await liar.inbound.roundTrip(`RMSG ONE ${subject} 2\r\nhi\r\n`);
  await liar.inbound.roundTrip(`RMSG NONE ${ours}i 2\r\nhi\r\nRMSG TWO ${ours}j 2\r\nhi\r\n`);
  const { all: heard, two: others, liar: told } = await received();
  expect(heard.filter((line) => !/^MSG (?:\*|g\.>) 1 2$/.test(line))).toEqual([]);
  expect(others).toEqual([]);
  expect(told.filter((line) => line.includes("_GR_"))).toEqual([]);
  server.expectNoFault();
});

test("answers of services are taken once, in the account that is asked", async () => {
  await two.send("PUB svc inbox.1 1\r\nx\r\n");
  const { liar: told } = await received();
  const reply = /(_R_\.\w+\.\w+) /.exec(told.join("\n"))![1]!;
  seen = marks();
  const others = [`TWO ${ours}${reply}`, `TWO ${reply}`, `ONE ${ours}${reply.slice(0, -1)}?`];
  for (const each of others) await liar.inbound.roundTrip(`RMSG ${each} 5\r\nfalse\r\n`);
  for (const answer of ["good", "late"]) {
    await liar.inbound.roundTrip(`RMSG ONE ${ours}${reply} 4\r\n${answer}\r\n`);
  }
  const { two: got, liar: back } = await received();
  expect(got).toEqual(["MSG inbox.1 1 4"]);
  expect(two.text).toContain("good");
  expect(two.text).not.toContain("late");
  expect(back.filter((line) => line.includes("_R_"))).toEqual([]);
});
