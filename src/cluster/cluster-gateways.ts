/**
 * What a cluster has to do with gateways to other ones: its servers tell each other where theirs are,
 * and of the clusters that they have found.
 */

import type { Route } from "../kinds/route/route.ts";
import type { RouteInfo } from "../protocol/route-info.ts";

export interface ClusterGateways {
  /** `host:port` at which other clusters find this server. */
  readonly url: string;
  /** Another server of this cluster has come. @param url where other clusters find it; "" for nowhere. */
  peerCame(id: string, url: string): void;
  peerLeft(id: string): void;
  /** The first route to a server is registered: tells it of the clusters that this one has found. */
  tellRoute(route: Route): void;
  /** Another server of this cluster tells of a cluster that it has found. */
  onRouteGossip(route: Route, info: RouteInfo): void;
}
