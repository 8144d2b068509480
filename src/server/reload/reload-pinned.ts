/** Reloads of pinned certificates: whoever has come with another one goes. */

import type { TlsOptions } from "../../config/options/tls.ts";
import type { PinnedConnections } from "../../net/tls/pinned.ts";
import type { Reloading } from "./reload-step.ts";

export async function applyPinned({ server, from, to }: Reloading): Promise<void> {
  const { clients, cluster, supercluster } = server;
  const groups = [
    ...changed(from.tls, to.tls, () => clients.values()),
    ...changed(from.cluster?.tls, to.cluster?.tls, () => cluster?.routes ?? []),
    ...changed(from.gateway?.tls, to.gateway?.tls, () => [
      ...(supercluster?.outbounds ?? []),
      ...(supercluster?.inbounds ?? []),
    ]),
  ];
  if (groups.length === 0) return;
  const { dropUnpinned } = await import("../../net/tls/pinned.ts");
  dropUnpinned(groups, server.log);
}

type Block = TlsOptions | null | undefined;

function changed(
  from: Block,
  to: Block,
  connections: () => PinnedConnections["connections"],
): PinnedConnections[] {
  const pinnedCerts = to?.pinnedCerts ?? [];
  const isSame = Bun.deepEquals(from?.pinnedCerts ?? [], pinnedCerts);
  return isSame ? [] : [{ connections: connections(), pinnedCerts }];
}
