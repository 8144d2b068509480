/**
 * Connections of accounts that nobody has told of. Servers before 2.11 tell of one only those that are
 * in their pools by then: of two servers that come at the same time neither may hear of the other's.
 */

import type { ClusterState } from "./cluster-state.ts";
import type { Peer } from "./peers.ts";
import type { RouteDialler } from "./route-dialler.ts";
import { ownCredentials, toldUrl } from "./route-url.ts";

/** By then whoever is told dials. Of two servers only one has to, so the other one waits longer. */
const SETTLE_MS = 1000;
/** The other server may not have the account, or no connections of its own for it. */
const ATTEMPTS_MAX = 3;

export class AccountRoutes {
  readonly #state: ClusterState;
  readonly #dialler: RouteDialler;
  readonly #ending = new AbortController();

  constructor(state: ClusterState, dialler: RouteDialler) {
    this.#state = state;
    this.#dialler = dialler;
  }

  /** A server has come: makes sure after a while that the accounts have connections to it. */
  async complete(peer: Peer): Promise<void> {
    const { clock, host, peers } = this.#state;
    const isFirst = host.serverInfo.id < peer.id;
    await clock.wait(isFirst ? SETTLE_MS : SETTLE_MS * 2, this.#ending.signal);
    if (this.#ending.signal.aborted) return;
    const isHere = (): boolean => peers.get(peer.id) === peer && !peer.isLeaving;
    const url = isHere() ? this.#urlOf(peer) : null;
    if (url === null) return;
    for (const account of this.#state.settings.accounts) {
      let left = ATTEMPTS_MAX;
      const lacks = (): boolean => isHere() && peers.pinned(account)?.has(peer.id) === false;
      if (!lacks()) continue;
      const target = { url, isExplicit: false, gossipMode: 0, account };
      this.#dialler.begin(target, { isFirst: true, wanted: () => left-- > 0 && lacks() });
    }
  }

  /** Nobody is waited for any more. */
  stop(): void {
    this.#ending.abort();
  }

  #urlOf({ first: route }: Peer): string | null {
    const { remote = null, dialled = null } = route ?? {};
    if (dialled !== null) return dialled.url;
    if (remote === null) return null;
    const { ip = "", auth_required: isGuarded = false } = remote;
    return toldUrl(ip, isGuarded ? ownCredentials(this.#state.settings) : null);
  }
}
