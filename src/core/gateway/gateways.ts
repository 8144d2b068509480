/**
 * Hot path. Messages that come from other clusters, and answers that go back to them.
 *
 * A request may be faster than the news that somebody waits for its answer. So its reply subject tells
 * where it is from:
 *
 *     _GR_.<6 of the cluster>.<6 of the server>.<reply>
 *
 * Whoever receives the request sees the reply subject alone. What they publish to it within two seconds
 * goes straight to that cluster, under the long subject; there it is published under the short one, by
 * the server that the request has come in at.
 */

import { SPACE } from "../../bytes/ascii.ts";
import { hashBytes } from "../../bytes/hash.ts";
import { Message } from "../../protocol/message.ts";
import type { Account } from "../account.ts";
import type { Link } from "../link/link.ts";
import type { LinkWriter } from "../link/link-writer.ts";
import type { MatchResult } from "../match-result.ts";
import type { Sink, SinkTable } from "../sink.ts";
import type { GatewayLink } from "./gateway-link.ts";
import { CLUSTER_AT, hasHash, isServiceReply, prefixLength, SERVER_AT } from "./gateway-reply.ts";
import { MappedReplies } from "./mapped-replies.ts";
import { RecentSubscriptions } from "./recent-subscriptions.ts";
import { replyHash, replyPrefix } from "./reply-prefix.ts";

const NOBODY = Buffer.alloc(0);
const FIRST_SUBJECT = 512;

/** Delivers messages, in the usual way or traced. */
export interface Deliverer {
  deliver(account: Account, source: Sink, message: Message, result: MatchResult): number;
  deliverFromGateway(account: Account, source: Sink, message: Message, result: MatchResult): number;
  /** Sends an answer to the cluster that has asked. */
  sendAnswer(link: GatewayLink, account: Account, message: Message): void;
}

/** The usual way, which also takes note of those who may answer. */
export interface MainDeliverer extends Deliverer {
  /** Opens the reply subject of a message for those who are about to receive it. */
  openReply(account: Account, message: Message, result: MatchResult): void;
  /** Somebody of this server publishes what may be the answer to a request of another one. */
  noteAnswer(source: Sink, message: Message): void;
}

export class Gateways {
  /** Registered outbound gateways, nearest first: in this order they are sent messages. */
  order: readonly GatewayLink[] = [];
  /**
   * Route to the server of this cluster with a hash, on which messages of the account go.
   *
   * @param at where the hash begins.
   */
  routeTo: (buf: Buffer, at: number, account: Account) => Link | null = () => null;
  /** In front of reply subjects of this server. */
  prefix: Buffer = NOBODY;
  readonly recent = new RecentSubscriptions();
  readonly mapped = new MappedReplies();
  readonly #sinks: SinkTable;
  #clusterHash: Buffer = NOBODY;
  #serverHash: Buffer = NOBODY;
  /** Set as soon as there is one. */
  #deliverer!: MainDeliverer;
  #writer!: LinkWriter;
  /** An answer under its long subject, which lies in a buffer of its own. */
  readonly #answer = new Message();
  #subject = Buffer.alloc(FIRST_SUBJECT);

  constructor(sinks: SinkTable) {
    this.#sinks = sinks;
  }

  /** How messages are delivered and sent. */
  attach(deliverer: MainDeliverer, writer: LinkWriter): void {
    this.#deliverer = deliverer;
    this.#writer = writer;
  }

  configure(cluster: string, serverId: string): void {
    this.#clusterHash = replyHash(cluster);
    this.#serverHash = replyHash(serverId);
    this.prefix = replyPrefix(this.#clusterHash, this.#serverHash);
  }

  /**
   * A message of another cluster that is no answer, for an account that is here.
   *
   * @param deliverer null for the usual way.
   */
  receive(
    account: Account,
    source: Sink,
    message: Message,
    deliverer: Deliverer | null = null,
  ): void {
    const { buf, subjectStart, subjectEnd, hash } = message;
    const result = account.sublist.match(buf, subjectStart, subjectEnd, hash);
    (deliverer ?? this.#deliverer).deliverFromGateway(account, source, message, result);
  }

  /** Whether a message of another server has such a long subject. */
  isAnswer({ buf, subjectStart, subjectEnd }: Message): boolean {
    return prefixLength(buf, subjectStart, subjectEnd) !== 0;
  }

  /**
   * An answer from another cluster: is published here under its short subject, or sent on to the server
   * that has asked. That of a service was given out here, and is for nobody elsewhere.
   *
   * @param isInbound it has come by a gateway; what has come by a route goes no further.
   */
  receiveAnswer(
    account: Account,
    source: Sink,
    message: Message,
    isInbound: boolean,
    deliverer: Deliverer | null = null,
  ): void {
    const { buf, subjectStart, subjectEnd } = message;
    const length = prefixLength(buf, subjectStart, subjectEnd);
    if (!hasHash(buf, subjectStart + CLUSTER_AT, this.#clusterHash)) return;
    message.closeLine();
    message.prefixStart = 0;
    const serverAt = subjectStart + SERVER_AT;
    if (isInbound && !hasHash(buf, serverAt, this.#serverHash)) {
      const route = this.routeTo(buf, serverAt, account);
      if (route !== null) {
        this.#writer.begin(message);
        this.#writer.send(route, account, message, route.outbound.slot, 0);
        return;
      }
    }
    const start = subjectStart + length;
    // Nobody is asked by such a subject: it would go on from cluster to cluster.
    if (prefixLength(buf, start, subjectEnd) !== 0) return;
    message.subjectStart = start;
    message.hash = hashBytes(buf, start, subjectEnd);
    const result = account.sublist.match(buf, start, subjectEnd, message.hash);
    this.#deliverer.openReply(account, message, result);
    message.staysHere = isServiceReply(buf, start, subjectEnd);
    (deliverer ?? this.#deliverer).deliver(account, source, message, result);
    message.staysHere = false;
  }

  /** Takes the origin out of the reply subject of a message, for those who receive it here. */
  openReply(message: Message): void {
    const { buf, replyStart, replyEnd } = message;
    message.prefixStart = 0;
    const length = prefixLength(buf, replyStart, replyEnd);
    if (length === 0) return;
    const start = replyStart + length;
    message.prefixStart = replyStart;
    message.replyStart = start;
    message.moved = buf;
    message.movedTail = start - 1;
    buf[start - 1] = SPACE;
  }

  /** Somebody gets a request of another cluster: what they publish to its reply subject goes there. */
  noteReceiver(slot: number, account: Account, message: Message): void {
    if (slot === 0) return;
    if (slot > 0) this.#sinks.at(slot).answersAbroad = true;
    const { buf, prefixStart, replyStart, replyEnd } = message;
    this.mapped.add(slot > 0 ? slot : -account.number, buf, prefixStart, replyStart, replyEnd);
  }

  /**
   * Delivers a message of somebody who may answer requests of other clusters.
   *
   * @param slot of the sink; the negative number of the account for the server itself.
   * @param deliverer null for the usual one.
   * @returns how many took it.
   */
  publish(
    slot: number,
    account: Account,
    source: Sink,
    message: Message,
    result: MatchResult,
    deliverer: Deliverer | null = null,
  ): number {
    const { mapped } = this;
    if (!mapped.find(slot, message)) {
      if (mapped.count === 0) source.answersAbroad = false;
      return (deliverer ?? this.#deliverer).deliver(account, source, message, result);
    }
    this.#deliverer.noteAnswer(source, message);
    this.#sendAnswer(account, message, deliverer ?? this.#deliverer);
    return 1;
  }

  #sendAnswer(account: Account, message: Message, deliverer: Deliverer): void {
    const { subject, subjectStart, subjectEnd } = message;
    const length = subjectEnd - subjectStart;
    const { prefixBytes } = this.mapped;
    if (this.#subject.length <= prefixBytes + length) {
      this.#subject = Buffer.alloc((prefixBytes + length) * 2);
    }
    const long = this.#subject;
    let at = this.mapped.writePrefix(long, 0);
    for (let i = subjectStart; i < subjectEnd; i++) long[at++] = subject[i]!;
    long[at] = SPACE;
    const answer = this.#answer;
    answer.resume(message);
    answer.setSubject(long, at, hashBytes(long, 0, at));
    const link = this.#linkFor(long);
    if (link !== null) deliverer.sendAnswer(link, account, answer);
  }

  #linkFor(subject: Buffer): GatewayLink | null {
    for (let i = 0; i < this.order.length; i++) {
      const link = this.order[i]!;
      if (hasHash(subject, CLUSTER_AT, link.clusterHash)) return link;
    }
    return null;
  }
}
