/** A callout service of an account that an operator vouches for. */

import type { Account } from "../../core/account.ts";
import { goQuoteText } from "../../protocol/go-quote.ts";
import type {
  AccountClaims,
  AuthorizationResponse,
  UserClaims,
} from "../../trust/claims/claims.ts";
import { processUserPermissionsTemplate } from "../../trust/claims/user-template.ts";
import type { AccountDirectory } from "../account-directory.ts";
import type { AccountTrust } from "../jwt/account-trust.ts";
import { accountKeyOf } from "../jwt/jwt-grounds.ts";
import { scopeOf } from "../jwt/signing-keys.ts";
import type { AnswerPolicy, Placement } from "./answer-policy.ts";
import { CalloutError } from "./callout-error.ts";

/** Stands alone in a list for all accounts. */
const ANY_ACCOUNT = "*";

export class OperatorPolicy implements AnswerPolicy {
  readonly account: Account;
  readonly subject: string;
  readonly xkey: string;
  readonly #claims: AccountClaims | null;
  readonly #accounts: AccountDirectory;
  readonly #trust: AccountTrust;

  /**
   * @param account where the client has been put.
   * @param claims of that account; null for the global one, in which nobody answers.
   */
  constructor(
    account: Account,
    claims: AccountClaims | null,
    accounts: AccountDirectory,
    trust: AccountTrust,
  ) {
    this.account = account;
    this.subject = account.name;
    this.xkey = claims?.authorization?.xkey ?? "";
    this.#claims = claims;
    this.#accounts = accounts;
    this.#trust = trust;
  }

  checkSigner({ issuer, issuerAccount }: AuthorizationResponse): void {
    if (issuerAccount !== "" && issuerAccount !== this.subject) {
      const account = goQuoteText(issuerAccount);
      throw new CalloutError(
        `auth callout response issuer account ${account} is not the callout account`,
      );
    }
    if (issuer !== this.subject && !this.#signsForUs(issuer)) {
      throw new CalloutError("auth callout signing key is unknown");
    }
  }

  async place(user: UserClaims): Promise<Placement> {
    const key = accountKeyOf(user);
    if (key !== this.subject && !this.#allows(key)) {
      const issuer = goQuoteText(user.issuer);
      const what = "not permitted as valid account option for auth callout";
      throw new CalloutError(`account ${issuer} ${what} for account ${goQuoteText(this.subject)}`);
    }
    const claims = await this.#trust.lookup(key);
    const account = claims === null ? undefined : this.#accounts.find(key);
    if (claims === null || account === undefined) {
      const reason = claims === null ? this.#trust.lookupError(key) : "account missing";
      const why = reason === "" ? "account expired" : reason;
      const where = `${goQuoteText(key)} for auth callout response on account`;
      throw new CalloutError(`no valid account ${where} ${goQuoteText(this.subject)}: ${why}`);
    }
    const scope = scopeOf(claims, user.issuer, this.#trust.isStrict(claims.issuer));
    if (scope === undefined) {
      throw new CalloutError(`user JWT issuer ${goQuoteText(user.issuer)} is not known`);
    }
    const defaults = claims.defaultPermissions;
    if (scope === null) return { account, limits: user, scope, claims, defaults };
    if (!user.hasEmptyPermissions) {
      const why = "scoped users require no permissions or limits set";
      throw new CalloutError(`user JWT is not valid: ${why}`);
    }
    try {
      const limits = processUserPermissionsTemplate(scope.template, user, claims);
      return { account, limits, scope, claims, defaults };
    } catch (error) {
      throw new CalloutError(`user JWT generated invalid permissions: ${(error as Error).message}`);
    }
  }

  #signsForUs(key: string): boolean {
    const claims = this.#claims;
    if (claims === null) return false;
    return scopeOf(claims, key, this.#trust.isStrict(claims.issuer)) !== undefined;
  }

  #allows(account: string): boolean {
    const allowed = this.#claims?.authorization?.allowedAccounts ?? [];
    return allowed.includes(account) || (allowed.length === 1 && allowed[0] === ANY_ACCOUNT);
  }
}
