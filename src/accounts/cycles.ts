/** Whether an import would lead, through those of other accounts, back to where it began. */

import { isSubsetOf, subjectsCollide } from "../protocol/subject-text.ts";
import { exportFor } from "./access.ts";
import type { AccountDefinition } from "./definition.ts";

/** How far nats-server follows imports that lead from one account to the next. */
const CHAIN_MAX = 1024;

/** An import that counts, as others see it. */
export interface Link {
  readonly kind: "stream" | "service";
  readonly exporter: LinkedAccount;
  readonly here: string;
  readonly there: string;
}

export interface LinkedAccount {
  readonly definition: AccountDefinition;
  readonly links: readonly Link[];
}

/**
 * What is wrong with an import, in nats-server's words; null when nothing is.
 *
 * @param local the subject here as it is written: of a stream's, names of wildcards count as words.
 */
export function cycleFault(importer: LinkedAccount, link: Link, local: string): string | null {
  const visited = new Set([importer.definition.name]);
  if (link.kind === "service") return serviceFault(link.exporter, link.here, visited);
  return (
    streamFault(link.exporter, local, visited) ??
    streamFault(link.exporter, link.there, new Set([importer.definition.name]))
  );
}

function streamFault(account: LinkedAccount, subject: string, visited: Set<string>): string | null {
  if (visited.size >= CHAIN_MAX) return "search cycle depth exhausted";
  if (exportFor(account.definition, "stream", subject) === null) return null;
  for (const { kind, exporter, here } of account.links) {
    if (kind !== "stream" || !subjectsCollide(subject, here)) continue;
    if (visited.has(exporter.definition.name)) return "import forms a cycle";
    visited.add(account.definition.name);
    const fault = streamFault(exporter, isSubsetOf(here, subject) ? here : subject, visited);
    if (fault !== null) return fault;
  }
  return null;
}

function serviceFault(
  account: LinkedAccount,
  subject: string,
  visited: Set<string>,
): string | null {
  if (visited.size >= CHAIN_MAX) return "search cycle depth exhausted";
  for (const { kind, exporter, here, there } of account.links) {
    if (kind !== "service" || !subjectsCollide(subject, there)) continue;
    if (visited.has(exporter.definition.name)) return "import forms a cycle";
    visited.add(account.definition.name);
    const fault = serviceFault(exporter, isSubsetOf(here, subject) ? here : subject, visited);
    if (fault !== null) return fault;
  }
  return null;
}
