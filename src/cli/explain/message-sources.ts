/** Where messages come from that a subscription in an account gets. */

import { exportFor } from "../../accounts/access.ts";
import type { AccountEntry, AllowedImport } from "../../accounts/account-entry.ts";
import { transformOf } from "../../accounts/import-rule.ts";
import { intersection, wantedSubject } from "../../core/crossing/stream-imports.ts";
import { isSubsetOf, isValidLiteralText } from "../../protocol/subject-text.ts";
import { readTransform } from "../../protocol/subject-transform.ts";
import { type AccountMap, labelOf, linksInto } from "./account-map.ts";
import type { Crowd, People } from "./people.ts";
import type { RulePlace } from "./rule-place.ts";

/** Messages that are published in one account to subjects of one pattern. */
export interface Source {
  readonly account: string;
  readonly subject: string;
  /** What a mapping makes of them, for which publishers need the right; otherwise the same subject. */
  readonly mapped: string;
  /** Steps from there to the subscription; without any they are published in its own account. */
  readonly steps: readonly SourceStep[];
  /** Null where it depends on the very subject. */
  readonly publishers: Crowd | null;
  /** Mappings of the same account that lead some of them elsewhere. */
  readonly diverted: readonly Diversion[];
}

export interface SourceStep {
  readonly kind: "mapping" | "stream" | "service";
  /** Account that the step leads to. */
  readonly account: string;
  /** Subject there. */
  readonly subject: string;
  /** Of a mapping its source and share; of an import its subject in the exporting account. */
  readonly rule: string;
  readonly weight: number;
  readonly place: RulePlace | null;
  readonly exportPlace: RulePlace | null;
}

export interface Diversion {
  readonly source: string;
  readonly destinations: readonly string[];
  readonly place: RulePlace | null;
}

/** So many are looked for. */
const SOURCES_MAX = 10_000;

/** A service import that messages have come by, from the subscription's end. */
type Chain = readonly AllowedImport[];

export class SourceFinder {
  readonly #map: AccountMap;
  readonly #people: People;
  #found: Source[] = [];
  /** There are more than were looked for. */
  isCut = false;

  constructor(map: AccountMap, people: People) {
    this.#map = map;
    this.#people = people;
  }

  /** All for a subscription to this subject. */
  of(entry: AccountEntry, subject: string): Source[] {
    this.#found = [];
    this.#published(entry, subject, []);
    this.#imported(entry, subject);
    this.#requested(entry, subject, [], []);
    return this.#found;
  }

  /** What is published in the account itself, under the subject or one that is mapped to it. */
  #published(entry: AccountEntry, subject: string, steps: readonly SourceStep[]): void {
    const diverted = this.#diversions(entry, subject);
    if (!isWhollyDiverted(entry, subject)) this.#add(entry, subject, subject, steps, diverted);
    for (const { source, step } of this.#mappings(entry, subject)) {
      this.#add(entry, source, step.subject, [step, ...steps], []);
    }
  }

  #imported(importer: AccountEntry, subject: string): void {
    for (const link of importer.links) {
      if (link.kind !== "stream") continue;
      const wanted = wantedFrom(link, subject);
      if (wanted === null) continue;
      const here = intersection(subject, link.here) ?? link.here;
      this.#published(link.exporter, wanted, [this.#stepOf(importer, link, importer, here)]);
    }
  }

  /** Requests of accounts that import a service from here. */
  #requested(
    exporter: AccountEntry,
    subject: string,
    steps: readonly SourceStep[],
    chain: Chain,
  ): void {
    const entering = [{ source: subject, step: null }, ...this.#mappings(exporter, subject)];
    for (const { importer, link } of linksInto(this.#map, exporter, "service")) {
      const isSeen = chain.some((each) => isSameService(each, link));
      if (isSeen) continue;
      for (const { source, step } of entering) {
        const common = intersection(source, link.there);
        if (common === null || (step === null && isWhollyDiverted(exporter, common))) continue;
        const first = this.#stepOf(importer, link, exporter, common);
        const all = [first, ...(step === null ? [] : [step]), ...steps];
        const here = subjectBefore(link, common);
        this.#published(importer, here, all);
        if (this.isCut) return;
        this.#requested(importer, here, all, [...chain, link]);
      }
    }
  }

  #stepOf(
    importer: AccountEntry,
    { kind, definition, exporter, there }: AllowedImport,
    to: AccountEntry,
    subject: string,
  ): SourceStep {
    const exported = exportFor(exporter.definition, kind, there);
    return {
      kind,
      account: labelOf(to),
      subject,
      rule: there,
      weight: 100,
      place: this.#map.placeOfImport(importer, definition),
      exportPlace: exported === null ? null : this.#map.placeOfExport(exporter, exported),
    };
  }

  /** Mappings of an account that lead to subjects of the pattern. */
  *#mappings(
    entry: AccountEntry,
    subject: string,
  ): Iterable<{ readonly source: string; readonly step: SourceStep }> {
    for (const { source, shares } of entry.account.mappings?.all ?? []) {
      for (const share of shares) {
        if (share.transform === null || share.weight === 0) continue;
        const common = intersection(patternOf(source, share.subject), subject);
        if (common === null) continue;
        const step: SourceStep = {
          kind: "mapping",
          account: labelOf(entry),
          subject: common,
          rule: source,
          weight: share.weight,
          place: this.#map.placeOfMapping(entry, source),
          exportPlace: null,
        };
        yield { source, step };
      }
    }
  }

  #diversions(entry: AccountEntry, subject: string): Diversion[] {
    const all = entry.account.mappings?.all ?? [];
    const here = all.filter(({ source }) => intersection(source, subject) !== null);
    return here.map(({ source, shares }) => ({
      source,
      destinations: shares.map((share) => share.subject),
      place: this.#map.placeOfMapping(entry, source),
    }));
  }

  #add(
    entry: AccountEntry,
    subject: string,
    mapped: string,
    steps: readonly SourceStep[],
    diverted: readonly Diversion[],
  ): void {
    if (this.#found.length >= SOURCES_MAX) {
      this.isCut = true;
      return;
    }
    const isOne = isValidLiteralText(mapped);
    const publishers = isOne ? this.#people.publishers(entry.account.name, mapped) : null;
    const account = labelOf(entry);
    this.#found.push({ account, subject, mapped, steps, publishers, diverted });
  }
}

/** Whether mappings take everything that is published to the subject. */
function isWhollyDiverted({ account }: AccountEntry, subject: string): boolean {
  const all = account.mappings?.all ?? [];
  if (!isValidLiteralText(subject)) return all.some(({ source }) => isSubsetOf(subject, source));
  return (account.mappings?.explain(subject) ?? null) !== null;
}

function isSameService(a: AllowedImport, b: AllowedImport): boolean {
  if (a.exporter !== b.exporter) return false;
  const { definition } = a.exporter;
  return exportFor(definition, "service", a.there) === exportFor(definition, "service", b.there);
}

/** What to publish in the importing account for a service to get the subject. */
function subjectBefore({ definition, here, there }: AllowedImport, subject: string): string {
  if (subject === there) return here;
  const transform = transformOf(definition);
  if (transform === null) return here === there ? subject : here;
  return transform.inverse()?.text(subject) ?? here;
}

/** The subscription that the server makes in the exporting account. */
function wantedFrom({ definition, here, there }: AllowedImport, subject: string): string | null {
  const rule = { from: there, to: here, transform: transformOf(definition) };
  const wanted = wantedSubject(rule, Buffer.from(subject).toString("latin1"));
  return wanted === null ? null : Buffer.from(wanted, "latin1").toString();
}

/** All that a mapping can make of its source. */
function patternOf(source: string, destination: string): string {
  const pattern: string[] = [];
  for (const { call, text } of readTransform(source, destination).tokens) {
    // These can make several tokens of one.
    if (call?.startsWith("split") || call?.startsWith("slice")) return [...pattern, ">"].join(".");
    pattern.push(call === null ? text : "*");
  }
  return pattern.join(".");
}
