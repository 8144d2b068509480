/** How many closed clients are remembered, and how much of them. */

import { afterEach, expect, test } from "bun:test";
import { ClosedClients, closedSubscriptions } from "../../src/documents/closed-clients.ts";
import { Crowd } from "./connz/crowd.ts";

let crowd: Crowd | undefined;

afterEach(async () => {
  await crowd?.[Symbol.asyncDispose]();
  crowd = undefined;
});

test("only the last ones are remembered", async () => {
  crowd = await Crowd.start({ maxClosedClients: 3 });
  const { closedClients } = crowd.server.observer;
  const cids: number[] = [];
  for (let i = 0; i < 5; i++) {
    await crowd.join({}, "");
    const [cid] = crowd.server.observer.clients.keys();
    cids.push(cid!);
    crowd.wires.pop()!.close();
    const isGone = (): boolean => closedClients.all().at(-1)?.facts.cid === cid;
    while (!isGone()) await Bun.sleep(1);
  }
  expect(closedClients.count).toBe(3);
  expect(closedClients.all().map(({ facts }) => facts.cid)).toEqual(cids.slice(-3));
});

test("none is remembered when there is to be none", async () => {
  crowd = await Crowd.start();
  const { exchange } = crowd.server.observer;
  const closed = new ClosedClients(-1, exchange);
  await crowd.join({}, "");
  const [client] = crowd.server.observer.clients.values();
  closed.onClosing(client!);
  expect(closed.all()).toEqual([]);
});

test("the oldest ones lose their subscriptions first, and are then forgotten", async () => {
  crowd = await Crowd.start();
  const { exchange, clients } = crowd.server.observer;
  const name = "n".repeat(100);
  const bytes = 100 + "subject.of.it  1 0".length;
  const closed = new ClosedClients(100, exchange, 3 * bytes);
  await crowd.join({ name }, "SUB subject.of.it 1\r\n");
  const [client] = clients.values();
  const close = (times: number): string[][] => {
    for (let i = 0; i < times; i++) closed.onClosing(client!);
    return closed.all().map((each) => closedSubscriptions(each).map(({ sid }) => sid));
  };
  expect(close(3)).toEqual([["1"], ["1"], ["1"]]);
  // A name more is more than the subscriptions of all together.
  expect(close(1)).toEqual([[], [], []]);
  expect(close(20).length).toBe(3);
});

test("of a client with a great many subscriptions the newest are remembered", async () => {
  crowd = await Crowd.start();
  const lines = Array.from({ length: 1500 }, (_, i) => `SUB s.${i} ${i}\r\n`).join("");
  await crowd.join({}, lines);
  await crowd.lose(1);
  const [closed] = crowd.server.observer.closedClients.all();
  expect(closed!.facts.subscriptions).toBe(1500);
  const sids = closedSubscriptions(closed!).map(({ sid }) => Number(sid));
  expect(sids).toEqual(Array.from({ length: 1000 }, (_, i) => 1499 - i));
});

test("ten thousand ordinary ones take a few megabytes", async () => {
  crowd = await Crowd.start();
  const { exchange, clients } = crowd.server.observer;
  await crowd.join({ name: "some client", lang: "go", version: "1.2.3" }, "SUB a.b.c 1\r\n");
  const [client] = clients.values();
  const closed = new ClosedClients(10_000, exchange);
  Bun.gc(true);
  const before = process.memoryUsage().heapUsed;
  for (let i = 0; i < 10_000; i++) closed.onClosing(client!);
  Bun.gc(true);
  const bytes = process.memoryUsage().heapUsed - before;
  expect(closed.count).toBe(10_000);
  expect(bytes).toBeLessThan(6e6);
});
