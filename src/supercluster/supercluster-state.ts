/** What all parts of a supercluster work with. */

import type { EffectiveGateway } from "../config/options/effective-gateway.ts";
import type { InboundGateway } from "../kinds/gateway/inbound-gateway.ts";
import type { Clock } from "../net/clock.ts";
import type { RemoteCluster } from "./remote-cluster.ts";
import { Remotes } from "./remotes.ts";
import type { SuperclusterHost } from "./supercluster-host.ts";

export class SuperclusterState {
  readonly host: SuperclusterHost;
  readonly clock: Clock;
  readonly remotes: Remotes;
  /** Registered ones. */
  readonly inbounds = new Set<InboundGateway>();
  /** Options in force; a reload puts others in their place. */
  settings: EffectiveGateway;
  isStopped = false;

  constructor(host: SuperclusterHost, clock: Clock, settings: EffectiveGateway) {
    this.host = host;
    this.clock = clock;
    this.settings = settings;
    this.remotes = new Remotes(settings);
  }

  /** Whether a server of that cluster has come to this one. */
  hasInbound({ name }: RemoteCluster): boolean {
    for (const inbound of this.inbounds) if (inbound.cluster === name) return true;
    return false;
  }
}
