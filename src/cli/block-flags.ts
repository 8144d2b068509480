/** Flags that fill blocks: `authorization`, `jetstream`, `tls` and `cluster`. */

import { type AuthorizationOptions, DEFAULT_AUTHORIZATION } from "../config/options/auth.ts";
import { type ClusterOptions, DEFAULT_CLUSTER } from "../config/options/cluster.ts";
import { DEFAULT_JETSTREAM } from "../config/options/jetstream.ts";
import type { Options } from "../config/options/options.ts";
import { FlagError, type FlagValues } from "./apply-flags.ts";
import type { ClusterListener } from "./cluster-urls.ts";

/**
 * Changes blocks to what flags say. A block that is not there comes to be only for a flag that asks
 * for something.
 *
 * @throws FlagError when it cannot be had.
 */
export async function applyBlockFlags(values: FlagValues, options: Options): Promise<void> {
  applyCredentials(values, options);
  applyJetStream(values, options);
  await applyClusterFlags(values, options);
  if ([...values.keys()].some((name) => name.startsWith("tls"))) {
    const { applyTlsFlags } = await import("./tls-flags.ts");
    await applyTlsFlags(values, options);
  }
}

const CREDENTIALS = { user: "user", pass: "password", auth: "token" } as const;

function applyCredentials(values: FlagValues, options: Options): void {
  for (const [flag, property] of Object.entries(CREDENTIALS)) {
    const value = values.get(flag);
    if (value === undefined || (value === "" && options.authorization === null)) continue;
    const authorization: AuthorizationOptions =
      options.authorization ?? structuredClone(DEFAULT_AUTHORIZATION);
    authorization[property] = value;
    options.authorization = authorization;
  }
}

function applyJetStream(values: FlagValues, options: Options): void {
  const enabled = values.get("js") === "true";
  if (!values.has("js") || (!enabled && options.jetstream === null)) return;
  options.jetstream ??= structuredClone(DEFAULT_JETSTREAM);
  options.jetstream.enabled = enabled;
}

/** Those that set one property each. */
const CLUSTER: Readonly<Record<string, (cluster: ClusterOptions, value: string) => void>> = {
  cluster_name: (cluster, value) => {
    cluster.name = value;
  },
  no_advertise: (cluster, value) => {
    cluster.noAdvertise = value === "true";
  },
  cluster_advertise: (cluster, value) => {
    cluster.advertise = value;
  },
  connect_retries: (cluster, value) => {
    cluster.connectRetries = Number(value);
  },
};

async function applyClusterFlags(values: FlagValues, options: Options): Promise<void> {
  for (const [name, apply] of Object.entries(CLUSTER)) {
    const value = values.get(name);
    if (value !== undefined) apply(clusterOf(options), value);
  }
  const [listen, routes] = [values.get("cluster"), values.get("routes")];
  // Without a port there is no cluster.
  if (listen === "" && options.cluster !== null) options.cluster.port = 0;
  if (routes === "" && options.cluster !== null) options.cluster.routes = [];
  if (!listen && !routes) return;
  const { clusterListener, routeUrls } = await import("./cluster-urls.ts");
  if (listen) listenForRoutes(clusterOf(options), clusterListener(listen));
  if (!routes) return;
  const { host, port } = options.cluster ?? DEFAULT_CLUSTER;
  const urls = routeUrls(routes);
  if (!listen && port === 0 && host === DEFAULT_CLUSTER.host) {
    throw new FlagError("solicited routes require cluster capabilities, e.g. --cluster");
  }
  clusterOf(options).routes = urls;
}

/** Without credentials in the URL there are none, whatever a file says. */
function listenForRoutes(cluster: ClusterOptions, listener: ClusterListener): void {
  const { host, port, user, password } = listener;
  cluster.host = host === "" ? DEFAULT_CLUSTER.host : host;
  cluster.port = port;
  if (user === "" && password === "" && cluster.authorization === null) return;
  const kept = cluster.authorization ?? { token: "", timeoutMs: 0 };
  cluster.authorization = { ...kept, user, password };
}

function clusterOf(options: Options): ClusterOptions {
  options.cluster ??= structuredClone(DEFAULT_CLUSTER);
  return options.cluster;
}
