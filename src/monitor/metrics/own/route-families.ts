/** Connections to other servers of the cluster, one by one: sums by server are for whoever draws them. */

import { shownName } from "../../../documents/routez/route-document.ts";
import type { ServerView } from "../../../documents/server-view.ts";
import type { Route } from "../../../kinds/route/route.ts";
import { type Exposition, labels, type MetricType, type Unit } from "../exposition.ts";

/** Routes that are told of; further ones are not. */
const ROUTES_MAX = 1000;
const MS_PER_SECOND = 1000;

interface Column {
  readonly name: string;
  readonly type: MetricType;
  readonly help: string;
  readonly unit?: Unit;
  /** Undefined where there is nothing to tell. */
  of(route: Route): number | undefined;
}

const COLUMNS: readonly Column[] = [
  {
    name: "rtt_seconds",
    type: "gauge",
    help: "Last round-trip time to the other server; 0 while unknown.",
    unit: "seconds",
    of: ({ keepalive }) => keepalive.rttMs / MS_PER_SECOND,
  },
  {
    name: "pending_bytes",
    type: "gauge",
    help: "Bytes that wait for the other server.",
    unit: "bytes",
    of: ({ outbound }) => outbound.pendingBytes,
  },
  {
    name: "subscriptions",
    type: "gauge",
    help: "Subscriptions of the other server.",
    of: ({ outbound }) => outbound.subCount,
  },
  {
    name: "in_messages_total",
    type: "counter",
    help: "Messages from the other server.",
    of: ({ inMsgs }) => inMsgs,
  },
  {
    name: "out_messages_total",
    type: "counter",
    help: "Messages to the other server.",
    of: ({ outbound }) => outbound.outMsgs,
  },
  {
    name: "in_bytes_total",
    type: "counter",
    help: "Bytes of messages from the other server.",
    unit: "bytes",
    of: ({ inBytes }) => inBytes,
  },
  {
    name: "out_bytes_total",
    type: "counter",
    help: "Bytes of messages to the other server.",
    unit: "bytes",
    of: ({ outbound }) => outbound.outBytes,
  },
  {
    name: "in_interest_lines_total",
    type: "counter",
    help: "Lines in which the other server has told what it wants, and no longer wants.",
    of: ({ heardLines }) => heardLines,
  },
  {
    name: "out_interest_lines_total",
    type: "counter",
    help: "Lines in which the other server was told the same.",
    of: ({ toldLines }) => toldLines,
  },
  {
    name: "compressed_plain_bytes_total",
    type: "counter",
    help: "Bytes that were sent compressed, before that.",
    unit: "bytes",
    of: ({ compressed }) => compressed?.plainOut,
  },
  {
    name: "compressed_wire_bytes_total",
    type: "counter",
    help: "The same bytes, as they were sent.",
    unit: "bytes",
    of: ({ compressed }) => compressed?.wireOut,
  },
];

/** Nothing for a server that stands alone. */
export function routeFamilies(text: Exposition, { cluster }: ServerView): void {
  if (cluster === null) return;
  const { missing, lostRoutes, serverCount } = cluster;
  text.single("nats_cluster_servers", "gauge", "Other servers of the cluster.", serverCount);
  const without = "Servers of the configuration that there is no route to.";
  text.single("nats_cluster_missing_servers", "gauge", without, missing.length);
  text.single("nats_routes_lost_total", "counter", "Routes that have ended.", lostRoutes);
  const told = Array.from(cluster.routes).slice(0, ROUTES_MAX).map(tellOf);
  for (const { name, type, help, unit = "", of } of COLUMNS) {
    text.begin(`nats_route_${name}`, type, help, unit);
    for (const { route, labels } of told) {
      const value = of(route);
      if (value !== undefined) text.sample(labels, value);
    }
  }
}

function tellOf(route: Route): { readonly route: Route; readonly labels: string } {
  route.outbound.foldCounters();
  const { remoteId, remoteName, cid, accountName } = route;
  const values = {
    remote: shownName(remoteName),
    remote_id: remoteId,
    rid: `${cid}`,
    account: accountName,
  };
  return { route, labels: labels(values) };
}
