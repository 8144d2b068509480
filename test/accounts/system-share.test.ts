/** What every account imports of the system account. */

import { describe, expect, test } from "bun:test";
import { AccountSet } from "../../src/accounts/account-set.ts";
import type { AccountOptions } from "../../src/config/options/accounts.ts";
import { type GivenAccount, wholeAccount } from "../../src/config/options/given-accounts.ts";
import { type Options, resolveOptions } from "../../src/config/options/options.ts";
import { Exchange } from "../../src/core/exchange.ts";
import { InternalClient } from "../../src/kinds/internal-client.ts";
import { Logger } from "../../src/log/logger.ts";

const IMPORTED = [
  "$SYS.REQ.ACCOUNT.PING.CONNZ",
  "$SYS.REQ.SERVER.PING.CONNZ",
  "$SYS.REQ.ACCOUNT.PING.STATZ",
  "$SYS.REQ.USER.INFO",
];

type Given = Readonly<Record<string, Omit<GivenAccount, "name">>>;

function givenAccounts(accounts: Given): AccountOptions[] {
  return Object.entries(accounts).map(([name, given]) => wholeAccount({ name, ...given }));
}

function setWith(options: Partial<Options>): { set: AccountSet; lines: string[] } {
  const lines: string[] = [];
  const log = new Logger((_level, text) => lines.push(text), { debug: false, trace: false });
  const set = new AccountSet(new Exchange(true), log);
  set.configure(resolveOptions(options));
  return { set, lines };
}

function importsOf(set: AccountSet, name: string): string[] {
  return set.entry(name)!.imports.map(({ here, there }) => `${here} ${there}`);
}

describe("every account", () => {
  test("imports what is its own, as soon as somebody is in it", () => {
    const { set } = setWith({ accounts: givenAccounts({ A: {} }) });
    const entry = set.entry("A")!;
    expect(entry.imports.map(({ here }) => here)).toEqual(IMPORTED);
    expect(entry.sleepingServices).toBe(IMPORTED.length);
    expect(entry.account.sublist.count).toBe(0);
    entry.account.wake();
    expect(entry.sleepingServices).toBe(0);
    expect(entry.account.sublist.count).toBe(IMPORTED.length);
    expect(entry.definition.imports).toEqual([]);
  });

  test("has its own in force when the system account comes and goes", () => {
    const { set } = setWith({ accounts: givenAccounts({ A: {}, SYS: {} }), noSystemAccount: true });
    const { account } = set.entry("A")!;
    const seen: (string | undefined)[] = [];
    set.onSystem = (system) => seen.push(system?.name);
    account.wake();
    expect(account.sublist.count).toBe(0);
    const accounts = givenAccounts({ A: {}, SYS: {} });
    set.configure(resolveOptions({ accounts, systemAccount: "SYS" }));
    expect(account.sublist.count).toBe(IMPORTED.length);
    expect(importsOf(set, "SYS")).toEqual(["$SYS.REQ.USER.INFO $SYS.REQ.USER.SYS.INFO"]);
    set.configure(resolveOptions({ accounts, noSystemAccount: true }));
    expect(account.sublist.count).toBe(0);
    expect(seen).toEqual(["SYS", undefined]);
  });

  test("keeps an import of its own in the place of one of these", () => {
    const own = {
      kind: "service",
      account: "SYS",
      subject: "$SYS.REQ.ACCOUNT.A.STATZ",
      to: "$SYS.REQ.ACCOUNT.PING.STATZ",
    } as const;
    const exported = {
      kind: "service",
      subject: "$SYS.REQ.ACCOUNT.*.*",
      accountTokenPosition: 4,
    } as const;
    const accounts = givenAccounts({ A: { imports: [own] }, SYS: { exports: [exported] } });
    const { set, lines } = setWith({ accounts, systemAccount: "SYS" });
    const here = set.entry("A")!.imports.map((each) => each.here);
    expect(here.toSorted()).toEqual(IMPORTED.toSorted());
    const offered = set.entry("SYS")!.definition.exports.map(({ subject }) => subject);
    expect(offered).toEqual([exported.subject, "$SYS.DEBUG.SUBSCRIBERS", "$SYS.REQ.USER.*.INFO"]);
    expect(lines).toEqual([]);
  });

  test("whose name would stand for all imports nothing, and says so", () => {
    const { set, lines } = setWith({ accounts: givenAccounts({ "*": {}, "X.Y": {} }) });
    for (const name of ["*", "X.Y"]) set.find(name)!.wake();
    expect(set.entry("*")!.imports).toEqual([]);
    expect(set.entry("X.Y")!.imports).toHaveLength(IMPORTED.length);
    expect(lines).toHaveLength(IMPORTED.length);
    expect(lines[0]).toStartWith(
      "Error setting up system service import $SYS.REQ.ACCOUNT.PING.CONNZ -> $SYS.REQ.ACCOUNT.*.CONNZ",
    );
  });

  test("gets answers about itself only", async () => {
    const exchange = new Exchange(true);
    const log = new Logger(null, { debug: false, trace: false });
    const set = new AccountSet(exchange, log);
    set.configure(resolveOptions({ accounts: givenAccounts({ A: {}, B: {} }) }));
    const client = new InternalClient(exchange);
    client.subscribe(set.system!, "$SYS.REQ.ACCOUNT.*.CONNZ", ({ subject, reply, account }) =>
      client.publish(account, reply, "", subject),
    );
    const asked = ["A", "B"].map((name) =>
      client.request(set.find(name)!, "$SYS.REQ.SERVER.PING.CONNZ", "", 1000),
    );
    const texts = (await Promise.all(asked)).map((answer) => answer?.payload.toString());
    expect(texts).toEqual(["$SYS.REQ.ACCOUNT.A.CONNZ", "$SYS.REQ.ACCOUNT.B.CONNZ"]);
  });
});
