/** One account with its exports and imports, and how these are carried out. */

import type { Account } from "../core/account.ts";
import { ServiceExport } from "../core/crossing/service-export.ts";
import { ServiceImport } from "../core/crossing/service-import.ts";
import { StreamImport } from "../core/crossing/stream-import.ts";
import { StreamImports } from "../core/crossing/stream-imports.ts";
import type { Exchange } from "../core/exchange.ts";
import { currentMicros } from "../log/clock.ts";
import { exportFor } from "./access.ts";
import type { Link, LinkedAccount } from "./cycles.ts";
import type { AccountDefinition, ExportDefinition, ImportDefinition } from "./definition.ts";
import { transformOf } from "./import-rule.ts";
import { impliedExport } from "./system-share.ts";

/** An import that was found to be allowed. */
export interface AllowedImport extends Link {
  readonly definition: ImportDefinition;
  readonly exporter: AccountEntry;
}

/** What the accounts of a server have in common. */
export interface EntryHost {
  /** Carries out the imports of an account that somebody is in. */
  readonly onWake: (account: Account) => void;
  /** What an account imports of the system account by itself. */
  systemLinks(entry: AccountEntry, isLogged: boolean): AllowedImport[];
}

export class AccountEntry implements LinkedAccount {
  readonly account: Account;
  definition: AccountDefinition;
  /** When its claims were last taken over, or when it was made: microseconds since 1970. */
  updatedAt = currentMicros();
  /** Imports that are allowed. */
  links: readonly AllowedImport[] = [];
  /** Exporters of imports that were refused, or could not be looked at, when that was last logged. */
  missing: Set<string> = new Set();
  readonly #exchange: Exchange;
  readonly #host: EntryHost;
  /** Exported services in use, by the export's subject. */
  #services = new Map<string, { definition: ExportDefinition; service: ServiceExport }>();
  /** Imported services in force. */
  #imported: ServiceImport[] = [];
  /** Tells what the imports in force were made of. */
  #linked = "";

  #isClosed = false;
  /** Null when it has to be counted again. */
  #sleeping: number | null = null;

  constructor(
    account: Account,
    definition: AccountDefinition,
    exchange: Exchange,
    host: EntryHost,
  ) {
    this.account = account;
    this.definition = definition;
    this.#exchange = exchange;
    this.#host = host;
  }

  /** All imports that are allowed, those of the system account that every account has included. */
  get imports(): readonly AllowedImport[] {
    return this.#isClosed ? [] : [...this.links, ...this.#host.systemLinks(this, false)];
  }

  /** How many imported services will become subscriptions as soon as somebody is in the account. */
  get sleepingServices(): number {
    if (this.account.onWake === null) return 0;
    this.#sleeping ??= this.imports.filter(({ kind }) => kind === "service").length;
    return this.#sleeping;
  }

  /** Exported services that others import. */
  get services(): ServiceExport[] {
    return Array.from(this.#services.values(), ({ service }) => service);
  }

  /** Another definition counts from now on: requests to services that have changed are given up. */
  redefine(definition: AccountDefinition): void {
    this.definition = definition;
    for (const [subject, { definition: old, service }] of this.#services) {
      const now = definition.exports.find((each) => isSameService(each, old));
      if (now !== undefined) {
        service.allowTrace = now.allowTrace;
        continue;
      }
      this.#exchange.replies.dropExport(service);
      this.#services.delete(subject);
    }
  }

  /** The service behind an import's subject; the same one as long as its export stays what it is. */
  serviceFor(subject: string): ServiceExport {
    const definition = exportFor(this.definition, "service", subject) ?? impliedExport(subject);
    const known = this.#services.get(definition.subject);
    if (known !== undefined) return known.service;
    const { responseType, responseThresholdMs, latency } = definition;
    const service = new ServiceExport(
      this.account,
      definition.subject,
      responseType,
      responseThresholdMs,
      latency,
    );
    service.allowTrace = definition.allowTrace;
    this.#services.set(definition.subject, { definition, service });
    return service;
  }

  /** Takes over what is allowed to be imported; it is carried out when somebody is in the account. */
  use(links: readonly AllowedImport[]): void {
    this.links = links;
    this.relink();
  }

  /** The same when only the system account has changed. */
  relink(): void {
    const { account } = this;
    this.#sleeping = null;
    if (account.onWake === null && account.isAwake) this.carryOut();
    else account.onWake = this.#host.onWake;
  }

  /** The account is gone. */
  close(): void {
    this.account.onWake = null;
    this.links = [];
    this.#isClosed = true;
    this.carryOut();
    for (const { service } of this.#services.values()) this.#exchange.replies.dropExport(service);
    this.#services.clear();
  }

  /** Carries out the imports; those in force stay when they are the same. */
  carryOut(): void {
    const links = this.#isClosed ? [] : [...this.links, ...this.#host.systemLinks(this, true)];
    const services = links.filter(({ kind }) => kind === "service");
    const exported = services.map(({ exporter, there }) => exporter.serviceFor(there));
    const linked = links.length === 0 ? "" : describe(links, exported);
    if (linked === this.#linked) return;
    this.#linked = linked;
    this.#unlinkServices();
    this.#imported = services.map((link, index) => this.#importService(link, exported[index]!));
    const streams = links.filter(({ kind }) => kind === "stream");
    this.#importStreams(streams);
  }

  #importStreams(links: readonly AllowedImport[]): void {
    const { subs, queues, crossings, delivery } = this.#exchange;
    const streams = links.map(({ exporter, here, there, definition }) => {
      const rule = {
        exporter: exporter.account,
        importer: this.account,
        from: there,
        to: here,
        transform: transformOf(definition),
        allowTrace: definition.allowTrace,
      };
      return new StreamImport(rule, subs, delivery);
    });
    const imports = streams.length > 0 ? new StreamImports(streams, subs, queues, crossings) : null;
    this.account.importStreams(imports);
  }

  #importService(
    { here, there, definition }: AllowedImport,
    service: ServiceExport,
  ): ServiceImport {
    const { subs, crossings, passage } = this.#exchange;
    const { share, allowTrace } = definition;
    const transform = transformOf(definition);
    const rule = {
      importer: this.account,
      service,
      from: here,
      to: there,
      transform,
      share,
      allowTrace,
    };
    const imported = new ServiceImport(rule, passage);
    imported.number = crossings.add(imported);
    // Every server passes requests on by itself, where they are made.
    imported.subscription = subs.createCrossing(imported.number, 0, 0, false);
    this.account.insertCrossing(imported.subscription, Buffer.from(here));
    return imported;
  }

  #unlinkServices(): void {
    for (const { number, subscription } of this.#imported) {
      this.account.sublist.remove(subscription);
      this.#exchange.subs.destroyCrossing(subscription);
      this.#exchange.crossings.remove(number);
    }
    this.#imported = [];
  }
}

/** Tells whether imports are carried out already. */
function describe(links: readonly AllowedImport[], exported: readonly ServiceExport[]): string {
  const rules = links.map(({ kind, exporter, here, there, definition }) => {
    const { to, prefix, share, allowTrace } = definition;
    return [kind, exporter.account.number, here, there, to, prefix, share, allowTrace];
  });
  return JSON.stringify([rules, exported.map((service) => service.number)]);
}

/** Requests under way are not touched by a change of who may import the service. */
function isSameService(now: ExportDefinition, old: ExportDefinition): boolean {
  return (
    now.kind === old.kind &&
    now.subject === old.subject &&
    now.responseType === old.responseType &&
    now.responseThresholdMs === old.responseThresholdMs &&
    Bun.deepEquals(now.latency, old.latency)
  );
}
