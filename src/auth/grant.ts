/** A login as the authenticator remembers it, so that it can decide about it again. */

import type { User } from "../config/options/auth.ts";
import type { PermissionSet } from "../core/permissions/permission-set.ts";
import type { ConnectOptions } from "../protocol/connect-options.ts";
import type { Login } from "./login.ts";

/** What a login rests on. */
interface Grounds {
  /** CONNECT as the client sent it. */
  readonly claimed: Readonly<ConnectOptions>;
  /** The configured secret that the client has given, or the public key that it has signed with. */
  readonly proved: string;
}

export class Grant implements Login, Grounds {
  readonly ok = true;
  readonly user: User | null;
  readonly permissions: PermissionSet | null;
  readonly options: Readonly<ConnectOptions>;
  readonly proxyKey: string;
  readonly claimed: Readonly<ConnectOptions>;
  readonly proved: string;

  constructor(login: Omit<Login, "ok">, grounds: Grounds) {
    this.user = login.user;
    this.permissions = login.permissions;
    this.options = login.options;
    this.proxyKey = login.proxyKey;
    this.claimed = grounds.claimed;
    this.proved = grounds.proved;
  }
}
