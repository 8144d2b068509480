/** Who may import what. The rules are nats-server's; where it takes a token on trust, this does not. */

import { areTokensSubsetOf } from "../protocol/subject-text.ts";
import type { AccountDefinition, ExportDefinition, ImportDefinition } from "./definition.ts";

const ALL = "*";
/** Fewer exports are looked at one by one. */
const INDEXED_MIN = 16;
/** Only with one of these an export may be wider than a subject. */
const MAY_BE_WIDE = /[*>]/;

/** Some of an account's exports. */
interface ExportIndex {
  readonly literal: ReadonlyMap<string, readonly ExportDefinition[]>;
  readonly wide: readonly ExportDefinition[];
}

const indexes = new WeakMap<readonly ExportDefinition[], ExportIndex>();

/** The export that an import is about: the one of its very subject, else the first wider one. */
export function exportFor(
  { exports: all }: AccountDefinition,
  kind: "stream" | "service",
  subject: string,
): ExportDefinition | null {
  const exports = all.length > INDEXED_MIN ? candidates(all, subject) : all;
  const tokens = subject.split(".");
  let wider: ExportDefinition | null = null;
  for (const each of exports) {
    if (each.kind !== kind) continue;
    if (each.subject === subject) return each;
    if (wider === null && areTokensSubsetOf(tokens, each.subject.split("."))) wider = each;
  }
  return wider;
}

/** Exports that may be those of a subject, of an account that may have thousands of them. */
function candidates(exports: readonly ExportDefinition[], subject: string): ExportDefinition[] {
  let index = indexes.get(exports);
  if (index === undefined) {
    const wide = exports.filter((each) => MAY_BE_WIDE.test(each.subject));
    const others = exports.filter((each) => !MAY_BE_WIDE.test(each.subject));
    index = { wide, literal: Map.groupBy(others, (each) => each.subject) };
    indexes.set(exports, index);
  }
  return [...(index.literal.get(subject) ?? []), ...index.wide];
}

/**
 * Whether an account may import a subject.
 *
 * @param nowSeconds since 1970.
 */
export function isAuthorized(
  exporter: AccountDefinition,
  importer: string,
  { kind, subject, activation }: ImportDefinition,
  nowSeconds: number,
): boolean {
  const found = exportFor(exporter, kind, subject);
  if (found === null) return false;
  const { accounts, accountTokenPosition, isTokenRequired } = found;
  if (accountTokenPosition > 0) {
    // Who imports the whole export names no account.
    if (found.subject === subject) return false;
    return subject.split(".")[accountTokenPosition - 1] === importer;
  }
  if (isTokenRequired) {
    if (activation === null || activation.subject !== importer) return false;
    if (activation.expiresAt !== 0 && activation.expiresAt <= nowSeconds) return false;
    if (!isSignedFor(exporter, activation)) return false;
    return !isRevoked(found.revocations, importer, activation.issuedAt);
  }
  return accounts === null || accounts.length === 0 || accounts.includes(importer);
}

/** Whether a key, or all, are revoked that were issued up to a time. */
export function isRevoked(
  revocations: ReadonlyMap<string, number>,
  key: string,
  issuedAt: number,
): boolean {
  return (revocations.get(key) ?? -1) >= issuedAt || (revocations.get(ALL) ?? -1) >= issuedAt;
}

/** The account itself has signed, or one of its signing keys in its name. */
function isSignedFor(
  { name, signingKeys }: AccountDefinition,
  { issuer, issuerAccount }: { readonly issuer: string; readonly issuerAccount: string },
): boolean {
  if (issuer === name) return issuerAccount === "" || issuerAccount === name;
  return issuerAccount === name && signingKeys.has(issuer);
}
