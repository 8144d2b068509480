/**
 * Telling the others of a server that has come, and dialling those that others tell of: so one known
 * server is enough to find all of them.
 *
 * Whoever is told dials the new server, which could tell of that again, and so on. INFO has a mode
 * that ends it: the new server says nothing of a connection that was made since somebody had told.
 */

import type { Route } from "../kinds/route/route.ts";
import { joinHostPort } from "../protocol/host-port.ts";
import type { RouteInfo } from "../protocol/route-info.ts";
import type { ClusterState } from "./cluster-state.ts";
import type { DialOptions, RouteDialler } from "./route-dialler.ts";
import { hostOf, ownCredentials, toldUrl } from "./route-url.ts";

const DEFAULT = 0;
const DISABLED = 1;
const OVERRIDE = 2;

export class Gossip {
  readonly #state: ClusterState;
  readonly #dialler: RouteDialler;

  constructor(state: ClusterState, dialler: RouteDialler) {
    this.#state = state;
    this.#dialler = dialler;
  }

  /** Tells the other servers of the one behind a route, unless that would be told twice. */
  tell(route: Route, info: RouteInfo): void {
    const { isSolicited, dialled } = route;
    const isExplicit = dialled?.isExplicit ?? false;
    const isFromGossip = isSolicited && !isExplicit;
    if (isFromGossip && dialled?.gossipMode !== OVERRIDE) return;
    if (info.gossip_mode === DISABLED) return;
    for (const listener of this.#listeners(info)) {
      const mode = this.#modeFor(listener, isSolicited, isExplicit);
      listener.sendGossip({ ...info, nonce: "", gossip_mode: mode });
    }
  }

  /** Dials a server that another one has told of, unless there is a route to it or will be. */
  heard(teller: Route, info: RouteInfo): void {
    const { peers, settings, host } = this.#state;
    const { server_id: id, route_account: account = "", gossip_mode: gossipMode = DEFAULT } = info;
    if (id === host.serverInfo.id || id === "") return;
    if (account === "" ? peers.get(id) !== undefined : !this.#lacks(account, id)) return;
    if (this.#isConfigured(info)) return;
    const credentials = info.auth_required === true ? ownCredentials(settings) : null;
    const url = toldUrl(info.ip ?? "", credentials);
    if (url === null) return;
    const tellerId = teller.remoteId;
    const target = { url, isExplicit: false, gossipMode, account };
    this.#dialler.begin(target, this.#options(id, account, tellerId));
    if (teller.isPooled || account !== "") return;
    // A server without pooling does not tell of the connections of accounts.
    for (const pinned of settings.accounts) {
      this.#dialler.begin({ ...target, account: pinned }, this.#options(id, pinned, tellerId));
    }
  }

  #options(id: string, account: string, teller: string): DialOptions {
    return { isFirst: true, teller, wanted: () => this.#lacks(account, id) };
  }

  /** Whether a route to the server is missing. */
  #lacks(account: string, id: string): boolean {
    const { peers, settings } = this.#state;
    if (account === "") return peers.get(id) === undefined;
    return settings.poolSize > 0 && peers.pinned(account)?.has(id) !== true;
  }

  /** One route to every other server: of the account that the news is about, where there is one. */
  *#listeners({ server_id: id, route_account: account = "" }: RouteInfo): Iterable<Route> {
    const { peers } = this.#state;
    const pinned = account === "" ? undefined : peers.pinned(account);
    for (const [other, route] of pinned ?? []) {
      if (other !== id) yield route;
    }
    for (const peer of peers) {
      const route = peer.first;
      if (peer.id === id || route === null || pinned?.has(peer.id) === true) continue;
      if (account === "" || route.isPooled) yield route;
    }
  }

  #modeFor({ dialled }: Route, isSolicited: boolean, isExplicit: boolean): number {
    if (isSolicited ? isExplicit : (dialled?.isExplicit ?? false)) return OVERRIDE;
    return isSolicited ? DEFAULT : DISABLED;
  }

  #isConfigured({ host, port, ip = "" }: RouteInfo): boolean {
    const hosts = [joinHostPort(host, port).toLowerCase()];
    const url = toldUrl(ip, null);
    if (url !== null) hosts.push(hostOf(url).replace(/:\d+$/, `:${port}`));
    return this.#state.settings.routes.some((route) => hosts.includes(hostOf(route)));
  }
}
