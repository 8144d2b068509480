/**
 * Tells other clusters what is wanted in this one, each by the connections that its servers have made:
 * everything when one comes, and every change after that.
 */

import type { InterestHost } from "../../cluster/interest/interest-host.ts";
import { InterestWriter } from "../../cluster/interest/interest-writer.ts";
import type { Account } from "../../core/account.ts";
import type { InterestFeed, InterestListener } from "../../core/interest/interest-feed.ts";
import type { Flushable } from "../../net/turn.ts";
import { GatewayTelling, type InterestGateway } from "./gateway-telling.ts";

export class GatewayInterestBoard implements InterestListener, Flushable {
  readonly #host: InterestHost;
  readonly #cluster: string;
  readonly #feed: InterestFeed;
  readonly #writer: InterestWriter;
  readonly #tellings = new Map<InterestGateway, GatewayTelling>();

  /** @param cluster name of this one. */
  constructor(host: InterestHost, cluster: string) {
    this.#host = host;
    this.#cluster = cluster;
    this.#feed = host.exchange.clusterInterest!;
    this.#writer = new InterestWriter(host.exchange.queues, true);
    this.#feed.listener = this;
    this.#feed.onDirty = () => host.turn.addFirst(this);
  }

  /**
   * A server of another cluster has come: tells it all interest.
   *
   * @param onGroupsTold is called when it has been told of all queue groups, and goes on step by step
   *     before everything else.
   */
  add(gateway: InterestGateway, onGroupsTold: () => Iterable<void>): void {
    // What is under way counts as a change that comes after this.
    this.#feed.flush();
    const { exchange } = this.#host;
    const telling = new GatewayTelling(gateway, this.#cluster, exchange);
    this.#tellings.set(gateway, telling);
    telling.begin([...this.#host.accounts()], onGroupsTold);
  }

  remove(gateway: InterestGateway): void {
    this.#tellings.delete(gateway);
  }

  /** An account has come that was not here before. */
  accountCreated(account: Account): void {
    this.#feed.flush();
    for (const telling of this.#tellings.values()) telling.tellAccount(account);
  }

  /** A message has come for an account that is not here. */
  refuse(gateway: InterestGateway, account: string): void {
    this.#tellings.get(gateway)?.refuse(account);
  }

  /** Accounts that a server of another cluster was told not to be here. */
  refusedTo(gateway: InterestGateway): Iterable<string> {
    return this.#tellings.get(gateway)?.refused ?? [];
  }

  onInterest(
    account: Account,
    subject: Buffer,
    length: number,
    queue: number,
    weight: number,
  ): void {
    for (const [gateway, telling] of this.#tellings) {
      // What is wanted of an account that is still to be told is told with all the rest of it.
      if (queue === 0 && telling.isToCome(account, weight)) continue;
      this.#writer.write(gateway, account, subject, length, queue, weight);
    }
  }

  /** At the end of a turn, before anything is sent. */
  flush(): void {
    this.#feed.flush();
  }
}
