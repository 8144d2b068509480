/** What the server tells the page of other clusters: a part of the JSON of `/api/cluster`. */

import type { Flow } from "./shapes.ts";

/** Another cluster, as this server sees it. */
export interface OtherCluster {
  readonly name: string;
  /** It stands in the configuration; others were learnt of. */
  readonly isConfigured: boolean;
  /** This server has a connection there. */
  readonly isConnected: boolean;
  /** `host:port` of its gateways, so far as they are known; the first of them. */
  readonly addresses: readonly string[];
  /** From here to there; null while unknown. */
  readonly rttMs: number | null;
  /** What has gone there, and come from all of its servers, since the connections began. */
  readonly total: Flow;
  /** Per second. */
  readonly rate: Flow | null;
  readonly pendingBytes: number;
  /** Connections of its servers to this one. */
  readonly inbound: number;
  /** Servers of it that have told of themselves lately, and their clients. */
  readonly servers: number;
  readonly clients: number;
  /** Accounts by what is known of the interest there. */
  readonly modes: InterestModes;
}

export interface InterestModes {
  readonly interestOnly: number;
  readonly transitioning: number;
  readonly optimistic: number;
}

/** One connection to a server of another cluster. */
export interface GatewayRow {
  readonly gid: number;
  readonly cluster: string;
  /** Name of the other server; "" while unknown. */
  readonly server: string;
  readonly address: string;
  /** This server has made it: messages go out on it, others come in. */
  readonly isOutbound: boolean;
  /** 0 while unknown. */
  readonly rttMs: number;
  readonly pendingBytes: number;
  readonly isBlocked: boolean;
  readonly total: Flow;
  readonly rate: Flow | null;
  /** What the other cluster has told that it wants. */
  readonly subscriptions: number;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
}

/** What is known of the interest of another cluster in one account. */
export interface InterestRow {
  readonly cluster: string;
  readonly account: string;
  readonly mode: "Optimistic" | "Transitioning" | "Interest-Only";
  /** Subjects that nobody there wants. */
  readonly refused: number;
  /** Nobody there knows the account. */
  readonly hasNoInterest: boolean;
}

export interface SuperclusterMap {
  /** Of this cluster. */
  readonly name: string;
  /** Where other clusters come in. */
  readonly port: number;
  readonly clusters: readonly OtherCluster[];
  /** The first of them when there are very many. */
  readonly gateways: readonly GatewayRow[];
  /** Those that are not interest-only come first; the first of them when there are very many. */
  readonly interest: readonly InterestRow[];
  readonly moreInterest: number;
  /** Clusters of the configuration that there is no connection to. */
  readonly missing: readonly string[];
}
