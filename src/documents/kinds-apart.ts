/** What clients, servers of the cluster and other clusters have in a server's counters, each by itself. */

import type { Traffic } from "../core/account.ts";
import type { ServerStats } from "../net/server-stats.ts";
import type { ServerView } from "./server-view.ts";

type ByKind = ReturnType<typeof byKind>;

/** Leafnodes there are none. */
export function byKind(stats: Readonly<ServerStats>, what: "slowConsumers" | "staleConnections") {
  const routes = stats.routes[what];
  const gateways = stats.gateways[what];
  return { clients: stats[what] - routes - gateways, routes, gateways, leafs: 0 };
}

export function hasAny({ clients, routes, gateways }: ByKind): boolean {
  return clients + routes + gateways > 0;
}

/** Everything that has come from and gone to clients. */
export function clientTraffic(view: ServerView): Traffic {
  const all = view.traffic();
  const routed = view.routedTraffic();
  const gatewayed = view.gatewayedTraffic();
  return {
    inMsgs: all.inMsgs - routed.inMsgs - gatewayed.inMsgs,
    inBytes: all.inBytes - routed.inBytes - gatewayed.inBytes,
    outMsgs: all.outMsgs - routed.outMsgs - gatewayed.outMsgs,
    outBytes: all.outBytes - routed.outBytes - gatewayed.outBytes,
  };
}
