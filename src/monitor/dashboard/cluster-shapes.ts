/** What the server tells the page of the cluster: the JSON of `/api/cluster`. */

import type { Flow } from "./shapes.ts";
import type { SuperclusterMap } from "./supercluster-shapes.ts";

/** A server of the cluster, as this one sees it. */
export interface ClusterNode {
  readonly id: string;
  readonly name: string;
  readonly isSelf: boolean;
  /** Where routes lead to; of this server and of those without a route, where clients do. */
  readonly address: string;
  readonly version: string;
  /** Such as `go1.25.0`; "" while unknown. */
  readonly runtime: string;
  /** As the server has told lately; null when it has not. */
  readonly stats: {
    readonly connections: number;
    readonly subscriptions: number;
    readonly slowConsumers: number;
    /** Percent of one core, and bytes. */
    readonly cpu: number;
    readonly memory: number;
  } | null;
  /** From here to there; null while unknown, and for this server itself. */
  readonly rttMs: number | null;
  /** Of all routes to it. */
  readonly pendingBytes: number;
  readonly rate: Flow | null;
  /** Connections to it; 0 for this server, and where there is no way from here. */
  readonly routes: number;
  /** This server has dialled it. */
  readonly isSolicited: boolean;
  readonly compression: string;
}

/** One connection to another server. */
export interface RouteRow {
  readonly rid: number;
  /** Name of the other server. */
  readonly server: string;
  readonly address: string;
  /** The one that the connection is for; "" for all of its slot. */
  readonly account: string;
  /** Place in the pool. */
  readonly slot: number;
  readonly isSolicited: boolean;
  readonly isConfigured: boolean;
  /** 0 while unknown. */
  readonly rttMs: number;
  readonly pendingBytes: number;
  readonly isBlocked: boolean;
  readonly rate: Flow | null;
  /** What the other server asks for. */
  readonly subscriptions: number;
  readonly compression: string;
  /** Bytes that are sent for one on the wire; null without compression. */
  readonly ratio: number | null;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

export interface ClusterMap {
  readonly name: string;
  /** This server first. */
  readonly nodes: readonly ClusterNode[];
  /** The first of them when there are very many. */
  readonly routes: readonly RouteRow[];
  /** Servers of the configuration that there is no route to. */
  readonly missing: readonly string[];
  /** The configuration has a cluster block with a port. */
  readonly isCluster: boolean;
  /** And it names other servers. */
  readonly hasConfiguredRoutes: boolean;
  /** Where other servers come in. */
  readonly port: number;
  /** Null for a server without gateways. */
  readonly supercluster: SuperclusterMap | null;
}
