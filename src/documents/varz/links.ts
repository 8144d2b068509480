/** What `varz` says of listeners for other servers: what their options say, and what is bound. */

import {
  type ClusterOptions,
  DEFAULT_CLUSTER,
  type GatewayOptions,
  type LeafRemote,
  type LinkListener,
  type WriteTimeoutPolicy,
} from "../../config/options/cluster.ts";
import { effectiveCluster } from "../../config/options/effective-cluster.ts";
import type { Options } from "../../config/options/options.ts";
import { GLOBAL_ACCOUNT } from "../../protocol/account-names.ts";
import { parseGoUrl } from "../../protocol/go-url.ts";
import type { GoValue } from "../go-document.ts";
import { nanoseconds, omitEmpty } from "../go-texts.ts";
import type { ServerView } from "../server-view.ts";
import type { SuperclusterView } from "../supercluster-view.ts";
import { certificateExpiry } from "./certificate-expiry.ts";

type Fields = { readonly [field: string]: GoValue | undefined };

const TLS_TIMEOUT = 2;
const AUTH_TIMEOUT = 2;
const LEAFNODE_PORT = 7422;

export async function clusterPart({ options, serverInfo, cluster }: ServerView): Promise<Fields> {
  const name = omitEmpty(serverInfo.cluster);
  const given = options.cluster;
  // A gateway makes a cluster of a server that is alone.
  if (given === null) return { name };
  const { host, port, ...rest } = listener(given, given.authorization?.timeoutMs ?? 0);
  return {
    name,
    addr: host,
    cluster_port: cluster?.port || port,
    auth_timeout: rest.auth_timeout,
    urls: omitEmpty(hostsOf(given.routes)),
    tls_timeout: rest.tls_timeout,
    tls_required: rest.tls_required,
    tls_verify: rest.tls_required,
    pool_size: omitEmpty(effectiveCluster(options)?.poolSize ?? given.poolSize),
    ...writes(given),
    tls_cert_not_after: await certificateExpiry(given.tls),
  };
}

/** As in nats-server, times for writes are those of the cluster, whatever the gateway's are. */
export async function gatewayPart({ options, supercluster }: ServerView): Promise<Fields> {
  const { gateway, cluster } = options;
  if (gateway === null) return writes(cluster);
  const { host, port, ...rest } = listener(gateway, gateway.authorization?.timeoutMs ?? 0);
  return {
    name: omitEmpty(gateway.name),
    host,
    port: supercluster?.port || port,
    auth_timeout: rest.auth_timeout,
    tls_timeout: rest.tls_timeout,
    tls_required: rest.tls_required,
    tls_verify: rest.tls_required,
    advertise: omitEmpty(gateway.advertise),
    connect_retries: omitEmpty(gateway.connectRetries),
    gateways: omitEmpty(remoteGateways(gateway, supercluster)),
    reject_unknown: omitEmpty(gateway.rejectUnknown),
    ...writes(cluster),
    tls_cert_not_after: await certificateExpiry(gateway.tls),
  };
}

/** The same holds for leafnodes. */
export async function leafPart({ leafnodes, cluster }: Readonly<Options>): Promise<Fields> {
  if (leafnodes === null) return writes(cluster);
  const { tls, remotes } = leafnodes;
  const { host, port, ...rest } = listener(leafnodes, leafnodes.authorization?.timeoutMs ?? 0);
  return {
    host,
    port,
    auth_timeout: rest.auth_timeout,
    tls_timeout: rest.tls_timeout,
    tls_required: rest.tls_required,
    tls_verify: omitEmpty(tls?.verify === true || tls?.verifyAndMap === true),
    remotes: omitEmpty(remotes.map(remoteLeaf)),
    tls_ocsp_peer_verify: omitEmpty(tls?.ocspPeer?.verify === true),
    ...writes(cluster),
    tls_cert_not_after: await certificateExpiry(tls),
  };
}

/** Seconds; what is not given has a default where the listener is open. */
function listener({ host, port, tls }: LinkListener, authTimeoutMs: number) {
  const isOpen = port !== 0;
  const tlsSeconds = (tls?.timeoutMs ?? 0) / 1000 || (isOpen ? TLS_TIMEOUT : 0);
  const usualAuth = tls === null ? AUTH_TIMEOUT : tlsSeconds + 1;
  return {
    host: isOpen ? host || DEFAULT_CLUSTER.host : undefined,
    port: omitEmpty(port),
    auth_timeout: omitEmpty(authTimeoutMs / 1000 || (isOpen ? usualAuth : 0)),
    tls_timeout: omitEmpty(tlsSeconds),
    tls_required: omitEmpty(tls !== null),
  };
}

/** Those of the configuration, with all servers of theirs that are known by now. */
function remoteGateways(
  { gateways }: GatewayOptions,
  supercluster: SuperclusterView | null,
): Fields[] {
  const known = new Map<string, readonly string[]>();
  for (const { name, addresses } of supercluster?.remotes ?? []) known.set(name, addresses);
  return gateways.map(({ name, urls, tls }) => ({
    name,
    tls_timeout: omitEmpty((tls?.timeoutMs ?? 0) / 1000),
    urls: omitEmpty(known.get(name) ?? hostsOf(urls)),
  }));
}

function remoteLeaf({ account, urls, tls, denyExports, denyImports }: LeafRemote): Fields {
  const denies = denyExports.length + denyImports.length > 0;
  return {
    local_account: account || GLOBAL_ACCOUNT,
    tls_timeout: omitEmpty(tls === null ? 0 : tls.timeoutMs / 1000 || TLS_TIMEOUT),
    urls: omitEmpty(hostsOf(urls, LEAFNODE_PORT)),
    deny: denies ? { exports: omitEmpty(denyExports), imports: omitEmpty(denyImports) } : undefined,
    tls_ocsp_peer_verify: omitEmpty(tls?.ocspPeer?.verify === true),
  };
}

function writes(cluster: ClusterOptions | null): Fields {
  return {
    write_deadline: omitEmpty(nanoseconds(cluster?.writeDeadlineMs ?? 0)),
    write_timeout: writeTimeout(cluster?.writeTimeout ?? "default"),
  };
}

/** The default is not told. */
export function writeTimeout(policy: WriteTimeoutPolicy): string | undefined {
  return policy === "default" ? undefined : policy;
}

/** `host:port` of URLs, without what is secret in them. */
function hostsOf(urls: readonly string[], usualPort = 0): string[] {
  return urls.map((url) => {
    const { host, port } = parseGoUrl(url);
    return port !== "" || usualPort === 0 ? host : `${host}:${usualPort}`;
  });
}
