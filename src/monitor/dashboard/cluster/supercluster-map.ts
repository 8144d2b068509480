/** Other clusters and the gateways to each, as this server sees them. */

import type { GatewayAccount } from "../../../core/gateway/gateway-interest.ts";
import type { ServerView } from "../../../documents/server-view.ts";
import {
  type Gateway,
  missingClusters,
  type RemoteClusterView,
} from "../../../documents/supercluster-view.ts";
import type { OutboundGateway } from "../../../kinds/gateway/outbound-gateway.ts";
import { joinHostPort } from "../../../protocol/host-port.ts";
import type { ConnectionRates } from "../connections/rates.ts";
import type { Flow } from "../shapes.ts";
import { shown } from "../shown.ts";
import { eachInSlices } from "../sliced.ts";
import type {
  GatewayRow,
  InterestRow,
  OtherCluster,
  SuperclusterMap,
} from "../supercluster-shapes.ts";
import { sumOf } from "./flows.ts";
import type { ToldServer } from "./other-servers.ts";

/** What is shown of each; others only count. */
const CLUSTERS_SHOWN_MAX = 200;
const GATEWAYS_SHOWN_MAX = 500;
const INTEREST_SHOWN_MAX = 200;
const MISSING_SHOWN_MAX = 20;
const ADDRESSES_SHOWN_MAX = 8;

/** Null for a server without gateways. @param told servers of all clusters. */
export async function superclusterMap(
  { supercluster }: ServerView,
  rates: ConnectionRates,
  told: readonly ToldServer[],
): Promise<SuperclusterMap | null> {
  if (supercluster === null) return null;
  const inbounds = [...supercluster.inbounds];
  const outbounds = [...supercluster.outbounds];
  const inboundOf = Map.groupBy<string, Gateway>(inbounds, ({ cluster }) => cluster);
  const serversOf = Map.groupBy(told, ({ cluster }) => cluster);
  const interest = new Interest();
  const clusters: OtherCluster[] = [];
  for (const remote of [...supercluster.remotes].slice(0, CLUSTERS_SHOWN_MAX)) {
    const { name, outbound } = remote;
    const modes = outbound === null ? { ...NO_MODES } : await interest.add(outbound);
    const parts = { inbound: inboundOf.get(name) ?? [], servers: serversOf.get(name) ?? [], modes };
    clusters.push(clusterOf(remote, parts, rates));
  }
  // Outbound ones come by their distance, which changes: they are to stay where they are.
  const gateways = [...outbounds, ...inbounds].sort(byCluster);
  return {
    name: shown(supercluster.name),
    port: supercluster.port,
    clusters,
    gateways: gateways.slice(0, GATEWAYS_SHOWN_MAX).map((gateway) => rowOf(gateway, rates)),
    interest: interest.rows,
    moreInterest: interest.count - interest.rows.length,
    missing: missingClusters(supercluster).slice(0, MISSING_SHOWN_MAX).map(shown),
  };
}

const NO_MODES = { interestOnly: 0, transitioning: 0, optimistic: 0 };

/** Accounts, the uncommon ones first. */
class Interest {
  count = 0;
  readonly #uncommon: InterestRow[] = [];
  readonly #common: InterestRow[] = [];

  get rows(): InterestRow[] {
    return [...this.#uncommon, ...this.#common].slice(0, INTEREST_SHOWN_MAX);
  }

  /** @returns how many accounts have which mode. */
  async add({ cluster, interest }: OutboundGateway): Promise<OtherCluster["modes"]> {
    const modes = { ...NO_MODES };
    await eachInSlices(interest.accounts(), (told) => {
      this.count++;
      if (told.mode === "Interest-Only") modes.interestOnly++;
      else if (told.mode === "Transitioning") modes.transitioning++;
      else modes.optimistic++;
      const list = told.mode === "Interest-Only" ? this.#common : this.#uncommon;
      if (list.length < INTEREST_SHOWN_MAX) list.push(interestOf(cluster, told));
    });
    return modes;
  }
}

function interestOf(cluster: string, told: GatewayAccount): InterestRow {
  const { account, mode, refused, hasNoInterest } = told;
  return {
    cluster: shown(cluster),
    account: shown(account.label),
    mode,
    refused: refused.size,
    hasNoInterest,
  };
}

function clusterOf(
  { name, addresses, isExplicit, outbound }: RemoteClusterView,
  {
    inbound,
    servers,
    modes,
  }: {
    readonly inbound: readonly Gateway[];
    readonly servers: readonly ToldServer[];
    readonly modes: OtherCluster["modes"];
  },
  rates: ConnectionRates,
): OtherCluster {
  const gateways = outbound === null ? inbound : [outbound, ...inbound];
  const rttMs = outbound?.keepalive.rttMs ?? 0;
  return {
    name: shown(name),
    isConfigured: isExplicit,
    isConnected: outbound !== null,
    addresses: addresses.slice(0, ADDRESSES_SHOWN_MAX).map(shown),
    rttMs: rttMs > 0 ? rttMs : null,
    total: sumOf(gateways.map(totalOf)) ?? { inMsgs: 0, outMsgs: 0, inBytes: 0, outBytes: 0 },
    rate: sumOf(gateways.map((gateway) => rates.of(gateway))),
    pendingBytes: outbound?.outbound.pendingBytes ?? 0,
    inbound: inbound.length,
    servers: servers.length,
    clients: servers.reduce((sum, { connections }) => sum + connections, 0),
    modes,
  };
}

function byCluster(a: Gateway, b: Gateway): number {
  if (a.cluster !== b.cluster) return a.cluster < b.cluster ? -1 : 1;
  return Number(isOutbound(b)) - Number(isOutbound(a)) || a.cid - b.cid;
}

function isOutbound(gateway: Gateway): gateway is OutboundGateway {
  return "dialled" in gateway;
}

function rowOf(gateway: Gateway, rates: ConnectionRates): GatewayRow {
  const { outbound, peer } = gateway;
  return {
    gid: gateway.cid,
    cluster: shown(gateway.cluster),
    server: shown(gateway.remoteName || gateway.remoteId),
    address: joinHostPort(peer.ip, peer.port),
    isOutbound: isOutbound(gateway),
    rttMs: gateway.keepalive.rttMs,
    pendingBytes: outbound.pendingBytes,
    isBlocked: outbound.isBlocked,
    total: totalOf(gateway),
    rate: rates.of(gateway),
    subscriptions: outbound.subCount,
    startedAt: gateway.startedAt,
  };
}

function totalOf({ inMsgs, inBytes, outbound }: Gateway): Flow {
  outbound.foldCounters();
  return { inMsgs, inBytes, outMsgs: outbound.outMsgs, outBytes: outbound.outBytes };
}
