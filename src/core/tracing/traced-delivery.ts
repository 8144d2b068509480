/**
 * Delivers one message that is traced, and notes whom it goes to, or why it does not.
 *
 * It takes the same ways as any other message, at its own pace, so that these need not look for traces.
 */

import { RECORD_SHIFT } from "../../bytes/record-pool.ts";
import { currentMicros } from "../../log/clock.ts";
import type { Message } from "../../protocol/message.ts";
import type { Account } from "../account.ts";
import type { ServiceCrossing } from "../crossing/crossing.ts";
import type { PassageTracer } from "../crossing/passage.ts";
import { StreamImport } from "../crossing/stream-import.ts";
import type { Exchange } from "../exchange.ts";
import { GatewayDelivery } from "../gateway/gateway-delivery.ts";
import type { GatewayLink } from "../gateway/gateway-link.ts";
import type { Deliverer } from "../gateway/gateways.ts";
import { GATEWAY_BASE, type Link, type LinkTracer } from "../link/link.ts";
import { LinkWriter } from "../link/link-writer.ts";
import { LinkedDelivery, type LocalDelivery } from "../link/linked-delivery.ts";
import type { MatchResult } from "../match-result.ts";
import type { Sink } from "../sink.ts";
import { SUB_NODE, SUB_ORIGIN, SUB_SINK } from "../subscriptions.ts";
import { type MessageTrace, type Receiver, TraceKind } from "./message-trace.ts";
import { withTraceDest, withTraceHop } from "./trace-dest-header.ts";
import { DISABLED } from "./trace-headers.ts";
import type { TraceReplies, TraceReply } from "./trace-replies.ts";

const NO_ECHO = "Not delivered because of no echo";
const DENIED = "Not delivered because subscription denies this subject";
const CLOSED = "Not delivered because client is closed";
const ONLY_TRACED = "Not delivered because remote does not support message tracing";
const NOT_TRACED =
  "Message delivered but remote does not support message tracing so no trace event generated from there";
const NOT_STALLED = "Not delivered because fast producer not stalled and consumer is slow";

/** By whom the message has come: somebody here, another server of the cluster, or another cluster. */
type Way = "deliver" | "deliverRouted" | "deliverFromGateway";

/** The subscription by which somebody gets the message, and where that was found. */
interface Receiving {
  readonly id: number;
  /** Account whose subscription it is. */
  readonly account: Account;
  /** The one that events name: where a stream is imported, the one in the exporting account. */
  readonly shownId: number;
  readonly shownAccount: Account;
}

interface Place {
  readonly account: Account;
  /** One character per byte. */
  readonly dest: string;
}

export class TracedDelivery implements PassageTracer, LocalDelivery, LinkTracer, Deliverer {
  readonly isOnly: boolean;
  readonly #linked: LinkedDelivery;
  /** Null where there are no other clusters. */
  readonly #abroad: GatewayDelivery | null;
  readonly #exchange: Exchange;
  readonly #trace: MessageTrace;
  /** The subscription that was named last, and where it is in its account's sublist. */
  #subscription = "";
  #node = -1;
  #nodeAccount: Account | null = null;
  readonly #replies: TraceReplies;
  /** Where the message is, and where events about it go there. */
  #place: Place;
  /** Services that the message is still to be passed to. */
  readonly #services: ServiceCrossing[] = [];
  /** Under which the message goes to another server at the moment; "" when that tells nothing. */
  #hop = "";

  constructor(exchange: Exchange, trace: MessageTrace, replies: TraceReplies) {
    this.#exchange = exchange;
    this.#trace = trace;
    this.#replies = replies;
    this.#place = { account: trace.ingress.account, dest: trace.dest };
    this.isOnly = trace.isOnly;
    const { subs, links, localInterest, gateways } = exchange;
    const writer = new LinkWriter(subs, localInterest);
    writer.tracer = this;
    this.#abroad = gateways === null ? null : new GatewayDelivery(gateways, subs, writer);
    this.#linked = new LinkedDelivery(this, subs, links, writer, this.#abroad);
  }

  /** @returns how many have got the message, or would have. */
  deliver(account: Account, source: Sink, message: Message, result: MatchResult): number {
    this.#exchange.delivery.noteAnswer(source, message);
    return this.#deliver(account, source, message, result, "deliver");
  }

  /** The same for a message of another server. */
  deliverRouted(account: Account, source: Sink, message: Message, result: MatchResult): number {
    return this.#deliverLinked(account, source, message, result, "deliverRouted");
  }

  /** The same for a message of another cluster. */
  deliverFromGateway(
    account: Account,
    source: Sink,
    message: Message,
    result: MatchResult,
  ): number {
    return this.#deliverLinked(account, source, message, result, "deliverFromGateway");
  }

  sendAnswer(link: GatewayLink, account: Account, message: Message): void {
    this.#abroad?.sendAnswer(link, account, message);
  }

  onSend(link: Link, message: Message): Message | null {
    const trace = this.#trace;
    this.#hop = "";
    if (trace.dest === "" || trace.isHidden) return message;
    this.#hop = trace.nextHop();
    if (!this.isOnly || link.isTraceable) return withTraceHop(message, this.#hop);
    this.#note(link, ONLY_TRACED);
    return null;
  }

  onSent(link: Link, isSent: boolean): void {
    if (isSent) this.#note(link, link.isTraceable ? "" : NOT_TRACED);
    else this.#note(link, CLOSED);
  }

  #deliverLinked(
    account: Account,
    source: Sink,
    message: Message,
    result: MatchResult,
    way: Way,
  ): number {
    const { delivery } = this.#exchange;
    this.#linked.readLine(message);
    delivery.openReply(account, message, result);
    const count = this.#deliver(account, source, message, result, way);
    if (count > 0) delivery.noteRouted(account, message);
    return count;
  }

  #deliver(
    account: Account,
    source: Sink,
    message: Message,
    result: MatchResult,
    way: Way,
  ): number {
    const { delivery } = this.#exchange;
    delivery.serial = (delivery.serial + 1) | 0;
    const waiting = this.#services.length;
    let count = 0;
    for (const id of result.plain.subarray(0, result.plainCount)) {
      if (this.deliverTo(id, account, source, message)) count++;
    }
    count += this.#linked[way](account, source, message, result);
    for (const service of this.#services.splice(waiting)) {
      if (this.#pass(service, source, message)) count++;
    }
    return count;
  }

  #note(link: Link, error: string): void {
    const { cid, name } = link.outbound.describe();
    const what = { account: "", subscription: "", queue: "", hop: this.#hop };
    const isGateway = link.outbound.slot >= GATEWAY_BASE;
    const kind = isGateway ? TraceKind.Gateway : TraceKind.Route;
    const receiver = { kind, cid, name, ...what };
    this.#trace.add({ type: "eg", at: currentMicros(), receiver, error });
  }

  cross(
    before: Message,
    after: Message,
    account: Account,
    allowTrace: boolean,
    source: Sink,
  ): number {
    const trace = this.#trace;
    const step = { type: "si", at: currentMicros(), account: account.name } as const;
    trace.add({ ...step, from: before.subjectText, to: after.subjectText });
    const wasHidden = trace.isHidden;
    let message = after;
    const place = this.#place;
    const { hops } = trace;
    let reply: TraceReply | null = null;
    if (trace.dest !== "" && !wasHidden) {
      if (!allowTrace && trace.isOnly) return 0;
      if (allowTrace) reply = this.#replies.open(account, place.account, place.dest);
      const dest = reply?.subject ?? DISABLED;
      message = withTraceDest(after, dest);
      this.#place = { account, dest };
      trace.isHidden = !allowTrace;
    }
    const { subject, subjectStart, subjectEnd, hash } = message;
    const result = account.sublist.match(subject, subjectStart, subjectEnd, hash);
    const count = this.deliver(account, source, message, result);
    trace.isHidden = wasHidden;
    this.#place = place;
    // Where no other server has got it, none has anything to tell.
    if (reply !== null && trace.hops === hops) this.#replies.close(reply);
    return count;
  }

  deliverTo(id: number, account: Account, source: Sink, message: Message): boolean {
    const slot = this.#exchange.subs.pool.words[(id << RECORD_SHIFT) + SUB_SINK];
    // Gone, or beyond the end of a block that shrank when the last subscription went.
    if (!slot) return false;
    if (slot > 0) {
      return this.#give({ id, account, shownId: id, shownAccount: account }, source, message);
    }
    const crossing = this.#exchange.crossings.at(-slot);
    if (!this.isOnly) this.#exchange.delivery.countCrossing(id);
    if (crossing instanceof StreamImport) {
      return this.#export(crossing, id, account, source, message);
    }
    if (crossing.service === null) return crossing.take(id, source, message);
    this.#services.push(crossing.service);
    return false;
  }

  /** The message is for a client of an account that imports the stream. */
  #export(
    stream: StreamImport,
    id: number,
    exporter: Account,
    source: Sink,
    message: Message,
  ): boolean {
    const received = stream.received(message);
    if (received === null) return false;
    const { importer, allowTrace } = stream.rule;
    const trace = this.#trace;
    const to = received.subjectText;
    trace.add({ type: "se", at: currentMicros(), account: importer.name, to });
    const wasHidden = trace.isHidden;
    if (!allowTrace && trace.dest !== "") {
      // It counts as delivered, lest the publisher is told that nobody is there.
      if (trace.isOnly) return true;
      trace.isHidden = true;
    }
    const { words } = this.#exchange.subs.pool;
    const origin = words[(id << RECORD_SHIFT) + SUB_ORIGIN]!;
    const receiving = { id: origin, account: importer, shownId: id, shownAccount: exporter };
    const isTaken = this.#give(receiving, source, received);
    if (isTaken && !this.isOnly) stream.countTraffic(message);
    trace.isHidden = wasHidden;
    return isTaken;
  }

  #give(receiving: Receiving, source: Sink, message: Message): boolean {
    const { subs, sinks, delivery } = this.#exchange;
    const { id, account } = receiving;
    const slot = subs.pool.words[(id << RECORD_SHIFT) + SUB_SINK]!;
    if (slot <= 0) return false;
    const sink = sinks.at(slot);
    // What there is to say of it has to be known before it may end.
    const receiver = this.#describe(receiving, sink);
    if (sink === source && !sink.echo) return this.#refuse(receiver, NO_ECHO);
    const { subject, subjectStart, subjectEnd, hash } = message;
    const { filter } = sink;
    const mayReceive =
      filter === null ||
      filter.mayReceive(subject, subjectStart, subjectEnd, hash, subs.queueName(id));
    if (!mayReceive) return this.#refuse(receiver, DENIED);
    if (!this.#trace.isOnly && !delivery.deliverTo(id, account, source, message)) {
      return this.#refuse(receiver, sink.slot === 0 ? CLOSED : NOT_STALLED);
    }
    this.#trace.add({ type: "eg", at: currentMicros(), receiver, error: "" });
    return true;
  }

  #refuse(receiver: Receiver, error: string): false {
    this.#trace.add({ type: "eg", at: currentMicros(), receiver, error });
    return false;
  }

  #describe({ id, account, shownId, shownAccount }: Receiving, sink: Sink): Receiver {
    const { subs } = this.#exchange;
    const node = subs.pool.words[(shownId << RECORD_SHIFT) + SUB_NODE]!;
    // Very many receivers mostly have subscribed to the same.
    if (node !== this.#node || shownAccount !== this.#nodeAccount) {
      this.#node = node;
      this.#nodeAccount = shownAccount;
      this.#subscription = shownAccount.sublist.subjectOf(shownId).toString("latin1");
    }
    const { cid, name } = sink.describe();
    const isOther = account !== this.#trace.ingress.account;
    const subscription = this.#subscription;
    return {
      kind: TraceKind.Client,
      cid,
      name,
      account: isOther ? account.name : "",
      subscription,
      queue: subs.queueName(id),
      hop: "",
    };
  }

  #pass(service: ServiceCrossing, source: Sink, message: Message): boolean {
    const { passage } = this.#exchange;
    // It is there already where the message goes on to yet another account.
    const outer = passage.tracer;
    passage.tracer = this;
    try {
      return service.pass(source, message);
    } finally {
      passage.tracer = outer;
    }
  }
}
