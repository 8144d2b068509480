/**
 * Hot path. The part of a delivery that leads to other clusters.
 *
 * Each cluster gets a message once, the nearest first. A queue group that somebody in this cluster has
 * served is for nobody else; any other is for the nearest cluster that has it, and the message says
 * which groups a cluster is to serve:
 *
 *     here: none   B: bar baz bat   C: bar bat   D: bar        C is nearest, then B, then D
 *     to C for bar bat, to B for baz, not to D
 */

import { RECORD_SHIFT } from "../../bytes/record-pool.ts";
import type { Message } from "../../protocol/message.ts";
import type { Account } from "../account.ts";
import type { LinkWriter } from "../link/link-writer.ts";
import { doubled, type MatchResult } from "../match-result.ts";
import { SUB_QUEUE, SUB_SINK, type Subscriptions } from "../subscriptions.ts";
import type { GatewayLink } from "./gateway-link.ts";
import type { Gateways } from "./gateways.ts";

export class GatewayDelivery {
  readonly #gateways: Gateways;
  readonly #subs: Subscriptions;
  readonly #writer: LinkWriter;
  /** What other clusters want of the message: subscriptions of outbound gateways. */
  #wanted: Int32Array = new Int32Array(16);
  #count = 0;
  /** The message for which each queue group was last served, by the id of its name. */
  #servedFor: Int32Array = new Int32Array(16);
  #serial = 0;
  /** Plain subscription of the gateway that was looked at last, 0 for none. */
  #plain = 0;
  /** The first of its queue groups that it is to serve, 0 for none. */
  #queued = 0;

  constructor(gateways: Gateways, subs: Subscriptions, writer: LinkWriter) {
    this.#gateways = gateways;
    this.#subs = subs;
    this.#writer = writer;
  }

  /** Notes what other clusters want, as looking for replies may change the result. */
  begin(result: MatchResult): void {
    const count = result.linkCount - result.routeCount;
    while (this.#wanted.length < count) this.#wanted = doubled(this.#wanted);
    for (let i = 0; i < count; i++) this.#wanted[i] = result.links[result.routeCount + i]!;
    this.#count = count;
    this.#serial = (this.#serial + 1) | 0;
    const { highest } = this.#subs.queues;
    while (this.#servedFor.length <= highest) this.#servedFor = doubled(this.#servedFor);
  }

  /** Somebody in this cluster has got the message for a queue group; 0 for one that is gone. */
  served(queue: number): void {
    this.#servedFor[queue] = this.#serial;
  }

  /** @returns how many clusters it was sent to. */
  deliver(account: Account, message: Message): number {
    const { order } = this.#gateways;
    let count = 0;
    let isFirst = true;
    for (let i = 0; i < order.length; i++) {
      const link = order[i]!;
      if (!link.isOpen) continue;
      this.#pick(link);
      const id = this.#wantedBy(link, account, message);
      if (id === 0) continue;
      if (isFirst) {
        isFirst = false;
        this.#mapReply(account, message);
      }
      if (this.#writer.send(link, account, message, link.outbound.slot, id)) count++;
    }
    return count;
  }

  /** Sends an answer to the cluster that has asked. */
  sendAnswer(link: GatewayLink, account: Account, message: Message): void {
    this.#writer.begin(message);
    this.#mapReply(account, message);
    this.#writer.send(link, account, message, link.outbound.slot, 0);
  }

  /** A receiver of a request from another cluster may answer it. */
  noteReceiver(id: number, account: Account, message: Message): void {
    const slot = this.#subs.pool.words[(id << RECORD_SHIFT) + SUB_SINK]!;
    this.#gateways.noteReceiver(slot, account, message);
  }

  /** What one gateway wants, and which groups are left for it to serve. */
  #pick(link: GatewayLink): void {
    const { words } = this.#subs.pool;
    const { slot } = link.outbound;
    const { picked } = this.#writer;
    picked.count = 0;
    this.#plain = 0;
    this.#queued = 0;
    for (let i = 0; i < this.#count; i++) {
      const id = this.#wanted[i]!;
      const base = id << RECORD_SHIFT;
      if (words[base + SUB_SINK] !== slot) continue;
      const queue = words[base + SUB_QUEUE]!;
      if (queue === 0) {
        this.#plain = id;
      } else if (this.#servedFor[queue] !== this.#serial) {
        this.#servedFor[queue] = this.#serial;
        picked.add(slot, id);
        this.#queued = id;
      }
    }
  }

  /** The subscription for which the gateway gets the message; 0 when it does not. */
  #wantedBy(link: GatewayLink, account: Account, message: Message): number {
    if (this.#queued !== 0) return this.#queued;
    if (this.#plain === 0 || !link.interest.mayRefuse) return this.#plain;
    const { subject, subjectStart, subjectEnd } = message;
    return link.interest.refuses(account, subject, subjectStart, subjectEnd) ? 0 : this.#plain;
  }

  /** The answer is to find its way back, if other clusters may not know yet where it is wanted. */
  #mapReply(account: Account, message: Message): void {
    const gateways = this.#gateways;
    if (message.replyEnd === message.replyStart || message.prefixStart !== 0) return;
    if (!gateways.recent.isWanted(account, message.buf, message.replyStart, message.replyEnd))
      return;
    this.#writer.usePrefix(gateways.prefix, 0, gateways.prefix.length);
  }
}
