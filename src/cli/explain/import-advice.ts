/** Why an import has no effect, and what would be right in its place. */

import { exportFor, isRevoked } from "../../accounts/access.ts";
import type {
  AccountDefinition,
  ExportDefinition,
  ImportDefinition,
} from "../../accounts/definition.ts";
import { adviceOnUnauthorized } from "../../config/sections/accounts/import-advice.ts";

/**
 * What is to be said about a refused import: sentences without a full stop, the cause first.
 *
 * @param exporter undefined when there is no such account.
 * @param reason nats-server's.
 * @param label shows the name of an account.
 */
export function adviceOn(
  refused: ImportDefinition,
  importer: string,
  exporter: AccountDefinition | undefined,
  reason: string,
  label: (name: string) => string,
): string[] {
  if (exporter === undefined) return [`there is no account ${label(refused.account)}`];
  const name = label(exporter.name);
  if (reason.includes("cycle")) return ["imports lead back to where they begin: take one out"];
  if (reason.includes("already exists")) return ["an import before it is for the same subject"];
  if (!reason.includes("not authorized")) return [];
  const found = exportFor(exporter, refused.kind, refused.subject);
  if (found?.isTokenRequired && found.accountTokenPosition === 0) {
    return wrongActivation(refused, found, importer, name);
  }
  return adviceOnUnauthorized(refused, importer, exporter.name, exporter.exports, label);
}

function wrongActivation(
  { activation }: ImportDefinition,
  { subject, revocations }: ExportDefinition,
  importer: string,
  exporter: string,
): string[] {
  if (activation === null) {
    return [`${subject} is private: the import needs an activation token of ${exporter} for it`];
  }
  const { expiresAt, issuedAt } = activation;
  if (activation.subject !== importer) return ["its activation token is for another account"];
  if (expiresAt !== 0 && expiresAt <= Date.now() / 1000) {
    return [`its activation token expired at ${new Date(expiresAt * 1000).toISOString()}`];
  }
  if (isRevoked(revocations, importer, issuedAt)) return ["its activation token is revoked"];
  return [`its activation token is not signed by ${exporter}, nor by one of its signing keys`];
}
