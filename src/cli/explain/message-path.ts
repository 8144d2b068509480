/**
 * The way of a message through accounts: mappings, imported services and streams.
 *
 * All of it is asked of what the server delivers with: mappings and matchers of the accounts, and the
 * crossings that their imports have put there.
 */

import { exportFor } from "../../accounts/access.ts";
import type { AccountEntry, AllowedImport } from "../../accounts/account-entry.ts";
import { transformOf } from "../../accounts/import-rule.ts";
import { hashBytes } from "../../bytes/hash.ts";
import { RECORD_SHIFT } from "../../bytes/record-pool.ts";
import type { ServiceExport } from "../../core/crossing/service-export.ts";
import { ServiceImport } from "../../core/crossing/service-import.ts";
import { SUB_SINK } from "../../core/subscriptions.ts";
import { Message } from "../../protocol/message.ts";
import { isSubsetOf } from "../../protocol/subject-text.ts";
import { type AccountMap, labelOf, linksInto } from "./account-map.ts";
import { type Hint, HintFinder } from "./hints.ts";
import type { Crowd, People } from "./people.ts";
import type { RulePlace } from "./rule-place.ts";

/** A message published in an account, or passed into it. */
export interface Arrival {
  readonly account: string;
  readonly subject: string;
  /** Null when none applies: there is one way then, under the same subject. */
  readonly mapping: { readonly source: string; readonly place: RulePlace | null } | null;
  readonly ways: readonly Way[];
}

/** What becomes of some of the messages. */
export interface Way {
  /** Percent of the messages. */
  readonly weight: number;
  /** As the mapping has it. */
  readonly destination: string;
  readonly cluster: string;
  /** Null when messages are lost. */
  readonly stop: Stop | null;
}

/** A message under its subject in an account. */
export interface Stop {
  readonly account: string;
  readonly subject: string;
  readonly receivers: Crowd;
  readonly services: readonly ServiceStep[];
  readonly streams: readonly StreamStep[];
  readonly hints: readonly Hint[];
}

interface ImportPlaces {
  readonly import: RulePlace | null;
  readonly export: RulePlace | null;
}

export interface ServiceStep {
  readonly account: string;
  /** Subject of the import in the account before. */
  readonly from: string;
  readonly to: string;
  readonly places: ImportPlaces;
  readonly reply: Reply;
  /** A text says why the message goes no further. */
  readonly next: Arrival | string;
}

/** How an answer comes back. */
export interface Reply {
  /** With question marks for what is random. */
  readonly subject: string;
  readonly responseType: "singleton" | "stream" | "chunked";
  readonly withinMs: number;
  readonly answerers: Crowd;
  /** Where it is published how long requests take; "" for nowhere. */
  readonly latency: string;
}

export interface StreamStep {
  readonly account: string;
  readonly subject: string;
  readonly from: string;
  readonly to: string;
  readonly places: ImportPlaces;
  readonly receivers: Crowd;
}

/** Stands for what the server makes up. */
const REPLY = "_R_.??????.??????";
const TRACKED = ".????????.T";
/** So many services are followed in one answer. */
const SERVICES_MAX = 10_000;

export class PathFinder {
  readonly #map: AccountMap;
  readonly #people: People;
  readonly #hints: HintFinder;
  #left = SERVICES_MAX;

  constructor(map: AccountMap, people: People) {
    this.#map = map;
    this.#people = people;
    this.#hints = new HintFinder(map);
  }

  /** There is more to follow than was followed. */
  get isCut(): boolean {
    return this.#left < 0;
  }

  /** @param chain services that the message has come through. */
  enter(entry: AccountEntry, subject: string, chain: readonly ServiceExport[] = []): Arrival {
    const account = labelOf(entry);
    const mapped = entry.account.mappings?.explain(subject) ?? null;
    if (mapped === null) {
      const stop = this.#stopAt(entry, subject, chain);
      const way = { weight: 100, destination: subject, cluster: "", stop };
      return { account, subject, mapping: null, ways: [way] };
    }
    const { source, destinations } = mapped;
    const ways = destinations.map(({ subject: to, ...rest }) => ({
      ...rest,
      stop: to === "" ? null : this.#stopAt(entry, to, chain),
    }));
    const place = this.#map.placeOfMapping(entry, source);
    return { account, subject, mapping: { source, place }, ways };
  }

  #stopAt(entry: AccountEntry, subject: string, chain: readonly ServiceExport[]): Stop {
    return {
      account: labelOf(entry),
      subject,
      receivers: this.#people.receivers(entry.account.name, subject),
      services: this.#services(entry, subject, chain),
      // What came from a service of another account is not exported further.
      streams: chain.length > 0 ? [] : this.#streams(entry, subject),
      hints: this.#hints.ofPublished(entry, subject, chain.length > 0),
    };
  }

  #services(entry: AccountEntry, subject: string, chain: readonly ServiceExport[]): ServiceStep[] {
    const { subs, crossings } = this.#map.exchange;
    const message = messageTo(subject);
    const { plain, plainCount } = entry.account.sublist.matchRange(
      message.subject,
      0,
      message.subjectEnd,
    );
    const imported: ServiceImport[] = [];
    for (let i = 0; i < plainCount; i++) {
      const slot = subs.pool.words[(plain[i]! << RECORD_SHIFT) + SUB_SINK]!;
      const crossing = slot < 0 ? crossings.at(-slot) : null;
      if (crossing instanceof ServiceImport) imported.push(crossing);
    }
    return imported.map((each) => this.#pass(entry, each, message, chain));
  }

  #pass(
    entry: AccountEntry,
    route: ServiceImport,
    message: Message,
    chain: readonly ServiceExport[],
  ): ServiceStep {
    const { exported, rule } = route;
    const link = entry.links.find(
      ({ kind, exporter, here, there }) =>
        kind === "service" &&
        exporter.account === exported.account &&
        here === rule.from &&
        there === rule.to,
    )!;
    const out = Buffer.alloc(route.maxLength(message));
    const subject = out.toString("utf8", 0, route.writeSubject(message, out, 0));
    return {
      account: labelOf(link.exporter),
      from: rule.from,
      to: rule.to,
      places: this.#placesOf(entry, link),
      reply: this.#replyTo(link, exported),
      next: this.#follow(link.exporter, exported, subject, chain),
    };
  }

  #follow(
    exporter: AccountEntry,
    exported: ServiceExport,
    subject: string,
    chain: readonly ServiceExport[],
  ): Arrival | string {
    if (chain.includes(exported)) {
      return `it has come through the service ${exported.subject} already, so it ends here`;
    }
    if (this.#left-- <= 0) return "what follows is not shown: there are too many services";
    return this.enter(exporter, subject, [...chain, exported]);
  }

  #replyTo({ exporter, there }: AllowedImport, exported: ServiceExport): Reply {
    const { responseType } = exportFor(exporter.definition, "service", there)!;
    const isTracked = exported.latency !== null && this.#map.set.system !== null;
    const subject = isTracked ? REPLY + TRACKED : REPLY;
    const answerers = this.#people.answerers(exporter.account.name, subject);
    const latency = isTracked ? exported.latency!.subject : "";
    return { subject, responseType, withinMs: exported.thresholdMs, answerers, latency };
  }

  #streams(exporter: AccountEntry, subject: string): StreamStep[] {
    const steps: StreamStep[] = [];
    for (const { importer, link } of linksInto(this.#map, exporter, "stream")) {
      if (!isSubsetOf(subject, link.there)) continue;
      const here = subjectHere(link, subject);
      steps.push({
        account: labelOf(importer),
        subject: here,
        from: link.there,
        to: link.here,
        places: this.#placesOf(importer, link),
        receivers: this.#people.receivers(importer.account.name, here),
      });
    }
    return steps;
  }

  #placesOf(importer: AccountEntry, { definition, exporter, kind, there }: AllowedImport) {
    const exported = exportFor(exporter.definition, kind, there);
    return {
      import: this.#map.placeOfImport(importer, definition),
      export: exported === null ? null : this.#map.placeOfExport(exporter, exported),
    };
  }
}

/** What a message of an imported stream is called in the importing account. */
function subjectHere({ definition, here, there }: AllowedImport, subject: string): string {
  const transform = transformOf(definition);
  if (transform !== null) return transform.text(subject);
  return here === there ? subject : here;
}

/** As much of a message as a service import looks at. */
function messageTo(subject: string): Message {
  const message = new Message();
  message.buf = Buffer.from(subject);
  message.subjectEnd = message.buf.length;
  message.hash = hashBytes(message.buf, 0, message.buf.length);
  return message;
}
