/** What a cluster needs from the server that it is part of, declared here and wired there. */

import type { Options } from "../config/options/options.ts";
import type { Account } from "../core/account.ts";
import type { PermissionSet } from "../core/permissions/permission-set.ts";
import type { Route } from "../kinds/route/route.ts";
import type { RouteOrigin } from "../kinds/route/route-host.ts";
import type { Logger } from "../log/logger.ts";
import type { Peer } from "../net/connection.ts";
import type { DialTls } from "../net/dial/dial.ts";
import type { ListenerTls } from "../net/listener.ts";
import type { Transport } from "../net/transport.ts";
import type { ServerInfo } from "../protocol/info.ts";
import type { ClusterGateways } from "./cluster-gateways.ts";

/** Interest of this server as it is told to others, and theirs as it is known here. */
export interface RouteInterest {
  /** The route is registered: tells it all interest of the accounts that it carries. */
  addRoute(route: Route): void;
  removeRoute(route: Route): void;
  /** The account has come to the route: tells it the interest of this one. */
  tellAccount(route: Route, account: Account): void;
  /** The account has left the route: forgets what the other server wanted by it by now. */
  forgetAccount(route: Route, account: Account): Promise<void>;
  /** Accounts have other connections than before; nothing is to be told of it. */
  slotsChanged(): void;
  /**
   * What this server imports and exports has changed: tells and takes back interest, and forgets that
   * of the other server which may not be exported any more.
   */
  permissionsChanged(route: Route, before: PermissionSet | null): void;
  /** The other server exports something else: tells it again what it may have refused. */
  remoteExportsChanged(route: Route): void;
  /** Takes everything back, and tells nothing more. */
  withdraw(): void;
}

export interface ClusterHost {
  readonly log: Logger;
  readonly serverInfo: ServerInfo;
  readonly options: Readonly<
    Pick<
      Options,
      | "host"
      | "clientAdvertise"
      | "noHeaderSupport"
      | "connectErrorReports"
      | "reconnectErrorReports"
    >
  >;
  /** Port of clients that is really bound. */
  readonly clientPort: number;
  readonly interest: RouteInterest;
  /** Null for a server without gateways. */
  readonly gateways: ClusterGateways | null;
  /** For those that come in; null when there is never TLS. */
  readonly listenerTls: ListenerTls | null;
  /** For those that are dialled. */
  readonly dialTls: DialTls | null;
  /** As `RouteSettings` has it. */
  readonly admitsCertificate: ((route: Route) => boolean) | null;
  makeRoute(transport: Transport, peer: Peer, origin: RouteOrigin): Route;
  /** Null for an account that is not there and cannot be. */
  accountNamed(name: string): Account | null;
  /** Clients are to be told other URLs than before: `clientUrls` of the cluster. */
  onClientUrls(): void;
  /** The cluster is called otherwise than before. */
  onClusterName(name: string): void;
}
