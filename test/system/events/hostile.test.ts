/** Events in numbers, and listeners that do not listen. */

import { expect, test } from "bun:test";
import { connect as connectTcp } from "node:net";
import { NatsServer } from "../../../src/embed.ts";
import { until } from "../../support/until.ts";
import { Wire } from "../../support/wire.ts";
import { Receiver } from "./event-stage.ts";

const SYS = { name: "SYS", users: [{ user: "sys", password: "sys" }] };
const A = { name: "A", users: [{ user: "a", password: "a" }] };
const WATCHED = "SUB $SYS.ACCOUNT.> 1\r\nSUB $SYS.SERVER.ACCOUNT.> 2\r\n";
const MANY = 1000;

function start(maxPending = 64 * 1024 * 1024): Promise<NatsServer> {
  return NatsServer.start({ systemAccount: "SYS", accounts: [SYS, A], maxPending });
}

function watch(server: NatsServer): Promise<Receiver> {
  return Receiver.open(server.port, { user: "sys", pass: "sys" }, WATCHED);
}

function numbersOf(watcher: Receiver): number[] {
  return watcher.messages.map(({ text }) => Number(/"seq":(\d+)/.exec(text)![1]));
}

function count(watcher: Receiver, ending: string): number {
  return watcher.messages.filter(({ subject }) => subject.endsWith(ending)).length;
}

test("a thousand clients that come and go at once are told of one by one, and the server still answers", async () => {
  await using server = await start();
  const watcher = await watch(server);
  const clients = await Promise.all(Array.from({ length: MANY }, () => Wire.connect(server.port)));
  const login = 'CONNECT {"verbose":false,"user":"a","pass":"a"}\r\nPING\r\n';
  await Promise.all(clients.map((client) => client.send(login)));
  await Promise.all(clients.map((client) => client.waitFor("PONG\r\n", 10_000)));
  for (const client of clients) client.close();
  const other = await Wire.connect(server.port);
  await other.send(login);
  expect(await other.waitFor("PONG\r\n")).toBe(true);
  await until("the last", () => count(watcher, ".A.DISCONNECT") === MANY, 20_000);
  expect(count(watcher, ".A.CONNECT")).toBe(MANY + 1);
  expect(count(watcher, ".A.SERVER.CONNS")).toBe(2 * MANY + 1);
  const numbers = numbersOf(watcher);
  expect(numbers).toEqual(numbers.map((_, i) => numbers[0]! + i));
  const counts = watcher.messages.filter(
    ({ subject }) => subject === "$SYS.ACCOUNT.A.SERVER.CONNS",
  );
  expect(JSON.parse(counts.at(-1)!.text).conns).toBe(1);
}, 60_000);

test("a listener that does not read is closed in the middle of an event, which the others get", async () => {
  await using server = await start(1024 * 1024);
  const watcher = await watch(server);
  const deaf = connectTcp(server.port, "127.0.0.1");
  deaf.on("error", () => {});
  const subs = Array.from({ length: 500 }, (_, i) => `SUB $SYS.> ${i + 1}\r\n`).join("");
  deaf.write(`CONNECT {"verbose":false,"user":"sys","pass":"sys"}\r\n${subs}PING\r\n`);
  await until("its subscriptions", () => deaf.readableLength > 0 || deaf.bytesRead > 0);
  deaf.pause();
  const isGone = (): boolean => count(watcher, ".SYS.DISCONNECT") > 0;
  for (let i = 0; i < 100 && !isGone(); i++) {
    const client = await Receiver.open(server.port, { user: "a", pass: "a" });
    client.wire.close();
    await until("its end", () => count(watcher, ".A.DISCONNECT") > i);
  }
  const gone = watcher.messages.find(({ subject }) => subject === "$SYS.ACCOUNT.SYS.DISCONNECT");
  expect(JSON.parse(gone!.text).reason).toStartWith("Slow Consumer");
  const numbers = numbersOf(watcher);
  const statistics = numbers.at(-1)! - numbers[0]! + 1 - numbers.length;
  expect(statistics).toBeWithin(0, 5);
  deaf.destroy();
}, 60_000);

test("without a system account there is nothing to be heard", async () => {
  await using server = await NatsServer.start({ noSystemAccount: true, accounts: [A] });
  const watcher = await Receiver.open(server.port, { user: "a", pass: "a" }, "SUB > 1\r\n");
  const client = await Receiver.open(server.port, { user: "a", pass: "a" });
  await client.wire.send('CONNECT {"user":"a","pass":"no"}\r\n');
  await client.wire.waitForEnd();
  await watcher.wire.send("PUB last 0\r\n\r\n");
  await watcher.saw("the last message", ({ subject }) => subject === "last");
  expect(watcher.messages).toHaveLength(1);
});
