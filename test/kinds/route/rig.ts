/** A server that has routes and nothing else: they are real, the cluster is only a stand-in. */

import type { Account } from "../../../src/core/account.ts";
import { Route } from "../../../src/kinds/route/route.ts";
import type {
  RouteCluster,
  RouteDialled,
  RouteHost,
  RouteSettings,
} from "../../../src/kinds/route/route-host.ts";
import type { Peer } from "../../../src/net/connection.ts";
import type { Transport } from "../../../src/net/transport.ts";
import type { RouteConnect } from "../../../src/protocol/route-connect.ts";
import { EMPTY_ROUTE_INFO, type RouteInfo } from "../../../src/protocol/route-info.ts";
import { LinkRig, type LinkRigOptions, OWN_ID } from "../link-rig.ts";

export { OWN_ID };

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const SETTINGS: RouteSettings = {
  clusterName: "C1",
  isClusterNameDynamic: false,
  authorization: null,
  admitsCertificate: null,
  authTimeoutMs: 2000,
  hasTls: false,
  permissions: null,
  compression: { mode: "accept", rttThresholdsMs: [10, 50, 100] },
  poolSize: 3,
  noHeaderSupport: false,
};

const POOLED: RouteDialled = { url: "", isExplicit: true, gossipMode: 0, account: "" };

/** Registers everybody, and keeps what it is told. */
class RigCluster implements RouteCluster {
  readonly settings: Mutable<RouteSettings>;
  readonly movingAccounts = new Set<Account>();
  readonly registered: RouteInfo[] = [];
  readonly later: RouteInfo[] = [];
  readonly closed: Route[] = [];
  pongs = 0;
  adopted: string[] = [];
  isAdopting = false;
  /** What becomes of a route whose other end is known. */
  onInfo = (route: Route, info: RouteInfo): void => {
    this.registered.push(info);
    const slot = route.isDedicated ? -1 : (info.route_pool_idx ?? 0);
    route.sendDelayedInfo(Math.max(slot, 0));
    route.register(slot);
  };
  readonly #accounts: (name: string) => Account | null;

  constructor(settings: Partial<RouteSettings>, accounts: (name: string) => Account | null) {
    this.settings = { ...SETTINGS, ...settings };
    this.#accounts = accounts;
  }

  info(): RouteInfo {
    const { poolSize, authorization } = this.settings;
    const info: RouteInfo = {
      ...EMPTY_ROUTE_INFO,
      server_id: OWN_ID,
      server_name: "RIG",
      version: "2.15.1",
      proto: 3,
      go: "go1.27.2",
      host: "127.0.0.1",
      port: 4999,
      headers: true,
      max_payload: 1048576,
      cluster: this.settings.clusterName,
      lnoc: true,
      lnocu: true,
      ln: true,
    };
    if (authorization !== null) info.auth_required = true;
    if (poolSize > 0) info.route_pool_size = poolSize;
    return info;
  }

  connect(): RouteConnect {
    return {
      echo: true,
      verbose: false,
      pedantic: false,
      tls_required: false,
      headers: true,
      name: OWN_ID,
      cluster: this.settings.clusterName,
      lnoc: true,
      ln: true,
    };
  }

  adoptName(name: string, isDynamic: boolean, remoteId: string): boolean {
    this.adopted.push(`${name} ${isDynamic} ${remoteId}`);
    if (this.isAdopting) this.settings.clusterName = name;
    return this.isAdopting;
  }

  onAsyncInfo(_route: Route, info: RouteInfo): void {
    this.later.push(info);
  }

  onPong(): void {
    this.pongs++;
  }

  onClosed(route: Route): void {
    this.closed.push(route);
  }

  account(name: string): Account | null {
    return this.#accounts(name);
  }
}

export interface RigOptions extends Partial<RouteSettings>, LinkRigOptions {}

export class Rig extends LinkRig<Route> {
  readonly cluster: RigCluster;
  readonly host: RouteHost;

  constructor(options: RigOptions = {}) {
    super({ hasRoutes: true, hasGateways: false });
    this.cluster = new RigCluster(options, (name) => this.findAccount(name));
    this.host = { ...this.baseHost(options), cluster: this.cluster };
  }

  get routes(): readonly Route[] {
    return this.connections;
  }

  dial(port: number, dialled: Partial<RouteDialled> = {}): Promise<Route> {
    const origin = { ...POOLED, url: `nats-route://127.0.0.1:${port}`, ...dialled };
    return this.dialTo(port, (transport, peer, cid) => {
      return new Route(this.host, transport, cid, peer, { dialled: origin });
    });
  }

  protected makeInbound(transport: Transport, peer: Peer, cid: number): Route {
    return new Route(this.host, transport, cid, peer, { dialled: null });
  }
}
