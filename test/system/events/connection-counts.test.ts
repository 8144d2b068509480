/** Counts of connections: at each change, and from time to time as long as there are any. */

import { expect, test } from "bun:test";
import type { AccountEntry } from "../../../src/accounts/account-entry.ts";
import type { Account } from "../../../src/core/account.ts";
import { ConnectionCounts } from "../../../src/system/events/connection-counts.ts";
import type { SystemMessage, SystemOutbox } from "../../../src/system/system-outbox.ts";
import { until } from "../../support/until.ts";

const HEARTBEAT_MS = 200;

function account(name: string): AccountEntry {
  const traffic = { inMsgs: 1, inBytes: 2, outMsgs: 3, outBytes: 4 };
  const fields = {
    name,
    nameTag: "",
    members: new Set(),
    traffic: () => traffic,
    routed: { inMsgs: 0, inBytes: 0, outMsgs: 0, outBytes: 0 },
    gatewayed: { inMsgs: 0, inBytes: 0, outMsgs: 0, outBytes: 0 },
    slowConsumers: 0,
    onWake: null,
    sublist: { count: 0 },
  };
  return { account: fields as unknown as Account, links: [] } as unknown as AccountEntry;
}

function setUp(...entries: AccountEntry[]) {
  const sent: { subject: string; text: string }[] = [];
  const outbox = {
    skips: () => false,
    add: (each: SystemMessage) =>
      void sent.push({ subject: each.subject, text: `${each.write('{"seq":1}')}` }),
  } as unknown as SystemOutbox;
  const accounts = {
    system: account("SYS").account,
    global: account("$G").account,
    entry: (name: string) => entries.find((each) => each.account.name === name),
  };
  return { sent, accounts, counts: new ConnectionCounts({ outbox, accounts }, HEARTBEAT_MS) };
}

/** With as many members as there should be. */
function fill({ account: { members } }: AccountEntry, size: number): void {
  members.clear();
  for (let i = 0; i < size; i++) members.add({} as never);
}

test("each change is told twice, with the same id", () => {
  const a = account("A");
  const { sent, accounts, counts } = setUp(a);
  counts.changed(a.account, 7);
  counts.changed(accounts.global, 1);
  counts.stop();
  counts.changed(a.account, 8);
  expect(sent.map(({ subject }) => subject)).toEqual([
    "$SYS.SERVER.ACCOUNT.A.CONNS",
    "$SYS.ACCOUNT.A.SERVER.CONNS",
  ]);
  const [first, second] = sent.map(({ text }) => JSON.parse(text));
  expect(first).toEqual(second);
  expect(first).toMatchObject({ acc: "A", name: "A", conns: 7, total_conns: 7 });
  expect(first.sent).toMatchObject({ msgs: 3, bytes: 4 });
  expect(first.received).toMatchObject({ msgs: 1, bytes: 2 });
});

test("what does not change is told again, and what has nobody in it is not", async () => {
  const [a, b] = [account("A"), account("B")];
  const { sent, counts } = setUp(a, b);
  const of = (name: string): number =>
    sent.filter(({ subject }) => subject === `$SYS.ACCOUNT.${name}.SERVER.CONNS`).length;
  fill(a, 2);
  counts.changed(a.account, 2);
  counts.changed(b.account, 1);
  counts.changed(b.account, 0);
  const begin = performance.now();
  await until("two heartbeats", () => of("A") === 3);
  expect(performance.now() - begin).toBeGreaterThan(HEARTBEAT_MS * 1.5);
  expect(of("B")).toBe(2);
  fill(a, 0);
  counts.changed(a.account, 0);
  await Bun.sleep(HEARTBEAT_MS * 1.5);
  expect(of("A")).toBe(4);
  counts.stop();
});

test("very many accounts are told of bit by bit, each of them once", async () => {
  const entries = Array.from({ length: 3000 }, (_, i) => account(`A${i}`));
  const byName = new Map(entries.map((each) => [each.account.name, each]));
  const { sent, accounts, counts } = setUp();
  accounts.entry = (name) => byName.get(name);
  for (const each of entries) {
    fill(each, 1);
    counts.changed(each.account, 1);
  }
  await until("a heartbeat of each", () => sent.length >= 4 * entries.length);
  counts.stop();
  const times = Map.groupBy(sent, ({ subject }) => subject);
  expect(times.size).toBe(2 * entries.length);
  for (const [, each] of times) expect(each.length).toBeWithin(2, 4);
});

test("an account that is gone is told of until it is empty", () => {
  const a = account("A");
  const { sent, accounts, counts } = setUp(a);
  counts.changed(a.account, 1);
  accounts.entry = () => undefined;
  counts.changed(a.account, 0);
  expect(sent).toHaveLength(4);
  counts.changed(a.account, 1);
  expect(sent).toHaveLength(4);
  counts.stop();
});
