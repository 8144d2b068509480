/**
 * Decides about clients of a server that trusts operators. They show tokens: an operator has signed
 * the account's, the account the user's, and the user the nonce.
 *
 * Order of checks and log lines are nats-server's.
 */

import type { ConnectionType } from "../../config/options/auth.ts";
import type { Options } from "../../config/options/options.ts";
import type { ConnectOptions } from "../../protocol/connect-options.ts";
import { ClosedReason, ERR_ACCOUNT_EXPIRED } from "../../protocol/errors.ts";
import { goQuoteText } from "../../protocol/go-quote.ts";
import type { AccountClaims, UserClaims } from "../../trust/claims/claims.ts";
import { decodeUserClaims } from "../../trust/claims/decode.ts";
import { formatIssues, isBlocked } from "../../trust/claims/issues.ts";
import { isAllowedFrom, type TimeWindow, timeWindow } from "../../trust/claims/restrictions.ts";
import { validateClaims } from "../../trust/claims/validate.ts";
import type { AccessRules } from "../access-rules.ts";
import type { AccountDirectory } from "../account-directory.ts";
import { isConnectionType } from "../connection-types.ts";
import { Grant } from "../grant.ts";
import type { LoginAttempt, LoginOutcome, UserIdentity } from "../login.ts";
import { hasSignedNonce } from "../nonce-signature.ts";
import type { OwnOutcome } from "../own-outcome.ts";
import { dismiss, refuse } from "../refusal.ts";
import type { SignatureVerifier } from "../signature.ts";
import type { AccountTrust } from "./account-trust.ts";
import { accountKeyOf, type JwtGrounds } from "./jwt-grounds.ts";
import { deniedJetStream, JwtPermissions } from "./jwt-permissions.ts";
import { reviewGrant } from "./review.ts";
import { isRevoked } from "./signing-keys.ts";
import { VerifiedTokens } from "./verified-tokens.ts";

const MS = 1000;
const INT32_MAX = 0x7fffffff;
const NO_LIMIT = -1;

/** A client on its way through the checks. */
interface Case {
  readonly rules: AccessRules;
  readonly attempt: LoginAttempt;
  /** CONNECT as the client sent it, and with the token that counts. */
  readonly claimed: Readonly<ConnectOptions>;
  readonly options: Readonly<ConnectOptions>;
  readonly proxyKey: string;
  /** Who the client has been until now. */
  readonly before: UserIdentity | null;
}

interface UserCase extends Case {
  readonly user: UserClaims;
  /** The nonce has been signed before. */
  readonly isProved: boolean;
}

export class JwtUsers {
  readonly #trust: AccountTrust;
  readonly #accounts: AccountDirectory;
  readonly #verifier: SignatureVerifier;
  readonly #tokens = new VerifiedTokens();
  readonly #permissions = new JwtPermissions();
  #sentinel = "";
  /** The only accounts that clients may be in; empty for any. */
  #pinned: readonly string[] = [];

  constructor(trust: AccountTrust, accounts: AccountDirectory, verifier: SignatureVerifier) {
    this.#trust = trust;
    this.#accounts = accounts;
    this.#verifier = verifier;
  }

  configure(options: Readonly<Options>): void {
    this.#sentinel = options.defaultSentinel;
    this.#pinned = options.resolverPinnedAccounts;
  }

  /**
   * @param attempt with CONNECT as the client sent it.
   * @param proxyKey of the trusted proxy that the client came through, "" for none.
   * @param previous what was decided before; null when the client was not in.
   */
  async decide(
    rules: AccessRules,
    attempt: LoginAttempt,
    proxyKey: string,
    previous: Grant | null,
  ): Promise<OwnOutcome> {
    const claimed = attempt.options;
    const before = previous?.identity ?? null;
    let token = claimed.jwt;
    let user = await this.#read(token, before);
    if (typeof user === "string" && this.#sentinel !== "") {
      token = this.#sentinel;
      user = await this.#read(token, before);
      if (typeof user === "string") attempt.debug(`User JWT not valid: ${user}`);
    } else if (typeof user === "string") attempt.debug("Authentication requires a user JWT");
    const options = { ...claimed, jwt: token };
    const each: Case = { rules, attempt, claimed, options, proxyKey, before };
    if (typeof user === "string") return refused(each, null, null);
    if (user.proxyRequired && proxyKey === "") return withoutProxy(each, user, null);
    const validation = validateClaims(user, Math.floor(Date.now() / MS));
    if (isBlocked(validation)) {
      attempt.debug(`User JWT no longer valid: ${formatIssues(validation)}`);
      return refused(each, user, null);
    }
    return this.#decideOn({ ...each, user, isProved: before?.jwt?.user.token === token });
  }

  /** Decides again by the claims in force now; what does not depend on them stays. */
  review(grant: Grant, attempt: LoginAttempt): LoginOutcome {
    const jwt = grant.identity?.jwt ?? null;
    if (jwt === null || jwt.account === null) return grant;
    const key = jwt.account.subject;
    if (this.#accounts.find(key) !== grant.account) {
      attempt.debug("Account JWT lookup error: account missing");
      return refuse(ClosedReason.AuthenticationViolation, grant.options, grant.identity);
    }
    const account = this.#trust.known(key);
    // Claims that are not known any more have expired, or have been deleted.
    if (isOver(jwt.account) || account === null) {
      return dismiss(ClosedReason.AuthenticationExpired, ERR_ACCOUNT_EXPIRED, grant);
    }
    const isStrict = this.#trust.isStrict(account.issuer);
    return reviewGrant(grant, jwt, account, isStrict, this.#permissions, attempt);
  }

  /** Whether what was decided by claims would be decided by those in force now. */
  isCurrent({ identity }: Grant): boolean {
    const account = identity?.jwt?.account ?? null;
    return account === null || this.#trust.known(account.subject) === account;
  }

  /** Decodes a token and verifies its signature; a text says why it is none of a user. */
  async #read(token: string, before: UserIdentity | null): Promise<UserClaims | string> {
    if (before?.jwt?.user.token === token) return before.jwt.user;
    const known = this.#tokens.find(token);
    if (known !== undefined) return known;
    try {
      return await decodeUserClaims(token);
    } catch (error) {
      return (error as Error).message;
    }
  }

  async #decideOn(each: UserCase): Promise<OwnOutcome> {
    const { user, attempt, options, isProved } = each;
    const key = accountKeyOf(user);
    if (this.#pinned.length > 0 && !this.#pinned.includes(key)) {
      attempt.debug(`Account ${key} not listed as operator pinned account`);
      this.#trust.unpinnedLogins++;
      return refused(each, user, null);
    }
    const account = await this.#trust.lookup(key);
    if (account === null) {
      const why = this.#trust.lookupError(key);
      attempt.debug(why === "" ? "Account JWT has expired" : `Account JWT lookup error: ${why}`);
      return refused(each, user, null);
    }
    const grounds = this.#endorsed(each, account);
    if (grounds === null) return refused(each, user, account);
    const { limits } = grounds;
    // nats-server does not ask for a proxy that only the signing key asks for.
    if (limits.proxyRequired && each.proxyKey === "") return withoutProxy(each, user, account);
    if (!limits.bearerToken && !isProved) {
      const isSigned = await hasSignedNonce(this.#verifier, user.subject, options.sig, attempt);
      if (!isSigned) return refused(each, user, account);
      // What the account says may have changed in the meantime.
      if (this.#trust.known(key) !== account) return this.#decideOn({ ...each, isProved: true });
    }
    return this.#conclude(each, account, grounds);
  }

  /** Null for a user that may not come like this, whoever it is. */
  #endorsed({ user, attempt }: UserCase, account: AccountClaims): JwtGrounds | null {
    const fail = (text: string): null => {
      attempt.debug(text);
      return null;
    };
    if (!this.#trust.isTrustedIssuer(account.issuer)) {
      return fail("Account JWT not signed by trusted operator");
    }
    const isStrict = this.#trust.isStrict(account.issuer);
    const endorsement = this.#permissions.endorse(user, account, isStrict);
    if (typeof endorsement === "string") return fail(endorsement);
    const { limits } = endorsement;
    if (isOver(account)) return fail("Account JWT has expired");
    if (limits.bearerToken && account.limits.disallowBearer) {
      return fail("Account does not allow bearer tokens");
    }
    const types = limits.allowedConnectionTypes.map((type) => type.toUpperCase());
    const unknown = types.filter((type) => !isConnectionType(type));
    if (unknown.length > 0) {
      attempt.debug(`invalid connection types [${unknown.map(goQuoteText).join(" ")}]`);
      if (unknown.length === types.length) return null;
    }
    if (types.length > 0 && !types.includes(attempt.connectionType satisfies ConnectionType)) {
      return fail("Connection type not allowed");
    }
    return { user, account, ...endorsement };
  }

  /** The client is who it says; whether it may come now, and from where it does. */
  #conclude(each: UserCase, account: AccountClaims, grounds: JwtGrounds): OwnOutcome {
    const { user, attempt } = each;
    const { limits } = grounds;
    if (isRevoked(account, user)) {
      attempt.debug("User authentication revoked");
      return refused(each, user, account);
    }
    if (!isAllowedFrom(limits.src, attempt.ip)) {
      attempt.error(`Bad src Ip ${attempt.ip}`);
      return refused(each, user, account);
    }
    const window = timeWindow(limits.times, limits.locale, Date.now());
    if (!window.allowed) {
      attempt.error("Outside connect times");
      return refused(each, user, account);
    }
    const bound = this.#accounts.find(account.subject);
    if (bound === undefined) {
      attempt.debug("Account JWT lookup error: account missing");
      return refused(each, user, account);
    }
    const { rules, claimed, options, proxyKey } = each;
    const login = {
      user: null,
      account: bound,
      permissions: this.#permissions.compile(limits, account),
      maxSubscriptions: atMostInt32(limits.limits.subs),
      maxPayload: atMostInt32(limits.limits.payload),
      expiresAtMs: endOf(user, window),
      identity: identityOf(grounds),
      options,
      proxyKey,
    };
    this.#tokens.keep(user);
    // Whether one more may come is decided by whoever lets it in.
    const { limits: most, members, remoteMembers } = bound;
    const count = members.size + remoteMembers;
    const isFull = most.maxConnections !== -1 && count >= most.maxConnections;
    if (!isFull) logUser(attempt, grounds, account, bound.mappings !== null);
    const outcome = new Grant(login, { rules, claimed, proved: "", isCalledOut: false });
    return ownOutcome(outcome, options, limits.proxyRequired, user, account);
  }
}

function refused(each: Case, user: UserClaims | null, account: AccountClaims | null): OwnOutcome {
  const { options, before } = each;
  const outcome = refuse(ClosedReason.AuthenticationViolation, options, before);
  return ownOutcome(outcome, options, user?.proxyRequired ?? false, user, account);
}

function withoutProxy(each: Case, user: UserClaims, account: AccountClaims | null): OwnOutcome {
  const { options, before, attempt } = each;
  attempt.debug("proxy connection required");
  const outcome = refuse(ClosedReason.ProxyRequired, options, before);
  return ownOutcome(outcome, options, true, user, account);
}

function ownOutcome(
  outcome: LoginOutcome,
  options: Readonly<ConnectOptions>,
  needsProxy: boolean,
  user: UserClaims | null,
  accountClaims: AccountClaims | null,
): OwnOutcome {
  return { outcome, options, needsProxy, claimedUser: null, user, accountClaims };
}

function isOver({ expiresAt }: AccountClaims): boolean {
  return expiresAt !== 0 && expiresAt * MS <= Date.now();
}

export function identityOf(jwt: JwtGrounds): UserIdentity {
  const { subject, name, issuer, tags } = jwt.user;
  return { nkey: subject, name, issuer, tags, jwt, oidc: null };
}

/** Numbers of a token may be as large as they like; what is below no limit at all allows nothing. */
function atMostInt32(value: number): number {
  return value < NO_LIMIT ? 0 : Math.min(value, INT32_MAX);
}

/** When a user has to go, in milliseconds since 1970; 0 for never. */
export function endOf({ expiresAt }: UserClaims, { untilMs }: TimeWindow): number {
  const ends = [expiresAt * MS, untilMs].filter((end) => end !== 0);
  return ends.length === 0 ? 0 : Math.min(...ends);
}

function logUser(
  attempt: LoginAttempt,
  { user, limits }: JwtGrounds,
  account: AccountClaims,
  hasMappings: boolean,
): void {
  const denied = deniedJetStream(limits.permissions);
  if (denied !== "") attempt.debug(`Connected Client has JetStream denied on ${denied}`);
  const signer = goQuoteText(user.issuer);
  const operator = goQuoteText(account.issuer);
  attempt.debug(
    `Authenticated JWT: Client ${described(user)} signed with ${signer} by Account ` +
      `${described(account)} signed with ${operator} has mappings ${hasMappings}`,
  );
}

function described({ subject, name, tags }: UserClaims | AccountClaims): string {
  const list = `[${tags.map(goQuoteText).join(" ")}]`;
  return `${goQuoteText(subject)} (claim-name: ${goQuoteText(name)}, claim-tags: ${list})`;
}
