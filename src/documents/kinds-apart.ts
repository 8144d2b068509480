/** What clients and other servers have in a server's counters, each by itself. */

import type { Traffic } from "../core/account.ts";
import type { ServerStats } from "../net/server-stats.ts";
import type { ServerView } from "./server-view.ts";

type ByKind = ReturnType<typeof byKind>;

/** Gateways and leafnodes there are none. */
export function byKind(stats: Readonly<ServerStats>, what: "slowConsumers" | "staleConnections") {
  const routes = stats.routes[what];
  return { clients: stats[what] - routes, routes, gateways: 0, leafs: 0 };
}

export function hasAny({ clients, routes }: ByKind): boolean {
  return clients + routes > 0;
}

/** Everything that has come from and gone to clients. */
export function clientTraffic(view: ServerView): Traffic {
  const all = view.traffic();
  const routed = view.routedTraffic();
  return {
    inMsgs: all.inMsgs - routed.inMsgs,
    inBytes: all.inBytes - routed.inBytes,
    outMsgs: all.outMsgs - routed.outMsgs,
    outBytes: all.outBytes - routed.outBytes,
  };
}
