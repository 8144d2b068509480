/** Whom a question is about, and in which account. */

import type { AccountEntry } from "../../accounts/account-entry.ts";
import { ArgumentError } from "../command-arguments.ts";
import type { AccessFile } from "./access-file.ts";
import { AccountMap, labelOf } from "./account-map.ts";
import { type Identity, identify } from "./identity.ts";
import { tokenHolder } from "./oidc-token.ts";

export interface AskerArguments {
  readonly user?: string | undefined;
  readonly account?: string | undefined;
  /** JSON of a token's claims. */
  readonly claims?: string | undefined;
  /** Path of a file with the JWT of a user of an operator's account. */
  readonly creds?: string | undefined;
}

export interface Asker {
  readonly who: Identity;
  readonly entry: AccountEntry;
  readonly map: AccountMap;
  /** Sentences. */
  readonly notes: readonly string[];
}

/**
 * Finds whom the arguments mean.
 *
 * @throws ArgumentError when it is nobody, or has to be said more exactly.
 */
export async function findAsker(file: AccessFile, args: AskerArguments): Promise<Asker> {
  const { options, places } = file;
  const { user, account, claims, creds } = args;
  if ([user, claims, creds].filter((each) => each !== undefined).length > 1) {
    throw new ArgumentError("it is about one of --user, --claims and --creds");
  }
  const known = creds === undefined ? userOf(file, args) : null;
  const map = await AccountMap.of(options, places);
  const named = creds === undefined ? known : await userWith(creds, map);
  if (named === null) return ofAccount(map, map.find(account!));
  const entry = map.find(named.account);
  if (account !== undefined && map.find(account) !== entry) {
    throw new ArgumentError(`${named.name} is in account ${labelOf(entry)}, and not in ${account}`);
  }
  const isChosen = (user ?? claims ?? creds) !== undefined;
  const who = { ...named, account: labelOf(entry) };
  return { who, entry, map, notes: isChosen ? [] : [whyThisOne(named, file)] };
}

/** Null when only an account is named. */
function userOf({ options, path }: AccessFile, args: AskerArguments): Identity | null {
  const { user, account, claims } = args;
  if (claims !== undefined) return tokenHolder(options, claims);
  return user === undefined && account !== undefined ? null : identify(options, user, path);
}

async function userWith(creds: string, { trusted }: AccountMap): Promise<Identity> {
  if (trusted === null) throw new ArgumentError("--creds is for files with an operator");
  const { jwtUser } = await import("./jwt-user.ts");
  return await jwtUser(creds, trusted);
}

function ofAccount(map: AccountMap, entry: AccountEntry): Asker {
  const who = {
    name: "somebody",
    account: labelOf(entry),
    user: null,
    permissions: null,
    hasDefaults: false,
  };
  const option = map.trusted === null ? "--user" : "--creds";
  const note = `Permissions of users are not looked at: ${option} says whose count.`;
  return { who, entry, map, notes: [note] };
}

function whyThisOne({ name, user }: Identity, { options }: AccessFile): string {
  if (user !== null) return `This is about ${name}, who clients without credentials are.`;
  if (options.authorization?.user === name) return `This is about ${name}, the only user.`;
  return `This is about ${name}, as there are no users.`;
}
