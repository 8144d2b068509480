/**
 * The cluster that a server is part of: it lets other servers in and dials them, so that there are
 * routes between any two, and tells routes what they have to know of it.
 *
 *     listener, dialler ── routes ── registration ── peers
 *                            │            └── gossip, interest, URLs for clients
 *                            └── INFO of registered ones: gossip, moves of accounts, lame duck
 */

import type { EffectiveCluster } from "../config/options/effective-cluster.ts";
import type { Account } from "../core/account.ts";
import type { Route } from "../kinds/route/route.ts";
import type { RouteCluster, RouteDialled, RouteSettings } from "../kinds/route/route-host.ts";
import { CLOCK, type Clock } from "../net/clock.ts";
import type { Connection, Peer as Remote } from "../net/connection.ts";
import { dial } from "../net/dial/dial.ts";
import type { Acceptor } from "../net/listener.ts";
import type { Transport } from "../net/transport.ts";
import { ClosedReason, ERR_MAX_CONNECTIONS } from "../protocol/errors.ts";
import { goQuoteText } from "../protocol/go-quote.ts";
import type { RouteConnect } from "../protocol/route-connect.ts";
import type { RouteInfo } from "../protocol/route-info.ts";
import { AccountMoves } from "./account-moves.ts";
import { AccountRoutes } from "./account-routes.ts";
import { ClientUrls } from "./client-urls.ts";
import type { ClusterHost } from "./cluster-host.ts";
import { ClusterReload } from "./cluster-reload.ts";
import { ClusterState } from "./cluster-state.ts";
import { Farewell } from "./farewell.ts";
import { Gossip } from "./gossip.ts";
import { ownInfo, toldAddress } from "./own-info.ts";
import type { Peers } from "./peers.ts";
import { Reconnect } from "./reconnect.ts";
import { type Registered, Registration } from "./registration.ts";
import { type RouteDial, RouteDialler } from "./route-dialler.ts";
import { ClusterStartError, RoutePort } from "./route-port.ts";
import { routeSettings } from "./route-settings.ts";
import { credentialsOf } from "./route-url.ts";

/** Command of an INFO that tells of another cluster. */
const GATEWAY_GOSSIP = 1;
/** Servers that have come and not said yet who they are. Of more the oldest goes. */
const UNKNOWN_MAX = 1024;

/** Time, chance and the way to others. */
export interface ClusterMeans {
  readonly clock: Clock;
  readonly dial: RouteDial;
}

const USUAL_MEANS: ClusterMeans = { clock: CLOCK, dial };

export class Cluster implements RouteCluster, Acceptor {
  /** Called by routes for each of them: replaced when anything in it changes. */
  settings: RouteSettings;
  readonly #state: ClusterState;
  readonly #port: RoutePort;
  readonly #dialler: RouteDialler;
  readonly #registration: Registration;
  readonly #reconnect: Reconnect;
  readonly #gossip: Gossip;
  readonly #accountRoutes: AccountRoutes;
  readonly #moves: AccountMoves;
  readonly #reload: ClusterReload;
  readonly #urls: ClientUrls;
  #lostRoutes = 0;
  /** Set once this server is about to stop. */
  #farewell: Farewell | null = null;

  /** @param means for tests to have their own. */
  constructor(host: ClusterHost, settings: EffectiveCluster, means = USUAL_MEANS) {
    const state = new ClusterState(host, means.clock, settings);
    this.#state = state;
    this.settings = routeSettings(state);
    this.#urls = new ClientUrls(host);
    this.#port = new RoutePort(this, host);
    this.#dialler = new RouteDialler(state, {
      dial: means.dial,
      make: (dialled, transport, remote) => this.#make(dialled, transport, remote),
      isOwnAddress: (ip, port) => this.#port.isOwnAddress(ip, port),
    });
    this.#registration = new Registration(state, (registered) => this.#onRegistered(registered));
    this.#reconnect = new Reconnect(state, this.#dialler, this.#registration);
    this.#gossip = new Gossip(state, this.#dialler);
    this.#accountRoutes = new AccountRoutes(state, this.#dialler);
    this.#moves = new AccountMoves(state, (account) => {
      this.#dialConfigured(state.settings.routes, [account]);
    });
    this.#reload = new ClusterReload(state, this.#moves, {
      refresh: () => this.#refresh(),
      dial: (urls, accounts) => this.#dialConfigured(urls, accounts),
    });
  }

  /** What the cluster is called, by its configuration or by chance. */
  get name(): string {
    return this.#state.name.text;
  }

  /** Port that is really bound; 0 while there is none. */
  get port(): number {
    return this.#port.number;
  }

  /** The other servers, with their routes. */
  get peers(): Peers {
    return this.#state.peers;
  }

  /** Registered routes, those of accounts among them. */
  get routeCount(): number {
    let count = 0;
    for (const _ of this.routes) count++;
    return count;
  }

  /** Other servers. */
  get serverCount(): number {
    return this.peers.size;
  }

  /** Registered routes. */
  get routes(): Iterable<Route> {
    return this.#state.peers.routes();
  }

  /** `host:port` of servers of the configuration that there is no route to. */
  get missing(): readonly string[] {
    return this.#dialler.missing([...this.routes]);
  }

  /** Routes that were registered and are gone. */
  get lostRoutes(): number {
    return this.#lostRoutes;
  }

  /** What INFO tells clients of where they can go; empty for nothing. */
  get clientUrls(): readonly string[] {
    const { noAdvertise } = this.#state.settings;
    return noAdvertise && this.#urls.isLameDuck ? [] : this.#urls.all;
  }

  get movingAccounts(): ReadonlySet<Account> {
    return this.#state.peers.moving;
  }

  /**
   * Lets other servers in, and dials those of the configuration. Clients must be able to come in by
   * now: other servers are told where.
   *
   * @throws ClusterStartError when the address cannot be bound or told.
   */
  open(): void {
    const { host, settings, name } = this.#state;
    host.log.info(`Cluster name is ${name.text}`);
    if (name.isDynamic) {
      host.log.warn("Cluster name was dynamically generated, consider setting one");
    }
    this.#port.open(settings);
    this.#urls.refreshOwn();
    try {
      this.#port.learnOwnAddresses(toldAddress(settings, this.port).port);
    } catch (error) {
      this.#port.close();
      const problem = `value of ${settings.advertise}, err=${(error as Error).message}`;
      throw new ClusterStartError(`Error setting route INFO with Cluster.Advertise ${problem}`);
    }
    this.#reload.warnOfInsecureTls();
    this.#dialConfigured(settings.routes, ["", ...settings.accounts]);
  }

  /** The port of clients is told otherwise than before. */
  clientAddressChanged(): void {
    this.#urls.refreshOwn();
  }

  /** Takes over other options. Resolves when the other servers know of them, or take too long. */
  async reconfigure(settings: EffectiveCluster): Promise<void> {
    await this.#reload.take(settings);
  }

  /** Tells the other servers that this one is about to go: they send their clients elsewhere. */
  lameDuck(): void {
    for (const peer of this.peers) peer.first?.sendInfo({ ldm: true });
    this.#urls.enterLameDuck();
  }

  /**
   * Lets no more servers in and takes interest back, as this server is about to stop. Resolves when the
   * others have sent what they were about to send, or take too long.
   */
  async withdraw(): Promise<void> {
    this.#state.isStopped = true;
    this.#port.close();
    this.#dialler.stop();
    this.#state.host.interest.withdraw();
    this.#farewell = new Farewell(this.routes);
    await this.#farewell.take();
  }

  /** Lets nobody in, dials nobody, and ends all routes. */
  stop(): void {
    const state = this.#state;
    state.isStopped = true;
    this.#farewell = null;
    this.#port.close();
    this.#dialler.stop();
    this.#moves.stop();
    this.#accountRoutes.stop();
    for (const route of [...state.open.keys()]) route.close(ClosedReason.ServerShutdown);
  }

  /** Slot of the pool that the account's interest is told by; -1 when it has routes of its own. */
  slotOf(account: Account): number {
    return this.peers.slotOf(account);
  }

  isDedicated(account: Account): boolean {
    return this.peers.isPinned(account.name);
  }

  accept(transport: Transport, remote: Remote): Connection {
    return this.#make(null, transport, remote);
  }

  admit(connection: Connection): void {
    const { open } = this.#state;
    if (open.size - this.routeCount <= UNKNOWN_MAX) return;
    for (const route of open.keys()) {
      if (route.isRegistered || route.isSolicited || route === connection) continue;
      route.closeWithError(ERR_MAX_CONNECTIONS, ClosedReason.MaxConnectionsExceeded);
      return;
    }
  }

  info(): RouteInfo {
    const { host, settings, name } = this.#state;
    const { text, isDynamic } = name;
    const { own } = this.#urls;
    const facts = { settings, name: text, isNameDynamic: isDynamic, port: this.port };
    const gatewayUrl = host.gateways?.url ?? "";
    return ownInfo(host.serverInfo, { ...facts, connectUrls: own, gatewayUrl });
  }

  connect({ dialled }: Route): RouteConnect {
    const { host, settings, name } = this.#state;
    const credentials = dialled === null ? null : credentialsOf(dialled.url);
    return {
      echo: true,
      verbose: false,
      pedantic: false,
      user: credentials?.user ?? "",
      pass: credentials?.password ?? "",
      tls_required: settings.tls !== null,
      headers: host.serverInfo.headers,
      name: host.serverInfo.id,
      cluster: name.text,
      cluster_dynamic: name.isDynamic,
      lnoc: true,
      ln: true,
    };
  }

  adoptName(name: string, isDynamic: boolean, remoteId: string): boolean {
    if (!this.#state.name.adopt(name, isDynamic)) return false;
    this.#reload.nameChanged();
    for (const route of [...this.routes]) {
      if (route.remoteId !== remoteId) route.close(ClosedReason.ClusterNameConflict);
    }
    return true;
  }

  onInfo(route: Route, info: RouteInfo): void {
    if (!this.#state.isStopped) this.#registration.register(route, info);
  }

  onAsyncInfo(route: Route, info: RouteInfo): void {
    const { gateway = "", route_acc_add_reqid: request = "", server_id: id } = info;
    if (request !== "") this.#moves.onInfo(route, info);
    else if (gateway !== "") this.#onGatewayInfo(route, info);
    else if (id !== route.remoteId) this.#gossip.heard(route, info);
    else if (info.ldm === true) this.#onLameDuck(route);
    else this.#onPermissions(route, info);
  }

  onPong(route: Route): void {
    if (this.#farewell !== null) {
      this.#farewell.settled(route);
      return;
    }
    const peer = this.peers.get(route.remoteId);
    const { dialled } = route;
    if (peer === undefined || dialled === null) return;
    const wanted = (): boolean => this.peers.get(peer.id) === peer && !peer.isFull;
    if (wanted()) this.#dialler.begin({ ...dialled, account: "" }, { isFirst: true, wanted });
  }

  onClosed(route: Route): void {
    const { open, peers, host } = this.#state;
    open.delete(route);
    this.#farewell?.settled(route);
    const peer = peers.get(route.remoteId);
    let isLost = peers.pinned(route.accountName)?.get(route.remoteId) === route;
    if (isLost) peers.pinned(route.accountName)!.delete(route.remoteId);
    let isLast = false;
    if (peer?.remove(route) === true) {
      isLost = true;
      isLast = peer.first === null;
    }
    if (isLost) {
      this.#lostRoutes++;
      host.interest.removeRoute(route);
    }
    if (isLast && peer !== undefined) {
      peers.delete(peer);
      this.#urls.remove(peer);
      host.gateways?.peerLeft(peer.id);
    }
    this.#reconnect.onClosed(route, isLost ? (peer ?? null) : null, { isLost, isLast });
  }

  account(name: string): Account | null {
    return this.#state.host.accountNamed(name);
  }

  #make(dialled: RouteDialled | null, transport: Transport, remote: Remote): Route {
    const route = this.#state.host.makeRoute(transport, remote, { dialled });
    this.#state.open.set(route, this.#state.clock.now());
    return route;
  }

  #onRegistered({ route, info, peer, isFirst, hasOthers }: Registered): void {
    const { host, settings } = this.#state;
    this.#dialler.registered(route);
    if (peer !== null && isFirst) host.gateways?.peerCame(peer.id, info.gateway_url ?? "");
    if (isFirst && hasOthers) this.#gossip.tell(route, info);
    if (peer !== null && isFirst) {
      host.gateways?.tellRoute(route);
      this.#urls.add(peer, info.connect_urls ?? [], settings);
      if (route.isPooled) void this.#accountRoutes.complete(peer);
    }
    host.interest.addRoute(route);
    if (peer === null || !route.isPooled || !route.isSolicited || peer.isFull) return;
    // The answer shows that the other server has let this one in: then comes the next route.
    route.awaitsPong = true;
    route.sendPing();
  }

  #onGatewayInfo(route: Route, info: RouteInfo): void {
    const { gateways, log } = this.#state.host;
    const { gateway = "", gateway_cmd: command = 0 } = info;
    const from = route.remoteId;
    if (gateways === null) {
      const what = `Received information about gateway ${goQuoteText(gateway)} from ${from}`;
      log.error(`${what}, but gateway is not configured`);
    } else if (command === GATEWAY_GOSSIP) gateways.onRouteGossip(route, info);
    else log.error(`Unknown command ${command} from server ${from}`);
  }

  #onLameDuck({ remoteId }: Route): void {
    const peer = this.peers.get(remoteId);
    if (peer === undefined) return;
    peer.isLeaving = true;
    this.#urls.remove(peer);
  }

  #onPermissions(route: Route, info: RouteInfo): void {
    const { remote } = route;
    if (remote === null) return;
    const before = remote.export ?? null;
    const after = info.export ?? null;
    route.remote = { ...remote, import: info.import ?? null, export: after };
    const { interest } = this.#state.host;
    if (!Bun.deepEquals(before, after)) interest.remoteExportsChanged(route);
  }

  /** Something has changed that INFO or routes show. */
  #refresh(): RouteSettings {
    this.settings = routeSettings(this.#state);
    this.#urls.refreshOwn();
    return this.settings;
  }

  /** Dials servers of the configuration, for accounts or, where that is "", for the pool. */
  #dialConfigured(urls: readonly string[], accounts: readonly string[]): void {
    for (const account of accounts) {
      for (const url of urls) {
        const target = { url, isExplicit: true, gossipMode: 0, account };
        this.#dialler.begin(target, { isFirst: true });
      }
    }
  }
}
