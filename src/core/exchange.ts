/** What all accounts of one server share: subscriptions, receivers, and the ways between accounts. */

import { CrossingTable } from "./crossing/crossing.ts";
import { InterestWatch } from "./crossing/interest-watch.ts";
import { Passage } from "./crossing/passage.ts";
import { PendingReplies } from "./crossing/pending-replies.ts";
import { ServiceLatencies } from "./crossing/service-latencies.ts";
import { Delivery } from "./delivery.ts";
import { QueueNames } from "./queue-names.ts";
import { SinkTable } from "./sink.ts";
import { Sublist } from "./sublist.ts";
import { Subscriptions } from "./subscriptions.ts";
import { MessageTracing } from "./tracing/message-tracing.ts";

export class Exchange {
  readonly queues = new QueueNames();
  readonly subs = new Subscriptions(this.queues);
  readonly sinks = new SinkTable();
  readonly crossings = new CrossingTable();
  readonly delivery = new Delivery(this.subs, this.sinks, this.crossings);
  readonly replies = new PendingReplies();
  readonly interest = new InterestWatch(this.replies);
  readonly latencies = new ServiceLatencies(this.replies);
  readonly passage: Passage;
  readonly tracing = new MessageTracing(this);
  /** Stands for the sublists of all accounts without subscriptions. */
  readonly emptySublist: Sublist;
  /** Whether results of matching are remembered. */
  readonly isCached: boolean;
  #accounts = 0;

  constructor(isCached: boolean) {
    this.isCached = isCached;
    this.emptySublist = new Sublist(this.subs, isCached);
    const { delivery, subs, crossings, replies, latencies } = this;
    this.passage = new Passage(delivery, subs, crossings, replies, latencies);
  }

  takeAccountNumber(): number {
    return ++this.#accounts;
  }
}
