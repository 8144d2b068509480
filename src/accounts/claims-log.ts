/** What the log says of an account's claims while they are taken over. */

import type { Logger } from "../log/logger.ts";
import { goQuoteText } from "../protocol/go-quote.ts";
import type { AccountDefinition, ImportDefinition } from "./definition.ts";

/** @param label of the account. */
export function logExports(log: Logger, label: string, { exports }: AccountDefinition): void {
  if (!log.debugging) return;
  for (const { kind, subject, isAutomatic } of exports) {
    if (isAutomatic !== true)
      log.debug(`Adding ${kind} export ${goQuoteText(subject)} for ${label}`);
  }
}

/**
 * @param label of the account.
 * @param exporter the label of the account that it imports from.
 */
export function logImport(
  log: Logger,
  label: string,
  exporter: string,
  definition: ImportDefinition,
): void {
  if (!log.debugging) return;
  const [from, to] = sidesOf(definition).map(goQuoteText) as [string, string];
  log.debug(`Adding ${definition.kind} import ${exporter}:${from} for ${label}:${to}`);
}

/** As nats-server has them: a stream comes from there to here, a service is called from here. */
function sidesOf({ kind, subject, prefix, to }: ImportDefinition): [string, string] {
  if (kind === "stream") return [subject, prefix || to];
  return [to || subject, to === subject ? "" : subject];
}
