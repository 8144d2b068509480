/**
 * Options that are to keep people out, and that this server cannot enforce yet.
 *
 * A server that let everybody in where its configuration asks for a password would do harm in
 * silence. As long as one of these is set, it lets nobody in.
 */

import type { Options } from "./options/options.ts";
import { allUsers } from "./validate/users.ts";

/** Names of the blocks in question; empty when everything that is asked for is enforced. */
export function unenforced(options: Options): string[] {
  const { authorization, operators, trustedKeys, tls, allowNonTls } = options;
  const hasCredentials =
    authorization !== null &&
    (authorization.user !== "" || authorization.password !== "" || authorization.token !== "");
  const found: string[] = [];
  if (hasCredentials || (authorization?.authCallout ?? null) !== null) found.push("authorization");
  else if (allUsers(options).length > 0) found.push("users");
  if (operators.length > 0 || trustedKeys.length > 0) found.push("operator");
  if (tls !== null && !allowNonTls) found.push("tls");
  return found;
}
