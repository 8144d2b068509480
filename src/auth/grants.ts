/**
 * Logins that are alike, as those of the many connections of one service are. They take half a
 * kilobyte each, and one will do for all. None is kept here longer than some client has it.
 */

import { hashBytes } from "../bytes/hash.ts";
import { type ConnectOptions, DEFAULT_CONNECT } from "../protocol/connect-options.ts";
import type { Grant } from "./grant.ts";

/** Logins that others are compared with, a power of two; whatever is not among them is not shared. */
const KEPT_MAX = 256;
const FIELDS = Object.keys(DEFAULT_CONNECT) as (keyof ConnectOptions)[];

export class Grants {
  /** By user and name. */
  readonly #kept: (WeakRef<Grant> | undefined)[] = [];

  /** The same login, or one like it that another client has. */
  shared(grant: Grant): Grant {
    const { user, name, sig, jwt } = grant.options;
    // No two clients sign the same.
    if (sig !== "" || jwt !== "") return grant;
    const who = Buffer.from(`${user}\n${name}`);
    const slot = hashBytes(who, 0, who.length) & (KEPT_MAX - 1);
    const kept = this.#kept[slot]?.deref();
    if (kept !== undefined && isAlike(kept, grant)) return kept;
    this.#kept[slot] = new WeakRef(grant);
    return grant;
  }
}

function isAlike(one: Grant, other: Grant): boolean {
  return (
    one.user === other.user &&
    one.account === other.account &&
    one.permissions === other.permissions &&
    one.maxSubscriptions === other.maxSubscriptions &&
    one.maxPayload === other.maxPayload &&
    one.expiresAtMs === other.expiresAtMs &&
    one.identity === other.identity &&
    one.proxyKey === other.proxyKey &&
    one.rules === other.rules &&
    one.proved === other.proved &&
    one.isCalledOut === other.isCalledOut &&
    hasSaidTheSame(one.options, other.options) &&
    hasSaidTheSame(one.claimed, other.claimed)
  );
}

function hasSaidTheSame(one: Readonly<ConnectOptions>, other: Readonly<ConnectOptions>): boolean {
  return FIELDS.every((field) => one[field] === other[field]);
}
