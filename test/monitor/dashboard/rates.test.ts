/** What goes through in a second, by two looks at the counters of connections. */

import { expect, test } from "bun:test";
import type { ServerView } from "../../../src/documents/server-view.ts";
import type { Client } from "../../../src/kinds/client.ts";
import { ConnectionRates } from "../../../src/monitor/dashboard/connections/rates.ts";
import { flowBetween, survey } from "../../../src/monitor/dashboard/live/survey.ts";

function clientOf(inMsgs: number, outMsgs: number): Client {
  const outbound = {
    outMsgs,
    outBytes: outMsgs * 10,
    pendingBytes: 5,
    subCount: 3,
    foldCounters() {},
  };
  return { inMsgs, inBytes: inMsgs * 10, outbound } as unknown as Client;
}

function viewOf(clients: readonly Client[], gone: number): ServerView {
  const stats = { inMsgs: 100 + gone, inBytes: 1000, outMsgs: gone, outBytes: gone * 10 };
  const byCid = new Map(clients.map((client, cid) => [cid, client]));
  return { clients: byCid, stats } as unknown as ServerView;
}

test("a connection's rates are of the time between two looks, if that is not long", () => {
  const rates = new ConnectionRates();
  const client = clientOf(0, 100);
  expect(rates.note(client, 0)).toBeNull();
  expect(rates.of(client)).toBeNull();
  Object.assign(client, { inMsgs: 10, inBytes: 200 });
  client.outbound.outMsgs += 4;
  expect(rates.note(client, 2000)).toEqual({ inMsgs: 5, outMsgs: 2, inBytes: 100, outBytes: 0 });
  Object.assign(client, { inMsgs: 1000 });
  expect(rates.note(client, 8000)).toBeNull();
  expect(rates.note(client, 9000)).toEqual({ inMsgs: 0, outMsgs: 0, inBytes: 0, outBytes: 0 });
});

test("a survey adds up connections, and what those that have gone have sent", async () => {
  const clients = [clientOf(1, 20), clientOf(2, 30)];
  const found = await survey(viewOf(clients, 7), new ConnectionRates());
  expect(found).toMatchObject({
    total: { inMsgs: 107, inBytes: 1000, outMsgs: 57, outBytes: 570 },
    pendingBytes: 10,
    subscriptions: 6,
    busiest: [],
  });
});

test("the flow is per second, and never below zero", async () => {
  const rates = new ConnectionRates();
  const before = { ...(await survey(viewOf([clientOf(0, 50)], 0), rates)), at: 1000 };
  const after = { ...(await survey(viewOf([clientOf(0, 10)], 20), rates)), at: 3000 };
  expect(flowBetween(before, after)).toEqual({ inMsgs: 10, inBytes: 0, outMsgs: 0, outBytes: 0 });
});
