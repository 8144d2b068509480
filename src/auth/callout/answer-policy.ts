/** Who may answer, and what an answer leads to; that depends on where accounts come from. */

import type { Permissions } from "../../config/options/auth.ts";
import type { Account } from "../../core/account.ts";
import type {
  AccountClaims,
  AuthorizationResponse,
  SigningKeyScope,
  UserClaims,
  UserPermissionLimits,
} from "../../trust/claims/claims.ts";

/** Where a user goes, and what counts of its token there. */
export interface Placement {
  readonly account: Account;
  readonly limits: UserPermissionLimits;
  readonly scope: SigningKeyScope | null;
  /** Of the account; null where accounts are configured. */
  readonly claims: AccountClaims | null;
  /** For a user without permissions of its own; null for everything. */
  readonly defaults: Permissions | null;
}

export interface AnswerPolicy {
  /** Where the service listens. */
  readonly account: Account;
  /** What a request is about: the public key of whoever is to sign the answer. */
  readonly subject: string;
  /** Public curve key of the service; "" when nothing is sealed. */
  readonly xkey: string;

  /**
   * Is not asked about answers that came sealed: nobody else could have sent those.
   *
   * @throws CalloutError when whoever has signed the answer may not.
   */
  checkSigner(answer: AuthorizationResponse): void;

  /** @throws CalloutError when the user cannot be placed, or not by whoever has signed its token. */
  place(user: UserClaims): Placement | Promise<Placement>;
}
