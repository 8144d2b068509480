/**
 * Routes for answers from other clusters that are for another server of this one: their subjects have a
 * hash of its id.
 */

import type { Peers } from "../../cluster/peers.ts";
import type { Account } from "../../core/account.ts";
import { hasHash } from "../../core/gateway/gateway-reply.ts";
import { replyHash } from "../../core/gateway/reply-prefix.ts";
import type { Route } from "../../kinds/route/route.ts";

export class ReplyRoutes {
  /** The other servers. There are few. */
  #servers: readonly { readonly id: string; readonly hash: Buffer }[] = [];

  add(id: string): void {
    this.remove(id);
    this.#servers = [...this.#servers, { id, hash: replyHash(id) }];
  }

  remove(id: string): void {
    this.#servers = this.#servers.filter((server) => server.id !== id);
  }

  /**
   * The route on which messages of the account go to a server; null when there is none.
   *
   * @param at where the server's hash begins.
   */
  find(peers: Peers, buf: Buffer, at: number, account: Account): Route | null {
    for (let i = 0; i < this.#servers.length; i++) {
      const { id, hash } = this.#servers[i]!;
      if (!hasHash(buf, at, hash)) continue;
      const slot = peers.slotOf(account);
      if (slot < 0) return peers.pinned(account.name)?.get(id) ?? null;
      const peer = peers.get(id);
      return peer?.at(slot) ?? peer?.first ?? null;
    }
    return null;
  }
}
