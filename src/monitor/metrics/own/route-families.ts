/** Connections to other servers of the cluster. */

import { shownName } from "../../../documents/routez/route-document.ts";
import type { ServerView } from "../../../documents/server-view.ts";
import type { Route } from "../../../kinds/route/route.ts";
import { type Exposition, labels } from "../exposition.ts";
import { LINK_COLUMNS, type LinkColumn, linkFamilies, type ToldLink } from "./link-families.ts";

/** Routes that are told of; further ones are not. */
const ROUTES_MAX = 1000;

const COLUMNS: readonly LinkColumn<Route>[] = [
  ...LINK_COLUMNS,
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
  linkFamilies(text, "nats_route", COLUMNS, told);
}

function tellOf(route: Route): ToldLink<Route> {
  route.outbound.foldCounters();
  const { remoteId, remoteName, cid, accountName } = route;
  const values = {
    remote: shownName(remoteName),
    remote_id: remoteId,
    rid: `${cid}`,
    account: accountName,
  };
  return { link: route, labels: labels(values) };
}
