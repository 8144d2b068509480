/**
 * What becomes of a route once the other server has said who it is: it gets its place, or ends.
 *
 * Two servers that dial each other have a connection too many. The later one ends, and what it was
 * dialled for goes over to the one that stays. But when both dial at the same time, each may see
 * another one first, and both end: servers of Go then try again, and again where the way is long. Of
 * two servers that are ours, the one with the greater id has its way; to one of Go, which always holds
 * on to what it has seen first, this one yields.
 */

import type { Route } from "../kinds/route/route.ts";
import type { RouteDialled } from "../kinds/route/route-host.ts";
import { ClosedReason } from "../protocol/errors.ts";
import { goQuoteText } from "../protocol/go-quote.ts";
import type { RouteInfo } from "../protocol/route-info.ts";
import type { ClusterState } from "./cluster-state.ts";
import { Peer } from "./peers.ts";
import { isSaneName } from "./sane-name.ts";

/** Servers of a cluster, at most; others are turned away. */
const PEERS_MAX = 1024;
/** Connections of a pool, at most, unless this server is to have more itself. */
const POOL_SIZE_MAX = 256;
/** Servers of this implementation say so. */
const OURS = /^bun/;

export interface Registered {
  readonly route: Route;
  readonly info: RouteInfo;
  /** Null for the connection of a pinned account. */
  readonly peer: Peer | null;
  /** It is the first one to its server, or of its account. */
  readonly isFirst: boolean;
  /** There are others who may want to know of it. */
  readonly hasOthers: boolean;
}

export class Registration {
  readonly #state: ClusterState;
  /** The route has its place, and the other server has been told of it. */
  readonly #onRegistered: (registered: Registered) => void;
  /** Routes that have outlived another one, which was perhaps the one that the other side has kept. */
  readonly #survivors = new WeakSet<Route>();
  /** When routes got their places. */
  readonly #placedAt = new WeakMap<Route, number>();

  constructor(state: ClusterState, onRegistered: (registered: Registered) => void) {
    this.#state = state;
    this.#onRegistered = onRegistered;
  }

  /** Whether the route is to be made again when it ends, by whoever it was made. */
  isSurvivor(route: Route): boolean {
    return this.#survivors.has(route);
  }

  /** Registers a route that has told who is at its other end, or closes it. */
  register(route: Route, info: RouteInfo): void {
    const { accountName } = route;
    const fault = this.#fault(route, info);
    if (fault !== null) {
      route.closeWithError(fault.text, fault.reason);
      return;
    }
    if (!this.#state.isRearranging) {
      if (accountName === "") this.#place(route, info);
      else this.#placePinned(route, info);
    }
    const id = goQuoteText(info.server_id);
    if (route.isRegistered) {
      const forAccount = accountName === "" ? "" : ` for account ${goQuoteText(accountName)}`;
      route.debug(`Registering remote route ${id}${forAccount}`);
    } else {
      route.debug(`Detected duplicate remote route ${id}`);
      route.close(ClosedReason.DuplicateRoute);
    }
  }

  /** What was dialled in vain counts for a route that is there. */
  inherit(heir: Route, dialled: RouteDialled): void {
    const own = heir.dialled;
    if (own !== null && (own.isExplicit || !dialled.isExplicit)) return;
    heir.adopt({ ...dialled, gossipMode: 0, account: heir.accountName });
  }

  #fault(route: Route, info: RouteInfo): { text: string; reason: ClosedReason } | null {
    const { peers, settings } = this.#state;
    const { accountName, isSolicited } = route;
    const { route_pool_size: theirs = 0, route_pool_idx: slot = 0, server_id: id } = info;
    const violation = (text: string) => ({ text, reason: ClosedReason.ProtocolViolation });
    if (id === "" || !isSaneName(id) || !isSaneName(info.server_name)) {
      return violation("Invalid server id or name");
    }
    if (accountName !== "" && this.#state.host.accountNamed(accountName) === null) {
      const text = `Unable to lookup account ${goQuoteText(accountName)}: account missing`;
      return { text, reason: ClosedReason.MissingAccount };
    }
    if (theirs > Math.max(settings.poolSize, POOL_SIZE_MAX)) {
      return violation(`Invalid route pool size: ${theirs}`);
    }
    if (theirs <= 0 || settings.poolSize < 0) {
      if (accountName === "") return this.#peersFault(id);
      route.mayReconnect = false;
      const what = `a dedicated route for account ${goQuoteText(accountName)}`;
      return violation(`Not possible to have ${what} between those servers`);
    }
    if (isSolicited && slot !== 0) {
      return violation(`Route pool index should not be set but is set to ${slot}`);
    }
    if (slot < 0 || slot >= Math.max(peers.poolSize, theirs)) {
      return violation(`Invalid route pool index: ${slot} - pool size is ${theirs}`);
    }
    if (accountName !== "" && !peers.isPinned(accountName)) {
      return violation(`No route for account ${goQuoteText(accountName)}`);
    }
    return this.#peersFault(id);
  }

  #peersFault(id: string): { text: string; reason: ClosedReason } | null {
    const { peers } = this.#state;
    if (peers.size < PEERS_MAX || peers.get(id) !== undefined) return null;
    return { text: "Too many servers in the cluster", reason: ClosedReason.ProtocolViolation };
  }

  #placePinned(route: Route, info: RouteInfo): void {
    const routes = this.#state.peers.pinned(route.accountName)!;
    const other = routes.get(info.server_id);
    if (other !== undefined && !this.#mustYield(other, route, info)) {
      this.#survive(other, route);
      route.mayReconnect = false;
      return;
    }
    routes.set(info.server_id, route);
    if (other !== undefined) this.#displace(other, route);
    this.#placedAt.set(route, this.#state.clock.now());
    route.sendDelayedInfo(0);
    route.register(-1);
    const hasOthers = routes.size > 1;
    this.#onRegistered({ route, info, peer: null, isFirst: true, hasOthers });
  }

  #place(route: Route, info: RouteInfo): void {
    const { peers, settings } = this.#state;
    const { server_id: id, route_pool_size: theirs = 0 } = info;
    const isPooled = theirs > 0 && settings.poolSize > 0;
    const slots = isPooled ? Math.max(peers.poolSize, theirs) : 1;
    const known = peers.get(id);
    const only = isPooled ? null : (known?.first ?? null);
    if (only !== null && !this.#mustYield(only, route, info)) {
      this.#survive(only, route);
      route.mayReconnect = false;
      return;
    }
    const peer = known ?? new Peer(id, info.server_name, slots);
    peer.grow(slots);
    const slot = isPooled ? this.#slotFor(route, peer, info) : 0;
    if (slot < 0) {
      if (!route.isSolicited) return;
      route.debug(`Route pool size reached, closing extra connection to ${goQuoteText(id)}`);
      route.mayReconnect = false;
      return;
    }
    if (known === undefined) peers.add(peer);
    const isFirst = peer.first === null;
    const other = peer.at(slot);
    peer.put(slot, route);
    if (other !== null) this.#displace(other, route);
    this.#placedAt.set(route, this.#state.clock.now());
    if (slot === 0) peer.poolSize = isPooled ? theirs : 0;
    route.isPooled = isPooled;
    route.sendDelayedInfo(slot);
    route.register(slot);
    this.#onRegistered({ route, info, peer, isFirst, hasOthers: peers.size > 1 });
  }

  /** The slot that the other server has chosen, or a free one; -1 for none. */
  #slotFor(route: Route, peer: Peer, info: RouteInfo): number {
    const { dialled } = route;
    const chosen = info.route_pool_idx ?? 0;
    if (route.isSolicited) {
      if (dialled !== null) for (const other of peer.routes) this.inherit(other, dialled);
      return peer.freeSlot;
    }
    const other = peer.at(chosen);
    if (other !== null) {
      // The other server has given it this place, so it takes no other route there.
      if (this.#mustYield(other, route, info)) return chosen;
      this.#survive(other, route);
      return -1;
    }
    const heard = peer.routes.find((each) => each.dialled !== null)?.dialled ?? null;
    if (heard !== null) this.inherit(route, heard);
    return chosen;
  }

  /**
   * Whether a route has to give its place to a later one: both servers have dialled at the same time,
   * so the other one may have seen them the other way round.
   */
  #mustYield(placed: Route, late: Route, { go, server_id: id }: RouteInfo): boolean {
    const { open, host } = this.#state;
    const madeAt = open.get(late) ?? Number.POSITIVE_INFINITY;
    const hasOverlapped = madeAt < (this.#placedAt.get(placed) ?? 0);
    if (placed.isSolicited === late.isSolicited || !hasOverlapped) return false;
    const own = host.serverInfo.id;
    return !OURS.test(go) || (late.isSolicited ? own > id : id > own);
  }

  /** Ends a route whose place another one has taken. */
  #displace(placed: Route, heir: Route): void {
    if (placed.dialled !== null) this.inherit(heir, placed.dialled);
    placed.mayReconnect = false;
    this.#state.host.interest.removeRoute(placed);
    placed.close(ClosedReason.DuplicateRoute);
  }

  #survive(survivor: Route, other: Route): void {
    if (other.dialled !== null) this.inherit(survivor, other.dialled);
    this.#survivors.add(survivor);
  }
}
