/** What may be told of the supercluster that the cluster of a server is part of. */

import type { InboundGateway } from "../kinds/gateway/inbound-gateway.ts";
import type { OutboundGateway } from "../kinds/gateway/outbound-gateway.ts";

export type Gateway = OutboundGateway | InboundGateway;

/** Another cluster, be there a connection to it or not. */
export interface RemoteClusterView {
  readonly name: string;
  /** `host:port` of all its gateways that are known. */
  readonly addresses: readonly string[];
  /** It stands in the configuration. */
  readonly isExplicit: boolean;
  /** Null while there is none. */
  readonly outbound: OutboundGateway | null;
}

export interface SuperclusterView {
  /** Of this cluster. */
  readonly name: string;
  /** Port for gateways that is really bound; 0 while there is none. */
  readonly port: number;
  /** `host:port` that other clusters are told; "" while the port is not open. */
  readonly url: string;
  /** Connections that this server has made, one to each other cluster. */
  readonly outbounds: Iterable<OutboundGateway>;
  /** Connections of servers of other clusters. */
  readonly inbounds: Iterable<InboundGateway>;
  readonly remotes: Iterable<RemoteClusterView>;
  /** Gateways that were registered, and are gone. */
  readonly lostGateways: number;
  /** Accounts that a server of another cluster was told not to be here. */
  refusedTo(gateway: InboundGateway): Iterable<string>;
}

/** Clusters of the configuration that there is no connection to. */
export function missingClusters({ remotes }: SuperclusterView): string[] {
  const missing: string[] = [];
  for (const { name, isExplicit, outbound } of remotes) {
    if (isExplicit && outbound === null) missing.push(name);
  }
  return missing;
}

/** All connections to other clusters, then those from them. */
export function* gatewaysOf(supercluster: SuperclusterView | null): Generator<Gateway> {
  yield* supercluster?.outbounds ?? [];
  yield* supercluster?.inbounds ?? [];
}
