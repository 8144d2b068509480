/** Users by name and by public key, with what each may do. */

import type { Permissions, User } from "../config/options/auth.ts";
import type { Options } from "../config/options/options.ts";
import { PermissionSet } from "../core/permissions/permission-set.ts";
import { GLOBAL_ACCOUNT } from "../protocol/account-names.ts";
import { isBcryptHash } from "../protocol/secret-shapes.ts";

/** Made anew at each reload; what it has compiled goes with it. */
export class UserIndex {
  readonly names = new Map<string, User>();
  readonly nkeys = new Map<string, User>();
  /** Some user's password that is a hash; "" where there are none. */
  readonly someHash: string;
  /** Permissions of users without any of their own, by account; only of accounts that have some. */
  readonly #defaults = new Map<string, Permissions>();
  /** By user, or by the permissions of all users that have the same; some belong to one client only. */
  readonly #compiled = new WeakMap<User | Permissions, PermissionSet>();

  /** @param hidden a user that no file has. */
  constructor({ authorization, accounts }: Readonly<Options>, hidden: User | null) {
    let someHash = "";
    const add = (user: User): void => {
      if (user.nkey !== "") this.nkeys.set(user.nkey, user);
      else this.names.set(user.user, user);
      if (someHash === "" && isBcryptHash(user.password)) someHash = user.password;
    };
    for (const user of authorization?.users ?? []) add(user);
    for (const account of accounts) {
      for (const user of account.users) add(user);
      if (account.defaultPermissions !== null) {
        this.#defaults.set(account.name, account.defaultPermissions);
      }
    }
    if (hidden !== null) add(hidden);
    const own = authorization?.defaultPermissions ?? null;
    if (own !== null) this.#defaults.set(GLOBAL_ACCOUNT, own);
    this.someHash = someHash;
  }

  /** Permissions of users of an account without any of their own; null for everything. */
  defaultsOf(account: string): Permissions | null {
    return this.#defaults.get(account) ?? null;
  }

  /** What a user may do; null for everything. Compiled when the user comes for the first time. */
  permissionsOf(user: User): PermissionSet | null {
    const { noWildcards, maxWildcardDepth } = user;
    const isRestricted = noWildcards || maxWildcardDepth > 0;
    const permissions = user.permissions ?? this.defaultsOf(user.account || GLOBAL_ACCOUNT);
    if (!isRestricted) return this.compile(permissions);
    let set = this.#compiled.get(user);
    if (set === undefined) {
      set = PermissionSet.compile(permissions, { noWildcards, maxWildcardDepth });
      this.#compiled.set(user, set);
    }
    return set;
  }

  /** The same for permissions by themselves. */
  compile(permissions: Permissions | null): PermissionSet | null {
    if (permissions === null) return null;
    let set = this.#compiled.get(permissions);
    if (set === undefined) {
      set = PermissionSet.compile(permissions);
      this.#compiled.set(permissions, set);
    }
    return set;
  }
}
