/**
 * The options of a cluster as they are in force: defaults are filled in, and so is what follows from
 * other options.
 */

import type { Permissions } from "./auth.ts";
import type { ClusterOptions } from "./cluster.ts";
import { type EffectiveCompression, effectiveCompression } from "./compression-mode.ts";
import { type EffectiveLink, effectiveLink, positive } from "./effective-link.ts";
import type { Options } from "./options.ts";
import { systemAccountName } from "./system-account.ts";

const USUAL_POOL_SIZE = 3;
/** A route is asked for a sign of life at least this often. */
const PING_INTERVAL_MS_MAX = 30_000;

export interface EffectiveCluster extends EffectiveLink {
  /** "" when one has to be made up. */
  readonly name: string;
  readonly noAdvertise: boolean;
  /** `publish` says what is imported, `subscribe` what is exported. */
  readonly permissions: Permissions | null;
  /** URLs, credentials included. */
  readonly routes: readonly string[];
  readonly connectRetries: number;
  readonly connectBackoff: boolean;
  /** 1 or more; -1 for one connection that all accounts share. */
  readonly poolSize: number;
  /** Accounts with a route of their own, the system account among them as long as there is a pool. */
  readonly accounts: readonly string[];
  readonly compression: EffectiveCompression;
}

/** Null when the server is to be no part of a cluster: without a port there is none. */
export function effectiveCluster(options: Readonly<Options>): EffectiveCluster | null {
  const { cluster } = options;
  if (cluster === null || cluster.port === 0) return null;
  const { pingIntervalMs, pingMax } = cluster;
  return {
    ...effectiveLink(options, cluster),
    name: configuredClusterName(options),
    noAdvertise: cluster.noAdvertise,
    permissions: cluster.permissions,
    routes: cluster.routes,
    connectRetries: cluster.connectRetries,
    connectBackoff: cluster.connectBackoff,
    poolSize: poolSize(cluster),
    accounts: routedAccounts(options, cluster),
    compression: effectiveCompression(cluster.compression, "accept", "s2_fast"),
    pingIntervalMs: Math.min(
      positive(pingIntervalMs) ?? options.pingIntervalMs,
      PING_INTERVAL_MS_MAX,
    ),
    pingMax: positive(pingMax) ?? options.pingMax,
  };
}

/** The cluster of a gateway is called as the gateway is; "" without a name. */
export function configuredClusterName({ cluster, gateway }: Readonly<Options>): string {
  return cluster?.name || (gateway?.name ?? "");
}

/**
 * Accounts with a route of their own. As long as there is a pool, the system account has one: what
 * servers tell each other does not wait behind messages of clients.
 */
export function routedAccounts(options: Readonly<Options>, cluster: ClusterOptions): string[] {
  const { accounts } = cluster;
  const system = systemAccountName(options);
  const isMissing = poolSize(cluster) > 0 && system !== "" && !accounts.includes(system);
  return isMissing ? [...accounts, system] : accounts;
}

function poolSize({ port, poolSize }: ClusterOptions): number {
  if (poolSize < 0) return -1;
  return poolSize === 0 && port !== 0 ? USUAL_POOL_SIZE : poolSize;
}
