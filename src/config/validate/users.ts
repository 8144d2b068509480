/** Users, wherever they are defined. */

import type { Permissions, User } from "../options/auth.ts";
import type { Options } from "../options/options.ts";

/** Users of the `authorization` block and of all accounts. */
export function allUsers({ authorization, accounts }: Options): User[] {
  return [...(authorization?.users ?? []), ...accounts.flatMap((account) => account.users)];
}

/**
 * Clients have to say who they are. Any sign of a wish to know it counts, even one that nobody can
 * satisfy: an empty list of users, a password without a user.
 */
export function asksForCredentials(options: Options): boolean {
  const { authorization, operators, trustedKeys } = options;
  if (operators.length > 0 || trustedKeys.length > 0 || allUsers(options).length > 0) return true;
  if (authorization === null) return false;
  const { user, password, token, users, authCallout, oidc } = authorization;
  if (users !== null || authCallout !== null || oidc.length > 0) return true;
  return user + password + token !== "";
}

/** The user of that name, or with that public key. */
export function userNamed(options: Options, name: string): User | undefined {
  const { authorization, accounts } = options;
  const isNamed = ({ user, nkey }: User): boolean => user === name || nkey === name;
  for (const { users } of accounts) {
    const found = users.find(isNamed);
    if (found !== undefined) return found;
  }
  return authorization?.users?.find(isNamed);
}

/** What a user may do: its own permissions, or else the defaults of the block that it is in. */
export function permissionsOf(
  { authorization, accounts }: Options,
  user: User,
): Permissions | null {
  if (user.permissions !== null) return user.permissions;
  if (user.account === "") return authorization?.defaultPermissions ?? null;
  return accounts.find(({ name }) => name === user.account)?.defaultPermissions ?? null;
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
  else if (userNamed(options, name) === undefined) {
    yield `${quoted} not present as user or nkey in authorization block or account configuration`;
  }
}
