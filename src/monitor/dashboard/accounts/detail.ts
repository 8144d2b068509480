/** One account: its limits, and what it shares with others. */

import { exportFor } from "../../../accounts/access.ts";
import type { AccountEntry } from "../../../accounts/account-entry.ts";
import type { ExportDefinition, ImportDefinition } from "../../../accounts/definition.ts";
import { localSubject } from "../../../accounts/import-rule.ts";
import type { SubjectMapping } from "../../../config/options/accounts.ts";
import type { ServerView } from "../../../documents/server-view.ts";
import type { AccountDetail, ExportRow, ImportRow, MappingRow } from "../shapes.ts";
import { shown } from "../shown.ts";
import { eachInSlices } from "../sliced.ts";
import { accountRow } from "./list.ts";

/** Exports, imports or mappings that are shown. */
const ROWS_MAX = 200;
/** Accounts, or destinations, that one row names. */
const NAMES_MAX = 20;

/** Null when there is no such account. */
export async function accountDetail(view: ServerView, name: string): Promise<AccountDetail | null> {
  const entry = view.accounts.entry(name);
  if (entry === undefined) return null;
  const { account, definition } = entry;
  const importers = await importersOf(view, entry);
  return {
    account: accountRow(view, entry),
    subscriptionsMax: account.limits.maxSubscriptions,
    payloadMax: account.limits.maxPayload,
    exports: definition.exports.slice(0, ROWS_MAX).map((each) => exportRow(view, each, importers)),
    imports: definition.imports.slice(0, ROWS_MAX).map((each) => importRow(view, entry, each)),
    mappings: definition.mappings.slice(0, ROWS_MAX).map(mappingRow),
  };
}

/** Who has what of an account, by kind and exported subject. */
async function importersOf(
  view: ServerView,
  exporter: AccountEntry,
): Promise<ReadonlyMap<string, Set<string>>> {
  const found = new Map<string, Set<string>>();
  await eachInSlices(view.accounts.entries, ({ account, links }) => {
    for (const { kind, there, exporter: from } of links) {
      if (from !== exporter) continue;
      const used = exportFor(exporter.definition, kind, there);
      if (used === null) continue;
      const key = `${kind} ${used.subject}`;
      const names = found.get(key) ?? new Set();
      if (names.size < NAMES_MAX) names.add(shown(account.label));
      found.set(key, names);
    }
  });
  return found;
}

function exportRow(
  view: ServerView,
  definition: ExportDefinition,
  importers: ReadonlyMap<string, ReadonlySet<string>>,
): ExportRow {
  const { kind, subject } = definition;
  return {
    kind,
    subject: shown(subject),
    audience: audienceOf(view, definition),
    importers: [...(importers.get(`${kind} ${subject}`) ?? [])],
  };
}

function audienceOf(view: ServerView, definition: ExportDefinition): string {
  const { accounts, accountTokenPosition, isTokenRequired } = definition;
  if (accountTokenPosition > 0) {
    return `the account named by token ${accountTokenPosition} of the subject`;
  }
  if (isTokenRequired) return "accounts with an activation";
  if (accounts === null || accounts.length === 0) return "every account";
  const names = accounts.slice(0, NAMES_MAX).map((name) => labelOf(view, name));
  const more = accounts.length - names.length;
  return more === 0 ? names.join(", ") : `${names.join(", ")} and ${more} more`;
}

function importRow(view: ServerView, { links }: AccountEntry, each: ImportDefinition): ImportRow {
  return {
    kind: each.kind,
    account: labelOf(view, each.account),
    subject: shown(each.subject),
    local: shown(localSubject(each)),
    isInForce: links.some(({ definition }) => definition === each),
  };
}

function mappingRow({ subject, destinations }: SubjectMapping): MappingRow {
  const to = destinations.slice(0, NAMES_MAX).map(({ subject: other, weight, cluster }) => {
    const where = cluster === "" ? "" : ` in cluster ${cluster}`;
    return `${other}${weight === 100 ? "" : ` (${weight}%)`}${where}`;
  });
  return { from: shown(subject), to: shown(to.join(", ")) };
}

/** As people know the account. */
function labelOf({ accounts }: ServerView, name: string): string {
  return shown(accounts.find(name)?.label ?? name);
}
