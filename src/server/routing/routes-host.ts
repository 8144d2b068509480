/** What the routes of a server share. */

import type { RouteCluster, RouteHost } from "../../kinds/route/route-host.ts";
import type { LinkOptions } from "../links/link-options.ts";
import type { LinkServer } from "../links/link-server.ts";
import { LinksHost } from "../links/links-host.ts";

export class RoutesHost extends LinksHost implements RouteHost {
  readonly cluster: RouteCluster;

  constructor(server: LinkServer, options: LinkOptions, cluster: RouteCluster) {
    super(server, options, server.stats.routes);
    this.cluster = cluster;
  }
}
