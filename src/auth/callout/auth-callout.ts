/**
 * Auth callout: a service that listens in an account decides who may connect, in place of the users
 * that are configured, or of the tokens of that account.
 *
 * The server asks with a token of its own, and believes what it is told only when that is signed by
 * whom it knows, and meant for the very client and server. Whom it asks about, and in which words it
 * says what is wrong, is nats-server's.
 */

import type { AuthCallout as CalloutOptions } from "../../config/options/auth.ts";
import type { Options } from "../../config/options/options.ts";
import { allUsers } from "../../config/validate/users.ts";
import type { Account } from "../../core/account.ts";
import type { Logger } from "../../log/logger.ts";
import { GLOBAL_ACCOUNT } from "../../protocol/account-names.ts";
import { ClosedReason } from "../../protocol/errors.ts";
import { goQuoteText } from "../../protocol/go-quote.ts";
import { JwtError } from "../../protocol/jwt.ts";
import type { AccountDirectory } from "../account-directory.ts";
import type { AccountTrust } from "../jwt/account-trust.ts";
import type { LoginAttempt, LoginFailure, LoginOutcome } from "../login.ts";
import { refuse } from "../refusal.ts";
import { admit } from "./admission.ts";
import type { AnswerPolicy } from "./answer-policy.ts";
import { CalloutError } from "./callout-error.ts";
import type { CalloutService, OwnDecision } from "./callout-service.ts";
import { ConfiguredPolicy } from "./configured-policy.ts";
import { type Answer, Exchange, type ExchangeHost } from "./exchange.ts";
import { OperatorPolicy } from "./operator-policy.ts";
import { PermissionSets } from "./permission-sets.ts";
import { reasonText } from "./reason-text.ts";

/** More clients than these that wait for an answer have to try again later. */
const PENDING_MAX = 16_384;
const FULL_LOG_MS = 2000;

export interface CalloutHost extends ExchangeHost {
  readonly log: Logger;
  readonly accounts: AccountDirectory;
  /** Null where no operator is trusted. */
  readonly trust: AccountTrust | null;
  /**
   * A client is refused by the service, for want of it, or as one of the service's own users: for an
   * event in the account of the service.
   *
   * @param reason "" when there was no answer in time.
   */
  onRefused(account: Account, attempt: LoginAttempt, own: OwnDecision, reason: string): void;
}

export class AuthCallout implements CalloutService {
  readonly #host: CalloutHost;
  readonly #exchange: Exchange;
  readonly #permissions = new PermissionSets();
  readonly #pendingMax: number;
  #callout: CalloutOptions | null = null;
  #pending = 0;
  #fullLoggedAt = Number.NEGATIVE_INFINITY;

  /** @param pendingMax clients that may wait for an answer at a time. */
  constructor(host: CalloutHost, pendingMax = PENDING_MAX) {
    this.#host = host;
    this.#pendingMax = pendingMax;
    this.#exchange = new Exchange(host);
  }

  /** Takes over options; accounts must have done so before. */
  configure(options: Readonly<Options>): void {
    this.#callout = options.authorization?.authCallout ?? null;
    if (this.#callout === null) return;
    const { account, authUsers } = this.#callout;
    const { log } = this.#host;
    const isThere = this.#host.accounts.find(account) !== undefined;
    if (!isThere) log.error(`Authorization callout account ${goQuoteText(account)} not valid`);
    const names = new Set(allUsers(options).map(({ user, nkey }) => (nkey === "" ? user : nkey)));
    const why = isThere ? "<nil>" : "account missing";
    for (const name of authUsers) {
      if (names.has(name)) continue;
      log.error(`Authorization callout user ${goQuoteText(name)} not valid: ${why}`);
    }
  }

  decide(attempt: LoginAttempt, own: OwnDecision): LoginOutcome | Promise<LoginOutcome> {
    return own.user === null ? this.#decideByName(attempt, own) : this.#decideByToken(attempt, own);
  }

  #decideByName(attempt: LoginAttempt, own: OwnDecision): LoginOutcome | Promise<LoginOutcome> {
    const callout = this.#callout;
    if (callout === null || !concerns(callout, own.account.name)) return own.outcome;
    const { accounts, log } = this.#host;
    const account = accounts.find(callout.account);
    const { nkey = "", user = "" } = own.claimedUser ?? {};
    if (callout.authUsers.includes(nkey || user)) return this.#passOn(account, attempt, own);
    if (account === undefined) {
      const name = goQuoteText(callout.account);
      log.warn(`No valid account ${name} for auth callout request: account missing`);
      return refused(own);
    }
    return this.#ask(attempt, own, new ConfiguredPolicy(callout, account, accounts));
  }

  #decideByToken(attempt: LoginAttempt, own: OwnDecision): LoginOutcome | Promise<LoginOutcome> {
    const { trust, accounts } = this.#host;
    const claims = own.accountClaims;
    const users = claims?.authorization?.authUsers ?? [];
    if (trust === null || claims === null || users.length === 0) return own.outcome;
    if (users.includes(own.user!.subject)) {
      return this.#passOn(accounts.find(claims.subject), attempt, own);
    }
    // A client that has not proved to be the token's user is in no account of an operator's.
    const known = own.outcome.ok ? claims : null;
    return this.#ask(attempt, own, new OperatorPolicy(own.account, known, accounts, trust));
  }

  /** For a user of the service itself, who shall not ask what servers ask. */
  #passOn(account: Account | undefined, attempt: LoginAttempt, own: OwnDecision): LoginOutcome {
    const { outcome } = own;
    if (outcome.ok) return outcome.account === account ? this.#mute(outcome) : outcome;
    if (account !== undefined) this.#host.onRefused(account, attempt, own, outcome.reason);
    return outcome;
  }

  async #ask(attempt: LoginAttempt, own: OwnDecision, policy: AnswerPolicy): Promise<LoginOutcome> {
    if (this.#pending >= this.#pendingMax) {
      this.#logFull();
      return refuse(ClosedReason.AuthenticationTimeout, own.options);
    }
    this.#pending++;
    try {
      const answer = await this.#exchange.ask(attempt, own, policy);
      if (answer === null) return this.#giveUp(attempt, own, policy);
      return await this.#take(answer, attempt, own, policy);
    } catch (error) {
      this.#host.log.warn(reasonText((error as Error).message));
      return this.#refuse(attempt, own, policy, error as Error);
    } finally {
      this.#pending--;
    }
  }

  async #take(
    { payload, expected }: Answer,
    attempt: LoginAttempt,
    own: OwnDecision,
    policy: AnswerPolicy,
  ): Promise<LoginOutcome> {
    try {
      const login = await admit(payload, expected, attempt, own, this.#permissions);
      return login.account === policy.account ? this.#mute(login) : login;
    } catch (error) {
      if (!(error instanceof CalloutError || error instanceof JwtError)) throw error;
      // After the client has been told and the log has its name, as in nats-server.
      setImmediate(() => this.#host.log.warn(reasonText(error.message)));
      return this.#refuse(attempt, own, policy, error);
    }
  }

  #giveUp(attempt: LoginAttempt, own: OwnDecision, { account }: AnswerPolicy): LoginFailure {
    const what = "Authorization callout response not received in time on account";
    this.#host.log.debug(`${what} ${goQuoteText(account.name)}`);
    this.#host.onRefused(account, attempt, own, "");
    return refused(own);
  }

  #refuse(
    attempt: LoginAttempt,
    own: OwnDecision,
    { account }: AnswerPolicy,
    error: Error,
  ): LoginFailure {
    this.#host.onRefused(account, attempt, own, reasonText(error.message));
    return refused(own, error instanceof CalloutError ? error.reason : undefined);
  }

  #mute<L extends LoginOutcome & { ok: true }>(login: L): LoginOutcome {
    return { ...login, permissions: this.#permissions.mute(login.permissions) };
  }

  #logFull(): void {
    const now = performance.now();
    if (now - this.#fullLoggedAt < FULL_LOG_MS) return;
    this.#fullLoggedAt = now;
    const what = `${this.#pendingMax} clients wait for an authorization callout response`;
    this.#host.log.warn(`${what}, more are refused`);
  }
}

/**
 * Users of other accounts than those listed are not the service's business. Whoever is no user that
 * is configured counts as one of the global account, and is.
 */
function concerns({ allowedAccounts }: CalloutOptions, account: string): boolean {
  const isAnyone = allowedAccounts.length === 0 || account === GLOBAL_ACCOUNT;
  return isAnyone || allowedAccounts.includes(account);
}

/** What was found before the service was asked still counts where it says more. */
function refused(
  { outcome, options }: OwnDecision,
  reason: ClosedReason = ClosedReason.AuthenticationViolation,
): LoginFailure {
  const isProxyMissing = !outcome.ok && outcome.reason === ClosedReason.ProxyRequired;
  return refuse(isProxyMissing ? outcome.reason : reason, options);
}
