/**
 * Telling others of clusters: those that come by a gateway are told of every other one, and the servers
 * of this cluster of each that this server has found. So one known cluster is enough to find all of
 * them, for every server.
 */

import type { InboundGateway } from "../kinds/gateway/inbound-gateway.ts";
import type { Route } from "../kinds/route/route.ts";
import { EMPTY_ROUTE_INFO, type RouteInfo } from "../protocol/route-info.ts";
import { inOneLine } from "./gateway-url.ts";
import type { RemoteCluster } from "./remote-cluster.ts";
import type { SuperclusterState } from "./supercluster-state.ts";

/** Command of an INFO that tells of a cluster. */
const GOSSIP = 1;

export class GatewayGossip {
  readonly #state: SuperclusterState;

  constructor(state: SuperclusterState) {
    this.#state = state;
  }

  /** A server of another cluster has come: tells it of all the others, of one at each step. */
  *tellInbound(gateway: InboundGateway): Generator<void> {
    const { host, remotes } = this.#state;
    for (const remote of [...remotes]) {
      if (remote.name === gateway.cluster) continue;
      const info = told(remote.name, remote.addresses);
      if (info !== null) gateway.sendInfoLine({ ...info, server_id: host.serverInfo.id });
      yield;
    }
  }

  /** A route to a server of this cluster is there: tells it of all clusters that are connected. */
  tellRoute(route: Route): void {
    for (const remote of this.#state.remotes) this.#tellRouteOf(route, remote);
  }

  /** A cluster was found, or has told where its servers are: tells the servers of this one. */
  tellPeers(name: string, addresses: readonly string[]): void {
    const { host } = this.#state;
    host.tellPeers({
      ...EMPTY_ROUTE_INFO,
      server_id: this.#routeId,
      server_name: host.options.serverName,
      gateway: name,
      gateway_urls: inOneLine(addresses),
      gateway_cmd: GOSSIP,
    });
  }

  #tellRouteOf(route: Route, remote: RemoteCluster): void {
    if (remote.outbound === null) return;
    const info = told(remote.name, remote.addresses);
    if (info !== null) route.sendGossip({ ...info, server_id: this.#routeId });
  }

  /** Very old servers would take this for the id of another server of the cluster. */
  get #routeId(): string {
    return `GW${this.#state.host.serverInfo.id}`;
  }
}

function told(gateway: string, addresses: readonly string[]): RouteInfo | null {
  if (addresses.length === 0) return null;
  const urls = inOneLine(addresses);
  return { ...EMPTY_ROUTE_INFO, gateway, gateway_urls: urls, gateway_cmd: GOSSIP };
}
