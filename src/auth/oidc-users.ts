/** Clients with a token of an identity provider, as users of accounts. */

import type { Options } from "../config/options/options.ts";
import type { Logger } from "../log/logger.ts";
import { ClosedReason } from "../protocol/errors.ts";
import { goQuoteText } from "../protocol/go-quote.ts";
import type { AccessRules } from "./access-rules.ts";
import type { AccountDirectory } from "./account-directory.ts";
import { Grant } from "./grant.ts";
import type { LoginAttempt, LoginOutcome } from "./login.ts";
import type { OidcLogin, OidcOutcome } from "./oidc/oidc-outcome.ts";
import { OidcService } from "./oidc/oidc-service.ts";
import { refuse } from "./refusal.ts";

/** Loaded only where such tokens count. */
export class OidcUsers {
  readonly #service: OidcService;
  readonly #accounts: AccountDirectory;

  private constructor(service: OidcService, accounts: AccountDirectory) {
    this.#service = service;
    this.#accounts = accounts;
  }

  static async load(options: Options, log: Logger, accounts: AccountDirectory): Promise<OidcUsers> {
    return new OidcUsers(await OidcService.load(options, log), accounts);
  }

  reconfigure(options: Options): Promise<void> {
    return this.#service.reconfigure(options);
  }

  stop(): void {
    this.#service.stop();
  }

  /**
   * @param attempt with CONNECT as the client sent it.
   * @param previous what was decided before; null when the client was not in.
   * @returns null when CONNECT has no such token, so that the other ways to log in count.
   */
  decide(
    rules: AccessRules,
    attempt: LoginAttempt,
    proxyKey: string,
    previous: Grant | null,
  ): LoginOutcome | Promise<LoginOutcome> | null {
    const before = previous?.identity?.oidc ?? null;
    const outcome =
      before === null ? this.#service.tryToken(attempt) : this.#service.recheck(before, attempt);
    if (outcome === null) return null;
    const conclude = (decided: OidcOutcome): LoginOutcome =>
      this.#conclude(rules, attempt, proxyKey, decided);
    return outcome instanceof Promise ? outcome.then(conclude) : conclude(outcome);
  }

  #conclude(
    rules: AccessRules,
    attempt: LoginAttempt,
    proxyKey: string,
    oidc: OidcOutcome,
  ): LoginOutcome {
    const claimed = attempt.options;
    const fail = (text: string, reason: ClosedReason): LoginOutcome => {
      attempt.debug(text);
      return refuse(reason, { ...claimed, jwt: "" });
    };
    if (!oidc.ok) {
      const { AuthenticationTimeout, AuthenticationViolation } = ClosedReason;
      const reason = oidc.isTemporary ? AuthenticationTimeout : AuthenticationViolation;
      return fail(oidc.reason, reason);
    }
    if (rules.authorization.proxyRequired && proxyKey === "") {
      return fail("proxy connection required", ClosedReason.ProxyRequired);
    }
    const account = this.#accounts.find(oidc.account);
    if (account === undefined) {
      const name = goQuoteText(oidc.account);
      return fail(`OIDC token is for account ${name}: account missing`, VIOLATION);
    }
    const permissions = oidc.permissions ?? rules.users.defaultsOf(oidc.account);
    const login = {
      user: null,
      account,
      permissions: rules.users.compile(permissions),
      expiresAtMs: oidc.expiresAtMs,
      identity: identityOf(oidc),
      // The token is good for whoever has it, so it is not kept where it could be shown.
      options: { ...claimed, user: oidc.user, pass: "", auth_token: "", jwt: "" },
      proxyKey,
    };
    return new Grant(login, { rules, claimed, proved: "", isCalledOut: false });
  }
}

const VIOLATION = ClosedReason.AuthenticationViolation;

function identityOf(oidc: OidcLogin): Grant["identity"] {
  const { user, issuer } = oidc;
  return { nkey: "", name: user, issuer, tags: [], jwt: null, oidc };
}
