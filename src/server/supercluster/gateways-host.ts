/** What the gateways of a server share. */

import type { GatewayHost, GatewaySupercluster } from "../../kinds/gateway/gateway-host.ts";
import type { LinkOptions } from "../links/link-options.ts";
import type { LinkServer } from "../links/link-server.ts";
import { LinksHost } from "../links/links-host.ts";

export class GatewaysHost extends LinksHost implements GatewayHost {
  readonly supercluster: GatewaySupercluster;

  constructor(server: LinkServer, options: LinkOptions, supercluster: GatewaySupercluster) {
    super(server, options, server.stats.gateways);
    this.supercluster = supercluster;
  }
}
