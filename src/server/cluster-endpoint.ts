/** Where other servers can reach this one, for the ports file. */

import type { ClusterOptions } from "../config/options/cluster.ts";
import type { Endpoint } from "../process/ports-file.ts";

/** @param port that is really bound. */
export function clusterEndpoint({ tls, host }: ClusterOptions, port: number): Endpoint {
  return { scheme: tls === null ? "nats" : "tls", host, port };
}
