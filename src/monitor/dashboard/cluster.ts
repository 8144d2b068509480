/** The servers that this one is linked with, and how far away they are. */

import type { ServerView } from "../../documents/server-view.ts";
import { joinHostPort } from "../../protocol/host-port.ts";
import type { ClusterMap } from "./shapes.ts";

export function clusterMap(view: ServerView): ClusterMap {
  const { options, serverInfo } = view;
  const name = options.cluster?.name ?? "";
  const self = {
    id: serverInfo.id,
    name: serverInfo.name,
    isSelf: true,
    cluster: name,
    address: joinHostPort(options.host, view.port),
    connections: view.clients.size,
    rttMs: null,
    pendingBytes: 0,
  };
  const note =
    options.cluster === null
      ? "This server stands alone: its configuration has no cluster block."
      : "This server has no routes to others yet.";
  return { name, nodes: [self], note };
}
