/**
 * Accounts that get connections of their own while the servers are connected. Interest in them must not
 * be known by two connections, or messages would come twice; so the other servers are told first:
 *
 *     this server   INFO with the account and an id     forgets the other's interest
 *     the other     the same without the account        has forgotten this one's
 *     this server   dials
 */

import type { Account } from "../core/account.ts";
import { randomId } from "../core/random-id.ts";
import type { Route } from "../kinds/route/route.ts";
import { goQuoteText } from "../protocol/go-quote.ts";
import { EMPTY_ROUTE_INFO, type RouteInfo } from "../protocol/route-info.ts";
import { routePoolSlot } from "../protocol/server-hash.ts";
import type { ClusterState } from "./cluster-state.ts";

const CONFIRMATION_MS_MAX = 2000;
/** Accounts with connections of their own, at most, as far as others want it. */
const PINNED_MAX = 1024;

/** Answers that are waited for. */
interface Waiting {
  readonly id: string;
  left: number;
  /** Ends when one of them comes. */
  next: AbortController;
}

export class AccountMoves {
  readonly #state: ClusterState;
  /** Another server has pinned an account, and this one has followed. */
  readonly #onPinnedByOther: (account: string) => void;
  /** Accounts whose interest is just being forgotten: others may ask for that without end. */
  readonly #forgetting = new Map<Account, Promise<void>>();
  #waiting: Waiting | null = null;

  constructor(state: ClusterState, onPinnedByOther: (account: string) => void) {
    this.#state = state;
    this.#onPinnedByOther = onPinnedByOther;
  }

  /** Pins accounts that were in the pool. Resolves when the others know, or take too long. */
  async move(accounts: readonly string[]): Promise<void> {
    const waiting: Waiting = { id: randomId(), left: 0, next: new AbortController() };
    this.#waiting = waiting;
    for (const account of accounts) waiting.left += this.#ask(account, waiting.id);
    this.#state.host.interest.slotsChanged();
    while (waiting.left > 0) {
      const { left } = waiting;
      await this.#state.clock.wait(CONFIRMATION_MS_MAX, waiting.next.signal);
      if (waiting.left === left) {
        const what = "regarding per-account routes changes";
        this.#state.host.log.warn(`Timed out waiting for confirmation from all routes ${what}`);
        break;
      }
    }
    this.#waiting = null;
    // The others tell nothing more of them by routes of pools.
    for (const name of accounts) {
      const account = this.#state.host.accountNamed(name);
      if (account !== null) await this.#forget(account, this.#routesOf(name));
    }
  }

  /** Nobody waits for answers any more. */
  stop(): void {
    const waiting = this.#waiting;
    if (waiting === null) return;
    waiting.left = 0;
    waiting.next.abort();
  }

  /** What the other server asks for, or answers. */
  onInfo(route: Route, info: RouteInfo): void {
    const { route_account: account = "" } = info;
    if (account !== "") this.#onAsked(route, account, info);
    else if (info.route_acc_add_reqid === this.#waiting?.id) this.#onConfirmed();
  }

  /** @returns how many answers there will be. */
  #ask(name: string, id: string): number {
    const { peers, settings } = this.#state;
    const account = this.#state.host.accountNamed(name);
    peers.pin(name);
    if (account === null) return 0;
    const slot = routePoolSlot(name, peers.poolSize);
    let asked = 0;
    for (const peer of peers) {
      const route = peer.at(slot);
      if (route === null || !route.isPooled) continue;
      route.sendInfoLine({
        ...EMPTY_ROUTE_INFO,
        route_pool_size: Math.max(settings.poolSize, 1),
        route_account: name,
        route_acc_add_reqid: id,
      });
      asked++;
    }
    return asked;
  }

  #onAsked(route: Route, name: string, info: RouteInfo): void {
    const { peers, host } = this.#state;
    const account = this.#state.host.accountNamed(name);
    if (account === null || (!peers.isPinned(name) && peers.pinnedCount >= PINNED_MAX)) {
      const why = account === null ? "account missing" : "too many with routes of their own";
      host.log.error(`Error looking up account ${goQuoteText(name)}: ${why}`);
      return;
    }
    const isNew = !peers.isPinned(name);
    peers.move(account);
    // What changes from now on is told by the connection to come alone.
    host.interest.slotsChanged();
    const slot = routePoolSlot(name, info.route_pool_size ?? 0);
    const routes = [...peers].map((peer) => peer.at(slot)).filter((other) => other !== null);
    void this.#forget(account, routes).then(() => {
      route.sendInfoLine({ ...info, route_account: "" });
      if (isNew) this.#onPinnedByOther(name);
    });
  }

  /** Routes by which the others have told of an account, in the slots that they have for it. */
  #routesOf(name: string): Route[] {
    const routes: Route[] = [];
    for (const peer of this.#state.peers) {
      const own = peer.at(routePoolSlot(name, this.#state.peers.poolSize));
      const route = peer.at(routePoolSlot(name, peer.poolSize)) ?? own;
      if (route !== null) routes.push(route);
    }
    return routes;
  }

  #forget(account: Account, routes: readonly Route[]): Promise<void> {
    let work = this.#forgetting.get(account);
    if (work === undefined) {
      const { interest } = this.#state.host;
      const pooled = routes.filter((route) => route.isPooled);
      const each = pooled.map((route) => interest.forgetAccount(route, account));
      work = Promise.all(each).then(() => {
        this.#forgetting.delete(account);
      });
      this.#forgetting.set(account, work);
    }
    return work;
  }

  #onConfirmed(): void {
    const waiting = this.#waiting;
    if (waiting === null) return;
    waiting.left--;
    const { next } = waiting;
    waiting.next = new AbortController();
    next.abort();
  }
}
