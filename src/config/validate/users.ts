/** Users, wherever they are defined. */

import type { User } from "../options/auth.ts";
import type { Options } from "../options/options.ts";

/** Users of the `authorization` block and of all accounts. */
export function allUsers({ authorization, accounts }: Options): User[] {
  return [...(authorization?.users ?? []), ...accounts.flatMap((account) => account.users)];
}

/** The user of clients that give none has to be one that exists. */
export function* noAuthUserFaults(options: Options, name: string): Iterable<string> {
  if (name === "") return;
  if (options.operators.length > 0) {
    yield "no_auth_user not compatible with Trusted Operator";
    return;
  }
  const users = allUsers(options);
  const quoted = `no_auth_user: "${name}"`;
  if (users.length === 0) yield `${quoted} present, but users/nkeys are not defined`;
  else if (!users.some(({ user, nkey }) => user === name || nkey === name)) {
    yield `${quoted} not present as user or nkey in authorization block or account configuration`;
  }
}
