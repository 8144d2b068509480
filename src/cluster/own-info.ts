/** What this server tells the others of itself, and where it can be reached. */

import type { SubjectPermission } from "../config/options/auth.ts";
import type { EffectiveCluster } from "../config/options/effective-cluster.ts";
import type { EffectiveLink } from "../config/options/effective-link.ts";
import { joinHostPort, parseHostPort } from "../protocol/host-port.ts";
import { COMPATIBLE_VERSION, type ServerInfo } from "../protocol/info.ts";
import type { RouteInfo, RouteSubjects } from "../protocol/route-info.ts";
import type { ClusterHost } from "./cluster-host.ts";
import { reachableAddresses } from "./own-addresses.ts";
import { urlOf } from "./route-url.ts";

/** Level of the protocol between servers: messages may be traced through several of them. */
const ROUTE_PROTOCOL_LEVEL = 3;

export interface OwnInfoFacts {
  readonly settings: EffectiveCluster;
  readonly name: string;
  readonly isNameDynamic: boolean;
  /** Port of the listener that is really bound. */
  readonly port: number;
  /** URLs of this server that clients may use. */
  readonly connectUrls: readonly string[];
  /** `host:port` of this server's gateway; "" for none. */
  readonly gatewayUrl: string;
}

/** INFO of routes at this time, without what differs by connection. */
export function ownInfo(serverInfo: ServerInfo, facts: OwnInfoFacts): RouteInfo {
  const { settings, name, isNameDynamic, connectUrls, gatewayUrl } = facts;
  const { host, port, isAdvertised } = toldAddress(settings, facts.port);
  const hasTls = settings.tls !== null;
  return {
    server_id: serverInfo.id,
    server_name: serverInfo.name,
    version: COMPATIBLE_VERSION,
    proto: ROUTE_PROTOCOL_LEVEL,
    go: serverInfo.runtime,
    host,
    port,
    headers: serverInfo.headers,
    auth_required: settings.authorization !== null,
    tls_required: hasTls,
    tls_verify: hasTls,
    max_payload: serverInfo.maxPayload,
    ip: isAdvertised ? urlOf(host, port) : "",
    cluster: name,
    cluster_dynamic: isNameDynamic,
    connect_urls: settings.noAdvertise ? [] : connectUrls,
    import: shownSubjects(settings.permissions?.publish ?? null),
    export: shownSubjects(settings.permissions?.subscribe ?? null),
    lnoc: true,
    lnocu: true,
    ln: true,
    route_pool_size: Math.max(settings.poolSize, 0),
    gateway_url: gatewayUrl,
  };
}

/** Address that others are told: the real one, or the one to advertise. */
export function toldAddress(
  { host, advertise }: Pick<EffectiveLink, "host" | "advertise">,
  bound: number,
): { host: string; port: number; isAdvertised: boolean } {
  if (advertise === "") return { host, port: bound, isAdvertised: false };
  return { ...parseHostPort(advertise, bound), isAdvertised: true };
}

/** `host:port` under which clients can reach this server. */
export function ownConnectUrls({ options, clientPort, log }: ClusterHost): string[] {
  const { host, clientAdvertise } = options;
  if (clientAdvertise !== "") {
    const told = parseHostPort(clientAdvertise, clientPort);
    return [joinHostPort(told.host, told.port)];
  }
  const addresses = reachableAddresses(host, clientPort);
  if (addresses.length === 0) log.error(`Address "${host}" can not be resolved properly`);
  return addresses;
}

function shownSubjects(rules: SubjectPermission | null): RouteSubjects | null {
  if (rules === null) return null;
  const { allow, deny } = rules;
  return {
    ...(allow === null ? {} : { allow }),
    ...(deny === null ? {} : { deny }),
  };
}
