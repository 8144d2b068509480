/** The servers of the cluster and the routes to each, as this one sees them. */

import { processUse } from "../../../documents/process-use.ts";
import type { ServerView } from "../../../documents/server-view.ts";
import type { Route } from "../../../kinds/route/route.ts";
import { joinHostPort } from "../../../protocol/host-port.ts";
import { COMPATIBLE_VERSION } from "../../../protocol/info.ts";
import type { ClusterMap, ClusterNode, RouteRow } from "../cluster-shapes.ts";
import type { ConnectionRates } from "../connections/rates.ts";
import { shown } from "../shown.ts";
import { sumOf } from "./flows.ts";
import type { OtherServers, ToldServer } from "./other-servers.ts";
import { superclusterMap } from "./supercluster-map.ts";

/** Routes that are shown; others only count. */
const ROUTES_SHOWN_MAX = 500;
const MISSING_SHOWN_MAX = 20;

export async function clusterMap(
  view: ServerView,
  rates: ConnectionRates,
  others: OtherServers,
): Promise<ClusterMap> {
  const { cluster, supercluster, serverInfo, options } = view;
  // A server that stands alone has nobody to ask.
  const isAlone = cluster === null && supercluster === null;
  const answers = isAlone ? [] : await others.look();
  // Without gateways all that answer are here, whatever they say.
  const own = supercluster === null ? answers : answers.filter(isOf(serverInfo.cluster));
  const told = new Map(own.map((server) => [server.id, server]));
  const routes = [...(cluster?.routes ?? [])];
  const byServer = Map.groupBy(routes, ({ remoteId }) => remoteId);
  const nodes = [ownNode(view)];
  for (const [id, each] of byServer) nodes.push(linkedNode(each, rates, told.get(id) ?? null));
  for (const server of told.values()) if (!byServer.has(server.id)) nodes.push(farNode(server));
  const missing = (cluster?.missing ?? []).slice(0, MISSING_SHOWN_MAX).map(shown);
  return {
    name: shown(serverInfo.cluster),
    nodes,
    routes: routes.slice(0, ROUTES_SHOWN_MAX).map((route) => rowOf(route, rates)),
    missing,
    isCluster: cluster !== null,
    hasConfiguredRoutes: (options.cluster?.routes.length ?? 0) > 0,
    port: cluster?.port ?? 0,
    supercluster: await superclusterMap(view, rates, answers),
  };
}

function isOf(cluster: string): (server: ToldServer) => boolean {
  return (server) => server.cluster === cluster;
}

const NO_ROUTE = {
  rttMs: null,
  pendingBytes: 0,
  rate: null,
  routes: 0,
  isSolicited: false,
  compression: "",
} as const;

function ownNode(view: ServerView): ClusterNode {
  const { serverInfo, options, port, clients, exchange, stats } = view;
  return {
    ...NO_ROUTE,
    id: serverInfo.id,
    name: shown(serverInfo.name),
    isSelf: true,
    address: joinHostPort(options.host, port),
    version: COMPATIBLE_VERSION,
    runtime: serverInfo.runtime,
    stats: {
      connections: clients.size,
      subscriptions: exchange.subs.pool.count,
      slowConsumers: stats.slowConsumers,
      ...processUse(),
    },
  };
}

function linkedNode(
  routes: readonly Route[],
  rates: ConnectionRates,
  told: ToldServer | null,
): ClusterNode {
  const first = routes[0]!;
  const times = routes.map(({ keepalive }) => keepalive.rttMs).filter((ms) => ms > 0);
  const { remote, peer } = first;
  return {
    id: shown(first.remoteId),
    name: shown(first.remoteName),
    isSelf: false,
    address: remote === null ? peer.ip : shown(joinHostPort(remote.host, remote.port)),
    version: shown(told?.version ?? remote?.version ?? ""),
    runtime: shown(remote?.go ?? ""),
    stats: statsOf(told),
    rttMs: times.length === 0 ? null : Math.min(...times),
    pendingBytes: routes.reduce((sum, { outbound }) => sum + outbound.pendingBytes, 0),
    rate: sumOf(routes.map((route) => rates.of(route))),
    routes: routes.length,
    isSolicited: first.isSolicited,
    compression: first.compression,
  };
}

/** A server that answers, and that there is no route to from here. */
function farNode(told: ToldServer): ClusterNode {
  return {
    ...NO_ROUTE,
    id: shown(told.id),
    name: shown(told.name),
    isSelf: false,
    address: shown(told.host),
    version: shown(told.version),
    runtime: "",
    stats: statsOf(told),
  };
}

function statsOf(told: ToldServer | null): ClusterNode["stats"] {
  if (told === null) return null;
  const { connections, subscriptions, slowConsumers, cpu, memory } = told;
  return { connections, subscriptions, slowConsumers, cpu, memory };
}

function rowOf(route: Route, rates: ConnectionRates): RouteRow {
  const { outbound, peer, compressed } = route;
  outbound.foldCounters();
  const { plainOut, wireOut } = compressed ?? { plainOut: 0, wireOut: 0 };
  return {
    rid: route.cid,
    server: shown(route.remoteName),
    address: joinHostPort(peer.ip, peer.port),
    account: shown(route.accountName),
    slot: route.poolIndex,
    isSolicited: route.isSolicited,
    isConfigured: route.dialled?.isExplicit ?? false,
    rttMs: route.keepalive.rttMs,
    pendingBytes: outbound.pendingBytes,
    isBlocked: outbound.isBlocked,
    rate: rates.of(route),
    subscriptions: outbound.subCount,
    compression: route.compression,
    ratio: wireOut === 0 ? null : plainOut / wireOut,
    startedAt: route.startedAt,
  };
}
