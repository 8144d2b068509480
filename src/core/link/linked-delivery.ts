/**
 * Hot path. The part of a delivery that leads to other servers, or comes from one.
 *
 * Each server gets a message once, with the names of the queue groups that it is to serve. Members of a
 * queue group compete by weight wherever they are in the cluster. A message that has come from another
 * server of the cluster is for those of this one; only a group without any here is passed on. Groups
 * that nobody in the cluster has served are for other clusters.
 */

import { SPACE } from "../../bytes/ascii.ts";
import { RECORD_SHIFT } from "../../bytes/record-pool.ts";
import type { Message } from "../../protocol/message.ts";
import type { Account } from "../account.ts";
import type { GatewayDelivery } from "../gateway/gateway-delivery.ts";
import { doubled, GROUP_FIELDS, type MatchResult } from "../match-result.ts";
import type { NameTable } from "../name-table.ts";
import { nextRandom } from "../random.ts";
import type { Sink } from "../sink.ts";
import { SUB_QUEUE, SUB_SINK, type Subscriptions } from "../subscriptions.ts";
import { GATEWAY_BASE, LINK_BASE } from "./link.ts";
import { type LinkWriter, mayGet } from "./link-writer.ts";
import type { Links } from "./links.ts";
import type { PickedGroups } from "./picked-groups.ts";

/** Delivers to one subscription of this server. */
export interface LocalDelivery {
  deliverTo(id: number, account: Account, source: Sink, message: Message): boolean;
}

export class LinkedDelivery {
  readonly #local: LocalDelivery;
  readonly #subs: Subscriptions;
  readonly #links: Links;
  readonly #queues: NameTable;
  readonly #writer: LinkWriter;
  readonly #picked: PickedGroups;
  /** Null where there are no other clusters. */
  readonly #gateways: GatewayDelivery | null;
  /** The message for which each queue was asked for, by its id. */
  #asked: Int32Array = new Int32Array(16);
  #serial = 0;

  constructor(
    local: LocalDelivery,
    subs: Subscriptions,
    links: Links,
    writer: LinkWriter,
    gateways: GatewayDelivery | null,
  ) {
    this.#local = local;
    this.#subs = subs;
    this.#links = links;
    this.#queues = subs.queues;
    this.#writer = writer;
    this.#picked = writer.picked;
    this.#gateways = gateways;
  }

  /**
   * Delivers a message of this server to its queue groups and to other servers; also an answer that has
   * come from another server to an account whose request was passed on here.
   *
   * @returns how many receivers took it; another server counts as one.
   */
  deliver(account: Account, source: Sink, message: Message, result: MatchResult): number {
    const isForGateways = result.linkCount > result.routeCount && !message.staysHere;
    const gateways = isForGateways ? this.#gateways : null;
    this.#writer.begin(message);
    if (gateways !== null) gateways.begin(result);
    let count = 0;
    let start = 0;
    for (let group = 0; group < result.groupCount; group++) {
      const end = result.groupEnds[group]!;
      const queue = gateways === null ? 0 : this.#queueAt(result, start, end);
      const picked = this.#picked.count;
      const isServed = this.#pick(account, source, message, result, group, start, end);
      if (isServed) count++;
      if (gateways !== null && (isServed || this.#picked.count > picked)) gateways.served(queue);
      start = end;
    }
    count += this.#sendRoutes(account, message, result);
    return gateways === null ? count : count + gateways.deliver(account, message);
  }

  /**
   * Delivers a message of another cluster: to the queue groups that `readLine` has found in its line,
   * and to the other servers of this one.
   *
   * @returns how many took it; another server counts as one.
   */
  deliverFromGateway(
    account: Account,
    source: Sink,
    message: Message,
    result: MatchResult,
  ): number {
    this.#writer.begin(message);
    const count = this.#serveAsked(account, source, message, result);
    return count + this.#sendRoutes(account, message, result);
  }

  /**
   * Delivers a message of another server of the cluster to the queue groups that `readLine` has found in
   * its line.
   *
   * @returns how many took it.
   */
  deliverRouted(account: Account, source: Sink, message: Message, result: MatchResult): number {
    this.#writer.begin(message);
    const count = this.#serveAsked(account, source, message, result);
    return count + this.#sendPicked(account, message);
  }

  /** Notes which queue groups a message of another server is for, and takes their names out of it. */
  readLine(message: Message): void {
    const { buf, queuesStart, queuesEnd } = message;
    this.#serial = (this.#serial + 1) | 0;
    while (this.#asked.length <= this.#queues.highest) this.#asked = doubled(this.#asked);
    for (let i = queuesStart; i < queuesEnd; ) {
      let end = i;
      while (end < queuesEnd && buf[end] !== SPACE) end++;
      const queue = this.#queues.find(buf, i, end);
      if (queue !== 0) this.#asked[queue] = this.#serial;
      i = end + 1;
    }
    message.closeLine();
  }

  #serveAsked(account: Account, source: Sink, message: Message, result: MatchResult): number {
    let count = 0;
    let start = 0;
    for (let group = 0; group < result.groupCount; group++) {
      const end = result.groupEnds[group]!;
      const queue = this.#queueAt(result, start, end);
      if (queue !== 0 && this.#asked[queue] === this.#serial) {
        if (this.#pick(account, source, message, result, group, start, end)) count++;
      }
      start = end;
    }
    return count;
  }

  /** One of the members here, from a random start on the first that accepts. */
  #serveHere(
    account: Account,
    source: Sink,
    message: Message,
    result: MatchResult,
    start: number,
    end: number,
  ): boolean {
    const size = end - start;
    if (size === 0) return false;
    let at = size === 1 ? start : start + (nextRandom() % size);
    for (let tries = 0; tries < size; tries++) {
      if (this.#serve(result.queue[at]!, account, source, message)) return true;
      if (++at === end) at = start;
    }
    return false;
  }

  /** Whoever gets a request of another cluster may answer it. */
  #serve(id: number, account: Account, source: Sink, message: Message): boolean {
    if (message.prefixStart !== 0) this.#gateways?.noteReceiver(id, account, message);
    return this.#local.deliverTo(id, account, source, message);
  }

  /**
   * To another server, rather not to the one that the message is from. One that has plain subscriptions
   * too has got the message already, and would deliver it twice: it is the last to be picked.
   */
  #passOn(source: Sink, message: Message, result: MatchResult, start: number, end: number): void {
    let best = 0;
    let bestRank = 0;
    for (let at = start; at < end; at++) {
      const id = result.queue[at]!;
      const slot = this.#linkOf(id, message);
      if (slot === 0) continue;
      const rank =
        1 + (slot === source.slot ? 0 : 1) + (this.#isPlainToo(result, slot, message) ? 0 : 2);
      if (rank <= bestRank) continue;
      best = id;
      bestRank = rank;
    }
    if (best !== 0) this.#picked.add(this.#linkOf(best, message), best);
  }

  #isPlainToo(result: MatchResult, slot: number, message: Message): boolean {
    for (let i = 0; i < result.routeCount; i++) {
      if (this.#linkOf(result.links[i]!, message) === slot) return true;
    }
    return false;
  }

  /**
   * One member of a group, here or elsewhere: by weight, then the first that accepts. What has come from
   * another server stays here if it can.
   */
  #pick(
    account: Account,
    source: Sink,
    message: Message,
    result: MatchResult,
    group: number,
    start: number,
    end: number,
  ): boolean {
    if (!result.hasRemoteMembers) {
      return this.#serveHere(account, source, message, result, start, end);
    }
    const at = group * GROUP_FIELDS;
    const locals = start + result.groups[at]!;
    if (source.slot > LINK_BASE && source.slot < GATEWAY_BASE) {
      if (this.#serveHere(account, source, message, result, start, locals)) return true;
      this.#passOn(source, message, result, locals, end);
      return false;
    }
    const weighed = start + result.groups[at + 1]!;
    const total = result.groups[at + 2]!;
    if (total > 0) {
      const size = weighed - start;
      let next = this.#weigh(result, start, locals, weighed, nextRandom() % total);
      for (let tries = 0; tries < size; tries++) {
        const id = result.queue[next]!;
        if (next >= locals) {
          if (this.#noteMember(id, message)) return false;
        } else if (this.#serve(id, account, source, message)) {
          return true;
        }
        if (++next === weighed) next = start;
      }
    }
    for (let i = weighed; i < end; i++) {
      if (this.#noteMember(result.queue[i]!, message)) return false;
    }
    return false;
  }

  /** The member on which a weight below the total falls. */
  #weigh(
    result: MatchResult,
    start: number,
    locals: number,
    weighed: number,
    weight: number,
  ): number {
    if (weight < locals - start) return start + weight;
    let left = weight - (locals - start);
    for (let at = locals; at < weighed; at++) {
      left -= this.#subs.weightOf(result.queue[at]!);
      if (left < 0) return at;
    }
    return start;
  }

  /** @returns whether the member's server can be sent the message. */
  #noteMember(id: number, message: Message): boolean {
    const slot = this.#linkOf(id, message);
    if (slot === 0) return false;
    this.#picked.add(slot, id);
    return true;
  }

  /** Slot of the link that a member is on; 0 when it is gone, or may not be sent the message. */
  #linkOf(id: number, message: Message): number {
    const slot = this.#subs.pool.words[(id << RECORD_SHIFT) + SUB_SINK]!;
    return slot > LINK_BASE && mayGet(this.#links.at(slot), message) ? slot : 0;
  }

  /** Id of a group's name; 0 when all its members have gone in the middle of the delivery. */
  #queueAt(result: MatchResult, start: number, end: number): number {
    for (let at = start; at < end; at++) {
      const queue = this.#queueOf(result.queue[at]!);
      if (queue !== 0) return queue;
    }
    return 0;
  }

  #queueOf(id: number): number {
    return this.#subs.pool.words[(id << RECORD_SHIFT) + SUB_QUEUE]!;
  }

  /** Other servers with plain subscriptions, then those of which only groups are to be served. */
  #sendRoutes(account: Account, message: Message, result: MatchResult): number {
    let count = 0;
    for (let i = 0; i < result.routeCount; i++) {
      const id = result.links[i]!;
      const slot = this.#subs.pool.words[(id << RECORD_SHIFT) + SUB_SINK]!;
      if (slot < LINK_BASE) continue;
      if (this.#writer.send(this.#links.at(slot), account, message, slot, id)) count++;
    }
    return count + this.#sendPicked(account, message);
  }

  /** What was picked for servers that have got nothing yet. */
  #sendPicked(account: Account, message: Message): number {
    let count = 0;
    const picked = this.#picked;
    for (let i = 0; i < picked.count; i++) {
      const slot = picked.slotAt(i);
      if (slot === 0) continue;
      const id = picked.idAt(i);
      if (this.#writer.send(this.#links.at(slot), account, message, slot, id)) count++;
    }
    return count;
  }
}
