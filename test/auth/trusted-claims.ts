/** Accounts of an operator, without a resolver. */

import type { AccountTrust } from "../../src/auth/jwt/account-trust.ts";
import type { AccountClaims } from "../../src/trust/claims/claims.ts";
import { decodeAccountClaims } from "../../src/trust/claims/decode.ts";
import { TestAccounts } from "./logins.ts";

export class TestTrust implements AccountTrust {
  unpinnedLogins = 0;
  readonly accounts = new TestAccounts();
  readonly trusted: Set<string>;
  readonly strict = new Set<string>();
  /** Null: all. */
  pinned: Set<string> | null = null;
  readonly #claims = new Map<string, AccountClaims>();

  constructor(...operatorKeys: string[]) {
    this.trusted = new Set(operatorKeys);
  }

  /** Takes over other claims, at once. */
  async set(token: string): Promise<AccountClaims> {
    const claims = await decodeAccountClaims(token);
    this.#claims.set(claims.subject, claims);
    const account = this.accounts.add(claims.subject);
    account.nameTag = claims.name;
    return claims;
  }

  /** The account is still there, while nobody vouches for it any more. */
  forget(key: string): void {
    this.#claims.delete(key);
  }

  remove(key: string): void {
    this.forget(key);
    this.accounts.remove(key);
  }

  lookup(key: string): AccountClaims | null | Promise<AccountClaims | null> {
    return this.known(key);
  }

  known(key: string): AccountClaims | null {
    return this.#claims.get(key) ?? null;
  }

  lookupError(): string {
    return "account missing";
  }

  isPinned(key: string): boolean {
    return this.pinned?.has(key) ?? true;
  }

  isTrustedIssuer(key: string): boolean {
    return this.trusted.has(key);
  }

  isStrict(key: string): boolean {
    return this.strict.has(key);
  }
}
