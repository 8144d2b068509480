/** Accounts, those with the most connections first. */

import type { AccountEntry } from "../../../accounts/account-entry.ts";
import type { ServerView } from "../../../documents/server-view.ts";
import { Slices } from "../../../documents/slices.ts";
import { wholeNumber } from "../answers.ts";
import type { AccountList, AccountRow } from "../shapes.ts";
import { shown } from "../shown.ts";
import { eachInSlices, sortedPart } from "../sliced.ts";

const ROWS_MAX = 100;
const OFFSET_MAX = 1e7;

/** @param query `search`, `offset`. */
export async function accountList(view: ServerView, query: URLSearchParams): Promise<AccountList> {
  const search = (query.get("search") ?? "").trim().toLowerCase();
  const offset = wholeNumber(query.get("offset"), 0, OFFSET_MAX);
  const found: AccountEntry[] = [];
  await eachInSlices(view.accounts.entries, (entry) => {
    const { name, label } = entry.account;
    if (search === "" || `${name} ${label}`.toLowerCase().includes(search)) found.push(entry);
  });
  const part = await sortedPart(found, compareAccounts, offset, ROWS_MAX);
  const slices = new Slices();
  const rows: AccountRow[] = [];
  for (const entry of part) {
    rows.push(accountRow(view, entry));
    if (slices.isOver) await slices.pause();
  }
  return { total: found.length, rows };
}

function compareAccounts({ account: a }: AccountEntry, { account: b }: AccountEntry): number {
  return b.members.size - a.members.size || (a.label < b.label ? -1 : 1);
}

export function accountRow(view: ServerView, { account, definition }: AccountEntry): AccountRow {
  return {
    name: shown(account.name),
    label: shown(account.label),
    isSystem: account === view.accounts.system,
    connections: account.members.size,
    connectionsMax: account.limits.maxConnections,
    subscriptions: account.sublist.stats.subscriptions,
    traffic: account.traffic(),
    slowConsumers: account.slowConsumers,
    imports: definition.imports.length,
    exports: definition.exports.length,
  };
}
