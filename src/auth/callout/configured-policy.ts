/** A callout service that the configuration names: one key signs everything, for any account. */

import type { AuthCallout } from "../../config/options/auth.ts";
import type { Account } from "../../core/account.ts";
import { goQuoteText } from "../../protocol/go-quote.ts";
import type { AuthorizationResponse, UserClaims } from "../../trust/claims/claims.ts";
import type { AccountDirectory } from "../account-directory.ts";
import type { AnswerPolicy, Placement } from "./answer-policy.ts";
import { CalloutError } from "./callout-error.ts";

export class ConfiguredPolicy implements AnswerPolicy {
  readonly account: Account;
  readonly subject: string;
  readonly xkey: string;
  readonly #accounts: AccountDirectory;

  constructor({ issuer, xkey }: AuthCallout, account: Account, accounts: AccountDirectory) {
    this.account = account;
    this.subject = issuer;
    this.xkey = xkey;
    this.#accounts = accounts;
  }

  checkSigner({ issuer }: AuthorizationResponse): void {
    if (issuer !== this.subject) throw new CalloutError("auth callout signing key is unknown");
  }

  place(user: UserClaims): Placement {
    const { issuer, issuerAccount, audience } = user;
    const own = goQuoteText(this.account.name);
    if (issuerAccount !== "") {
      throw new CalloutError(
        `error non operator mode account ${own}: attempted to use issuer_account`,
      );
    }
    if (issuer !== this.subject) {
      const keys = `expected ${goQuoteText(this.subject)} got ${goQuoteText(issuer)}`;
      throw new CalloutError(`wrong issuer for auth callout response on account ${own}, ${keys}`);
    }
    const account = this.#accounts.find(audience);
    if (account === undefined) {
      const where = `${goQuoteText(audience)} for auth callout response on account ${own}`;
      throw new CalloutError(`no valid account ${where}: account missing`);
    }
    // Defaults in a configuration are for the users there.
    return { account, limits: user, scope: null, claims: null, defaults: null };
  }
}
