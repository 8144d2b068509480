/** What all parts of a cluster work with. */

import type { EffectiveCluster } from "../config/options/effective-cluster.ts";
import type { Route } from "../kinds/route/route.ts";
import type { Clock } from "../net/clock.ts";
import type { ClusterHost } from "./cluster-host.ts";
import { ClusterName } from "./cluster-name.ts";
import { Peers } from "./peers.ts";

export class ClusterState {
  readonly host: ClusterHost;
  readonly clock: Clock;
  readonly name: ClusterName;
  readonly peers = new Peers();
  /** Every route that is open, registered or not, and since when. */
  readonly open = new Map<Route, number>();
  /** Options in force; a reload puts others in their place. */
  settings: EffectiveCluster;
  /** Pools are being rearranged: whoever comes now has to come again. */
  isRearranging = false;
  isStopped = false;

  constructor(host: ClusterHost, clock: Clock, settings: EffectiveCluster) {
    this.host = host;
    this.clock = clock;
    this.settings = settings;
    this.name = new ClusterName(host.serverInfo.cluster, settings.name === "");
    this.peers.poolSize = Math.max(settings.poolSize, 1);
    for (const account of settings.accounts) this.peers.pin(account);
  }
}
