/** What all accounts of one server share: subscriptions, receivers, and the ways between accounts. */

import { AccountNames } from "./account-names.ts";
import { CrossingTable } from "./crossing/crossing.ts";
import { InterestWatch } from "./crossing/interest-watch.ts";
import { Passage } from "./crossing/passage.ts";
import { PendingReplies } from "./crossing/pending-replies.ts";
import { ServiceLatencies } from "./crossing/service-latencies.ts";
import { Delivery } from "./delivery.ts";
import { ForeignAccounts } from "./foreign-accounts.ts";
import { Gateways } from "./gateway/gateways.ts";
import { CLUSTER_SCOPE, InterestFeed, SERVER_SCOPE } from "./interest/interest-feed.ts";
import { Links } from "./link/links.ts";
import { RemoteInterest } from "./link/remote-interest.ts";
import { NameTable } from "./name-table.ts";
import { SinkTable } from "./sink.ts";
import { Sublist } from "./sublist.ts";
import { Subscriptions } from "./subscriptions.ts";
import { MessageTracing } from "./tracing/message-tracing.ts";
import { TurnQueue } from "./turn-queue.ts";

/** Which other servers there are to be. */
export interface Reach {
  readonly hasRoutes: boolean;
  readonly hasGateways: boolean;
}

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
  readonly localInterest: InterestFeed | null;
  /** What other clusters are told; null when there are to be none. */
  readonly clusterInterest: InterestFeed | null;
  /** Null when there are to be no other clusters. */
  readonly gateways: Gateways | null;
  readonly accountsByName = new AccountNames();
  /** Accounts that only others have. */
  readonly foreign = new ForeignAccounts(this);
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

  /** @param reach whom interest is told to. */
  constructor(isCached: boolean, reach: Reach = { hasRoutes: false, hasGateways: false }) {
    this.isCached = isCached;
    this.remoteInterest = new RemoteInterest(this.subs, new NameTable(), this.links, this.longWork);
    const { subs, queues } = this;
    this.localInterest = reach.hasRoutes ? new InterestFeed(SERVER_SCOPE, subs, queues) : null;
    this.gateways = reach.hasGateways ? new Gateways(this.sinks) : null;
    this.clusterInterest = reach.hasGateways ? new InterestFeed(CLUSTER_SCOPE, subs, queues) : null;
    this.delivery = new Delivery(
      this.subs,
      this.sinks,
      this.crossings,
      this.links,
      this.localInterest,
      this.gateways,
      this.latencies.routed,
    );
    this.tracing = new MessageTracing(this);
    this.emptySublist = new Sublist(this.subs, isCached);
    const { delivery, crossings, replies, latencies } = this;
    this.passage = new Passage(delivery, subs, crossings, replies, latencies);
  }

  takeAccountNumber(): number {
    return ++this.#accounts;
  }
}
