/** What may be meant by a file, and is not so: imports without effect, and exports nobody imports. */

import { isAuthorized } from "../../accounts/access.ts";
import type { AccountEntry } from "../../accounts/account-entry.ts";
import type { ExportDefinition } from "../../accounts/definition.ts";
import { routeOf } from "../../accounts/import-rule.ts";
import { subjectsCollide } from "../../protocol/subject-text.ts";
import { type AccountMap, labelOf, linksInto, type RefusedImport } from "./account-map.ts";
import { adviceOn } from "./import-advice.ts";
import type { RulePlace } from "./rule-place.ts";

export interface Hint {
  /** Sentences without full stops. */
  readonly text: string;
  readonly advice: readonly string[];
  readonly place: RulePlace | null;
}

/** Exports of others that are named in one answer. */
const EXPORTS_MAX = 5;

export class HintFinder {
  readonly #map: AccountMap;
  readonly #refused: readonly RefusedImport[];

  constructor(map: AccountMap) {
    this.#map = map;
    this.#refused = map.refused;
  }

  /**
   * About messages published in an account.
   *
   * @param isPassed they have come through a service already.
   */
  ofPublished(entry: AccountEntry, subject: string, isPassed: boolean): Hint[] {
    const goes = (pattern: string): boolean => subjectsCollide(subject, pattern);
    const failed = this.#refused.filter(
      ({ importer, definition }) =>
        importer === entry && definition.kind === "service" && goes(routeOf(definition).here),
    );
    if (isPassed) return failed.map((each) => this.#about(each));
    const unheard = this.#refusedFrom(entry, "stream", goes);
    return [
      ...[...failed, ...unheard].map((each) => this.#about(each)),
      ...this.#otherKind(entry, "stream", goes),
      ...this.#exportsOfOthers(entry, "service", goes),
      ...this.#withoutImporters(entry, "stream", goes),
    ];
  }

  /** About subscriptions in an account. */
  ofSubscribed(entry: AccountEntry, subject: string): Hint[] {
    const comes = (pattern: string): boolean => subjectsCollide(subject, pattern);
    const failed = this.#refused.filter(
      ({ importer, definition }) =>
        importer === entry && definition.kind === "stream" && comes(routeOf(definition).here),
    );
    const unheard = this.#refusedFrom(entry, "service", comes);
    return [
      ...[...failed, ...unheard].map((each) => this.#about(each)),
      ...this.#otherKind(entry, "service", comes),
      ...this.#exportsOfOthers(entry, "stream", comes),
      ...this.#withoutImporters(entry, "service", comes),
    ];
  }

  /** About one import that has no effect. */
  #about({ importer, definition, reason }: RefusedImport): Hint {
    const { kind, account, subject } = definition;
    const label = (name: string): string => this.#labelOf(name);
    const exporter = this.#map.entries.find((each) => each.definition.name === account)?.definition;
    const why = this.#map.missing.get(account) ?? reason;
    const text = `the ${kind} import of ${subject} from ${label(account)} into ${labelOf(importer)} has no effect: ${why}`;
    const advice = adviceOn(definition, importer.definition.name, exporter, reason, label);
    return { text, advice, place: this.#map.placeOfImport(importer, definition) };
  }

  #labelOf(name: string): string {
    const entry = this.#map.entries.find((each) => each.definition.name === name);
    return entry === undefined ? name : labelOf(entry);
  }

  #refusedFrom(
    exporter: AccountEntry,
    kind: "stream" | "service",
    fits: (subject: string) => boolean,
  ): RefusedImport[] {
    return this.#refused.filter(
      ({ definition }) =>
        definition.kind === kind &&
        definition.account === exporter.definition.name &&
        fits(definition.subject),
    );
  }

  /** Imports that lead the other way. */
  #otherKind(
    entry: AccountEntry,
    kind: "stream" | "service",
    fits: (subject: string) => boolean,
  ): Hint[] {
    const found = entry.links.filter((each) => each.kind === kind && fits(each.here));
    return found.map(({ here, exporter, definition }) => {
      const from = labelOf(exporter);
      const what =
        kind === "stream"
          ? `messages come from ${from}, and none go there`
          : `requests go to ${from}, and no messages come from there`;
      const text = `${labelOf(entry)} imports ${here} from ${from} as a ${kind}: ${what}`;
      return { text, advice: [], place: this.#map.placeOfImport(entry, definition) };
    });
  }

  /** What the account could import, and does not. */
  #exportsOfOthers(
    entry: AccountEntry,
    kind: "stream" | "service",
    fits: (subject: string) => boolean,
  ): Hint[] {
    const hints: Hint[] = [];
    for (const exporter of this.#map.entries) {
      if (exporter === entry || hints.length >= EXPORTS_MAX) continue;
      for (const each of exporter.definition.exports) {
        if (each.kind !== kind || each.isAutomatic || !fits(each.subject)) continue;
        if (!isOpenTo(exporter, entry, each) || isImported(exporter, entry, each)) continue;
        const text = `${labelOf(exporter)} exports the ${kind} ${each.subject}, and ${labelOf(entry)} does not import it`;
        hints.push({ text, advice: [], place: this.#map.placeOfExport(exporter, each) });
      }
    }
    return hints.slice(0, EXPORTS_MAX);
  }

  #withoutImporters(
    entry: AccountEntry,
    kind: "stream" | "service",
    fits: (subject: string) => boolean,
  ): Hint[] {
    const links = [...linksInto(this.#map, entry, kind)];
    const lonely = entry.definition.exports.filter(
      (each) =>
        each.kind === kind &&
        !each.isAutomatic &&
        fits(each.subject) &&
        !links.some(({ link }) => subjectsCollide(link.there, each.subject)),
    );
    return lonely.map((each) => ({
      text: `${labelOf(entry)} exports the ${kind} ${each.subject}, and no account imports it`,
      advice: [],
      place: this.#map.placeOfExport(entry, each),
    }));
  }
}

/** Whether the account could import all of an export as it is. */
function isOpenTo(exporter: AccountEntry, importer: AccountEntry, each: ExportDefinition): boolean {
  const whole = {
    kind: each.kind,
    account: exporter.definition.name,
    subject: each.subject,
    prefix: "",
    to: "",
    share: false,
    allowTrace: false,
    activation: null,
  };
  return isAuthorized(exporter.definition, importer.definition.name, whole, 0);
}

function isImported(
  exporter: AccountEntry,
  importer: AccountEntry,
  each: ExportDefinition,
): boolean {
  return importer.definition.imports.some(
    ({ kind, account, subject }) =>
      kind === each.kind &&
      account === exporter.definition.name &&
      subjectsCollide(subject, each.subject),
  );
}
