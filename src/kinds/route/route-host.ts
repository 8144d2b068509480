/** What routes need from their server, and from the cluster that it is part of. */

import type { Account } from "../../core/account.ts";
import type { PermissionSet } from "../../core/permissions/permission-set.ts";
import type { RouteConnect } from "../../protocol/route-connect.ts";
import type { RouteInfo } from "../../protocol/route-info.ts";
import type { ServerHost } from "../server-host.ts";
import type { LoginSettings } from "../server-login.ts";
import type { Route } from "./route.ts";

export interface RouteHost extends ServerHost {
  readonly cluster: RouteCluster;
}

/** How a route came to be dialled. */
export interface RouteDialled {
  /** As in the configuration, or as another server has told; credentials included. */
  readonly url: string;
  /** It stands in the configuration. */
  readonly isExplicit: boolean;
  /** To be told in INFO: 0 default, 1 disabled, 2 override. */
  readonly gossipMode: number;
  /** The account that the connection is for; "" for those of the pool. */
  readonly account: string;
}

/** How a route came to be. */
export interface RouteOrigin {
  /** Null when the other server has dialled this one. */
  readonly dialled: RouteDialled | null;
}

/** Options of routes that are in force now. */
export interface RouteSettings extends LoginSettings<Route> {
  readonly clusterName: string;
  readonly isClusterNameDynamic: boolean;
  readonly hasTls: boolean;
  /** What is taken over from others (publish), and what others may subscribe to (subscribe). */
  readonly permissions: PermissionSet | null;
  /** Mode as nats-server names it, with `s2_auto`'s round-trip times. */
  readonly compression: { readonly mode: string; readonly rttThresholdsMs: readonly number[] };
  /** -1 for no pooling. */
  readonly poolSize: number;
  readonly noHeaderSupport: boolean;
}

/** The cluster, as one of its routes sees it. */
export interface RouteCluster {
  readonly settings: RouteSettings;
  /** Accounts that are about to get routes of their own: other routes bring no interest in them. */
  readonly movingAccounts: ReadonlySet<Account>;
  /** What INFO says of this server at present, without what differs by connection. */
  info(): RouteInfo;
  /** CONNECT for a server that is dialled. */
  connect(route: Route): RouteConnect;
  /**
   * A server is of a cluster with another name. Takes that name over where this server's own was made
   * up and has to give way, and ends the routes to all others.
   *
   * @param isDynamic the other name was made up as well.
   * @param remoteId of the server that has told it.
   * @returns false when it is not taken over: the route is closed then.
   */
  adoptName(name: string, isDynamic: boolean, remoteId: string): boolean;
  /**
   * The first INFO that counts has come (with compression: the second one). Registers the route and
   * sends what is due, or closes it. One that is neither registered nor closed afterwards is closed as
   * a duplicate.
   */
  onInfo(route: Route, info: RouteInfo): void;
  /** INFO of a route that is registered. */
  onAsyncInfo(route: Route, info: RouteInfo): void;
  /** The first PONG of a route that `awaitsPong`. */
  onPong(route: Route): void;
  /** The route is closed; its interest is not taken back yet. */
  onClosed(route: Route): void;
  /** Null for an account that is not there and cannot be: messages and interest are dropped. */
  account(name: string): Account | null;
}
