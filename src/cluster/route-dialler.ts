/**
 * Dials other servers until there is a route to each.
 *
 * A target is dialled by one attempt at a time, and a route that was made counts as an attempt that
 * goes on until it is registered or closed. So however often a server is told of, it is dialled once.
 *
 *     begin ──delay── attempt ──made──── registered
 *                        │  └──failed── delay, again      (explicit: for ever)
 *                        └───────────── not wanted any more
 *
 * Servers that this one was told of, or has lost, get the attempts that nats-server makes, and then
 * slower ones for an hour: a network that was down for a minute must not leave a hole in the mesh.
 */

import type { Route } from "../kinds/route/route.ts";
import type { RouteDialled } from "../kinds/route/route-host.ts";
import type { DialTarget, MakeConnection } from "../net/dial/dial.ts";
import { ExcludedError } from "../net/dial/dial-error.ts";
import { goQuoteText } from "../protocol/go-quote.ts";
import type { ClusterState } from "./cluster-state.ts";
import { addressOf, hostOf, shownUrl } from "./route-url.ts";

const DELAY_MS = 1000;
const DELAY_MS_MAX = 30_000;
/** Servers that both dial each other again must not do so at the same moment. */
const JITTER_MS = 100;
/** How long a server is looked for that is in no configuration. */
const SEARCH_MS_MAX = 3_600_000;
/** Routes to a server of no configuration may end early so often before they are made more slowly. */
const QUICK_FAILURES_MAX = 3;
/** Servers of no configuration that are dialled at the same time; no more are. */
const SEARCHES_MAX = 1024;
/** The same, of those that one server has told of. */
const SEARCHES_PER_TELLER_MAX = 256;

/** As `dial` of the layer below, whose place it takes in tests. */
export type RouteDial = (target: DialTarget, make: MakeConnection<Route>) => Promise<Route>;

/** What a route is made by, and what is never dialled. */
export interface DiallerMeans {
  readonly dial: RouteDial;
  make(dialled: RouteDialled, ...made: Parameters<MakeConnection<Route>>): Route;
  isOwnAddress(ip: string, port: number): boolean;
}

export interface DialOptions {
  /** There was no route before; its failures are logged by another rule. */
  readonly isFirst: boolean;
  /** It was lost: both sides may be about to dial. */
  readonly isReconnect?: boolean;
  /** Id of the server that has told of it. */
  readonly teller?: string;
  /** Routes to it that have ended at once, one after another. */
  readonly failures?: number;
  /** Whether nats-server's attempts are all there are. */
  readonly isBrief?: boolean;
  /** Asked before each attempt at a server of no configuration. */
  wanted?(): boolean;
}

/** One target that is being dialled. */
interface Search extends DialOptions {
  readonly key: string;
  readonly target: RouteDialled;
  readonly ending: AbortController;
  /** Made, and not registered yet. */
  route: Route | null;
  /** Routes that have ended before they were registered, or at once. */
  failures: number;
  /** When the first attempt was made. */
  beganAt: number;
}

export class RouteDialler {
  readonly #state: ClusterState;
  readonly #means: DiallerMeans;
  readonly #searches = new Map<string, Search>();

  constructor(state: ClusterState, means: DiallerMeans) {
    this.#state = state;
    this.#means = means;
  }

  /** Targets that are being dialled. */
  get count(): number {
    return this.#searches.size;
  }

  /** Servers of the configuration that are dialled, and that none of these routes leads to. */
  missing(routes: readonly Route[]): string[] {
    const missing = new Set<string>();
    for (const { target } of this.#searches.values()) {
      if (!target.isExplicit || target.account !== "") continue;
      const { url } = target;
      if (!routes.some(({ dialled }) => dialled?.url === url)) missing.add(addressOf(url));
    }
    return [...missing];
  }

  /** Dials a target, unless it is being dialled. */
  begin(target: RouteDialled, options: DialOptions): void {
    if (this.#state.isStopped) return;
    const key = `${hostOf(target.url)} ${target.account}`;
    const other = this.#searches.get(key);
    if (other !== undefined && !this.#mayReplace(other, target, options)) return;
    if (!target.isExplicit && !this.#hasRoom(options.teller)) {
      this.#state.host.log.debug(
        `Not attempting to connect to route ${shown(target)}, too many others`,
      );
      return;
    }
    this.#run({
      ...options,
      key,
      target,
      ending: new AbortController(),
      route: null,
      failures: options.failures ?? 0,
      beganAt: this.#state.clock.now(),
    });
  }

  /** A route that was made here is registered: its target has been reached. */
  registered(route: Route): void {
    const search = this.#searchOf(route);
    if (search !== null) this.#end(search);
  }

  /**
   * A route has ended before it was registered.
   *
   * @param mayReconnect false when there is no use in another attempt.
   */
  failed(route: Route, mayReconnect: boolean): void {
    const search = this.#searchOf(route);
    if (search === null) return;
    this.#end(search);
    if (!mayReconnect || this.#state.isStopped) return;
    const { clock } = this.#state;
    const failures = search.failures + 1;
    const { isExplicit } = search.target;
    if (!isExplicit && clock.now() - search.beganAt > SEARCH_MS_MAX) return;
    const again = { ...search, isFirst: false, isReconnect: true, failures, route: null };
    this.#run({ ...again, ending: new AbortController() });
  }

  /** Gives up everything, and dials no more. Routes that were made stay. */
  stop(): void {
    for (const search of [...this.#searches.values()]) this.#end(search);
  }

  #run(search: Search): void {
    this.#searches.set(search.key, search);
    void this.#search(search);
  }

  #end(search: Search): void {
    // What is made is no longer the dialler's.
    if (search.route === null) search.ending.abort();
    if (this.#searches.get(search.key) === search) this.#searches.delete(search.key);
  }

  #searchOf(route: Route): Search | null {
    for (const search of this.#searches.values()) if (search.route === route) return search;
    return null;
  }

  /** What stands in the configuration counts more, and what is due now more than what has to wait. */
  #mayReplace(search: Search, target: RouteDialled, options: DialOptions): boolean {
    if (search.route !== null) return false;
    const isStronger = target.isExplicit && !search.target.isExplicit;
    const isWeaker = !target.isExplicit && search.target.isExplicit;
    const isSooner = search.isReconnect === true && options.isReconnect !== true;
    if (isWeaker || (!isStronger && !isSooner)) return false;
    this.#end(search);
    return true;
  }

  #hasRoom(teller: string | undefined): boolean {
    let [all, told] = [0, 0];
    for (const { target, teller: by } of this.#searches.values()) {
      if (target.isExplicit) continue;
      all++;
      if (teller !== undefined && by === teller) told++;
    }
    return all < SEARCHES_MAX && told < SEARCHES_PER_TELLER_MAX;
  }

  async #search(search: Search): Promise<void> {
    const { signal } = search.ending;
    const { clock, settings } = this.#state;
    if (search.isReconnect === true) await clock.wait(this.#reconnectDelayMs(search), signal);
    let delayMs = DELAY_MS;
    for (let attempts = 1; !signal.aborted; attempts++) {
      if (!this.#isWanted(search)) break;
      if (await this.#attempt(search, attempts)) return;
      if (signal.aborted) break;
      const isExtra = !search.target.isExplicit && attempts > settings.connectRetries;
      if (isExtra && !this.#mayGoOn(search)) break;
      await clock.wait(delayMs, signal);
      if (settings.connectBackoff || isExtra) delayMs = Math.min(delayMs * 2, DELAY_MS_MAX);
    }
    this.#end(search);
  }

  /** @returns true when nothing is left to do: there is a route, or no address that is another's. */
  async #attempt(search: Search, attempts: number): Promise<boolean> {
    const { target, ending } = search;
    const { signal } = ending;
    const { log, dialTls: tls } = this.#state.host;
    const address = addressOf(target.url);
    const onAddress = (ip: string): void =>
      log.debug(`Trying to connect to route on ${address} (${ip})`);
    const excludes = (ip: string, port: number): boolean => this.#means.isOwnAddress(ip, port);
    try {
      await this.#means.dial({ address, tls, signal, excludes, onAddress }, (transport, peer) => {
        search.route = this.#means.make(target, transport, peer);
        return search.route;
      });
      return true;
    } catch (error) {
      if (error instanceof ExcludedError) {
        this.#end(search);
        return true;
      }
      // What was made and has ended is followed by another search, or by none.
      if (search.route !== null) return true;
      if (!signal.aborted) this.#report(search, attempts, error as Error);
      return false;
    }
  }

  #report({ isFirst }: Search, attempts: number, { message }: Error): void {
    const { log, options } = this.#state.host;
    const { connectErrorReports, reconnectErrorReports } = options;
    const every = isFirst ? connectErrorReports : reconnectErrorReports;
    const text = `Error trying to connect to route (attempt ${attempts}): ${message}`;
    if (attempts === 1 || attempts % every === 0) log.error(text);
    else log.debug(text);
  }

  #isWanted({ target, wanted }: Search): boolean {
    const { host, settings, peers } = this.#state;
    const { log } = host;
    const { url, isExplicit, account } = target;
    if (!isExplicit) return wanted?.() ?? true;
    if (!settings.routes.includes(url)) {
      const why = "no longer part of configured routes";
      log.debug(`Not attempting to connect to explicit route ${shown(target)}, ${why}`);
      return false;
    }
    if (account !== "" && !peers.isPinned(account)) {
      const what = `route ${shown(target)} for account ${goQuoteText(account)}`;
      log.debug(`Not attempting to connect to ${what}, no longer a per-account route`);
      return false;
    }
    return true;
  }

  /** Whether it is still looked for after the attempts that nats-server makes. */
  #mayGoOn({ isBrief, wanted, beganAt }: Search): boolean {
    if (isBrief === true || wanted === undefined) return false;
    return this.#state.clock.now() - beganAt < SEARCH_MS_MAX;
  }

  #reconnectDelayMs({ target, failures }: Search): number {
    const { clock } = this.#state;
    const jitterMs = Math.floor(clock.random() * JITTER_MS);
    if (target.isExplicit) return DELAY_MS + jitterMs;
    const slower = failures - QUICK_FAILURES_MAX;
    if (slower <= 0) return jitterMs;
    return Math.min(DELAY_MS * 2 ** Math.min(slower - 1, 5), DELAY_MS_MAX) + jitterMs;
  }
}

function shown({ url }: RouteDialled): string {
  return goQuoteText(shownUrl(url));
}
