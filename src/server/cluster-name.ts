/** Name of the cluster that a server is part of. */

import { configuredClusterName } from "../config/options/effective-cluster.ts";
import type { Options } from "../config/options/options.ts";
import { randomId } from "../core/random-id.ts";
import type { Logger } from "../log/logger.ts";
import type { ServerInfo } from "../protocol/info.ts";

/** As configured, or made up where there is a cluster without a name; "" without a cluster. */
export function firstClusterName(options: Readonly<Options>): string {
  const configured = configuredClusterName(options);
  if (configured !== "" || (options.cluster?.port ?? 0) === 0) return configured;
  return randomId();
}

/** What clients, events and monitoring are told from now on. */
export interface Named {
  readonly log: Logger;
  readonly serverInfo: ServerInfo;
}

/** Another name, which a reload or another server of the cluster brings; nothing for the same one. */
export function renameCluster({ log, serverInfo }: Named, name: string): void {
  if (serverInfo.cluster === name) return;
  serverInfo.cluster = name;
  log.info(`Cluster name updated to ${name}`);
}
