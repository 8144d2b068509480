/**
 * The other servers of the cluster, and the routes to each.
 *
 *     peer ── slots of the pool [0] [1] [2]      one route each, or none at the moment
 *          └─ routes of pinned accounts          one each
 *
 * A server without pooling has one route, in slot 0, for all accounts.
 */

import type { Account } from "../core/account.ts";
import type { Route } from "../kinds/route/route.ts";
import type { RouteInfo } from "../protocol/route-info.ts";
import { routePoolSlot } from "../protocol/server-hash.ts";

export class Peer {
  /** Id of the server. */
  readonly id: string;
  readonly name: string;
  /** Size of its pool as it says; 0 for none. */
  poolSize = 0;
  /** URLs of it that clients are told. */
  connectUrls: readonly string[] = [];
  /** It is about to go, and has said so. */
  isLeaving = false;
  readonly #slots: (Route | null)[];

  constructor(id: string, name: string, slots: number) {
    this.id = id;
    this.name = name;
    this.#slots = new Array(slots).fill(null);
  }

  /** Routes of the pool. */
  get routes(): Route[] {
    return this.#slots.filter((route) => route !== null);
  }

  /** Any route of the pool. */
  get first(): Route | null {
    return this.#slots.find((route) => route !== null) ?? null;
  }

  get isFull(): boolean {
    return !this.#slots.includes(null);
  }

  /** -1 when all slots are taken. */
  get freeSlot(): number {
    return this.#slots.indexOf(null);
  }

  at(slot: number): Route | null {
    return this.#slots[slot] ?? null;
  }

  /** There may be more slots than before, never fewer. */
  grow(slots: number): void {
    while (this.#slots.length < slots) this.#slots.push(null);
  }

  put(slot: number, route: Route): void {
    this.#slots[slot] = route;
  }

  /** @returns false when it had no slot. */
  remove(route: Route): boolean {
    const slot = this.#slots.indexOf(route);
    if (slot < 0) return false;
    this.#slots[slot] = null;
    return true;
  }
}

export class Peers {
  readonly #peers = new Map<string, Peer>();
  /** Routes of pinned accounts, by account and server; an account that is pinned has an entry. */
  readonly #pinned = new Map<string, Map<string, Route>>();
  /** Accounts that others have pinned, and the configuration of this server has not. */
  readonly #moving = new Set<Account>();
  /** Slots of accounts, as long as the size of the pool stays. */
  #slots = new WeakMap<Account, number>();
  /** Size of this server's own pool, at least 1. */
  #poolSize = 1;

  get size(): number {
    return this.#peers.size;
  }

  [Symbol.iterator](): Iterator<Peer> {
    return this.#peers.values();
  }

  /** Every registered route: those of pools, then those of accounts. */
  *routes(): Iterable<Route> {
    for (const peer of this.#peers.values()) yield* peer.routes;
    yield* this.pinnedRoutes();
  }

  *pinnedRoutes(): Iterable<Route> {
    for (const routes of this.#pinned.values()) yield* routes.values();
  }

  get(id: string): Peer | undefined {
    return this.#peers.get(id);
  }

  /** Whether one of them has the name. */
  hasNamed(name: string): boolean {
    for (const peer of this) if (peer.name === name) return true;
    return false;
  }

  /** Tells each of them something, once. */
  tell(info: RouteInfo): void {
    for (const peer of this) peer.first?.sendGossip(info);
  }

  add(peer: Peer): void {
    this.#peers.set(peer.id, peer);
  }

  delete(peer: Peer): void {
    if (this.#peers.get(peer.id) === peer) this.#peers.delete(peer.id);
  }

  get poolSize(): number {
    return this.#poolSize;
  }

  /** Accounts have other slots from now on. */
  set poolSize(size: number) {
    this.#poolSize = size;
    this.#slots = new WeakMap();
  }

  /** Slot of this server's pool that interest of the account is told by; -1 for one that is pinned. */
  slotOf(account: Account): number {
    if (this.#pinned.has(account.name)) return -1;
    let slot = this.#slots.get(account);
    if (slot === undefined) {
      slot = routePoolSlot(account.name, this.#poolSize);
      this.#slots.set(account, slot);
    }
    return slot;
  }

  /** The account has connections of its own. */
  isPinned(account: string): boolean {
    return this.#pinned.has(account);
  }

  get moving(): ReadonlySet<Account> {
    return this.#moving;
  }

  /** The account stands in the configuration of this server. */
  pin(account: string): void {
    if (!this.#pinned.has(account)) this.#pinned.set(account, new Map());
    this.#settle(account);
  }

  /** Another server has pinned the account, and this one need not have. */
  move(account: Account): void {
    if (this.#pinned.has(account.name)) return;
    this.#pinned.set(account.name, new Map());
    this.#moving.add(account);
  }

  unpin(account: string): void {
    this.#pinned.delete(account);
    this.#settle(account);
  }

  #settle(account: string): void {
    for (const each of this.#moving) if (each.name === account) this.#moving.delete(each);
  }

  get pinnedCount(): number {
    return this.#pinned.size;
  }

  /** Routes of a pinned account, by server; undefined for an account that is not pinned. */
  pinned(account: string): Map<string, Route> | undefined {
    return this.#pinned.get(account);
  }
}
