/** `statsz`: what a server tells of itself from time to time, and whoever asks. */

import type { Route } from "../kinds/route/route.ts";
import type { GoValue } from "./go-document.ts";
import { omitEmpty, openLocalTime } from "./go-texts.ts";
import { byKind, clientTraffic, hasAny } from "./kinds-apart.ts";
import { processUse } from "./process-use.ts";
import { shownName } from "./routez/route-document.ts";
import type { ServerView } from "./server-view.ts";
import { Slices } from "./slices.ts";
import { subscriptionCount } from "./sublist-stats.ts";
import type { SuperclusterView } from "./supercluster-view.ts";

const NOTHING = { msgs: 0, bytes: 0, connections: 0 };

export interface Statsz {
  readonly [field: string]: GoValue | undefined;
}

/** Fields in nats-server's order; those of JetStream are never there. */
export async function statsz(view: ServerView): Promise<Statsz> {
  const time = await openLocalTime();
  const { activeAccounts, subscriptions } = await countAccounts(view);
  const { cpu, memory } = processUse();
  const { slowConsumers, staleConnections, stalledProducers } = view.stats;
  const slow = byKind(view.stats, "slowConsumers");
  const stale = byKind(view.stats, "staleConnections");
  const all = view.traffic();
  const clients = clientTraffic(view);
  const cores = navigator.hardwareConcurrency;
  return {
    start: time(view.startedAt),
    mem: memory,
    cores,
    cpu,
    connections: view.clients.size,
    total_connections: view.totalClients,
    active_accounts: activeAccounts,
    subscriptions,
    sent: { msgs: all.outMsgs, bytes: all.outBytes },
    sent_to_clients: { msgs: clients.outMsgs, bytes: clients.outBytes },
    received: { msgs: all.inMsgs, bytes: all.inBytes },
    received_from_clients: { msgs: clients.inMsgs, bytes: clients.inBytes },
    slow_consumers: slowConsumers,
    slow_consumer_stats: hasAny(slow) ? slow : undefined,
    stale_connections: omitEmpty(staleConnections),
    stale_connection_stats: hasAny(stale) ? stale : undefined,
    stalled_clients: omitEmpty(stalledProducers),
    routes: omitEmpty(Array.from(view.cluster?.routes ?? [], routeStat)),
    gateways: omitEmpty(gatewayStats(view.supercluster)),
    active_servers: view.activeServers,
    gomaxprocs: cores,
  };
}

function routeStat(route: Route): GoValue {
  const { cid, remoteName, inMsgs, inBytes, outbound } = route;
  outbound.foldCounters();
  return {
    rid: cid,
    name: omitEmpty(shownName(remoteName)),
    sent: { msgs: outbound.outMsgs, bytes: outbound.outBytes },
    received: { msgs: inMsgs, bytes: inBytes },
    pending: outbound.pendingBytes,
  };
}

/** One for each connection to another cluster, with all that come from there. */
function gatewayStats(supercluster: SuperclusterView | null): GoValue[] {
  if (supercluster === null) return [];
  const received = new Map<string, { msgs: number; bytes: number; connections: number }>();
  for (const { cluster, inMsgs, inBytes } of supercluster.inbounds) {
    const { msgs, bytes, connections } = received.get(cluster) ?? NOTHING;
    received.set(cluster, {
      msgs: msgs + inMsgs,
      bytes: bytes + inBytes,
      connections: connections + 1,
    });
  }
  return Array.from(supercluster.outbounds, ({ cid, cluster, outbound }) => {
    outbound.foldCounters();
    const { msgs, bytes, connections } = received.get(cluster) ?? NOTHING;
    return {
      gwid: cid,
      name: shownName(cluster),
      sent: { msgs: outbound.outMsgs, bytes: outbound.outBytes },
      received: { msgs, bytes },
      inbound_connections: connections,
    };
  });
}

/** The server itself is always in the system account. */
async function countAccounts({ accounts }: ServerView) {
  const slices = new Slices();
  const { system } = accounts;
  let activeAccounts = 0;
  let subscriptions = 0;
  for (const entry of accounts.entries) {
    const { account } = entry;
    if (account.members.size > 0 || account === system) activeAccounts++;
    subscriptions += subscriptionCount(entry);
    if (slices.isOver) await slices.pause();
  }
  return { activeAccounts, subscriptions };
}
