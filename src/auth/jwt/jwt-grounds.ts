/** What the login of a user with a token rests on, so that it can be decided on again. */

import type {
  AccountClaims,
  SigningKeyScope,
  UserClaims,
  UserPermissionLimits,
} from "../../trust/claims/claims.ts";

export interface JwtGrounds {
  /** As the token has it. */
  readonly user: UserClaims;
  /** What counts of it: its own, or what the signing key gives. */
  readonly limits: UserPermissionLimits;
  /** Of the key that signed the token; null for none. */
  readonly scope: SigningKeyScope | null;
  /** Claims of the account; null where accounts are configured. */
  readonly account: AccountClaims | null;
}

/** Public key of the account that the token is of, or says it is. */
export function accountKeyOf({ issuer, issuerAccount }: UserClaims): string {
  return issuerAccount === "" ? issuer : issuerAccount;
}
