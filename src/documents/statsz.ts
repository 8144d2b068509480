/** `statsz`: what a server tells of itself from time to time, and whoever asks. */

import type { GoValue } from "./go-document.ts";
import { omitEmpty, openLocalTime } from "./go-texts.ts";
import { processUse } from "./process-use.ts";
import type { ServerView } from "./server-view.ts";
import { Slices } from "./slices.ts";
import { subscriptionCount } from "./sublist-stats.ts";

export interface Statsz {
  readonly [field: string]: GoValue | undefined;
}

/** Fields in nats-server's order; those of other servers and of JetStream are never there. */
export async function statsz(view: ServerView): Promise<Statsz> {
  const time = await openLocalTime();
  const { activeAccounts, subscriptions } = await countAccounts(view);
  const { cpu, memory } = processUse();
  const { slowConsumers, staleConnections, stalledProducers } = view.stats;
  const { inMsgs, inBytes, outMsgs, outBytes } = view.traffic();
  const sent = { msgs: outMsgs, bytes: outBytes };
  const received = { msgs: inMsgs, bytes: inBytes };
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
    sent,
    sent_to_clients: sent,
    received,
    received_from_clients: received,
    slow_consumers: slowConsumers,
    slow_consumer_stats: ofClients(slowConsumers),
    stale_connections: omitEmpty(staleConnections),
    stale_connection_stats: ofClients(staleConnections),
    stalled_clients: omitEmpty(stalledProducers),
    active_servers: 1,
    gomaxprocs: cores,
  };
}

/** By kind of connection; left out when there was none. */
function ofClients(clients: number): GoValue | undefined {
  return clients === 0 ? undefined : { clients, routes: 0, gateways: 0, leafs: 0 };
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
