/** The checks that faults are judged by find what they are there for. */

import { expect, test } from "bun:test";
import { interestDifferences } from "../../support/interest-checker.ts";
import { Ledger, type Receiver } from "./ledger.ts";

interface Told {
  /** `account subject [queue]` of own subscriptions. */
  readonly own: readonly string[];
  /** Of each connection: id of the peer, account of its own, sids. */
  readonly routes: readonly { id: string; account?: string; sids: readonly string[] }[];
}

/** Monitoring of two servers, `A` and `B`. */
async function differences(a: Told, b: Told): Promise<string[]> {
  await using first = monitor("A", a);
  await using second = monitor("B", b);
  const nodes = [
    { name: "A", monitorUrl: first.url.origin },
    { name: "B", monitorUrl: second.url.origin },
  ];
  return await interestDifferences(nodes, 2);
}

function monitor(id: string, { own, routes }: Told) {
  const subscriptions = own.map((text) => {
    const [account, subject, qgroup] = text.split(" ");
    return { account, subject, ...(qgroup !== undefined && { qgroup }) };
  });
  const views = routes.map(({ id: remote, account, sids }) => ({
    remote_id: remote,
    remote_name: remote,
    account,
    subscriptions_list_detail: sids.map((sid) => ({ sid })),
  }));
  return Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: ({ url }) =>
      Response.json(
        new URL(url).pathname === "/subsz"
          ? { subscriptions_list: subscriptions }
          : { server_id: id, routes: views },
      ),
  });
}

const OWN = ["ONE foo", "ONE work q", "ONE work q", "ONE $SYS.REQ.USER.INFO", "$SYS $SYS.PING"];
const KNOWN = [
  { id: "A", sids: ["R ONE foo", "R ONE work q"] },
  { id: "A", account: "$SYS", sids: ["R $SYS.PING"] },
];
const A: Told = {
  own: OWN,
  routes: [
    { id: "B", sids: [] },
    { id: "B", account: "$SYS", sids: [] },
  ],
};

test("interest that is known is no difference", async () => {
  expect(await differences(A, { own: [], routes: KNOWN })).toEqual([]);
});

test("interest that is missing, old or there twice is found", async () => {
  const routes = [
    { id: "A", sids: ["R ONE foo", "R ONE old", "L leaf ONE work q"] },
    { id: "A", account: "$SYS", sids: ["R $SYS.PING", "R $SYS.PING"] },
  ];
  expect(await differences(A, { own: [], routes })).toEqual([
    "B of A: does not know ONE work q",
    "B of A: still has ONE old",
    "B of A: still has leaf ONE work q",
    "B of A: has $SYS $SYS.PING 2 times",
  ]);
});

test("connections that are missing, too many or to strangers are found", async () => {
  const few = { own: [], routes: KNOWN.slice(0, 1) };
  expect(await differences({ ...A, routes: [] }, few)).toEqual([
    "A of B: no route",
    "B of A: 1 connections instead of 2",
    "B of A: does not know $SYS $SYS.PING",
  ]);
  const strange = { own: [], routes: [...KNOWN, { id: "X", sids: [] }] };
  expect(await differences(A, strange)).toEqual(["B has routes to a stranger: X X"]);
});

const PLAIN: Receiver = { account: "ONE", pattern: "a", queue: "", name: "plain" };
const RED = { account: "ONE", pattern: "a", queue: "red", name: "red" };
const REDDER = { ...RED, name: "redder" };

test("the books find what comes twice, too late, damaged or to another account", () => {
  const ledger = new Ledger();
  const first = ledger.next("ONE", "p", "a");
  const second = ledger.next("ONE", "p", "a");
  const foreign = ledger.next("TWO", "p", "a");
  ledger.take(RED, first.payload, "a");
  ledger.take(PLAIN, second.payload, "a");
  expect(ledger.violations).toEqual([]);
  expect(ledger.has(REDDER, first.sent)).toBe(true);
  ledger.take(REDDER, first.payload, "a");
  ledger.take(PLAIN, second.payload, "a");
  ledger.take(PLAIN, first.payload, "a");
  ledger.take(PLAIN, foreign.payload, "a");
  ledger.take(PLAIN, ledger.next("ONE", "p", "a").payload, "b");
  ledger.take(PLAIN, "ONE p a 9 1", "a");
  expect(ledger.violations.map((text) => text.replace(/ \d{5,}/, " crc"))).toEqual([
    "redder got ONE p a 1 in group red twice",
    "plain got ONE p a 2 twice",
    "plain got ONE p a 1 after 2",
    "plain got TWO p a 3 of another account",
    "plain got ONE p a 4 crc on b",
    "plain got ONE p a 9 1 on a",
  ]);
  ledger.expectsDamage = true;
  ledger.take(PLAIN, "ONE p a 9 2", "a");
  expect(ledger.violations.length).toBe(6);
});
