/** What all accounts of one server share: subscriptions, receivers, and the ways between accounts. */

import { AccountNames } from "./account-names.ts";
import { CrossingTable } from "./crossing/crossing.ts";
import { InterestWatch } from "./crossing/interest-watch.ts";
import { Passage } from "./crossing/passage.ts";
import { PendingReplies } from "./crossing/pending-replies.ts";
import { ServiceLatencies } from "./crossing/service-latencies.ts";
import { Delivery } from "./delivery.ts";
import { LocalInterest } from "./interest/local-interest.ts";
import { Links } from "./link/links.ts";
import { RemoteInterest } from "./link/remote-interest.ts";
import { NameTable } from "./name-table.ts";
import { SinkTable } from "./sink.ts";
import { Sublist } from "./sublist.ts";
import { Subscriptions } from "./subscriptions.ts";
import { MessageTracing } from "./tracing/message-tracing.ts";
import { TurnQueue } from "./turn-queue.ts";

export class Exchange {
  readonly queues = new NameTable();
  readonly subs = new Subscriptions(this.queues);
  readonly sinks = new SinkTable();
  readonly crossings = new CrossingTable();
  readonly links = new Links();
  /** What other servers want. */
  readonly remoteInterest: RemoteInterest;
  /** For whatever there may be a great deal of. */
  readonly longWork = new TurnQueue();
  /** What other servers are told; null when there are to be none. */
  readonly localInterest: LocalInterest | null;
  readonly accountsByName = new AccountNames();
  readonly delivery: Delivery;
  readonly replies = new PendingReplies();
  readonly interest = new InterestWatch(this.replies);
  readonly latencies = new ServiceLatencies(this.replies);
  readonly passage: Passage;
  readonly tracing: MessageTracing;
  /** Stands for the sublists of all accounts without subscriptions. */
  readonly emptySublist: Sublist;
  /** Whether results of matching are remembered. */
  readonly isCached: boolean;
  #accounts = 0;

  /** @param isLinked there are to be other servers, to which interest is told. */
  constructor(isCached: boolean, isLinked = false) {
    this.isCached = isCached;
    this.remoteInterest = new RemoteInterest(this.subs, new NameTable(), this.links, this.longWork);
    this.localInterest = isLinked ? new LocalInterest(this.subs, this.queues) : null;
    this.delivery = new Delivery(
      this.subs,
      this.sinks,
      this.crossings,
      this.links,
      this.localInterest,
      this.latencies.routed,
    );
    this.tracing = new MessageTracing(this);
    this.emptySublist = new Sublist(this.subs, isCached);
    const { delivery, subs, crossings, replies, latencies } = this;
    this.passage = new Passage(delivery, subs, crossings, replies, latencies);
  }

  takeAccountNumber(): number {
    return ++this.#accounts;
  }
}
