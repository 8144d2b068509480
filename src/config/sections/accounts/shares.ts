/**
 * Whether what accounts import is exported to them, and goes round in no circle.
 *
 * Exports of all accounts come first, then imports, as imports are checked against what is there. What
 * nats-server would refuse is reported with the `accounts` block as its place.
 */

import { GLOBAL_ACCOUNT } from "../../../protocol/account-names.ts";
import { goQuoteText } from "../../../protocol/go-quote.ts";
import { isValidLiteralText } from "../../../protocol/subject-text.ts";
import type { Place } from "../../language/source.ts";
import type { AccountOptions, Export, Import } from "../../options/accounts.ts";
import type { Options } from "../../options/options.ts";
import type { Reader } from "../../schema/reader.ts";
import { ImportError, Sharer } from "./sharer.ts";

export interface PlacedAccount {
  readonly options: AccountOptions;
  readonly exportPlaces: readonly Place[];
  readonly importPlaces: readonly Place[];
}

export function checkShares(
  accounts: readonly PlacedAccount[],
  block: Place,
  { mappings, noSystemAccount }: Options,
  reader: Reader,
): void {
  const sharers = new Map(
    accounts.map(({ options }) => [options.name, new Sharer(options.name)] as const),
  );
  // Mappings make the global account, which shares nothing.
  if (mappings !== null) sharers.set(GLOBAL_ACCOUNT, new Sharer(GLOBAL_ACCOUNT));
  const report = (at: Place, text: string): void => reader.errorWithin(block, at, text);
  for (const kind of ["stream", "service"] as const) {
    eachOf(accounts, "exports", kind, (name, found, at) => {
      const known = knownAccounts(found, sharers, (text) => report(at, text));
      const fault = exportFault(sharers.get(name)!, found, known, noSystemAccount);
      if (fault !== null) report(at, fault);
    });
  }
  for (const kind of ["stream", "service"] as const) {
    eachOf(accounts, "imports", kind, (name, found, at) => {
      const fault = importFault(sharers.get(name)!, found, sharers.get(found.account));
      if (fault !== null) report(at, fault);
    });
  }
}

function eachOf<List extends "exports" | "imports">(
  accounts: readonly PlacedAccount[],
  list: List,
  kind: "stream" | "service",
  visit: (account: string, found: AccountOptions[List][number], at: Place) => void,
): void {
  for (const { options, exportPlaces, importPlaces } of accounts) {
    const places = list === "exports" ? exportPlaces : importPlaces;
    for (const [index, found] of options[list].entries()) {
      if (found.kind === kind) visit(options.name, found, places[index]!);
    }
  }
}

/** Those of an export's accounts that exist; null when it is for all. */
function knownAccounts(
  { accounts, kind }: Export,
  sharers: ReadonlyMap<string, Sharer>,
  report: (text: string) => void,
): ReadonlySet<string> | null {
  const known = new Set<string>();
  for (const name of accounts ?? []) {
    if (sharers.has(name)) known.add(name);
    else report(`${goQuoteText(name)} account not defined for ${kind} export`);
  }
  return known.size === 0 ? null : known;
}

function exportFault(
  sharer: Sharer,
  found: Export,
  accounts: ReadonlySet<string> | null,
  noSystemAccount: boolean,
): string | null {
  const { kind, subject, accountTokenPosition, responseType, latency } = found;
  if (!sharer.addExport(kind, subject, accounts, accountTokenPosition, responseType)) {
    return `Error adding ${kind} export ${goQuoteText(subject)}: sublist: invalid subject`;
  }
  if (latency === null) return null;
  const problem = `Error adding service latency sampling for ${goQuoteText(subject)}`;
  if (noSystemAccount) return `${problem}: system account not setup`;
  const results = `${problem} on subject ${goQuoteText(latency.subject)}`;
  if (!isValidLiteralText(latency.subject) || sharer.exportsService(latency.subject)) {
    return `${results}: invalid publish subject`;
  }
  return sharer.isSingleton(subject) ? null : `${results}: bad service response type`;
}

function importFault(sharer: Sharer, found: Import, from: Sharer | undefined): string | null {
  const { kind, subject } = found;
  if (from === undefined) {
    return `${goQuoteText(found.account)} account not defined for ${kind} import`;
  }
  try {
    if (kind === "stream") sharer.importStream(from, subject, found.prefix, found.to);
    else sharer.importService(from, found.to || subject, subject);
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    return `Error adding ${kind} import ${goQuoteText(subject)}: ${error.message}`;
  }
  if (kind === "stream" || sharer.importsService(from, subject)) return null;
  return `Error setting service import sharing ${goQuoteText(subject)}: service import not found`;
}
