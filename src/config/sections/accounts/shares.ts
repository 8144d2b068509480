/**
 * Whether what accounts import is exported to them, and goes round in no circle.
 *
 * Exports of all accounts come first, then imports, as imports are checked against what is there.
 */

import { GLOBAL_ACCOUNT } from "../../../protocol/account-names.ts";
import { goQuoteText } from "../../../protocol/go-quote.ts";
import { isValidLiteralText, isValidSubjectText } from "../../../protocol/subject-text.ts";
import type { AccountOptions, Export, Import } from "../../options/accounts.ts";
import type { Options } from "../../options/options.ts";
import { didYouMean } from "../../schema/suggest.ts";
import { adviceOnCycle, adviceOnUnauthorized } from "./import-advice.ts";
import { ImportError, Sharer } from "./sharer.ts";

/** What nats-server refuses of what an account exports or imports. */
export interface ShareFault {
  readonly account: string;
  readonly list: "exports" | "imports";
  /** In that list. */
  readonly index: number;
  /** nats-server's. */
  readonly text: string;
  readonly hint: string | undefined;
}

/** Everything that is wrong, in nats-server's order. */
export function shareFaults(
  accounts: readonly AccountOptions[],
  { mappings, noSystemAccount }: Pick<Options, "mappings" | "noSystemAccount">,
): ShareFault[] {
  const sharers = new Map(accounts.map(({ name }) => [name, new Sharer(name)] as const));
  // Mappings make the global account, which shares nothing.
  if (mappings !== null) sharers.set(GLOBAL_ACCOUNT, new Sharer(GLOBAL_ACCOUNT));
  const exportsOf = new Map(accounts.map(({ name, exports }) => [name, exports] as const));
  const faults: ShareFault[] = [];
  for (const kind of ["stream", "service"] as const) {
    eachOf(accounts, "exports", kind, (account, found, index) => {
      const report = (text: string, hint?: string): void => {
        faults.push({ account, list: "exports", index, text, hint });
      };
      const known = knownAccounts(found, sharers, report);
      const text = exportFault(sharers.get(account)!, found, known, noSystemAccount);
      if (text !== null) report(text);
    });
  }
  for (const kind of ["stream", "service"] as const) {
    eachOf(accounts, "imports", kind, (account, found, index) => {
      const fault = importFault(sharers, sharers.get(account)!, found, exportsOf);
      if (fault !== null) faults.push({ account, list: "imports", index, ...fault });
    });
  }
  return faults;
}

function eachOf<List extends "exports" | "imports">(
  accounts: readonly AccountOptions[],
  list: List,
  kind: "stream" | "service",
  visit: (account: string, found: AccountOptions[List][number], index: number) => void,
): void {
  for (const account of accounts) {
    for (const [index, found] of account[list].entries()) {
      if (found.kind === kind) visit(account.name, found, index);
    }
  }
}

/** Those of an export's accounts that exist; null when it is for all. */
function knownAccounts(
  { accounts, kind }: Export,
  sharers: ReadonlyMap<string, Sharer>,
  report: (text: string, hint?: string) => void,
): ReadonlySet<string> | null {
  const known = new Set<string>();
  for (const name of accounts ?? []) {
    if (sharers.has(name)) known.add(name);
    else {
      const text = `${goQuoteText(name)} account not defined for ${kind} export`;
      report(text, didYouMean(name, sharers.keys()));
    }
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

interface ImportFault {
  readonly text: string;
  readonly hint: string | undefined;
}

function importFault(
  sharers: ReadonlyMap<string, Sharer>,
  sharer: Sharer,
  found: Import,
  exportsOf: ReadonlyMap<string, readonly Export[]>,
): ImportFault | null {
  const { kind, subject } = found;
  const from = sharers.get(found.account);
  if (from === undefined) {
    const text = `${goQuoteText(found.account)} account not defined for ${kind} import`;
    return { text, hint: didYouMean(found.account, sharers.keys()) };
  }
  try {
    if (kind === "stream") sharer.importStream(from, subject, found.prefix, found.to);
    else sharer.importService(from, found.to || subject, subject);
  } catch (error) {
    if (!(error instanceof ImportError)) throw error;
    const text = `Error adding ${kind} import ${goQuoteText(subject)}: ${error.message}`;
    return { text, hint: hintOn(error, found, sharer.name, exportsOf.get(found.account) ?? []) };
  }
  if (kind === "stream" || sharer.importsService(from, subject)) return null;
  const text = `Error setting service import sharing ${goQuoteText(subject)}: service import not found`;
  return { text, hint: undefined };
}

function hintOn(
  { message, circle }: ImportError,
  found: Import,
  importer: string,
  exports: readonly Export[],
): string | undefined {
  if (circle.length > 0) return adviceOnCycle(circle);
  if (!message.endsWith("not authorized") || !isValidSubjectText(found.subject)) return undefined;
  return adviceOnUnauthorized(found, importer, found.account, exports).join("; ");
}
