/** `varz`: what a server is, how it is configured, and how it is doing. */

import { flagsInForce } from "../../config/options/feature-flags.ts";
import type { Options } from "../../config/options/options.ts";
import type { TrustedOperator } from "../../config/options/trust.ts";
import { currentMicros } from "../../log/clock.ts";
import { rfc3339Nano } from "../../protocol/go-time.ts";
import { COMPATIBLE_VERSION, PROTOCOL_LEVEL } from "../../protocol/info.ts";
import { claimsDocument } from "../claims-document.ts";
import { GoMap, type GoValue } from "../go-document.ts";
import { nanoseconds, omitEmpty, uptimeText } from "../go-texts.ts";
import { byKind, clientTraffic } from "../kinds-apart.ts";
import { processUse } from "../process-use.ts";
import type { ServerView } from "../server-view.ts";
import { Slices } from "../slices.ts";
import { certificateExpiry } from "./certificate-expiry.ts";
import { clusterPart, gatewayPart, leafPart, writeTimeout } from "./links.ts";
import { mqttPart, websocketPart } from "./listeners.ts";

export type Varz = { readonly [field: string]: GoValue | undefined };

const TLS_TIMEOUT = 2;
const AUTH_TIMEOUT = 2;
const MICROS_PER_MS = 1000;
/** What only streams bring about. */
const NO_DISK_WAITS = { waiters: 0, waits: 0, wait_time: 0, max_wait_time: 0 };

export async function varz(view: ServerView): Promise<Varz> {
  const { options } = view;
  const subscriptions = await subscriptionTotal(view);
  return {
    ...identityPart(view),
    ...limitsPart(view),
    cluster: await clusterPart(view),
    gateway: await gatewayPart(view),
    leaf: await leafPart(options),
    mqtt: await mqttPart(options),
    websocket: await websocketPart(options),
    jetstream: {},
    tls_timeout: tlsTimeout(options),
    write_deadline: nanoseconds(options.writeDeadlineMs),
    write_timeout: writeTimeout(options.writeTimeout),
    ...runtimePart(view),
    ...trafficPart(view, subscriptions),
    ...configurationPart(view),
    trusted_operators_jwt: omitEmpty(options.operators.map(({ jwt }) => jwt)),
    trusted_operators_claim: omitEmpty(await Promise.all(options.operators.map(operatorClaims))),
    system_account: omitEmpty(view.accounts.system?.name ?? ""),
    pinned_account_fails: omitEmpty(view.trustedAccounts?.unpinnedLogins),
    slow_consumer_stats: byKind(view.stats, "slowConsumers"),
    stale_connection_stats: byKind(view.stats, "staleConnections"),
    disk_io_wait_stats: NO_DISK_WAITS,
    proxies: options.proxies === null ? undefined : proxies(options.proxies.trusted),
    tls_cert_not_after: await certificateExpiry(options.tls),
  };
}

/** Subscriptions in all accounts, as nats-server counts them. */
export async function subscriptionTotal({ exchange, accounts }: ServerView): Promise<number> {
  const slices = new Slices();
  let sleeping = 0;
  for (const entry of accounts.entries) {
    sleeping += entry.sleepingServices;
    if (slices.isOver) await slices.pause();
  }
  // Each record is of one subscription, those of the server itself included.
  return sleeping + exchange.subs.pool.count;
}

function identityPart({ serverInfo, options, cluster }: ServerView): Varz {
  const { required, verify } = serverInfo.tls;
  return {
    server_id: serverInfo.id,
    server_name: serverInfo.name,
    version: COMPATIBLE_VERSION,
    proto: PROTOCOL_LEVEL,
    go: serverInfo.runtime,
    host: serverInfo.host,
    port: serverInfo.port,
    auth_required: omitEmpty(serverInfo.authRequired),
    tls_required: omitEmpty(required),
    tls_verify: omitEmpty(verify),
    tls_ocsp_peer_verify: omitEmpty(required && options.tls?.ocspPeer?.verify),
    connect_urls: omitEmpty(cluster?.clientUrls ?? []),
  };
}

function limitsPart({ options }: ServerView): Varz {
  return {
    max_connections: options.maxConnections,
    max_subscriptions: omitEmpty(options.maxSubscriptions),
    ping_interval: nanoseconds(options.pingIntervalMs),
    ping_max: options.pingMax,
    http_host: options.httpHost || options.host,
    http_port: options.httpPort,
    http_base_path: options.httpBasePath,
    https_port: options.httpsPort,
    auth_timeout: authTimeout(options),
    max_control_line: options.maxControlLine,
    max_payload: options.maxPayload,
    max_pending: options.maxPending,
  };
}

function runtimePart({ startedAt, clients, totalClients, cluster }: ServerView): Varz {
  const now = currentMicros();
  const { cpu, memory } = processUse();
  const cores = navigator.hardwareConcurrency;
  return {
    start: rfc3339Nano(startedAt),
    now: rfc3339Nano(now),
    uptime: uptimeText((now - startedAt) / MICROS_PER_MS),
    mem: memory,
    cores,
    gomaxprocs: cores,
    cpu,
    connections: clients.size,
    total_connections: totalClients,
    routes: cluster?.routeCount ?? 0,
    remotes: cluster?.serverCount ?? 0,
    leafnodes: 0,
  };
}

function trafficPart(view: ServerView, subscriptions: number): Varz {
  const all = view.traffic();
  const clients = clientTraffic(view);
  return {
    in_msgs: all.inMsgs,
    in_bytes: all.inBytes,
    in_client_msgs: clients.inMsgs,
    in_client_bytes: clients.inBytes,
    out_msgs: all.outMsgs,
    out_bytes: all.outBytes,
    out_client_msgs: clients.outMsgs,
    out_client_bytes: clients.outBytes,
    slow_consumers: view.stats.slowConsumers,
    stale_connections: view.stats.staleConnections,
    stalled_clients: view.stats.stalledProducers,
    subscriptions,
  };
}

function configurationPart({ options, configuration, pageHits }: ServerView): Varz {
  const { serverTags, serverMetadata, featureFlags } = options;
  const metadata = Object.entries(serverMetadata);
  return {
    http_req_stats: new GoMap(pageHits),
    config_load_time: rfc3339Nano(configuration.loadedAt),
    config_digest: configuration.digest,
    tags: omitEmpty(serverTags),
    metadata: metadata.length === 0 ? undefined : new GoMap(metadata),
    feature_flags: new GoMap(Object.entries(flagsInForce(featureFlags))),
  };
}

/** Seconds. */
function tlsTimeout({ tls }: Readonly<Options>): number {
  return (tls?.timeoutMs ?? 0) / 1000 || TLS_TIMEOUT;
}

/** Seconds. With TLS a client has its handshake to do first. */
function authTimeout(options: Readonly<Options>): number {
  const given = (options.authorization?.timeoutMs ?? 0) / 1000;
  return given || (options.tls === null ? AUTH_TIMEOUT : tlsTimeout(options) + 1);
}

function proxies(trusted: readonly string[]): Varz {
  return { trusted: omitEmpty(trusted.map((key) => ({ key }))) };
}

/** They stay as they are as long as the server runs. */
const decoded = new WeakMap<TrustedOperator, Promise<GoValue>>();

function operatorClaims(operator: TrustedOperator): Promise<GoValue> {
  const known = decoded.get(operator) ?? claimsDocument(operator.jwt);
  decoded.set(operator, known);
  return known;
}
