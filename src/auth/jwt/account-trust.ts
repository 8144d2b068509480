/** What the authenticator has to know of accounts that operators vouch for. */

import type { AccountClaims } from "../../trust/claims/claims.ts";

export interface AccountTrust {
  /**
   * Claims of an account, valid and by a trusted operator; the account is then found by its key. Null
   * when there are none to be had. At once when it is known, and then the same object until the
   * claims change. The promise never fails.
   */
  lookup(publicKey: string): AccountClaims | null | Promise<AccountClaims | null>;
  /** The same without looking for them: null also when they have expired, or were deleted. */
  known(publicKey: string): AccountClaims | null;
  /**
   * Why a lookup that has just said null did so, in nats-server's words; "" when the account has expired
   * and the resolver has no newer JWT.
   */
  lookupError(publicKey: string): string;
  /** Counts users whose account may not be used here. */
  unpinnedLogins: number;
  isTrustedIssuer(operatorKey: string): boolean;
  /** In accounts signed with this key of an operator, users have to be signed by signing keys. */
  isStrict(operatorKey: string): boolean;
}
