/**
 * How two servers come together: CONNECT of the one that dials, INFO of both, and which compression
 * they use.
 *
 *     S dials     CONNECT                      INFO                      INFO (compressed)
 *     T accepts            INFO                      INFO (compressed)
 *
 * The last two lines are there with compression only. S holds its INFO back until it has that of T where
 * it depends on it: with compression, or to say which of a pool of connections this is.
 */

import type { ConnectOptions } from "../../protocol/connect-options.ts";
import { ClosedReason } from "../../protocol/errors.ts";
import { goQuoteText } from "../../protocol/go-quote.ts";
import { parseGoUrl } from "../../protocol/go-url.ts";
import { joinHostPort } from "../../protocol/host-port.ts";
import {
  encodeRouteConnect,
  parseRouteConnect,
  type RouteConnect,
} from "../../protocol/route-connect.ts";
import { parseRouteInfo, type RouteInfo } from "../../protocol/route-info.ts";
import { printable } from "../printable.ts";
import { ServerLogin } from "../server-login.ts";
import type { Route } from "./route.ts";
import {
  AUTO,
  isCompressing,
  modeByRtt,
  negotiate,
  uncompressedMode,
} from "./route-compression.ts";
import type { RouteHost } from "./route-host.ts";

const NONCE_BYTES = 11;
const NAME_CONFLICT = "cluster name from remote server conflicts";
const ROUTE_PORT = "attempted to connect to route port";
const WRONG_PORT = "attempted to connect to wrong port";
export class RouteHandshake {
  readonly #host: RouteHost;
  readonly #route: Route;
  readonly #login: ServerLogin<Route>;
  readonly #startedAt = performance.now();
  /** The INFO that counts has come. */
  #hasInfo = false;
  #hasNegotiated = false;
  /** This server's INFO is held back. */
  #owesInfo = false;

  constructor(host: RouteHost, route: Route) {
    this.#host = host;
    this.#route = route;
    this.#login = new ServerLogin(host.passwords, route, host.cluster);
  }

  greet(): void {
    const route = this.#route;
    const { cluster } = this.#host;
    const { compression, poolSize } = cluster.settings;
    const { dialled } = route;
    if (route.isSolicited) {
      route.permissions = cluster.settings.permissions;
      route.debug("Route connect msg sent");
      route.outbound.append(encodeRouteConnect(cluster.connect(route)));
      const isPooled = poolSize >= 1 && !route.isDedicated;
      this.#owesInfo = isPooled || isCompressing(compression.mode);
    }
    if (!this.#owesInfo)
      this.#sendInfo(compression.mode, { gossip_mode: dialled?.gossipMode ?? 0 });
    this.#host.log.info(`${route.label} - Route connection created`);
  }

  begin(): void {
    const route = this.#route;
    if (isCompressing(this.#host.cluster.settings.compression.mode)) route.keepalive.await();
    else route.keepalive.begin();
    const { authorization } = this.#host.cluster.settings;
    if (!route.isSolicited && authorization !== null) this.#login.begin();
  }

  end(): void {
    this.#login.end();
  }

  onConnect(buf: Buffer, start: number, end: number): void {
    this.#login.onConnect(buf, start, end, (json, options) => this.#onAdmitted(json, options));
  }

  onInfo(buf: Buffer, start: number, end: number): void {
    let info: RouteInfo;
    try {
      info = parseRouteInfo(buf.toString("utf8", start, end));
    } catch (error) {
      this.#route.refuseLine((error as Error).message);
      return;
    }
    if (!this.#isOfCluster(info)) return;
    if (!this.#hasInfo) {
      this.#onFirstInfo(info);
      return;
    }
    this.#route.inbound.rest();
    this.#host.cluster.onAsyncInfo(this.#route, info);
  }

  /** INFO that was held back: it tells which of the connections to the other server this one is. */
  sendDelayedInfo(poolIndex: number): void {
    if (!this.#owesInfo) return;
    this.#owesInfo = false;
    const { compression, dialled } = this.#route;
    const gossip_mode = dialled?.gossipMode ?? 0;
    this.#sendInfo(compression, { route_pool_idx: poolIndex, gossip_mode });
  }

  /** Who it is fits; whether it is a server, and of this cluster, is another question. */
  #onAdmitted(json: string, { lang, verbose }: Readonly<ConnectOptions>): void {
    const route = this.#route;
    if (lang !== "") {
      route.closeWithError(ROUTE_PORT, ClosedReason.WrongPort);
      route.logError(ROUTE_PORT);
      return;
    }
    let connect: RouteConnect;
    try {
      connect = parseRouteConnect(json);
    } catch (error) {
      route.refuseLine((error as Error).message);
      return;
    }
    this.#connected(connect, verbose);
  }

  #connected(connect: RouteConnect, isVerbose: boolean): void {
    const route = this.#route;
    const { cluster } = this.#host;
    const { gateway = "", name, cluster_dynamic = false } = connect;
    if (gateway !== "") {
      const text = `Rejecting connection from gateway ${goQuoteText(gateway)} on the Route port`;
      this.#reject(text, ClosedReason.WrongGateway, "wrong gateway");
      return;
    }
    const { clusterName, permissions, noHeaderSupport } = cluster.settings;
    const isOurs = connect.cluster === clusterName;
    if (!isOurs && !cluster.adoptName(connect.cluster, cluster_dynamic, name)) {
      const names = `${goQuoteText(connect.cluster)} does not match ${goQuoteText(clusterName)}`;
      const text = `Rejecting connection, cluster name ${names}`;
      this.#reject(text, ClosedReason.ClusterNameConflict, NAME_CONFLICT);
      return;
    }
    route.onConnected(name, isVerbose);
    route.permissions = permissions;
    route.outbound.headers = connect.headers && !noHeaderSupport;
  }

  /** As nats-server does, the log is told twice. */
  #reject(text: string, reason: ClosedReason, summary: string): void {
    const route = this.#route;
    route.logError(text);
    route.sendError(text);
    route.close(reason);
    route.logError(summary);
  }

  /** Whether the other end is another server, and of the same cluster; closes the route if not. */
  #isOfCluster({ server_id, cluster: name = "", cluster_dynamic = false }: RouteInfo): boolean {
    const route = this.#route;
    const { cluster } = this.#host;
    if (server_id === cluster.info().server_id) {
      // Later on it is a lie: the route is known by another id.
      if (route.remote === null) route.remoteId = server_id;
      route.close(ClosedReason.DuplicateRoute);
      return false;
    }
    const isOurs = name === "" || name === cluster.settings.clusterName;
    if (!isOurs && !cluster.adoptName(name, cluster_dynamic, server_id)) {
      route.close(ClosedReason.ClusterNameConflict);
    }
    return !route.isClosed;
  }

  #onFirstInfo(info: RouteInfo): void {
    const route = this.#route;
    const { client_id: clientId = 0, server_name, compression: told = "", gateway = "" } = info;
    const { mode } = this.#host.cluster.settings.compression;
    if (route.isSolicited && (clientId !== 0 || gateway !== "")) {
      // At a port for clients or gateways, both understand just enough to try for ever.
      route.closeWithError(WRONG_PORT, ClosedReason.WrongPort);
      return;
    }
    if (!route.isSolicited && server_name === this.#host.cluster.info().server_name) {
      route.logError(`Remote server has a duplicate name: ${goQuoteText(server_name)}`);
      route.close(ClosedReason.DuplicateServerName);
      return;
    }
    if (!isCompressing(mode)) route.compression = uncompressedMode(mode, told);
    else if (!this.#hasNegotiated) {
      if (this.#negotiate(mode, told)) return;
      route.keepalive.begin();
    } else if (route.isSolicited) route.keepalive.begin();
    this.#hasInfo = true;
    this.#complete(info);
  }

  /** @returns false when there is nothing to wait for, as nothing is compressed. */
  #negotiate(own: string, told: string): boolean {
    const route = this.#route;
    this.#hasNegotiated = true;
    try {
      route.compression = this.#chosen(negotiate(own, told));
    } catch (error) {
      route.closeWithError((error as Error).message, ClosedReason.ProtocolViolation);
      return true;
    }
    if (!isCompressing(route.compression)) return false;
    if (route.isSolicited) this.#sendInfo(route.compression, {});
    route.decompressInput();
    route.whenSent(() => {
      route.compressOutput();
      if (route.isSolicited) return;
      this.#sendInfo(route.compression, {});
      route.keepalive.begin();
    });
    return true;
  }

  #chosen(mode: string): string {
    if (mode !== AUTO) return mode;
    const rttMs = this.#route.keepalive.rttMs || performance.now() - this.#startedAt;
    return modeByRtt(rttMs, this.#host.cluster.settings.compression.rttThresholdsMs);
  }

  /** All that there is to know of the other server is known. */
  #complete(info: RouteInfo): void {
    const route = this.#route;
    const { cluster } = this.#host;
    const { server_id, headers, port, route_account: account = "" } = info;
    if (!route.isSolicited && !this.#hasAddress(info)) return;
    if (!route.isSolicited && account !== "") route.dedicate(account);
    const ip = info.ip || `nats-route://${joinHostPort(route.peer.ip, port)}/`;
    const remote: RouteInfo = { ...info, ip, route_account: route.accountName };
    route.remote = remote;
    route.isPooled = (info.route_pool_size ?? 0) > 0 && cluster.settings.poolSize > 0;
    route.remoteId = server_id;
    route.outbound.headers = headers && !cluster.settings.noHeaderSupport;
    cluster.onInfo(route, remote);
  }

  /** Closes the route of a server that says to be where no server can be. */
  #hasAddress({ host, port }: RouteInfo): boolean {
    try {
      parseGoUrl(`nats-route://${joinHostPort(host, port)}/`);
      return true;
    } catch (error) {
      const route = this.#route;
      route.logError(`Error parsing URL from INFO: ${printable((error as Error).message)}`);
      route.close(ClosedReason.ParseError);
      return false;
    }
  }

  #sendInfo(mode: string, fields: Partial<RouteInfo>): void {
    const route = this.#route;
    const isAuto = this.#host.cluster.settings.compression.mode === AUTO;
    route.sendInfo({
      nonce: createNonce(),
      compression: isAuto ? AUTO : mode,
      route_account: route.accountName,
      ...fields,
    });
  }
}

function createNonce(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(NONCE_BYTES))).toString("base64url");
}
