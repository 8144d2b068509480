/**
 * Permissions of users that a callout service sends, and of its own. Tokens are as many as clients,
 * but most of them say the same, and then they share what is compiled.
 */

import type { Permissions } from "../../config/options/auth.ts";
import { PermissionSet } from "../../core/permissions/permission-set.ts";
import { hasNone, withDefaults } from "../jwt/jwt-permissions.ts";

/** Where requests of servers go. */
export const AUTH_SUBJECT = "$SYS.REQ.USER.AUTH";

const SETS_MAX = 256;
/** Characters of permissions that are worth comparing; longer ones are compiled each time. */
const TEXT_MAX = 16 * 1024;

export class PermissionSets {
  /** By what they say, the one used last at the end. */
  readonly #sets = new Map<string, PermissionSet>();
  /** Of users who may not ask what servers ask. */
  readonly #muted = new WeakMap<PermissionSet, PermissionSet>();
  #mutedOnly: PermissionSet | null = null;

  /** Null for everything. */
  compile(permissions: Permissions | null): PermissionSet | null {
    if (permissions === null || hasNone(permissions)) return null;
    const text = JSON.stringify(permissions);
    const set = this.#sets.get(text) ?? PermissionSet.compile(withDefaults(permissions));
    if (text.length > TEXT_MAX) return set;
    this.#sets.delete(text);
    this.#sets.set(text, set);
    if (this.#sets.size > SETS_MAX) this.#sets.delete(this.#sets.keys().next().value!);
    return set;
  }

  /** The same without the right to publish to `AUTH_SUBJECT`. */
  mute(set: PermissionSet | null): PermissionSet {
    if (set === null) {
      this.#mutedOnly ??= PermissionSet.compile(denying(null));
      return this.#mutedOnly;
    }
    let muted = this.#muted.get(set);
    if (muted === undefined) {
      muted = PermissionSet.compile(denying(set.permissions), set.restrictions);
      this.#muted.set(set, muted);
    }
    return muted;
  }
}

function denying(permissions: Permissions | null): Permissions {
  const publish = permissions?.publish ?? null;
  const deny = [...(publish?.deny ?? []), AUTH_SUBJECT];
  return {
    publish: { allow: publish?.allow ?? null, deny },
    subscribe: permissions?.subscribe ?? null,
    responses: permissions?.responses ?? null,
  };
}
