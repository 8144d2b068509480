/**
 * The clusters that a server's own one works with: it lets servers of other clusters in and dials one
 * server of each, so that there are two connections between any two clusters, one for each direction.
 *
 *     listener ── inbound gateways ── interest of this cluster, gossip
 *     dialler ── outbound gateways ── remotes and their URLs, order by round-trip time
 *                                  └── gossip to the servers of this cluster
 */

import type { ClusterGateways } from "../cluster/cluster-gateways.ts";
import { credentialsOf, ownCredentials } from "../cluster/route-url.ts";
import { isSaneName } from "../cluster/sane-name.ts";
import type { EffectiveGateway } from "../config/options/effective-gateway.ts";
import type { Account } from "../core/account.ts";
import { TurnQueue } from "../core/turn-queue.ts";
import type {
  GatewayDialled,
  GatewaySettings,
  GatewaySupercluster,
} from "../kinds/gateway/gateway-host.ts";
import type { InboundGateway } from "../kinds/gateway/inbound-gateway.ts";
import { OutboundGateway } from "../kinds/gateway/outbound-gateway.ts";
import type { Route } from "../kinds/route/route.ts";
import { CLOCK, type Clock } from "../net/clock.ts";
import type { Connection, Peer } from "../net/connection.ts";
import { dial } from "../net/dial/dial.ts";
import type { Acceptor } from "../net/listener.ts";
import type { Transport } from "../net/transport.ts";
import { ClosedReason, ERR_MAX_CONNECTIONS } from "../protocol/errors.ts";
import type { RouteConnect } from "../protocol/route-connect.ts";
import type { RouteInfo } from "../protocol/route-info.ts";
import { type GatewayDial, GatewayDialler } from "./gateway-dialler.ts";
import { GatewayGossip } from "./gateway-gossip.ts";
import { GatewayPort } from "./gateway-port.ts";
import { GatewayInterestBoard } from "./interest/gateway-interest-board.ts";
import { OwnGatewayInfo } from "./own-gateway-info.ts";
import type { RemoteCluster } from "./remote-cluster.ts";
import type { Telling } from "./remotes.ts";
import type { SuperclusterHost } from "./supercluster-host.ts";
import { SuperclusterState } from "./supercluster-state.ts";

/** Servers that have come and not said yet who they are. Of more the oldest goes. */
const UNKNOWN_MAX = 1024;
const INSECURE =
  "TLS certificate chain and hostname of solicited gateways will not be verified. DO NOT USE IN PRODUCTION!";

/** Time, chance and the way to others. */
export interface SuperclusterMeans {
  readonly clock: Clock;
  readonly dial: GatewayDial;
}

const USUAL_MEANS: SuperclusterMeans = { clock: CLOCK, dial };

export class Supercluster implements GatewaySupercluster, ClusterGateways, Acceptor {
  /** Called by gateways for each of them: replaced when anything in it changes. */
  settings: GatewaySettings;
  readonly #state: SuperclusterState;
  readonly #port: GatewayPort;
  readonly #own: OwnGatewayInfo;
  readonly #dialler: GatewayDialler;
  readonly #gossip: GatewayGossip;
  readonly #interest: GatewayInterestBoard;
  /** Servers that have come and are not registered yet. */
  readonly #newcomers = new Set<InboundGateway>();
  /** Every connection that was made here and is open, registered or not. */
  readonly #made = new Set<OutboundGateway>();
  /** One of them at a time: somebody may tell of very many clusters. */
  readonly #dials = new TurnQueue();
  #lostGateways = 0;

  /** @param means for tests to have their own. */
  constructor(host: SuperclusterHost, settings: EffectiveGateway, means = USUAL_MEANS) {
    const state = new SuperclusterState(host, means.clock, settings);
    this.#state = state;
    this.settings = this.#gatewaySettings();
    this.#port = new GatewayPort(this, host);
    this.#own = new OwnGatewayInfo(host.serverInfo, host.options.serverName);
    this.#dialler = new GatewayDialler(state, {
      dial: means.dial,
      make: (dialled, transport, peer) => this.#make(dialled, transport, peer),
      turn: () => this.#dials.next(),
    });
    this.#gossip = new GatewayGossip(state);
    this.#interest = new GatewayInterestBoard(host, settings.name);
  }

  /** What this cluster is called. */
  get name(): string {
    return this.#state.settings.name;
  }

  /** Port that is really bound; 0 while there is none. */
  get port(): number {
    return this.#port.number;
  }

  get url(): string {
    return this.#port.url;
  }

  /** Registered ones, nearest first. */
  get outbounds(): readonly OutboundGateway[] {
    const outbounds: OutboundGateway[] = [];
    for (const { outbound } of this.#state.remotes) if (outbound !== null) outbounds.push(outbound);
    return outbounds.sort((a, b) => a.keepalive.rttMs - b.keepalive.rttMs);
  }

  /** Registered ones. */
  get inbounds(): ReadonlySet<InboundGateway> {
    return this.#state.inbounds;
  }

  /** All other clusters that are known. */
  get remotes(): Iterable<RemoteCluster> {
    return this.#state.remotes;
  }

  /** Accounts that a server of another cluster was told not to be here. */
  refusedTo(gateway: InboundGateway): Iterable<string> {
    return this.#interest.refusedTo(gateway);
  }

  /** Outbound gateways that were registered and are gone. */
  get lostGateways(): number {
    return this.#lostGateways;
  }

  /**
   * Lets servers of other clusters in, and dials those of the configuration after a while.
   *
   * @throws SuperclusterStartError when the address cannot be bound or told.
   */
  open(): void {
    const { settings, host } = this.#state;
    this.#port.open(settings);
    this.#own.open(this.#port.told, this.#port.url);
    const blocks = [settings.tls, ...settings.remotes.map(({ tls }) => tls)];
    if (blocks.some((tls) => tls?.insecure === true)) host.log.warn(INSECURE);
    this.#dialler.dialConfigured();
  }

  /** Takes over other options: of those that can change, gateways that are made later have them. */
  reconfigure(settings: EffectiveGateway): void {
    this.#state.settings = settings;
    this.settings = this.#gatewaySettings();
  }

  /** Lets nobody in, dials nobody, and ends all gateways. */
  stop(): void {
    const state = this.#state;
    state.isStopped = true;
    this.#port.close();
    this.#dialler.stop();
    const open = [...this.#made, ...this.#newcomers, ...state.inbounds];
    for (const gateway of open) gateway.close(ClosedReason.ServerShutdown);
  }

  /** An account has come that was not here before. */
  accountCreated(account: Account): void {
    this.#interest.accountCreated(account);
    for (const { outbound } of this.#state.remotes) outbound?.interest.accountCreated(account);
  }

  peerCame(id: string, url: string): void {
    if (this.#own.peerCame(id, url)) this.#tellInfo();
  }

  peerLeft(id: string): void {
    if (this.#own.peerLeft(id) && !this.#state.isStopped) this.#tellInfo();
  }

  tellRoute(route: Route): void {
    this.#gossip.tellRoute(route);
  }

  onRouteGossip({ remoteId }: Route, info: RouteInfo): void {
    this.#learn(info, { teller: remoteId, source: remoteId, isThere: false });
  }

  accept(transport: Transport, peer: Peer): Connection {
    const gateway = this.#state.host.makeInbound(transport, peer);
    this.#newcomers.add(gateway);
    return gateway;
  }

  admit(connection: Connection): void {
    // A handshake may have ended after the end.
    if (this.#state.isStopped) connection.close(ClosedReason.ServerShutdown);
    if (this.#newcomers.size <= UNKNOWN_MAX) return;
    for (const gateway of this.#newcomers) {
      if (gateway === connection) continue;
      gateway.closeWithError(ERR_MAX_CONNECTIONS, ClosedReason.MaxConnectionsExceeded);
      return;
    }
  }

  info(): RouteInfo {
    return this.#own.info(this.#state.settings);
  }

  connect({ dialled }: OutboundGateway): RouteConnect {
    const { host, settings } = this.#state;
    const { authorization, remotes, name } = settings;
    const routes = remotes.flatMap(({ urls }) => urls);
    const own = ownCredentials({ authorization, routes });
    const credentials = credentialsOf(dialled.url) ?? own;
    const remote = remotes.find((each) => each.name === dialled.name);
    return {
      echo: false,
      verbose: false,
      pedantic: false,
      user: credentials?.user ?? "",
      pass: credentials?.password ?? "",
      tls_required: (remote ?? settings).tls !== null,
      headers: false,
      name: host.serverInfo.id,
      cluster: "",
      gateway: name,
    };
  }

  admits(cluster: string): boolean {
    const { settings, remotes } = this.#state;
    return !settings.rejectUnknown || remotes.get(cluster) !== undefined;
  }

  hasServerNamed(name: string): boolean {
    const { host } = this.#state;
    return name !== "" && (name === host.serverInfo.name || host.hasServerNamed(name));
  }

  registerOutbound(gateway: OutboundGateway, info: RouteInfo): boolean {
    const state = this.#state;
    const remote = state.remotes.get(gateway.cluster);
    if (remote === undefined || state.isStopped) return false;
    this.#takeUrls(remote, info);
    if (remote.outbound !== null) return false;
    remote.outbound = gateway;
    this.#dialler.registered(gateway, remote);
    this.#order();
    this.#gossip.tellPeers(gateway.cluster, info.gateway_urls ?? []);
    return true;
  }

  registerInbound(gateway: InboundGateway, info: RouteInfo): void {
    const { inbounds, isStopped } = this.#state;
    if (!isSaneName(info.server_id) || !isSaneName(info.gateway ?? "")) {
      gateway.closeWithError("Invalid server id or name", ClosedReason.ProtocolViolation);
      return;
    }
    this.#newcomers.delete(gateway);
    inbounds.add(gateway);
    if (isStopped) return;
    this.#interest.add(gateway, () => this.#gossip.tellInbound(gateway));
    const source = `from ${gateway.peer.ip}`;
    if (this.admits(info.gateway ?? "")) {
      this.#learn(info, { teller: info.server_id, source, isThere: true });
    }
  }

  onClusterInfo(gateway: OutboundGateway, info: RouteInfo): void {
    const remote = this.#state.remotes.get(gateway.cluster);
    if (remote === undefined) return;
    this.#takeUrls(remote, info);
    this.#gossip.tellPeers(gateway.cluster, info.gateway_urls ?? []);
  }

  onGossip(gateway: OutboundGateway, info: RouteInfo): void {
    if (!this.admits(info.gateway ?? "")) return;
    const { remoteId: teller, cluster: source } = gateway;
    this.#learn(info, { teller, source, isThere: false });
  }

  onPong(_gateway: OutboundGateway): void {
    this.#order();
  }

  onUnknownAccount(gateway: InboundGateway, account: string): void {
    this.#interest.refuse(gateway, account);
  }

  onClosed(gateway: OutboundGateway | InboundGateway): void {
    if (gateway instanceof OutboundGateway) {
      this.#onOutboundClosed(gateway);
      return;
    }
    this.#newcomers.delete(gateway);
    this.#state.inbounds.delete(gateway);
    this.#interest.remove(gateway);
  }

  accounts(): Iterable<Account> {
    return this.#state.host.accounts();
  }

  account(name: string): Account | null {
    return this.#state.host.accountNamed(name);
  }

  #onOutboundClosed(gateway: OutboundGateway): void {
    this.#made.delete(gateway);
    const known = this.#state.remotes.get(gateway.cluster);
    const remote = known?.outbound === gateway ? known : null;
    if (remote !== null) {
      this.#lostGateways++;
      remote.outbound = null;
      this.#order();
    }
    this.#dialler.closed(gateway, remote);
  }

  #make(dialled: GatewayDialled, transport: Transport, peer: Peer): OutboundGateway {
    const gateway = this.#state.host.makeOutbound(transport, peer, dialled);
    this.#made.add(gateway);
    return gateway;
  }

  #takeUrls(remote: RemoteCluster, { gateway_urls: urls = [] }: RouteInfo): void {
    if (urls.length > 0) remote.replace(urls);
  }

  /** Dials a cluster back that has come, or that others have told of. */
  #learn(info: RouteInfo, who: Pick<Telling, "teller" | "source" | "isThere">): void {
    const { isStopped, remotes, clock } = this.#state;
    if (isStopped) return;
    const { gateway: name = "", gateway_urls: addresses = [] } = info;
    const isIdle = (remote: RemoteCluster): boolean => this.#dialler.isIdle(remote);
    const remote = remotes.learn({ ...who, name, addresses }, clock.now(), isIdle);
    if (remote !== null) this.#dialler.dial(remote);
  }

  #tellInfo(): void {
    const info = this.info();
    for (const inbound of this.#state.inbounds) inbound.sendInfoLine(info);
  }

  #order(): void {
    const { gateways } = this.#state.host.exchange;
    if (gateways !== null) gateways.order = this.outbounds;
  }

  #gatewaySettings(): GatewaySettings {
    const { host, settings } = this.#state;
    const { name, authorization, authTimeoutMs } = settings;
    const { admitsCertificate, options } = host;
    const { noHeaderSupport } = options;
    return { name, authorization, admitsCertificate, authTimeoutMs, noHeaderSupport };
  }
}
