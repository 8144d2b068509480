/** One account with its exports and imports, and how these are carried out. */

import type { Account } from "../core/account.ts";
import { ServiceExport } from "../core/crossing/service-export.ts";
import { ServiceImport } from "../core/crossing/service-import.ts";
import { StreamImport } from "../core/crossing/stream-import.ts";
import { StreamImports } from "../core/crossing/stream-imports.ts";
import type { Exchange } from "../core/exchange.ts";
import { exportFor } from "./access.ts";
import type { Link, LinkedAccount } from "./cycles.ts";
import type { AccountDefinition, ExportDefinition, ImportDefinition } from "./definition.ts";
import { transformOf } from "./import-rule.ts";

/** An import that was found to be allowed. */
export interface AllowedImport extends Link {
  readonly definition: ImportDefinition;
  readonly exporter: AccountEntry;
}

export class AccountEntry implements LinkedAccount {
  readonly account: Account;
  definition: AccountDefinition;
  /** Imports that are allowed. */
  links: readonly AllowedImport[] = [];
  /** Exporters of imports that were refused, or could not be looked at, when that was last logged. */
  missing: Set<string> = new Set();
  readonly #exchange: Exchange;
  /** Exported services in use, by the export's subject. */
  #services = new Map<string, { definition: ExportDefinition; service: ServiceExport }>();
  /** Imported services in force. */
  #imported: ServiceImport[] = [];
  /** Tells what the imports in force were made of. */
  #linked = "";

  constructor(account: Account, definition: AccountDefinition, exchange: Exchange) {
    this.account = account;
    this.definition = definition;
    this.#exchange = exchange;
  }

  /** Another definition counts from now on: requests to services that have changed are given up. */
  redefine(definition: AccountDefinition): void {
    this.definition = definition;
    for (const [subject, { definition: old, service }] of this.#services) {
      const now = definition.exports.find((each) => isSameService(each, old));
      if (now !== undefined) continue;
      this.#exchange.replies.dropExport(service);
      this.#services.delete(subject);
    }
  }

  /** The service behind an import's subject; the same one as long as its export stays what it is. */
  serviceFor(subject: string): ServiceExport {
    const definition = exportFor(this.definition, "service", subject)!;
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
    this.#services.set(definition.subject, { definition, service });
    return service;
  }

  /** Takes over what is allowed to be imported; it is carried out when somebody is in the account. */
  use(links: readonly AllowedImport[]): void {
    this.links = links;
    if (links.length === 0 && this.#linked === "") this.account.onWake = null;
    else if (this.account.onWake === null && this.account.isAwake) this.#link();
    else this.account.onWake = () => this.#link();
  }

  /** The account is gone. */
  close(): void {
    this.account.onWake = null;
    this.links = [];
    this.#link();
    for (const { service } of this.#services.values()) this.#exchange.replies.dropExport(service);
    this.#services.clear();
  }

  /** Carries out the imports; those in force stay when they are the same. */
  #link(): void {
    const services = this.links.filter(({ kind }) => kind === "service");
    const exported = services.map(({ exporter, there }) => exporter.serviceFor(there));
    const linked = this.links.length === 0 ? "" : this.#describe(exported);
    if (linked === this.#linked) return;
    this.#linked = linked;
    this.#unlinkServices();
    this.#imported = services.map((link, index) => this.#importService(link, exported[index]!));
    const streams = this.links.filter(({ kind }) => kind === "stream");
    this.#importStreams(streams);
  }

  #describe(exported: readonly ServiceExport[]): string {
    const links = this.links.map(({ kind, exporter, here, there, definition }) => {
      const { to, prefix, share, allowTrace } = definition;
      return [kind, exporter.account.number, here, there, to, prefix, share, allowTrace];
    });
    return JSON.stringify([links, exported.map((service) => service.number)]);
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
    imported.subscription = subs.createCrossing(imported.number, 0, 0);
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
