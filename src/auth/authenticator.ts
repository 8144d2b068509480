/** Who may connect. Decides as nats-server does, in its order, for every kind of listener. */

import type { ConnectionType, User } from "../config/options/auth.ts";
import { DEFAULT_OPTIONS, type Options } from "../config/options/options.ts";
import type { Logger } from "../log/logger.ts";
import type { ConnectOptions } from "../protocol/connect-options.ts";
import { ClosedReason } from "../protocol/errors.ts";
import { AccessRules, hasOperators, needsSignatures } from "./access-rules.ts";
import type { AccountDirectory } from "./account-directory.ts";
import type { CalloutService } from "./callout/callout-service.ts";
import { ConfiguredUsers } from "./configured-users.ts";
import { isAllowedOn } from "./connection-types.ts";
import { Grant } from "./grant.ts";
import { createHiddenUser, needsHiddenUser } from "./hidden-user.ts";
import type { AccountTrust } from "./jwt/account-trust.ts";
import type { JwtUsers } from "./jwt/jwt-users.ts";
import type { Login, LoginAttempt, LoginOutcome } from "./login.ts";
import type { OidcUsers } from "./oidc-users.ts";
import type { OwnOutcome } from "./own-outcome.ts";
import { dismiss, refuse } from "./refusal.ts";
import { SignatureVerifier } from "./signature.ts";

export type { Login, LoginAttempt, LoginFailure, LoginOutcome, UserIdentity } from "./login.ts";

const NONCE_BYTES = 11;

/** What an authenticator needs of its server. */
export interface AuthenticatorHost {
  readonly log: Logger;
  readonly accounts: AccountDirectory;
  /** Null where no operator is trusted. Asked for when options are taken over. */
  readonly trust: AccountTrust | null;
  /** Null where nobody may have to be asked. Asked for at each login. */
  readonly callout: CalloutService | null;
}

export class Authenticator {
  readonly #host: AuthenticatorHost;
  readonly #users: ConfiguredUsers;
  #rules = new AccessRules(DEFAULT_OPTIONS, null, null);
  /** What the rules were made of. */
  #basis = basisOf(DEFAULT_OPTIONS);
  #verifier: SignatureVerifier | null = null;
  #jwt: typeof import("./jwt/jwt-users.ts") | null = null;
  #jwtUsers: JwtUsers | null = null;
  #oidcUsers: OidcUsers | null = null;
  /** The same one as long as the server runs, as clients are known by its name. */
  #hidden: User | null = null;

  constructor(host: AuthenticatorHost) {
    this.#host = host;
    this.#users = new ConfiguredUsers(host.log, host.accounts);
  }

  /** Clients have to say who they are, in one way or another. */
  get isRequired(): boolean {
    return this.#rules.asks !== "nothing";
  }

  /** Clients or proxies may have to sign something. */
  get needsNonce(): boolean {
    return this.#rules.needsNonce;
  }

  /** Users come with tokens, of which others make nothing. */
  get areTokensAsked(): boolean {
    return this.#rules.areTokensAsked;
  }

  /** There is a user for clients that say nothing of themselves, and they may know it. */
  get hasNoAuthUser(): boolean {
    return this.#rules.noAuthUser !== "" && !this.#rules.hidesNoAuthUser;
  }

  /** Loads what options need, so that `configure` takes them over at once. */
  async load(options: Options): Promise<void> {
    if (needsSignatures(options)) this.#verifier ??= await SignatureVerifier.load();
    if (hasOperators(options)) this.#jwt ??= await import("./jwt/jwt-users.ts");
  }

  /**
   * Takes over options, at the start and at a reload. Where nothing has changed that decisions rest on,
   * everything stays, above all the permissions that have been compiled.
   */
  async configure(options: Options): Promise<void> {
    await this.load(options);
    await this.#loadProviders(options);
    this.#useTrust(options);
    const basis = basisOf(options);
    if (Bun.deepEquals(basis, this.#basis)) return;
    this.#basis = basis;
    const isHidden = needsHiddenUser(options);
    if (isHidden) this.#hidden ??= createHiddenUser();
    this.#rules = new AccessRules(options, this.#verifier, isHidden ? this.#hidden : null);
    this.#users.forget();
  }

  /** What a client has to sign: 15 characters. */
  createNonce(): string {
    return Buffer.from(crypto.getRandomValues(new Uint8Array(NONCE_BYTES))).toString("base64url");
  }

  /** Whether a client may begin with something else than CONNECT, as the user of those who do. */
  admitsWithoutConnect(type: ConnectionType): boolean {
    const { users, noAuthUser } = this.#rules;
    const user = users.names.get(noAuthUser);
    return user !== undefined && isAllowedOn(user, type) && !this.#rules.needsProxy(user);
  }

  /**
   * Decides about a client. The answer comes at once, unless something has to be computed or asked for
   * beside. Nothing that a client sends makes it throw, or the promise fail.
   */
  login(attempt: LoginAttempt): LoginOutcome | Promise<LoginOutcome> {
    return this.#decide(attempt, null);
  }

  /**
   * Decides again about a client that is in, by the options and claims in force now. What it has proved
   * once it need not prove again, as long as that is still asked for.
   *
   * @param previous what `login` or `recheck` has last said; null when the client was not in.
   */
  recheck(previous: Login | null, attempt: LoginAttempt): LoginOutcome | Promise<LoginOutcome> {
    if (!(previous instanceof Grant)) return this.login(attempt);
    // With CONNECT as it was; the rest of an attempt is read only when it is asked for.
    const asked: LoginAttempt = Object.create(attempt, { options: { value: previous.claimed } });
    const reviewed = this.#review(previous, asked);
    const isSame = previous.rules === this.#rules && isForeign(previous);
    if (isSame && reviewed.ok && this.#staysCalledOut(previous, reviewed)) return reviewed;
    if (!reviewed.ok) return reviewed;
    const outcome = this.#decide(asked, previous);
    return outcome instanceof Promise
      ? outcome.then((decided) => this.#settle(previous, decided))
      : this.#settle(previous, outcome);
  }

  /** Whether options and claims are still those by which a client was let in. */
  isCurrent(login: Login): boolean {
    if (!(login instanceof Grant) || login.rules !== this.#rules) return false;
    return this.#jwtUsers?.isCurrent(login) ?? true;
  }

  /** Ends what runs beside the server. Passwords that still wait are not verified any more. */
  stop(): void {
    this.#users.stop();
    this.#oidcUsers?.stop();
  }

  #useTrust(options: Options): void {
    const { trust, accounts } = this.#host;
    if (trust === null || !hasOperators(options)) return;
    this.#jwtUsers ??= new this.#jwt!.JwtUsers(trust, accounts, this.#verifier!);
    this.#jwtUsers.configure(options);
  }

  async #loadProviders(options: Options): Promise<void> {
    if (this.#oidcUsers !== null) await this.#oidcUsers.reconfigure(options);
    else if (options.authorization?.oidc.length) {
      const { OidcUsers } = await import("./oidc-users.ts");
      this.#oidcUsers = await OidcUsers.load(options, this.#host.log, this.#host.accounts);
    }
  }

  #decide(attempt: LoginAttempt, previous: Grant | null): LoginOutcome | Promise<LoginOutcome> {
    const rules = this.#rules;
    const { options } = attempt;
    const proxyKey = rules.proxies.keyOf(attempt, options, previous?.proxyKey ?? "");
    if (proxyKey === null) {
      attempt.debug("proxy is not trusted");
      return refuse(ClosedReason.ProxyNotTrusted, this.#counting(options));
    }
    if (!rules.areTokensAsked) {
      const provided = this.#oidcUsers?.decide(rules, attempt, proxyKey, previous) ?? null;
      if (provided !== null) return this.#unlessChanged(attempt, previous, provided);
    }
    const own = this.#decideAlone(attempt, proxyKey, previous);
    const ask = (decided: OwnOutcome): LoginOutcome | Promise<LoginOutcome> =>
      this.#ask(attempt, proxyKey, decided);
    const outcome = own instanceof Promise ? own.then(ask) : ask(own);
    return this.#unlessChanged(attempt, previous, outcome);
  }

  /** A reload in the meantime may have changed what is right. */
  #unlessChanged(
    attempt: LoginAttempt,
    previous: Grant | null,
    outcome: LoginOutcome | Promise<LoginOutcome>,
  ): LoginOutcome | Promise<LoginOutcome> {
    if (!(outcome instanceof Promise)) return outcome;
    const rules = this.#rules;
    return outcome.then((decided) =>
      this.#rules === rules ? decided : this.#decide(attempt, previous),
    );
  }

  /** What the server itself makes of a client. */
  #decideAlone(
    attempt: LoginAttempt,
    proxyKey: string,
    previous: Grant | null,
  ): OwnOutcome | Promise<OwnOutcome> {
    const rules = this.#rules;
    const options = this.#counting(attempt.options);
    if (rules.asks === "nothing") {
      const account = this.#host.accounts.global;
      const login = { user: null, account, permissions: null, options, proxyKey };
      const grounds = { rules, claimed: attempt.options, proved: "", isCalledOut: false };
      return ownOutcome(options, new Grant(login, grounds));
    }
    if (!rules.areTokensAsked) {
      return this.#users.decide(rules, this.#verifier, attempt, options, proxyKey, previous);
    }
    if (this.#jwtUsers === null) {
      return ownOutcome(options, refuse(ClosedReason.AuthenticationViolation, options));
    }
    return this.#jwtUsers.decide(rules, attempt, proxyKey, previous);
  }

  /** A callout service has the last word, where there is one. */
  #ask(
    attempt: LoginAttempt,
    proxyKey: string,
    own: OwnOutcome,
  ): LoginOutcome | Promise<LoginOutcome> {
    const { callout, accounts } = this.#host;
    if (callout === null) return own.outcome;
    const rules = this.#rules;
    const account = own.outcome.ok ? own.outcome.account : accounts.global;
    const outcome = callout.decide(attempt, { ...own, account, proxyKey });
    const take = (decided: LoginOutcome): LoginOutcome => {
      if (decided === own.outcome || !decided.ok) return decided;
      const proved = own.outcome instanceof Grant ? own.outcome.proved : "";
      const identity = own.outcome.ok ? own.outcome.identity : null;
      const isCalledOut = decided.identity !== identity;
      return new Grant(decided, { rules, claimed: attempt.options, proved, isCalledOut });
    };
    return outcome instanceof Promise ? outcome.then(take) : take(outcome);
  }

  /** CONNECT without a token where no operator is trusted, as then it means nothing. */
  #counting(options: Readonly<ConnectOptions>): Readonly<ConnectOptions> {
    return options.jwt === "" || this.#rules.areTokensAsked ? options : { ...options, jwt: "" };
  }

  #review(previous: Grant, attempt: LoginAttempt): LoginOutcome {
    return this.#jwtUsers?.review(previous, attempt) ?? previous;
  }

  /** Other permissions lack what a callout service has taken from the former. */
  #staysCalledOut(previous: Grant, reviewed: Login): boolean {
    const isAsked = (reviewed.identity?.jwt?.account?.authorization ?? null) !== null;
    return !isAsked || reviewed.permissions === previous.permissions;
  }

  /**
   * As in nats-server, a client is let go without a word when its user is gone or has moved. Holders of
   * an identity provider's tokens are told that their tokens do not count any more.
   */
  #settle(previous: Grant, outcome: LoginOutcome): LoginOutcome {
    const { options, account, identity } = previous;
    if (outcome.ok && outcome.account.name === account.name) return outcome;
    if (!outcome.ok) {
      if (identity !== null && identity.oidc !== null) return outcome;
      if (this.#rules.areTokensAsked || outcome.reason !== ClosedReason.AuthenticationViolation) {
        return outcome;
      }
      const { names, nkeys } = this.#rules.users;
      const isThere = options.nkey === "" ? names.has(options.user) : nkeys.has(options.nkey);
      if (isThere || (options.nkey === "" && options.user === "")) return outcome;
    }
    return dismiss(ClosedReason.ClientClosed, "", previous);
  }
}

/** The user is none of those that are configured. */
function isForeign({ identity, isCalledOut }: Grant): boolean {
  return identity !== null || isCalledOut;
}

function ownOutcome(options: Readonly<ConnectOptions>, outcome: LoginOutcome): OwnOutcome {
  const nobody = { claimedUser: null, user: null, accountClaims: null };
  return { outcome, options, needsProxy: false, ...nobody };
}

/** The options that rules are made of. */
function basisOf(options: Readonly<Options>): Partial<Options> {
  const { authorization, accounts, noAuthUser, proxies, systemAccount } = options;
  const { operators, trustedKeys, defaultSentinel, resolverPinnedAccounts } = options;
  const { resolverPreload, tls, websocket, mqtt, leafnodes } = options;
  return {
    ...{ authorization, accounts, noAuthUser, proxies, systemAccount },
    ...{ operators, trustedKeys, defaultSentinel, resolverPinnedAccounts },
    ...{ resolverPreload, tls, websocket, mqtt, leafnodes },
  };
}
