/** Who may connect according to a file, and which permissions each of them has. */

import type { Permissions, User } from "../../config/options/auth.ts";
import type { Options } from "../../config/options/options.ts";
import { didYouMean } from "../../config/schema/suggest.ts";
import {
  allUsers,
  asksForCredentials,
  permissionsOf,
  userNamed,
} from "../../config/validate/users.ts";
import { GLOBAL_ACCOUNT } from "../../protocol/account-names.ts";
import { ArgumentError } from "../command-arguments.ts";

/** Somebody, or anybody, who may connect. */
export interface Identity {
  /** In a sentence: a name, a public key, or words. */
  readonly name: string;
  readonly account: string;
  /** Null when the file has no list with this user in it. */
  readonly user: User | null;
  readonly permissions: Permissions | null;
  /** Permissions are those of the block, as the user has none. */
  readonly hasDefaults: boolean;
}

/** So many names of users stand in a message. */
const NAMED_MAX = 5;

const TOKEN_HOLDER = "whoever knows the token";
const ANYBODY = "anybody";

/** Everybody a file knows, in its order. */
export function* identities(options: Options): Iterable<Identity> {
  const users = allUsers(options);
  for (const user of users) yield identityOf(user, options);
  const { authorization } = options;
  const single = authorization?.user ?? "";
  if (single !== "") yield unlimited(single);
  else if ((authorization?.token ?? "") !== "") yield unlimited(TOKEN_HOLDER);
  else if (!asksForCredentials(options)) yield unlimited(ANYBODY);
}

/**
 * Who a name or public key belongs to. Without one it is who a client is that gives none, or the only
 * one there is.
 *
 * @throws ArgumentError when there is no such user, or when it has to be said which.
 */
export function identify(options: Options, name: string | undefined, file: string): Identity {
  refuseOperators(options, file);
  if (name !== undefined) return named(options, name, file);
  const { noAuthUser, authorization } = options;
  if (noAuthUser !== "") return named(options, noAuthUser, file);
  const users = allUsers(options);
  if (users.length === 0) {
    for (const only of identities(options)) return only;
    throw new ArgumentError(`nobody may connect: ${file} asks for credentials, and names no user`);
  }
  if (authorization?.authCallout)
    throw new ArgumentError(askedElsewhere("somebody", options, file));
  const names = users.slice(0, NAMED_MAX).map(nameOf).join(", ");
  const more = users.length > NAMED_MAX ? `, and ${users.length - NAMED_MAX} more` : "";
  throw new ArgumentError(`--user has to say who it is about: ${names}${more}`);
}

function named(options: Options, name: string, file: string): Identity {
  const user = userNamed(options, name);
  if (user !== undefined) return identityOf(user, options);
  const { authorization } = options;
  const single = authorization?.user ?? "";
  if (single !== "" && single === name) return unlimited(single);
  const shown = JSON.stringify(name);
  if (authorization?.authCallout) throw new ArgumentError(askedElsewhere(shown, options, file));
  const known = [...allUsers(options).map(nameOf), ...(single === "" ? [] : [single])];
  if (known.length === 0) throw new ArgumentError(`${file} has no users, and so no ${shown}`);
  const advice = didYouMean(name, known);
  throw new ArgumentError(
    `${file} has no user ${shown}${advice === undefined ? "" : `, ${advice}`}`,
  );
}

function askedElsewhere(who: string, options: Options, file: string): string {
  return `what ${who} may do is not in ${file}: ${calloutText(options)}`;
}

/** Who decides in place of the file. */
export function calloutText({ authorization }: Options): string {
  const account = authorization?.authCallout?.account ?? "";
  const where = account === "" || account === GLOBAL_ACCOUNT ? "" : ` in account ${account}`;
  return `a service${where} is asked (auth_callout)`;
}

/** @throws ArgumentError when users bring their permissions along. */
export function refuseOperators({ operators, trustedKeys }: Options, file: string): void {
  if (operators.length === 0 && trustedKeys.length === 0) return;
  throw new ArgumentError(
    `what users may do is not in ${file}: it stands in the JWTs that they connect with (--creds takes one of them, --account tells about an account)`,
  );
}

function identityOf(user: User, options: Options): Identity {
  const permissions = permissionsOf(options, user);
  return {
    name: nameOf(user),
    account: user.account || GLOBAL_ACCOUNT,
    user,
    permissions,
    hasDefaults: user.permissions === null && permissions !== null,
  };
}

/** Default permissions are those of a list of users, and not of who stands in none. */
function unlimited(name: string): Identity {
  return { name, account: GLOBAL_ACCOUNT, user: null, permissions: null, hasDefaults: false };
}

function nameOf({ user, nkey }: User): string {
  return user || nkey;
}
