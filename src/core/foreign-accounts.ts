/**
 * Accounts that other clusters want messages of and that are not here, or not here any more. What is
 * wanted there is kept as long as those clusters are connected: it is told once, and the account may
 * come. Of one that was here, what other servers of this cluster want is kept as well, so it stays.
 */

import { Account } from "./account.ts";
import type { Exchange } from "./exchange.ts";

/** More of them are not kept: their interest is lost. */
export const FOREIGN_MAX = 100_000;
/** Longer names are nobody's. */
const NAME_LENGTH_MAX = 512;

export class ForeignAccounts {
  readonly #exchange: Exchange;
  readonly #byName = new Map<string, Account>();
  /** Those of them that were here. */
  readonly #kept = new Set<Account>();

  constructor(exchange: Exchange) {
    this.#exchange = exchange;
  }

  /** An account that is known not to be here; null for any other. */
  find(name: string): Account | null {
    return this.#byName.get(name) ?? null;
  }

  /** The same for any that is not here; null for one too many. */
  account(name: string): Account | null {
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    if (this.#byName.size >= FOREIGN_MAX || name.length > NAME_LENGTH_MAX) return null;
    const account = new Account(name, this.#exchange);
    this.#byName.set(name, account);
    return account;
  }

  /** The account comes, with what others want of it already. */
  take(name: string): Account | null {
    const account = this.#byName.get(name) ?? null;
    if (account === null) return null;
    this.#byName.delete(name);
    this.#kept.delete(account);
    // Its imports are carried out when somebody is in it.
    account.isAwake = false;
    return account;
  }

  /** The account is not here any more. */
  keep(account: Account): void {
    if (this.#byName.size >= FOREIGN_MAX) return;
    this.#byName.set(account.name, account);
    this.#kept.add(account);
  }

  /** A cluster that has told of the account is gone: it is forgotten if that was the last one. */
  release(account: Account): void {
    account.knownAbroad--;
    if (account.knownAbroad > 0 || account.sublist.size > 0 || this.#kept.has(account)) return;
    if (this.#byName.get(account.name) === account) this.#byName.delete(account.name);
  }
}
