/**
 * Options that are to keep people out, and that this server cannot enforce yet.
 *
 * A server that let everybody in where its configuration asks for more would do harm in silence. As
 * long as one of these is set, it lets nobody in.
 */

import type { Options } from "./options/options.ts";

/** Names of the blocks in question; empty when everything that is asked for is enforced. */
export function unenforced(options: Options): string[] {
  const { authorization, accounts, operators, trustedKeys, tls } = options;
  const found: string[] = [];
  if ((authorization?.authCallout ?? null) !== null) found.push("auth_callout");
  // Users of different accounts must not hear of each other.
  if (accounts.some(({ users }) => users.length > 0)) found.push("accounts");
  if (operators.length > 0 || trustedKeys.length > 0) found.push("operator");
  if (tls !== null && tls.certStore !== "") found.push("cert_store");
  return found;
}
