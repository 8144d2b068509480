/** What can be seen of a server from outside, and who is told of what its clients do. */

import type { LoginFailure } from "../auth/login.ts";
import type { Options } from "../config/options/options.ts";
import type { Account, Traffic } from "../core/account.ts";
import type { Denials } from "../core/permissions/denials.ts";
import { ClientCounts } from "../documents/client-counts.ts";
import { ClosedClients } from "../documents/closed-clients.ts";
import type { ClusterView } from "../documents/cluster-view.ts";
import type { LoadedConfiguration, ServerView } from "../documents/server-view.ts";
import { gatewaysOf, type SuperclusterView } from "../documents/supercluster-view.ts";
import type { Client } from "../kinds/client.ts";
import type { ClientObserver } from "../kinds/client-observer.ts";
import type { ClientSession } from "../kinds/client-session.ts";
import { currentMicros } from "../log/clock.ts";
import type { Logger } from "../log/logger.ts";
import type { ServerStats } from "../net/server-stats.ts";
import type { SlowConsumers } from "../net/slow/slow-consumers.ts";
import type { TrafficSampler } from "../net/traffic-sampler.ts";
import type { Phase } from "../process/signals.ts";
import type { ServerInfo } from "../protocol/info.ts";
import type { SystemServices } from "../system/services/system-services.ts";
import type { ConfigurationSource } from "./banner.ts";
import type { Tenancy } from "./tenancy.ts";

/** The parts of a server that there is something to tell of. */
export interface ObservedServer {
  readonly log: Logger;
  readonly options: Readonly<Options>;
  readonly serverInfo: ServerInfo;
  readonly phase: Phase;
  readonly port: number;
  readonly cluster: ClusterView | null;
  readonly supercluster: SuperclusterView | null;
  readonly gate: { readonly clients: ReadonlyMap<number, Client>; readonly count: number };
  readonly tenancy: Tenancy;
  readonly denials: Denials;
  readonly slowConsumers: SlowConsumers;
  readonly stats: ServerStats;
  readonly services: SystemServices;
}

export class Observation implements ServerView, ClientObserver {
  readonly startedAt = currentMicros();
  readonly pageHits = new Map<string, number>();
  readonly closedClients: ClosedClients;
  readonly clientCounts = new ClientCounts();
  configuration: LoadedConfiguration;
  sampler: TrafficSampler | null = null;
  readonly #server: ObservedServer;
  readonly #observers: ClientObserver[] = [];

  constructor(server: ObservedServer, source: ConfigurationSource | null) {
    this.#server = server;
    const { path: file, digest } = source ?? { path: "", digest: "" };
    this.configuration = { loadedAt: this.startedAt, digest, file };
    const { options, tenancy } = server;
    this.closedClients = new ClosedClients(options.maxClosedClients, tenancy.exchange);
    this.tell(this.closedClients);
    this.tell(this.clientCounts);
  }

  get log(): Logger {
    return this.#server.log;
  }

  get options(): Readonly<Options> {
    return this.#server.options;
  }

  get serverInfo(): ServerInfo {
    return this.#server.serverInfo;
  }

  get phase(): Phase {
    return this.#server.phase;
  }

  get port(): number {
    return this.#server.port;
  }

  get cluster(): ClusterView | null {
    return this.#server.cluster;
  }

  get supercluster(): SuperclusterView | null {
    return this.#server.supercluster;
  }

  get activeServers(): number {
    return this.#server.services.peers.servers.count + 1;
  }

  get clients(): ReadonlyMap<number, Client> {
    return this.#server.gate.clients;
  }

  get totalClients(): number {
    return this.#server.gate.count;
  }

  get accounts(): Tenancy["accounts"] {
    return this.#server.tenancy.accounts;
  }

  get trustedAccounts(): ServerView["trustedAccounts"] {
    return this.#server.tenancy.trustedAccounts;
  }

  get exchange(): Tenancy["exchange"] {
    return this.#server.tenancy.exchange;
  }

  get denials(): Denials {
    return this.#server.denials;
  }

  get slowConsumers(): SlowConsumers {
    return this.#server.slowConsumers;
  }

  get stats(): Readonly<ServerStats> {
    return this.#server.stats;
  }

  traffic(): Traffic {
    const sum = withOpen(this.#server.stats, this.clients.values());
    return withOpen(withOpen(sum, this.cluster?.routes ?? []), gatewaysOf(this.supercluster));
  }

  routedTraffic(): Traffic {
    return withOpen(this.#server.stats.routes, this.cluster?.routes ?? []);
  }

  gatewayedTraffic(): Traffic {
    return withOpen(this.#server.stats.gateways, gatewaysOf(this.supercluster));
  }

  /** Lets one more know what clients do. */
  tell(observer: ClientObserver): void {
    this.#observers.push(observer);
  }

  onReloaded(digest: string): void {
    this.configuration = { ...this.configuration, loadedAt: currentMicros(), digest };
  }

  onLogin(client: ClientSession, from: Account): void {
    for (const observer of this.#observers) observer.onLogin(client, from);
  }

  onRefused(client: ClientSession, failure: LoginFailure): void {
    for (const observer of this.#observers) observer.onRefused(client, failure);
  }

  onClosing(client: ClientSession): void {
    for (const observer of this.#observers) observer.onClosing(client);
  }
}

/** Of connections that are closed, and of those that are open what has gone to them too. */
function withOpen(
  { inMsgs, inBytes, outMsgs, outBytes }: Readonly<Traffic>,
  open: Iterable<{ readonly outbound: { readonly outMsgs: number; readonly outBytes: number } }>,
): Traffic {
  const sum = { inMsgs, inBytes, outMsgs, outBytes };
  for (const { outbound } of open) {
    sum.outMsgs += outbound.outMsgs;
    sum.outBytes += outbound.outBytes;
  }
  return sum;
}
