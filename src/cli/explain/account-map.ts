/** The accounts of a file as the server makes them, without a server: who imports what, and what not. */

import type { AccountEntry, AllowedImport } from "../../accounts/account-entry.ts";
import { AccountSet } from "../../accounts/account-set.ts";
import type { ExportDefinition, ImportDefinition } from "../../accounts/definition.ts";
import type { AccountOptions, SubjectMapping } from "../../config/options/accounts.ts";
import type { Options } from "../../config/options/options.ts";
import type { RulePlaces } from "../../config/schema/rule-places.ts";
import { didYouMean } from "../../config/schema/suggest.ts";
import { Exchange } from "../../core/exchange.ts";
import { Logger } from "../../log/logger.ts";
import type { TrustedAccounts } from "../../trust/trusted-accounts.ts";
import { ArgumentError } from "../command-arguments.ts";
import { type RulePlace, toPlace } from "./rule-place.ts";

/** An import that has no effect. */
export interface RefusedImport {
  readonly importer: AccountEntry;
  readonly definition: ImportDefinition;
  /** In nats-server's words. */
  readonly reason: string;
}

export class AccountMap {
  readonly exchange: Exchange;
  readonly set: AccountSet;
  /** Why accounts cannot be had that others import from, by name. */
  readonly missing: ReadonlyMap<string, string>;
  /** Claims of the accounts of operators; null when there are no operators. */
  trusted: TrustedAccounts | null = null;
  readonly #places: RulePlaces;
  readonly #accounts: readonly AccountOptions[];
  readonly #globalMappings: readonly SubjectMapping[];
  readonly #whys = new Map<ImportDefinition, string>();

  private constructor({ accounts, mappings }: Options, places: RulePlaces, missing: MissingMap) {
    this.exchange = new Exchange(false);
    this.set = new AccountSet(this.exchange, new Logger(null, { debug: false, trace: false }));
    this.set.onRefused = (_, definition, why) => this.#whys.set(definition, why);
    this.missing = missing;
    this.#places = places;
    this.#accounts = accounts;
    this.#globalMappings = mappings ?? [];
  }

  /**
   * @throws ArgumentError when accounts are those of operators, and cannot be had.
   */
  static async of(options: Options, places: RulePlaces): Promise<AccountMap> {
    const missing = new Map<string, string>();
    const map = new AccountMap(options, places, missing);
    map.set.configure(options);
    if (options.operators.length > 0 || options.trustedKeys.length > 0) {
      const { loadOperatorAccounts } = await import("./operator-accounts.ts");
      map.trusted = await loadOperatorAccounts(options, map.set, missing);
    }
    // Imports are carried out for accounts that somebody is in.
    for (const { account } of map.set.entries) account.wake();
    map.set.stop();
    return map;
  }

  get entries(): readonly AccountEntry[] {
    return [...this.set.entries];
  }

  /** Whether there is anything between accounts, or that changes subjects. */
  get hasWays(): boolean {
    return this.entries.some(
      ({ definition: { imports, exports, mappings } }) =>
        imports.length + mappings.length > 0 || exports.some(({ isAutomatic }) => !isAutomatic),
    );
  }

  /**
   * By name or public key, or by the name behind a key when no other account has it.
   *
   * @throws ArgumentError when there is none.
   */
  find(name: string): AccountEntry {
    const exact = this.entries.find(({ account }) => account.name === name);
    if (exact !== undefined) return exact;
    const tagged = this.entries.filter(({ account }) => account.nameTag === name);
    if (tagged.length === 1) return tagged[0]!;
    const shown = JSON.stringify(name);
    if (tagged.length > 1) {
      throw new ArgumentError(`${tagged.length} accounts are called ${shown}: give a public key`);
    }
    const why = this.missing.get(name);
    if (why !== undefined) throw new ArgumentError(`account ${shown} cannot be had: ${why}`);
    const known = this.entries.flatMap(({ account }) => account.nameTag || account.name);
    const advice = didYouMean(name, known);
    const hint = advice === undefined ? `, there are ${known.join(", ")}` : `, ${advice}`;
    throw new ArgumentError(`there is no account ${shown}${hint}`);
  }

  /** Imports that have no effect, in the order of the accounts. */
  get refused(): RefusedImport[] {
    return this.entries.flatMap((importer) => {
      const inForce = new Set(importer.links.map(({ definition }) => definition));
      const refused = importer.definition.imports.filter((each) => !inForce.has(each));
      return refused.map((definition) => {
        const reason = this.#whys.get(definition) ?? "account missing";
        return { importer, definition, reason };
      });
    });
  }

  placeOfImport({ definition }: AccountEntry, found: ImportDefinition): RulePlace | null {
    return this.#placeIn(definition.name, "imports", definition.imports.indexOf(found));
  }

  placeOfExport({ definition }: AccountEntry, found: ExportDefinition): RulePlace | null {
    return this.#placeIn(definition.name, "exports", definition.exports.indexOf(found));
  }

  /** @param source of the mapping; of several of one source the last counts. */
  placeOfMapping({ definition }: AccountEntry, source: string): RulePlace | null {
    const own = this.#accounts.find(({ name }) => name === definition.name)?.mappings;
    const mapping = (own ?? this.#globalMappings).findLast(({ subject }) => subject === source);
    return mapping === undefined ? null : toPlace(this.#places.part(mapping));
  }

  #placeIn(account: string, list: "imports" | "exports", index: number): RulePlace | null {
    const found = this.#accounts.find(({ name }) => name === account)?.[list][index];
    return found === undefined ? null : toPlace(this.#places.part(found));
  }
}

type MissingMap = ReadonlyMap<string, string>;

/** An account in a sentence. */
export function labelOf({ account }: AccountEntry): string {
  return account.nameTag || account.name;
}

/** Who imports something from an account, and by which import. */
export function* linksInto(
  map: AccountMap,
  exporter: AccountEntry,
  kind: "stream" | "service",
): Iterable<{ readonly importer: AccountEntry; readonly link: AllowedImport }> {
  for (const importer of map.entries) {
    for (const link of importer.links) {
      if (link.kind === kind && link.exporter === exporter) yield { importer, link };
    }
  }
}
