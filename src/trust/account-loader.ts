/** Gets claims of accounts from a resolver, and believes only what a trusted operator has signed. */

import { goDuration } from "../log/go-duration.ts";
import type { Logger } from "../log/logger.ts";
import { isAccountKey } from "./account-key.ts";
import type { AccountClaims } from "./claims/claims.ts";
import { decodeAccountClaims } from "./claims/decode.ts";
import { isBlocked } from "./claims/issues.ts";
import { validateClaims } from "./claims/validate.ts";
import type { Operators } from "./operators.ts";
import type { Resolver } from "./resolver.ts";

/** Accounts that are asked for at a time; beyond that a lookup fails at once. */
const FETCHES_MAX = 4096;
/** Exporters that are asked for at a time for the sake of one account. */
const EXPORTERS_AT_ONCE = 16;
/** A fetch that takes longer is worth a warning. */
const SLOW_MS = 1000;

/** What became of a fetch. */
export interface Fetched {
  readonly found: AccountClaims | Error;
  /** As it came; "" when nothing did. */
  readonly jwt: string;
  /** Lets the log say what became of it, once. */
  tell(): void;
}

export class AccountLoader {
  resolver: Resolver | null = null;
  /** Null: nothing is said. */
  log: Logger | null = null;
  readonly #operators: Operators;
  readonly #fetching = new Map<string, Promise<Fetched>>();

  constructor(operators: Operators) {
    this.#operators = operators;
  }

  /** Claims as the resolver has them now. */
  async fetch(key: string): Promise<AccountClaims | Error> {
    return (await this.fetchWithJwt(key)).found;
  }

  /** The same, with the JWT, which may be of claims that do not count. */
  async fetchWithJwt(key: string): Promise<Fetched> {
    const fetched = await this.#share(key);
    fetched.tell();
    return fetched;
  }

  /** @throws Error in nats-server's words when a JWT is none that counts for the account. */
  async verify(key: string, jwt: string): Promise<AccountClaims> {
    const claims = await this.vouched(key, jwt);
    const now = Math.floor(Date.now() / 1000);
    // In the second in which they expire they are still valid, and already of no use.
    const isExpired = claims.expiresAt > 0 && claims.expiresAt <= now;
    if (isExpired || isBlocked(validateClaims(claims, now))) throw invalid();
    return claims;
  }

  /** The same, whatever the claims are. */
  async vouched(key: string, jwt: string): Promise<AccountClaims> {
    const claims = await decodeAccountClaims(jwt);
    const { issuer, subject } = claims;
    if (!this.#operators.isTrustedIssuer(issuer) || subject !== key) throw invalid();
    return claims;
  }

  /**
   * All accounts that an account imports from, directly or by others, and that are not loaded yet.
   * The log knows nothing of them before they are used.
   *
   * @param isLoaded whether an account needs no fetch.
   */
  async exportersOf(
    root: AccountClaims,
    isLoaded: (key: string) => boolean,
  ): Promise<ReadonlyMap<string, Fetched>> {
    const fetched = new Map<string, Fetched>();
    const wanted = new Set<string>();
    const want = ({ imports }: AccountClaims): void => {
      for (const { account } of imports) {
        const isKnown = account === root.subject || fetched.has(account) || isLoaded(account);
        if (!isKnown) wanted.add(account);
      }
    };
    want(root);
    while (wanted.size > 0) {
      const batch = [...wanted.values().take(EXPORTERS_AT_ONCE)];
      const answers = await Promise.all(batch.map((key) => this.#share(key)));
      for (const [index, answer] of answers.entries()) {
        const key = batch[index]!;
        wanted.delete(key);
        fetched.set(key, answer);
        if (!(answer.found instanceof Error)) want(answer.found);
      }
    }
    return fetched;
  }

  /** Those who ask at the same time share one answer. */
  #share(key: string): Promise<Fetched> {
    const found = this.#fetching.get(key);
    if (found !== undefined) return found;
    const fetching = this.#fetch(key).finally(() => this.#fetching.delete(key));
    this.#fetching.set(key, fetching);
    return fetching;
  }

  /** Never fails. */
  async #fetch(key: string): Promise<Fetched> {
    const { resolver } = this;
    if (resolver === null) return { found: new Error("account missing"), jwt: "", tell() {} };
    const start = performance.now();
    const jwt = await this.#fetchJwt(key, resolver).catch((error: Error) => error);
    const ms = performance.now() - start;
    let isTold = false;
    const tell = (): void => {
      if (!isTold) this.#log(key, ms, jwt instanceof Error ? jwt : null);
      isTold = true;
    };
    if (jwt instanceof Error) return { found: jwt, jwt: "", tell };
    return { found: await this.verify(key, jwt).catch((error: Error) => error), jwt, tell };
  }

  async #fetchJwt(key: string, resolver: Resolver): Promise<string> {
    if (this.#fetching.size > FETCHES_MAX) throw new Error("too many accounts are looked up");
    if (!isAccountKey(key)) throw new Error("will only fetch valid account keys");
    return await resolver.fetch(key);
  }

  #log(key: string, ms: number, failure: Error | null): void {
    const text = `Account [${key}] fetch took ${goDuration(ms)}`;
    if (ms > SLOW_MS) this.log?.warn(text);
    else this.log?.debug(text);
    if (failure !== null) this.log?.warn(`Account fetch failed: ${failure.message}`);
  }
}

export function invalid(): Error {
  return new Error("account validation failed");
}
