/**
 * Dials other clusters until there is a connection to each.
 *
 * A cluster is dialled by one attempt at a time, and a connection that was made counts as an attempt
 * that goes on until it is registered or closed.
 *
 *     begin ──delay── round: each URL ──made──── registered
 *                      │                └─closed── delay, again
 *                      └─failed── delay, again
 *
 * A cluster of the configuration is dialled for ever. Others get the rounds that nats-server makes, and
 * then slower ones as long as a server of theirs is here. What has been connected is looked for an hour:
 * a network that was down for a minute must not leave a hole.
 */

import { addressOf } from "../cluster/route-url.ts";
import type { GatewayDialled } from "../kinds/gateway/gateway-host.ts";
import type { OutboundGateway } from "../kinds/gateway/outbound-gateway.ts";
import type { DialTarget, MakeConnection } from "../net/dial/dial.ts";
import { goQuoteText } from "../protocol/go-quote.ts";
import { parseGoUrl } from "../protocol/go-url.ts";
import type { RemoteCluster } from "./remote-cluster.ts";
import type { SuperclusterState } from "./supercluster-state.ts";

/** Clusters of the configuration are dialled then: by that time this one may have come together. */
const FIRST_DELAY_MS = 1000;
const DELAY_MS = 1000;
const DELAY_MS_MAX = 30_000;
/** Servers that both dial each other again must not do so at the same moment. */
const JITTER_MS = 100;
/** How long a cluster is looked for that is in no configuration. */
const SEARCH_MS_MAX = 3_600_000;
/** A connection that ends sooner was refused after all: nobody says that one is welcome. */
const SHORT_LIFE_MS = 1000;
/** Connections may end so soon so often before they are made more slowly. */
const QUICK_FAILURES_MAX = 3;

/** As `dial` of the layer below, whose place it takes in tests. */
export type GatewayDial = (
  target: DialTarget,
  make: MakeConnection<OutboundGateway>,
) => Promise<OutboundGateway>;

/** What connections are made by. */
export interface DiallerMeans {
  readonly dial: GatewayDial;
  make(
    dialled: GatewayDialled,
    ...made: Parameters<MakeConnection<OutboundGateway>>
  ): OutboundGateway;
  /** Resolves when one of many may go on: somebody may tell of a great deal of clusters at once. */
  turn(): Promise<void>;
}

/** One cluster that is being dialled. */
interface Search {
  readonly remote: RemoteCluster;
  /** There was no connection before; its failures are logged by another rule. */
  readonly isFirst: boolean;
  readonly ending: AbortController;
  /** Made, and not registered yet. */
  gateway: OutboundGateway | null;
}

export class GatewayDialler {
  readonly #state: SuperclusterState;
  readonly #means: DiallerMeans;
  readonly #searches = new Map<RemoteCluster, Search>();
  readonly #registeredAt = new WeakMap<OutboundGateway, number>();

  constructor(state: SuperclusterState, means: DiallerMeans) {
    this.#state = state;
    this.#means = means;
  }

  /** Dials those of the configuration, after a while. */
  dialConfigured(): void {
    for (const remote of this.#state.remotes) {
      if (remote.isExplicit) this.#run(remote, true, FIRST_DELAY_MS);
    }
  }

  /** Dials a cluster that this server has just been told of. */
  dial(remote: RemoteCluster): void {
    this.#run(remote, true, 0);
  }

  /** A connection that was made here is registered. */
  registered(gateway: OutboundGateway, remote: RemoteCluster): void {
    this.#registeredAt.set(gateway, this.#state.clock.now());
    const search = this.#searches.get(remote);
    if (search?.gateway === gateway) this.#end(search);
  }

  /** A connection has ended. @param remote its cluster, when it was registered; else null. */
  closed(gateway: OutboundGateway, remote: RemoteCluster | null): void {
    const search = [...this.#searches.values()].find((each) => each.gateway === gateway);
    if (search !== undefined) this.#end(search);
    const dialled = remote ?? search?.remote;
    if (dialled === undefined || this.#state.isStopped) return;
    this.#count(gateway, dialled);
    if (!gateway.mayReconnect || dialled.outbound !== null || !this.#isWanted(dialled)) return;
    if (this.#searches.has(dialled)) return;
    const { log } = this.#state.host;
    log.debug(`Attempting reconnect for gateway ${goQuoteText(dialled.name)}`);
    this.#run(dialled, false, this.#reconnectDelayMs(dialled));
  }

  /** Whether nothing is lost when the cluster is forgotten. */
  isIdle(remote: RemoteCluster): boolean {
    const isUsed =
      remote.outbound !== null || (this.#searches.get(remote)?.gateway ?? null) !== null;
    return !isUsed && !remote.wasConnected && !this.#state.hasInbound(remote);
  }

  /** Gives up everything, and dials no more. Connections that were made stay. */
  stop(): void {
    for (const search of [...this.#searches.values()]) this.#end(search);
  }

  #run(remote: RemoteCluster, isFirst: boolean, delayMs: number): void {
    if (this.#state.isStopped) return;
    const search = { remote, isFirst, ending: new AbortController(), gateway: null };
    this.#searches.set(remote, search);
    void this.#search(search, delayMs);
  }

  #end(search: Search): void {
    // What is made is no longer the dialler's.
    if (search.gateway === null) search.ending.abort();
    if (this.#searches.get(search.remote) === search) this.#searches.delete(search.remote);
  }

  async #search(search: Search, firstDelayMs: number): Promise<void> {
    const { remote } = search;
    const { signal } = search.ending;
    const { clock } = this.#state;
    if (firstDelayMs > 0) await clock.wait(firstDelayMs, signal);
    let delayMs = DELAY_MS;
    for (let attempts = 1; !signal.aborted && this.#isKnown(remote); attempts++) {
      if (await this.#round(search, attempts)) return;
      const { connectRetries, connectBackoff } = this.#state.settings;
      const isExtra = !remote.isExplicit && attempts > connectRetries;
      if (signal.aborted || (isExtra && !this.#mayGoOn(remote))) break;
      await clock.wait(delayMs, signal);
      if (connectBackoff || isExtra) delayMs = Math.min(delayMs * 2, DELAY_MS_MAX);
    }
    const isGivenUp = !signal.aborted;
    this.#end(search);
    if (isGivenUp && this.#isKnown(remote)) this.#state.remotes.forget(remote);
  }

  /** @returns true when there is a connection, or was one. */
  async #round(search: Search, attempts: number): Promise<boolean> {
    const { clock, host } = this.#state;
    const { remote, ending } = search;
    const { signal } = ending;
    const tls = host.dialTls(remote.name, hostNames(remote));
    for (const url of remote.round(() => clock.random())) {
      if (!remote.isExplicit) await this.#means.turn();
      if (signal.aborted) break;
      if (await this.#attempt(search, url, attempts, tls)) return true;
    }
    return false;
  }

  async #attempt(
    search: Search,
    url: string,
    attempts: number,
    tls: DialTarget["tls"],
  ): Promise<boolean> {
    const { remote, ending, isFirst } = search;
    const { signal } = ending;
    const { name, isExplicit } = remote;
    const { host } = this.#state;
    const address = addressOf(url);
    const what = `${isExplicit ? "explicit" : "implicit"} gateway ${goQuoteText(name)} (${address})`;
    const isReported = this.#isReported(isFirst, attempts);
    let place = "";
    const onAddress = (ip: string): void => {
      place = `${what} at ${ip} (attempt ${attempts})`;
      if (isReported) host.log.info(`Connecting to ${place}`);
      else host.log.debug(`Connecting to ${place}`);
    };
    try {
      await this.#means.dial({ address, tls, signal, onAddress }, (transport, peer) => {
        search.gateway = this.#means.make({ name, url, isExplicit }, transport, peer);
        return search.gateway;
      });
      return true;
    } catch (error) {
      // What was made and has ended is followed by another search, or by none.
      if (search.gateway !== null) return true;
      if (signal.aborted) return false;
      const { message } = error as Error;
      if (place === "") host.log.error(`Error getting IP for ${what}: ${message}`);
      else if (isReported) host.log.error(`Error connecting to ${place}: ${message}`);
      else host.log.debug(`Error connecting to ${place}: ${message}`);
      return false;
    }
  }

  #isReported(isFirst: boolean, attempts: number): boolean {
    const { connectErrorReports, reconnectErrorReports } = this.#state.host.options;
    const every = isFirst ? connectErrorReports : reconnectErrorReports;
    return attempts === 1 || attempts % every === 0;
  }

  #isKnown(remote: RemoteCluster): boolean {
    return this.#state.remotes.get(remote.name) === remote;
  }

  #count(gateway: OutboundGateway, remote: RemoteCluster): void {
    const now = this.#state.clock.now();
    const registeredAt = this.#registeredAt.get(gateway) ?? now;
    if (now - registeredAt < SHORT_LIFE_MS) {
      remote.failures++;
      return;
    }
    remote.failures = 0;
    remote.wasConnected = true;
    remote.seenAt = now;
  }

  /** Whether another connection is made in place of one that has ended; if not, it is forgotten. */
  #isWanted(remote: RemoteCluster): boolean {
    if (!this.#isKnown(remote)) return false;
    const failuresMax = Math.max(QUICK_FAILURES_MAX, this.#state.settings.connectRetries);
    const isInVain = !remote.isExplicit && remote.failures > failuresMax;
    if (!isInVain || this.#mayGoOn(remote)) return true;
    this.#state.remotes.forget(remote);
    return false;
  }

  /** Whether it is still looked for after the attempts that nats-server makes. */
  #mayGoOn(remote: RemoteCluster): boolean {
    if (this.#state.hasInbound(remote)) return true;
    return remote.wasConnected && this.#state.clock.now() - remote.seenAt < SEARCH_MS_MAX;
  }

  /** Messages are lost until it is there again, so other servers of the cluster are asked at once. */
  #reconnectDelayMs({ isExplicit, failures, urls }: RemoteCluster): number {
    const jitterMs = Math.floor(this.#state.clock.random() * JITTER_MS);
    if (isExplicit && failures === 0 && urls.size > 1) return jitterMs;
    if (isExplicit) return DELAY_MS + jitterMs;
    const slower = failures - QUICK_FAILURES_MAX;
    if (slower <= 0) return jitterMs;
    return Math.min(DELAY_MS * 2 ** Math.min(slower - 1, 5), DELAY_MS_MAX) + jitterMs;
  }
}

function hostNames(remote: RemoteCluster): string[] {
  return [...remote.urls.values()].map((url) => parseGoUrl(url).hostname);
}
