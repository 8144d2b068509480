/** Users by name and by public key, with what each may do. */

import type { Permissions, User } from "../config/options/auth.ts";
import { PermissionSet } from "../core/permissions/permission-set.ts";

/** Made anew at each reload; what it has compiled goes with it. */
export class UserIndex {
  readonly names = new Map<string, User>();
  readonly nkeys = new Map<string, User>();
  readonly #defaults: Permissions | null;
  /** By user, or by the permissions of all users that have the same. */
  readonly #compiled = new Map<User | Permissions, PermissionSet>();

  /** @param defaults permissions of users without any of their own. */
  constructor(users: readonly User[], defaults: Permissions | null) {
    this.#defaults = defaults;
    for (const user of users) {
      if (user.nkey !== "") this.nkeys.set(user.nkey, user);
      else this.names.set(user.user, user);
    }
  }

  /** What a user may do; null for everything. Compiled when the user comes for the first time. */
  permissionsOf(user: User): PermissionSet | null {
    const { noWildcards, maxWildcardDepth } = user;
    const isRestricted = noWildcards || maxWildcardDepth > 0;
    const permissions = user.permissions ?? this.#defaults;
    if (permissions === null && !isRestricted) return null;
    const key = isRestricted || permissions === null ? user : permissions;
    let set = this.#compiled.get(key);
    if (set === undefined) {
      set = PermissionSet.compile(permissions, { noWildcards, maxWildcardDepth });
      this.#compiled.set(key, set);
    }
    return set;
  }
}
