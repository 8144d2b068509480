/** What may be told of the cluster that a server is part of. */

import type { Route } from "../kinds/route/route.ts";

export interface ClusterView {
  /** Port for routes that is really bound; 0 while there is none. */
  readonly port: number;
  /** Routes that are registered: by server those of pools, then those of accounts. */
  readonly routes: Iterable<Route>;
  /** How many they are. */
  readonly routeCount: number;
  /** Other servers, each counted once. */
  readonly serverCount: number;
  /** `host:port` of servers of the configuration that there is no route to at the moment. */
  readonly missing: readonly string[];
  /** Routes that were registered, and are gone. */
  readonly lostRoutes: number;
  /** `host:port` of this server and of others, as clients are told; empty as long as it is alone. */
  readonly clientUrls: readonly string[];
}
