/** Whether a route that has ended is made again, and by whom. */

import type { Route } from "../kinds/route/route.ts";
import { goQuoteText } from "../protocol/go-quote.ts";
import type { ClusterState } from "./cluster-state.ts";
import type { Peer } from "./peers.ts";
import type { Registration } from "./registration.ts";
import type { RouteDialler } from "./route-dialler.ts";
import { shownUrl, toldUrl, urlOf } from "./route-url.ts";

export interface RouteEnd {
  /** It was registered. */
  readonly isLost: boolean;
  /** There is no other route of the pool to that server. */
  readonly isLast: boolean;
}

/** A route that ends sooner was refused after all, as it is for an account that has none there. */
const SHORT_LIFE_MS = 1000;
/** So many are remembered. */
const SHORT_LIVES_MAX = 4096;

export class Reconnect {
  /** Routes that have ended at once, one after another, by server and account. */
  readonly #shortLives = new Map<string, number>();
  readonly #state: ClusterState;
  readonly #dialler: RouteDialler;
  readonly #registration: Registration;

  constructor(state: ClusterState, dialler: RouteDialler, registration: Registration) {
    this.#state = state;
    this.#dialler = dialler;
    this.#registration = registration;
  }

  /** @param peer the server whose route it was; null where that is not known. */
  onClosed(route: Route, peer: Peer | null, { isLost, isLast }: RouteEnd): void {
    if (this.#state.isStopped) return;
    if (isLast && !route.isPooled) this.#tryPool(route);
    const isSurvivor = this.#registration.isSurvivor(route);
    const mayReconnect =
      route.mayReconnect && (route.dialled !== null || isSurvivor) && !this.#isInVain(route);
    if (!mayReconnect) {
      this.#dialler.failed(route, false);
      return;
    }
    const url = route.dialled?.url ?? urlAsTold(route);
    if (url === null) return;
    const { log } = this.#state.host;
    log.debug(`Attempting reconnect for solicited route ${goQuoteText(shownUrl(url))}`);
    if (!isLost) {
      this.#dialler.failed(route, true);
      return;
    }
    const { accountName: account, remoteId } = route;
    const isExplicit = route.dialled?.isExplicit ?? false;
    this.#dialler.begin(
      { url, isExplicit, gossipMode: 0, account },
      {
        isFirst: false,
        isReconnect: true,
        failures: this.#countShortLives(route),
        isBrief: route.dialled === null || peer?.isLeaving === true,
        wanted: () => this.#lacks(account, remoteId),
      },
    );
  }

  #countShortLives({ remoteId, accountName, startedAt }: Route): number {
    const key = `${remoteId} ${accountName}`;
    const isShort = Date.now() - startedAt < SHORT_LIFE_MS;
    const count = isShort ? (this.#shortLives.get(key) ?? 0) + 1 : 0;
    this.#shortLives.delete(key);
    if (isShort) this.#shortLives.set(key, count);
    if (this.#shortLives.size > SHORT_LIVES_MAX) {
      this.#shortLives.delete(this.#shortLives.keys().next().value!);
    }
    return count;
  }

  /** A server without pooling may be another one with the same address now, which has it. */
  #tryPool(route: Route): void {
    const { settings, peers } = this.#state;
    const { remoteId } = route;
    const url = route.dialled?.url ?? urlAsTold(route);
    if (url === null) return;
    const target = { url, isExplicit: route.dialled?.isExplicit ?? false, gossipMode: 0 };
    const isBrief = route.dialled === null;
    const accounts = peers.poolSize > 1 ? ["", ...settings.accounts] : settings.accounts;
    for (const account of accounts) {
      const wanted = (): boolean => this.#lacks(account, remoteId);
      this.#dialler.begin({ ...target, account }, { isFirst: true, isBrief, wanted });
    }
  }

  /** There is another route, or the other server is this one. */
  #isInVain({ accountName, remoteId, dialled }: Route): boolean {
    const { host, settings, peers } = this.#state;
    const { log, serverInfo } = host;
    const other = peers.get(remoteId)?.first ?? null;
    if (accountName === "" && settings.poolSize < 1 && other !== null) {
      if (dialled !== null) this.#registration.inherit(other, dialled);
      const to = `already connected to ${goQuoteText(remoteId)}`;
      log.debug(`Not attempting reconnect for solicited route, ${to}`);
      return true;
    }
    if (remoteId !== serverInfo.id || dialled === null) return false;
    log.debug(`Detected route to self, ignoring ${goQuoteText(shownUrl(dialled.url))}`);
    return true;
  }

  #lacks(account: string, id: string): boolean {
    const { peers } = this.#state;
    if (account !== "") return peers.isPinned(account) && !peers.pinned(account)!.has(id);
    return peers.get(id)?.isFull !== true;
  }
}

/** Null when that is no address. */
function urlAsTold({ remote, peer }: Route): string | null {
  const { host, port } = remote ?? { host: peer.ip, port: peer.port };
  return toldUrl(urlOf(host, port), null);
}
