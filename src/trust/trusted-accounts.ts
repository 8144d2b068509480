/**
 * Claims of accounts that a trusted operator vouches for.
 *
 * An account is loaded when somebody asks for it, with all that it imports from, and stays until the
 * server ends, as in nats-server: there can be no more of them than operators have signed and the
 * resolver holds. What cannot be had is remembered for a moment only, and only so much of it.
 */

import { TIMER_MS_MAX } from "../bytes/timer-limit.ts";
import type { Logger } from "../log/logger.ts";
import { AccountLoader, type Fetched } from "./account-loader.ts";
import { bootstrapClaims } from "./bootstrap-account.ts";
import type { AccountClaims } from "./claims/claims.ts";
import { Misses } from "./misses.ts";
import type { Operators } from "./operators.ts";
import type { Resolver } from "./resolver.ts";

/** What accounts are made of has changed. Called at once, while the change is made. */
export interface TrustListener {
  /**
   * An account is to be made, or to become what its claims say now. It may import from accounts that
   * come later.
   *
   * @param bring lets an account that it imports from come first, when that is there to be had; the
   *   others come after.
   */
  onUpdate(claims: AccountClaims, bring: (exporter: string) => void): void;
  /** Its JWT has expired or was deleted: its clients have to go. */
  onExpired(account: string): void;
  /** There is no such account any more. */
  onRemove(account: string): void;
}

/** An account that is loaded, and what comes with it. */
interface Party {
  readonly fetched: ReadonlyMap<string, Fetched>;
  /** Exporters that have come. */
  readonly came: string[];
  /** Accounts that wait for their exporters. */
  depth: number;
  /** Exporters that were one level too deep. */
  readonly late: Set<string>;
}

interface Entry {
  claims: AccountClaims;
  /** `performance.now()` of the last update. */
  updatedAt: number;
  /** The account was deleted; it comes back with the next update. */
  isRemoved: boolean;
  /** How often it was deleted: an update that was begun before a deletion has no effect. */
  deletions: number;
  timer: Timer | undefined;
}

/** An account that has expired is looked up again at most this often. */
const RETRY_MS = 1000;
/** So many accounts wait, each for the next one, before they import; what is deeper comes after them. */
const DEPTH_MAX = 100;

export class TrustedAccounts {
  readonly operators: Operators;
  readonly loader: AccountLoader;
  /** Users that were refused because their account is not one of those that may be used here. */
  unpinnedLogins = 0;
  readonly #listener: TrustListener;
  readonly #entries = new Map<string, Entry>();
  readonly #misses = new Misses();
  readonly #loading = new Map<string, Promise<AccountClaims | null>>();
  /** Last update of each account that is under way. */
  readonly #updating = new Map<string, Promise<void>>();
  #loadsUnderWay = 0;
  /** What became of accounts' JWTs since the oldest load that is under way began. */
  readonly #meanwhile = new Map<string, "stored" | "deleted">();

  constructor(operators: Operators, listener: TrustListener) {
    this.operators = operators;
    this.loader = new AccountLoader(operators);
    this.#listener = listener;
  }

  /**
   * Claims of an account, valid and by a trusted operator; the account is then there. Null when there
   * are none to be had, see `lookupError`. At once when it is known, and then the same object until
   * the claims change. The promise never fails.
   */
  lookup(key: string): AccountClaims | null | Promise<AccountClaims | null> {
    const known = this.known(key);
    if (known !== null) return known;
    if (this.#misses.has(key)) return null;
    const found = this.#loading.get(key);
    if (found !== undefined) return found;
    const entry = this.#entries.get(key);
    if (entry !== undefined) {
      this.#log?.debug(`Requested account [${key}] has expired`);
      if (performance.now() - entry.updatedAt < RETRY_MS) {
        this.#log?.debug(`Requested account update for [${key}] ignored, too soon`);
        return this.#miss(key, "account expired");
      }
    }
    const loading = this.#load(key).finally(() => this.#loading.delete(key));
    this.#loading.set(key, loading);
    return loading;
  }

  /** The same without looking for them: null also when they have expired, or were deleted. */
  known(key: string): AccountClaims | null {
    const entry = this.#entries.get(key);
    return entry === undefined || isOver(entry) ? null : entry.claims;
  }

  /**
   * Why a lookup that has just said null did so, in nats-server's words; "" when the account has expired
   * and the resolver has no newer JWT.
   */
  lookupError(key: string): string {
    return this.#misses.reasonOf(key) ?? "account missing";
  }

  isTrustedIssuer(operatorKey: string): boolean {
    return this.operators.isTrustedIssuer(operatorKey);
  }

  isStrict(operatorKey: string): boolean {
    return this.operators.isStrict(operatorKey);
  }

  /** Whether an account was ever loaded: others are not updated but looked up when needed. */
  isKnown(key: string): boolean {
    return this.#entries.has(key);
  }

  /** Whether an account may be there that nobody has asked for yet. */
  mayLoad(key: string): boolean {
    return this.loader.resolver?.mayHave(key) ?? false;
  }

  /** Accounts that are loaded, with their claims. */
  *loaded(): Iterable<AccountClaims> {
    for (const { claims, isRemoved } of this.#entries.values()) if (!isRemoved) yield claims;
  }

  /** Claims of one that is loaded, even if they have expired. */
  loadedClaims(key: string): AccountClaims | null {
    const entry = this.#entries.get(key);
    return entry === undefined || entry.isRemoved ? null : entry.claims;
  }

  /**
   * Gives an account that is known other claims, one update after the other.
   *
   * @throws Error in nats-server's words when they do not count; nothing has changed then.
   */
  update(key: string, jwt: string): Promise<void> {
    const before = this.#updating.get(key) ?? Promise.resolve();
    const deletions = this.#entries.get(key)?.deletions ?? 0;
    const updating = before.catch(() => {}).then(() => this.#update(key, jwt, deletions));
    this.#updating.set(key, updating);
    const end = (): void => {
      if (this.#updating.get(key) === updating) this.#updating.delete(key);
    };
    updating.then(end, end);
    return updating;
  }

  /**
   * Another JWT of an account was stored: one that is known follows it, any other is looked up when
   * it is asked for.
   *
   * @throws Error in nats-server's words when the claims do not count.
   */
  async stored(key: string, jwt: string): Promise<void> {
    this.#misses.delete(key);
    if (this.#loadsUnderWay > 0) this.#meanwhile.set(key, "stored");
    if (this.isKnown(key)) await this.update(key, jwt);
  }

  /** The JWT of an account was deleted: its clients go, and it is looked up anew when asked for. */
  remove(key: string): void {
    if (this.#loadsUnderWay > 0) this.#meanwhile.set(key, "deleted");
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    entry.deletions++;
    if (entry.isRemoved) return;
    this.#log?.debug(`Disable account ${key} due to remove`);
    clearTimeout(entry.timer);
    entry.isRemoved = true;
    entry.updatedAt = performance.now();
    this.#listener.onExpired(key);
    this.#listener.onRemove(key);
  }

  /**
   * Asks the resolver for all loaded accounts again, and drops those that it has no more. For JWTs in
   * the configuration, which has changed.
   *
   * @param kept stays whatever the resolver says.
   */
  async refetch(kept: string): Promise<void> {
    for (const key of [...this.#entries.keys()]) {
      const found = await this.loader.fetch(key);
      if (found instanceof Error) this.#drop(key, "removed", kept);
      else {
        await this.update(key, found.token).catch(() => this.#drop(key, "bad claims", kept));
      }
    }
    this.#misses.clear();
  }

  /** Lets clients be bound to the system account while its JWT cannot be had. */
  bootstrap(key: string, issuer: string): void {
    const party = { fetched: new Map(), came: [], depth: 0, late: new Set<string>() };
    this.#apply(bootstrapClaims(key, issuer), party);
  }

  isBootstrapped(key: string): boolean {
    return this.#entries.get(key)?.claims.token === "";
  }

  /** Another resolver is in use from now on. */
  useResolver(resolver: Resolver | null): void {
    this.loader.resolver = resolver;
    this.#misses.clear();
  }

  close(): void {
    for (const { timer } of this.#entries.values()) clearTimeout(timer);
  }

  get #log(): Logger | null {
    return this.loader.log;
  }

  async #load(key: string): Promise<AccountClaims | null> {
    return await this.#noting(async () => {
      try {
        const { found, jwt } = await this.loader.fetchWithJwt(key);
        if (this.#isSame(key, jwt)) return this.known(key) ?? this.#miss(key, "");
        if (found instanceof Error) throw found;
        await this.#take(found);
        await this.#catchUp(key);
        const claims = this.known(key);
        if (claims === null) throw new Error("account missing");
        return claims;
      } catch (error) {
        const { message } = error as Error;
        return this.#miss(key, this.isKnown(key) ? "account expired" : message);
      }
    });
  }

  #miss(key: string, reason: string): null {
    this.#misses.add(key, reason);
    return null;
  }

  /** Whether a JWT is that of an account that is there, which is said then. */
  #isSame(key: string, jwt: string): boolean {
    const entry = this.#entries.get(key);
    const isSame = entry?.isRemoved === false && entry.claims.token === jwt && jwt !== "";
    if (isSame) this.#log?.debug(`Requested account update for [${key}], same claims detected`);
    return isSame;
  }

  async #update(key: string, jwt: string, deletions: number): Promise<void> {
    const entry = this.#entries.get(key);
    if (entry === undefined) throw new Error("account missing");
    if (this.#isSame(key, jwt)) return;
    const claims = await this.loader.verify(key, jwt);
    const isWanted = (): boolean => this.#entries.get(key)?.deletions === deletions;
    await this.#noting(() => this.#take(claims, isWanted));
  }

  /** While JWTs are read, it is noted what becomes of them. */
  async #noting<T>(work: () => Promise<T>): Promise<T> {
    this.#loadsUnderWay++;
    try {
      return await work();
    } finally {
      this.#loadsUnderWay--;
      if (this.#loadsUnderWay === 0) this.#meanwhile.clear();
    }
  }

  /** Takes claims over, with exporters that are not there yet, unless they are wanted no more. */
  async #take(claims: AccountClaims, isWanted = () => true): Promise<void> {
    const fetched = await this.loader.exportersOf(claims, (key) => this.known(key) !== null);
    if (!isWanted()) return;
    const party: Party = { fetched, came: [], depth: 0, late: new Set() };
    this.#apply(claims, party);
    for (const key of party.late) this.#bring(key, party);
    for (const key of party.came) await this.#catchUp(key);
  }

  /**
   * Lets an exporter come, unless somebody else has loaded it in the meantime.
   *
   * @returns why it cannot be had; null otherwise.
   */
  #bring(key: string, party: Party): Error | null {
    const fetched = party.fetched.get(key);
    if (fetched === undefined || this.known(key) !== null) return null;
    fetched.tell();
    const { found } = fetched;
    if (found instanceof Error) return found;
    if (party.depth >= DEPTH_MAX) party.late.add(key);
    else {
      party.came.push(key);
      this.#apply(found, party);
    }
    return null;
  }

  /** What was read of an account may not be the newest any more. */
  async #catchUp(key: string): Promise<void> {
    const happened = this.#meanwhile.get(key);
    if (happened === "deleted") this.remove(key);
    else if (happened === "stored") await this.#follow(key);
  }

  async #follow(key: string): Promise<void> {
    const newest = await this.loader.fetch(key);
    if (newest instanceof Error || newest.token === this.#entries.get(key)?.claims.token) return;
    await this.update(key, newest.token).catch(() => {});
  }

  #apply(claims: AccountClaims, party: Party): void {
    const { subject, name, imports } = claims;
    this.#log?.debug(`Updating account claims: ${subject}/${name}`);
    const old = this.#entries.get(subject);
    clearTimeout(old?.timer);
    const entry: Entry = {
      claims,
      updatedAt: performance.now(),
      isRemoved: false,
      deletions: old?.deletions ?? 0,
      timer: undefined,
    };
    this.#entries.set(subject, entry);
    this.#misses.delete(subject);
    this.#watchExpiry(subject, entry);
    const asked = new Set<string>();
    const bring = (exporter: string): void => {
      if (asked.has(exporter)) return;
      asked.add(exporter);
      const fault = this.#bring(exporter, party);
      if (fault !== null) this.#logMissing(exporter, claims, fault);
    };
    party.depth++;
    this.#listener.onUpdate(claims, bring);
    for (const { account } of imports) bring(account);
    party.depth--;
  }

  #logMissing(exporter: string, { imports }: AccountClaims, { message }: Error): void {
    for (const { account, subject, kind } of imports) {
      if (account !== exporter) continue;
      const what = `Can't locate account [${account}] for import of [${subject}] ${kind}`;
      this.#log?.error(`${what} (err=${message})`);
    }
  }

  #watchExpiry(key: string, entry: Entry): void {
    const { expiresAt } = entry.claims;
    if (expiresAt === 0) return;
    const wait = Math.max(0, expiresAt * 1000 - Date.now());
    entry.timer = setTimeout(
      () => {
        if (isOver(entry)) this.#listener.onExpired(key);
        else this.#watchExpiry(key, entry);
      },
      Math.min(wait, TIMER_MS_MAX),
    );
    entry.timer.unref();
  }

  #drop(key: string, reason: "removed" | "bad claims", kept: string): void {
    this.#log?.info(`Reloaded: deleting account [${reason}]: "${key}"`);
    if (key === kept) return;
    clearTimeout(this.#entries.get(key)?.timer);
    this.#entries.delete(key);
    this.#listener.onRemove(key);
  }
}

function isOver({ claims, isRemoved }: Entry): boolean {
  return isRemoved || (claims.expiresAt !== 0 && claims.expiresAt * 1000 <= Date.now());
}
