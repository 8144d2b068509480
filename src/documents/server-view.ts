/**
 * What may be told of a server: everything that monitoring, its own services and its events look at.
 * The server is such a view itself, so what is read is always what is so now.
 */

import type { AccountSet } from "../accounts/account-set.ts";
import type { Options } from "../config/options/options.ts";
import type { Traffic } from "../core/account.ts";
import type { Exchange } from "../core/exchange.ts";
import type { Denials } from "../core/permissions/denials.ts";
import type { Client } from "../kinds/client.ts";
import type { Logger } from "../log/logger.ts";
import type { ServerStats } from "../net/server-stats.ts";
import type { SlowConsumers } from "../net/slow/slow-consumers.ts";
import type { TrafficSampler } from "../net/traffic-sampler.ts";
import type { Phase } from "../process/signals.ts";
import type { ServerInfo } from "../protocol/info.ts";
import type { TrustedAccounts } from "../trust/trusted-accounts.ts";
import type { ClientCounts } from "./client-counts.ts";
import type { ClosedClients } from "./closed-clients.ts";
import type { ClusterView } from "./cluster-view.ts";
import type { SuperclusterView } from "./supercluster-view.ts";

/** What the server reads its options from. */
export interface LoadedConfiguration {
  /** Microseconds since 1970: of the start, or of the last reload that succeeded. */
  readonly loadedAt: number;
  /** `sha256:` and hex digits; "" without a file. */
  readonly digest: string;
  /** Path of the file; "" without one. */
  readonly file: string;
}

export interface ServerView {
  readonly log: Logger;
  /** The same object for as long as the server lives. */
  readonly options: Readonly<Options>;
  /** Id, name, and what clients are told. */
  readonly serverInfo: ServerInfo;
  readonly phase: Phase;
  /** Port for clients that is really bound; 0 while there is none. */
  readonly port: number;
  /** Microseconds since 1970. */
  readonly startedAt: number;
  readonly configuration: LoadedConfiguration;
  /** Open ones, by id, in the order in which they came. */
  readonly clients: ReadonlyMap<number, Client>;
  /** Clients there have been since the start. */
  readonly totalClients: number;
  readonly closedClients: ClosedClients;
  readonly clientCounts: ClientCounts;
  /** Null for a server that is alone. */
  readonly cluster: ClusterView | null;
  /** Null for a server without gateways. */
  readonly supercluster: SuperclusterView | null;
  /** Servers that tell of themselves in the system account, this one included. */
  readonly activeServers: number;
  readonly accounts: AccountSet;
  /** Accounts of operators; null without operators. */
  readonly trustedAccounts: TrustedAccounts | null;
  readonly exchange: Exchange;
  readonly denials: Denials;
  /** Connections that are blocked, and what became of those that were slow. */
  readonly slowConsumers: SlowConsumers;
  /** Counters since the start; those of what was sent have only closed connections, see `traffic`. */
  readonly stats: Readonly<ServerStats>;
  /** Hits of monitoring pages by path; filled by the pages. */
  readonly pageHits: Map<string, number>;
  /** Set while somebody wants to see samples of the traffic. */
  sampler: TrafficSampler | null;
  /** Everything that has come from and gone to clients and other servers. */
  traffic(): Traffic;
  /** The part of other servers of the cluster in it. */
  routedTraffic(): Traffic;
  /** The part of other clusters in it. */
  gatewayedTraffic(): Traffic;
}
