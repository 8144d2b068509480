/** A login as the authenticator remembers it, so that it can decide about it again. */

import type { User } from "../config/options/auth.ts";
import type { Account } from "../core/account.ts";
import type { PermissionSet } from "../core/permissions/permission-set.ts";
import type { ConnectOptions } from "../protocol/connect-options.ts";
import type { AccessRules } from "./access-rules.ts";
import type { Login, UserIdentity } from "./login.ts";

/** What a login rests on. */
export interface Grounds {
  /** Options that it was decided by. */
  readonly rules: AccessRules;
  /** CONNECT as the client sent it. */
  readonly claimed: Readonly<ConnectOptions>;
  /** The configured secret that the client has given, or the public key that it has signed with. */
  readonly proved: string;
  /** A callout service has decided. */
  readonly isCalledOut: boolean;
}

/** Of a login what need not be said of those that users are configured for. */
export type LoginTerms = Pick<Login, "user" | "account" | "permissions" | "options" | "proxyKey"> &
  Partial<Login>;

export class Grant implements Login, Grounds {
  readonly ok = true;
  readonly user: User | null;
  readonly account: Account;
  readonly permissions: PermissionSet | null;
  readonly maxSubscriptions: number;
  readonly maxPayload: number;
  readonly expiresAtMs: number;
  readonly identity: UserIdentity | null;
  readonly options: Readonly<ConnectOptions>;
  readonly proxyKey: string;
  readonly rules: AccessRules;
  readonly claimed: Readonly<ConnectOptions>;
  readonly proved: string;
  readonly isCalledOut: boolean;

  constructor(login: LoginTerms, grounds: Grounds) {
    this.user = login.user;
    this.account = login.account;
    this.permissions = login.permissions;
    this.maxSubscriptions = login.maxSubscriptions ?? -1;
    this.maxPayload = login.maxPayload ?? -1;
    this.expiresAtMs = login.expiresAtMs ?? 0;
    this.identity = login.identity ?? null;
    this.options = login.options;
    this.proxyKey = login.proxyKey;
    this.rules = grounds.rules;
    this.claimed = grounds.claimed;
    this.proved = grounds.proved;
    this.isCalledOut = grounds.isCalledOut;
  }
}

/** The same login, or one like it that another client has. */
export function shared(login: Login): Login {
  return login instanceof Grant ? login.rules.grants.shared(login) : login;
}
