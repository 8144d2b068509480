/** Other clusters, and the connections to them and from them. */

import { shownName } from "../../../documents/routez/route-document.ts";
import type { ServerView } from "../../../documents/server-view.ts";
import { type Gateway, missingClusters } from "../../../documents/supercluster-view.ts";
import { type Exposition, labels } from "../exposition.ts";
import { LINK_COLUMNS, linkFamilies, type ToldLink } from "./link-families.ts";

/** Gateways of each direction that are told of; further ones are not. */
const GATEWAYS_MAX = 1000;

/** Nothing for a server without gateways. */
export function gatewayFamilies(text: Exposition, { supercluster }: ServerView): void {
  if (supercluster === null) return;
  const { remotes, outbounds, inbounds, lostGateways } = supercluster;
  const known = [...remotes].length;
  text.single("nats_supercluster_clusters", "gauge", "Other clusters that are known.", known);
  const without = "Clusters of the configuration that there is no gateway to.";
  const missing = missingClusters(supercluster).length;
  text.single("nats_supercluster_missing_clusters", "gauge", without, missing);
  text.single("nats_gateways_lost_total", "counter", "Gateways that have ended.", lostGateways);
  const told = [...tell(outbounds, "outbound"), ...tell(inbounds, "inbound")];
  linkFamilies(text, "nats_gateway", LINK_COLUMNS, told);
}

function tell(gateways: Iterable<Gateway>, direction: string): ToldLink<Gateway>[] {
  return [...gateways].slice(0, GATEWAYS_MAX).map((gateway) => {
    gateway.outbound.foldCounters();
    const { cluster, remoteId, remoteName, cid } = gateway;
    const values = {
      direction,
      cluster: shownName(cluster),
      remote: shownName(remoteName || remoteId),
      remote_id: remoteId,
      gid: `${cid}`,
    };
    return { link: gateway, labels: labels(values) };
  });
}
