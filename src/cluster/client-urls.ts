/**
 * Where clients can go: URLs of this server, then those of the others. INFO has none until another
 * server has told of some, and from then on always.
 */

import type { EffectiveCluster } from "../config/options/effective-cluster.ts";
import type { ClusterHost } from "./cluster-host.ts";
import { ConnectUrls } from "./connect-urls.ts";
import { ownConnectUrls } from "./own-info.ts";
import type { Peer } from "./peers.ts";

export class ClientUrls {
  readonly #host: ClusterHost;
  readonly #others = new ConnectUrls();
  /** URLs of this server. */
  #own: readonly string[] = [];
  #hasTold = false;
  #isLameDuck = false;

  constructor(host: ClusterHost) {
    this.#host = host;
  }

  get isLameDuck(): boolean {
    return this.#isLameDuck;
  }

  /** URLs of this server, for other servers to tell their clients. */
  get own(): readonly string[] {
    return this.#own;
  }

  /** What INFO of clients says; empty for nothing. */
  get all(): readonly string[] {
    if (!this.#hasTold) return [];
    return this.#isLameDuck ? this.#others.all : [...this.#own, ...this.#others.all];
  }

  /** The port of clients is bound, or what is told of it has changed. */
  refreshOwn(): void {
    this.#own = ownConnectUrls(this.#host);
  }

  /** @param urls as the other server has told. */
  add(peer: Peer, urls: readonly string[], { noAdvertise }: EffectiveCluster): void {
    if (noAdvertise) return;
    const { taken, hasChanged } = this.#others.add(urls);
    peer.connectUrls = taken;
    if (hasChanged) this.#changed();
  }

  /** Clients are not to go to that server any more. */
  remove(peer: Peer): void {
    const hasChanged = this.#others.remove(peer.connectUrls);
    peer.connectUrls = [];
    if (hasChanged) this.#changed();
  }

  /** Only other servers are told from now on, if any may be; the caller tells the clients. */
  enterLameDuck(): void {
    this.#isLameDuck = true;
    this.#hasTold = true;
  }

  #changed(): void {
    this.#hasTold = true;
    this.#host.onClientUrls();
  }
}
