/** Where the authenticator finds the accounts that it binds clients to. */

import type { Account } from "../core/account.ts";

export interface AccountDirectory {
  /** Account of users without one of their own. */
  readonly global: Account;
  /** By name; in operator mode by public key. */
  find(name: string): Account | undefined;
}
