/** What the authenticator and a service of the operator's own, that decides who may connect, share. */

import type { User } from "../../config/options/auth.ts";
import type { Account } from "../../core/account.ts";
import type { ConnectOptions } from "../../protocol/connect-options.ts";
import type { AccountClaims, UserClaims } from "../../trust/claims/claims.ts";
import type { LoginAttempt, LoginOutcome } from "../login.ts";

/** What the server itself has made of a client, before any service is asked. */
export interface OwnDecision {
  readonly outcome: LoginOutcome;
  /** CONNECT with the user that a certificate, `no_auth_user` or a sentinel gave, in or not. */
  readonly options: Readonly<ConnectOptions>;
  /** Where the outcome has put the client; the global account when it has put it nowhere. */
  readonly account: Account;
  /** The user has to come through a trusted proxy. */
  readonly needsProxy: boolean;
  /** Public key of the one that it has come through, "" for none. */
  readonly proxyKey: string;
  /**
   * The configured user that the client has named, by whatever means, and whether it has proved that
   * or not; null for none, and where an operator is trusted.
   */
  readonly claimedUser: User | null;
  /** The user's token as decoded; null when there is no operator, or no token that can be read. */
  readonly user: UserClaims | null;
  /**
   * Claims of the account that the token is of; null when they are not to be had, or when the token
   * is not even worth looking for them.
   */
  readonly accountClaims: AccountClaims | null;
}

/** Decides in the end; most of what it is given passes through. */
export interface CalloutService {
  /**
   * The outcome that counts. It is `own.outcome`, and at once, where nobody is to be asked: no
   * service is configured, the account is not its business, or the user is one of the service's own.
   * The latter is not allowed to ask the service's questions itself, so its permissions may differ.
   *
   * Otherwise it is another object. The promise never fails, and takes no longer than the
   * authorization timeout.
   */
  decide(attempt: LoginAttempt, own: OwnDecision): LoginOutcome | Promise<LoginOutcome>;
}
