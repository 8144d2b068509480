/**
 * All accounts of a server: made from a configuration, or one by one from claims of an operator's
 * accounts. What one account imports from another is looked at anew whenever either of them changes.
 */

import { TIMER_MS_MAX } from "../bytes/timer-limit.ts";
import type { SubjectMapping } from "../config/options/accounts.ts";
import { configuredClusterName } from "../config/options/effective-cluster.ts";
import type { Options } from "../config/options/options.ts";
import { systemAccountName } from "../config/options/system-account.ts";
import { Account } from "../core/account.ts";
import type { Exchange } from "../core/exchange.ts";
import { Mappings } from "../core/mapping/mappings.ts";
import { currentMicros } from "../log/clock.ts";
import type { Logger } from "../log/logger.ts";
import { GLOBAL_ACCOUNT, SYSTEM_ACCOUNT } from "../protocol/account-names.ts";
import { goQuoteText } from "../protocol/go-quote.ts";
import { isAuthorized } from "./access.ts";
import { AccountEntry, type AllowedImport, type EntryHost } from "./account-entry.ts";
import { logExports, logImport } from "./claims-log.ts";
import { cycleFault } from "./cycles.ts";
import {
  type AccountDefinition,
  definitionsOf,
  emptyDefinition,
  type ImportDefinition,
} from "./definition.ts";
import { importFault, localSubject, routeOf } from "./import-rule.ts";
import { systemImports, withSystemExports } from "./system-share.ts";

/** With so many accounts, none are made any more for the sake of other servers alone. */
const EXPECTED_MAX = 100_000;

export class AccountSet implements EntryHost {
  /** Where clients are that no user ties to another account. */
  readonly global: Account;
  readonly onWake = (account: Account): void => {
    this.#entries.get(account.name)?.carryOut();
    if (account === this.system) this.onSystem(account);
  };
  /** Told when another account is the system account, or none is, and when somebody is in it at last. */
  onSystem: (account: Account | null) => void = ignore;
  /** Told of every import that is refused, each time it is. */
  onRefused: (importer: string, refused: ImportDefinition, why: string) => void = ignore;
  /** Are told of every account that is made from now on. */
  readonly onCreated: ((account: Account) => void)[] = [];
  readonly #exchange: Exchange;
  readonly #log: Logger;
  readonly #entries = new Map<string, AccountEntry>();
  /** Accounts by those whose exports they import. */
  readonly #importers = new Map<string, Set<string>>();
  /** "" when there is to be no system account. */
  #systemName = "";
  #clusterName = "";
  /** Accounts whose imports are being looked at, the innermost last. */
  readonly #linking = new Set<AccountEntry>();
  /** When the first activation in use ends. */
  #expiry: Timer | undefined;
  #expiresAt = Number.POSITIVE_INFINITY;

  constructor(exchange: Exchange, log: Logger) {
    this.#exchange = exchange;
    this.#log = log;
    this.global = this.#create(emptyDefinition(GLOBAL_ACCOUNT)).account;
  }

  /** Null when there is to be none, or its claims are not known yet. */
  get system(): Account | null {
    return this.find(this.#systemName) ?? null;
  }

  get count(): number {
    return this.#entries.size;
  }

  /** Accounts with what they share. */
  get entries(): Iterable<AccountEntry> {
    return this.#entries.values();
  }

  /** All accounts. */
  *all(): Iterable<Account> {
    for (const { account } of this.#entries.values()) yield account;
  }

  /** An account with what it shares. */
  entry(name: string): AccountEntry | undefined {
    return this.#entries.get(name);
  }

  find(name: string): Account | undefined {
    return this.#entries.get(name)?.account;
  }

  /** Takes over a configuration, at the start and at a reload. */
  configure(options: Readonly<Options>): void {
    this.#clusterName = configuredClusterName(options);
    this.#systemName = systemAccountName(options);
    const definitions = definitionsOf(options);
    const wanted = new Set(definitions.map(({ name }) => name));
    if (options.operators.length === 0 && options.trustedKeys.length === 0) {
      for (const name of [...this.#entries.keys()]) if (!wanted.has(name)) this.remove(name);
      for (const definition of definitions) this.#define(definition);
      // Which import completes a cycle depends on their order: it has to be that of the configuration,
      // whatever was in force before.
      for (const entry of this.#entries.values()) entry.links = [];
      for (const { name } of definitions) this.#linkImports(this.#entries.get(name)!, true);
    } else {
      // All others come one by one, with their claims.
      for (const each of definitions) {
        if (each.name === GLOBAL_ACCOUNT || each.name === SYSTEM_ACCOUNT) this.#define(each);
      }
      this.#relinkSystem();
    }
    this.#settleSystem();
  }

  /**
   * Makes or updates one account.
   *
   * @param bring is asked for the exporter of each import before that is looked at, so that an account
   *   that is loaded with others counts before them.
   * @returns what it has become; its members have yet to be looked at.
   */
  apply(definition: AccountDefinition, bring: (exporter: string) => void = ignore): Account {
    const { name } = definition;
    const entry = this.#define(definition);
    entry.updatedAt = currentMicros();
    this.#linkClaims(entry, bring);
    const waiting = [...this.#importersOf(name)].filter(({ missing }) => missing.has(name));
    for (const importer of waiting) this.#linkAgain(importer, entry);
    this.#relinkImporters(name);
    if (name === this.#systemName) this.#relinkSystem();
    this.#settleSystem();
    return entry.account;
  }

  /**
   * Makes an account of which nothing is known but that other servers have it: what they want there is
   * kept until somebody asks for it.
   *
   * @returns null when there are too many accounts.
   */
  expect(name: string): Account | null {
    if (this.#entries.size >= EXPECTED_MAX) return null;
    return this.#define(emptyDefinition(name)).account;
  }

  /** Forgets an account; its members have to go by themselves. */
  remove(name: string): void {
    const entry = this.#entries.get(name);
    if (entry === undefined || entry.account === this.global) return;
    this.#entries.delete(name);
    this.#exchange.accountsByName.remove(entry.account);
    entry.close();
    this.#unregister(entry);
    this.#relinkImporters(name);
    if (name === this.#systemName) this.#relinkSystem();
    this.#settleSystem();
    this.#exchange.replies.dropRequester(entry.account);
    this.#exchange.passage.replySubjects.forget(entry.account);
    if (this.#exchange.gateways !== null) this.#exchange.foreign.keep(entry.account);
  }

  stop(): void {
    clearTimeout(this.#expiry);
  }

  systemLinks(entry: AccountEntry, isLogged: boolean): AllowedImport[] {
    const exporter = this.#entries.get(this.#systemName);
    if (exporter === undefined) return [];
    const { name } = entry.definition;
    const links: AllowedImport[] = [];
    for (const definition of systemImports(name, exporter.definition)) {
      const { to: here, subject: there } = definition;
      const isThere = entry.links.some(
        (each) => each.kind === "service" && each.exporter === exporter && each.here === here,
      );
      if (isThere) continue;
      // As in nats-server, these need no export that is for the account.
      const fault = importFault(definition);
      if (fault === null) links.push({ kind: "service", exporter, here, there, definition });
      else if (isLogged) this.#logSystemFault(definition, fault);
    }
    return links;
  }

  #create(definition: AccountDefinition): AccountEntry {
    const { foreign } = this.#exchange;
    const account = foreign.take(definition.name) ?? new Account(definition.name, this.#exchange);
    const entry = new AccountEntry(account, definition, this.#exchange, this);
    this.#entries.set(definition.name, entry);
    this.#exchange.accountsByName.add(account);
    for (const tell of this.onCreated) tell(account);
    return entry;
  }

  #define(given: AccountDefinition): AccountEntry {
    const definition = given.name === this.#systemName ? withSystemExports(given) : given;
    const entry = this.#entries.get(definition.name) ?? this.#create(definition);
    const { account } = entry;
    const hadMappings = entry.definition.mappings;
    this.#unregister(entry);
    entry.redefine(definition);
    account.nameTag = definition.nameTag;
    account.limits = definition.limits;
    account.trace = definition.trace;
    const { mappings } = definition;
    if (mappings.length === 0) account.mappings = null;
    else if (account.mappings === null || !Bun.deepEquals(mappings, hadMappings)) {
      account.mappings = this.#makeMappings(account, mappings);
    }
    for (const { account: exporter } of definition.imports) {
      const importers = this.#importers.get(exporter) ?? new Set();
      this.#importers.set(exporter, importers.add(definition.name));
    }
    return entry;
  }

  /** Claims may have mappings that make no sense; null when there are no others. */
  #makeMappings({ label }: Account, given: readonly SubjectMapping[]): Mappings | null {
    const made = new Mappings(given, this.#clusterName, ({ subject }, error) => {
      const what = `Error adding subject mapping ${goQuoteText(subject)} for account [${label}]`;
      this.#log.error(`${what}: ${error.message}`);
    });
    return made.count === 0 ? null : made;
  }

  /** What the account imports from others does not count any more. */
  #unregister({ definition: { name, imports } }: AccountEntry): void {
    for (const { account: exporter } of imports) {
      const importers = this.#importers.get(exporter);
      importers?.delete(name);
      if (importers?.size === 0) this.#importers.delete(exporter);
    }
  }

  *#importersOf(exporter: string): Iterable<AccountEntry> {
    for (const name of this.#importers.get(exporter) ?? []) {
      const entry = this.#entries.get(name);
      if (entry !== undefined && !this.#linking.has(entry)) yield entry;
    }
  }

  #relinkImporters(exporter: string): void {
    for (const entry of this.#importersOf(exporter)) this.#linkImports(entry, false);
  }

  /** Takes over what an account's claims say of exports and imports, and says so. */
  #linkClaims(entry: AccountEntry, bring: (exporter: string) => void): void {
    const { account, definition } = entry;
    logExports(this.#log, account.label, definition);
    this.#linking.add(entry);
    this.#linkImports(entry, true, (each) => {
      bring(each.account);
      const exporter = this.find(each.account);
      if (exporter !== undefined) logImport(this.#log, account.label, exporter.label, each);
    });
    this.#linking.delete(entry);
  }

  /** As in nats-server, what an account could not import is tried again when the exporter changes. */
  #linkAgain(importer: AccountEntry, { account }: AccountEntry): void {
    const { label } = importer.account;
    this.#log.debug(`Updating account claims: ${label}`);
    this.#linkClaims(importer, ignore);
    if (!importer.missing.delete(account.name)) return;
    this.#log.error(`Account ${label} has issues importing account ${account.name}`);
  }

  /**
   * @param isLogged refusals are.
   * @param before is told of each import before it is looked at, in the order of the definition.
   */
  #linkImports(
    entry: AccountEntry,
    isLogged: boolean,
    before: (definition: ImportDefinition) => void = ignore,
  ): void {
    const allowed: AllowedImport[] = [];
    const missing = new Set<string>();
    // Others see none of them while they are looked at, and each of them after that.
    entry.links = allowed;
    for (const definition of entry.definition.imports) {
      before(definition);
      const link = this.#allow(entry, definition, allowed, isLogged);
      if (link !== null) allowed.push(link);
      else missing.add(definition.account);
    }
    if (isLogged) entry.missing = missing;
    entry.use(allowed);
    for (const { definition } of allowed) this.#watchExpiry(definition.activation?.expiresAt ?? 0);
  }

  #allow(
    entry: AccountEntry,
    definition: ImportDefinition,
    others: readonly AllowedImport[],
    isLogged: boolean,
  ): AllowedImport | null {
    const { kind, account, subject } = definition;
    const exporter = this.#entries.get(account);
    if (exporter === undefined) return null;
    const refuse = (why: string): null => {
      const { label } = entry.account;
      if (isLogged) this.#log.debug(`Error adding ${kind} import to account [${label}]: ${why}`);
      this.onRefused(entry.definition.name, definition, why);
      return null;
    };
    const now = Date.now() / 1000;
    if (!isAuthorized(exporter.definition, entry.definition.name, definition, now)) {
      return refuse(`${kind} import not authorized`);
    }
    const unusable = importFault(definition);
    if (unusable !== null) return refuse(unusable);
    const { here, there } = routeOf(definition);
    const link: AllowedImport = { kind, exporter, here, there, definition };
    const fault = cycleFault(entry, link, localSubject(definition));
    if (fault !== null) return refuse(fault);
    const isSame = others.some((each) =>
      kind === "stream"
        ? each.kind === kind && each.exporter === exporter && each.there === subject
        : each.kind === kind && each.exporter === exporter && each.here === here,
    );
    return isSame ? refuse(`${kind} import already exists`) : link;
  }

  #settleSystem(): void {
    const { passage } = this.#exchange;
    const { system } = this;
    if (system === passage.systemAccount) return;
    passage.systemAccount = system;
    this.onSystem(system);
  }

  #relinkSystem(): void {
    for (const entry of this.#entries.values()) entry.relink();
  }

  #logSystemFault({ to, subject }: ImportDefinition, fault: string): void {
    const what = `Error setting up system service import ${to} -> ${subject} for account`;
    this.#log.error(`${what}: ${fault}`);
  }

  /** Imports end with the activations that they rest on. */
  #watchExpiry(seconds: number): void {
    const at = seconds * 1000;
    if (at === 0 || at >= this.#expiresAt) return;
    clearTimeout(this.#expiry);
    this.#expiresAt = at;
    const delay = Math.min(Math.max(at - Date.now(), 0), TIMER_MS_MAX);
    this.#expiry = setTimeout(() => this.#onExpiry(), delay);
    this.#expiry.unref();
  }

  #onExpiry(): void {
    this.#expiresAt = Number.POSITIVE_INFINITY;
    for (const entry of this.#entries.values()) {
      if (entry.links.some(({ definition }) => definition.activation !== null)) {
        this.#linkImports(entry, false);
      }
    }
  }
}

function ignore(): void {}
