/**
 * Hot path. Hands a message to everyone in a match result.
 *
 * One pass: every plain subscription, then one member of each queue group, then other servers. A frame
 * is written straight into the receiver's buffer, the only copy the payload makes in this server:
 *
 *     MSG  <subject>  <sid>  [reply] size CRLF payload CRLF
 *          ^ from the published line        ^ the tail of the published line, one copy
 *
 * Nothing is inserted while the receivers of an account are served, and a subscription that ends
 * meanwhile has sink 0, so ids in the result are either still theirs or nobody's. What leads into
 * another account's services comes after that: it may insert, and deliver in turn.
 */

import { CR, LF, SPACE, writeDecimal } from "../bytes/ascii.ts";
import { hashBytes } from "../bytes/hash.ts";
import { RECORD_SHIFT, TEXT_ELSEWHERE } from "../bytes/record-pool.ts";
import type { Message } from "../protocol/message.ts";
import type { Account } from "./account.ts";
import type { CrossingTable, ServiceCrossing } from "./crossing/crossing.ts";
import { hasMark, type RoutedRequests } from "./crossing/routed-requests.ts";
import { GatewayDelivery } from "./gateway/gateway-delivery.ts";
import type { GatewayLink } from "./gateway/gateway-link.ts";
import type { Gateways, MainDeliverer } from "./gateway/gateways.ts";
import type { InterestFeed } from "./interest/interest-feed.ts";
import { LinkWriter } from "./link/link-writer.ts";
import { LinkedDelivery } from "./link/linked-delivery.ts";
import type { Links } from "./link/links.ts";
import type { MatchResult } from "./match-result.ts";
import type { PermissionSet } from "./permissions/permission-set.ts";
import type { Sink, SinkTable } from "./sink.ts";
import { SUB_DELIVERED, SUB_MAX, SUB_SID, SUB_SINK, type Subscriptions } from "./subscriptions.ts";

/** Below this length a loop copies faster than the native call. */
const NATIVE_COPY_MIN = 48;
const COUNT_MAX = 0x7fffffff;
/** Room for `HMSG `, two spaces, and a decimal size with CR LF where the tail cannot be copied. */
const FRAME_EXTRA = 24;

const NO_RESPONDERS = Buffer.from("NATS/1.0 503\r\nNats-Subject: ");

export class Delivery implements MainDeliverer {
  /** Number of the delivery under way; wraps. */
  serial = 0;
  readonly #subs: Subscriptions;
  readonly #sinks: SinkTable;
  readonly #crossings: CrossingTable;
  /** Services that the message under way is still to be passed to. */
  readonly #services: ServiceCrossing[] = [];
  readonly #linked: LinkedDelivery;
  readonly #routed: RoutedRequests;
  readonly #gateways: Gateways | null;
  /** Null where there are no other clusters. */
  readonly #abroad: GatewayDelivery | null;

  /**
   * @param interest is told before a message follows it; null when no other server is to know.
   * @param gateways null where there are no other clusters.
   * @param routed is told of requests that other servers measure.
   */
  constructor(
    subs: Subscriptions,
    sinks: SinkTable,
    crossings: CrossingTable,
    links: Links,
    interest: InterestFeed | null,
    gateways: Gateways | null,
    routed: RoutedRequests,
  ) {
    this.#subs = subs;
    this.#sinks = sinks;
    this.#crossings = crossings;
    this.#routed = routed;
    this.#gateways = gateways;
    const writer = new LinkWriter(subs, interest);
    this.#abroad = gateways === null ? null : new GatewayDelivery(gateways, subs, writer);
    gateways?.attach(this, writer);
    this.#linked = new LinkedDelivery(this, subs, links, writer, this.#abroad);
  }

  /**
   * Delivers to a match result. A receiver for which the subject is denied is passed over as if it
   * were not there.
   *
   * @returns how many receivers took the message.
   */
  deliver(account: Account, source: Sink, message: Message, result: MatchResult): number {
    let count = 0;
    this.serial = (this.serial + 1) | 0;
    const waiting = this.#services.length;
    const plain = result.plain;
    for (let i = 0; i < result.plainCount; i++) {
      if (this.#deliverTo(plain[i]!, account, source, message, result)) count++;
    }
    if (result.groupCount !== 0 || result.linkCount !== 0) {
      if (this.#routed.isAwaiting) this.noteAnswer(source, message);
      count += this.#linked.deliver(account, source, message, result);
    }
    while (this.#services.length > waiting) {
      if (this.#services.pop()!.pass(source, message)) count++;
    }
    return count;
  }

  /**
   * Delivers a message that another server has sent, which is for receivers of this one only.
   *
   * @param message as it came: the names of queue groups are still in its line.
   * @returns how many receivers took the message.
   */
  deliverRouted(account: Account, source: Sink, message: Message, result: MatchResult): number {
    return this.#deliverFromServer(account, source, message, result, false);
  }

  /**
   * Delivers a message of another cluster: it is for all of this one.
   *
   * @param message as it came: the names of queue groups are still in its line.
   * @returns how many receivers took the message.
   */
  deliverFromGateway(
    account: Account,
    source: Sink,
    message: Message,
    result: MatchResult,
  ): number {
    return this.#deliverFromServer(account, source, message, result, true);
  }

  sendAnswer(link: GatewayLink, account: Account, message: Message): void {
    this.#abroad?.sendAnswer(link, account, message);
  }

  /** A request of another cluster may be answered by whoever gets it here. */
  openReply(account: Account, message: Message, result: MatchResult): void {
    const gateways = this.#gateways;
    if (gateways === null) return;
    gateways.openReply(message);
    if (message.prefixStart === 0) return;
    const { words } = this.#subs.pool;
    for (let i = 0; i < result.plainCount; i++) {
      const slot = words[(result.plain[i]! << RECORD_SHIFT) + SUB_SINK]!;
      gateways.noteReceiver(slot, account, message);
    }
  }

  /** Somebody of this server publishes what may be the answer to a request of another one. */
  noteAnswer(source: Sink, message: Message): void {
    if (hasMark(message.subject, message.subjectEnd)) this.#routed.onAnswer(source, message);
  }

  /** Somebody of this server has got a request of another one. */
  noteRouted(account: Account, message: Message): void {
    if (hasMark(message.buf, message.replyEnd)) this.#routed.note(account, message);
  }

  /** @param isForCluster it is for other servers of this cluster, too. */
  #deliverFromServer(
    account: Account,
    source: Sink,
    message: Message,
    result: MatchResult,
    isForCluster: boolean,
  ): number {
    let count = 0;
    this.serial = (this.serial + 1) | 0;
    const waiting = this.#services.length;
    this.#linked.readLine(message);
    this.openReply(account, message, result);
    const plain = result.plain;
    for (let i = 0; i < result.plainCount; i++) {
      if (this.#deliverTo(plain[i]!, account, source, message, result)) count++;
    }
    if (isForCluster && (result.groupCount !== 0 || result.routeCount !== 0)) {
      count += this.#linked.deliverFromGateway(account, source, message, result);
    } else if (result.groupCount !== 0) {
      count += this.#linked.deliverRouted(account, source, message, result);
    }
    while (this.#services.length > waiting) {
      if (this.#services.pop()!.pass(source, message)) count++;
    }
    if (count !== 0 && message.replyEnd !== message.replyStart) this.noteRouted(account, message);
    return count;
  }

  /**
   * Delivers to one subscription, whatever its kind.
   *
   * @returns whether the receiver took the message.
   */
  deliverTo(id: number, account: Account, source: Sink, message: Message): boolean {
    return this.#deliverTo(id, account, source, message, null);
  }

  /**
   * Tells the publisher that nobody took its request: a 503 to its own plain subscription that
   * matches the reply. It is not a delivery: limits and counters do not see it. On a subject that is
   * denied to the publisher nothing is sent.
   */
  sendNoResponders(source: Sink, message: Message, replies: MatchResult): void {
    if (source.filter !== null && !mayReceiveReply(source.filter, message)) return;
    for (let i = 0; i < replies.plainCount; i++) {
      const id = replies.plain[i]!;
      if (this.#subs.pool.words[(id << RECORD_SHIFT) + SUB_SINK] !== source.slot) continue;
      this.#writeNoResponders(source, id, message);
      return;
    }
  }

  #deliverTo(
    id: number,
    account: Account,
    source: Sink,
    message: Message,
    plain: MatchResult | null,
  ): boolean {
    const pool = this.#subs.pool;
    const words = pool.words;
    const base = id << RECORD_SHIFT;
    const slot = words[base + SUB_SINK];
    // Gone, or beyond the end of a block that shrank when the last subscription went.
    if (!slot) return false;
    if (slot < 0) return this.#cross(id, slot, source, message);
    const sink = this.#sinks.at(slot);
    if (sink === source && !sink.echo) return false;
    const filter = sink.filter;
    if (filter !== null && filter !== plain?.receiver) {
      if (!this.#passes(filter, id, message)) return false;
      if (plain !== null) plain.receiver = filter;
    }

    const sidAt = (base + SUB_SID) << 2;
    const subjectLength = message.subjectEnd - message.subjectStart;
    const tailLength = message.end - message.tailStart;
    let sidLength = pool.bytes[sidAt]!;
    if (sidLength === TEXT_ELSEWHERE) sidLength = pool.textLength(id);
    const needed = (subjectLength + tailLength + sidLength + FRAME_EXTRA) | 0;
    if (sink.end + needed > sink.limit && !sink.reserve(needed)) return false;

    if (message.headerBytes !== 0 && !sink.headers) this.#writeWithoutHeaders(sink, id, message);
    else this.#writeFrame(sink, id, sidAt, message);
    if (sink.permits !== null && message.replyEnd !== message.replyStart) {
      sink.permits.noteDelivered(message.buf, message.replyStart, message.replyEnd);
    }

    const delivered = words[base + SUB_DELIVERED]!;
    if (delivered !== COUNT_MAX) words[base + SUB_DELIVERED] = delivered + 1;
    const max = words[base + SUB_MAX]!;
    if (max !== 0 && delivered + 1 >= max) this.#end(account, sink, id, max);
    return true;
  }

  /** A service of another account waits until the loops over this account's receivers are done. */
  #cross(id: number, slot: number, source: Sink, message: Message): boolean {
    const crossing = this.#crossings.at(-slot);
    this.countCrossing(id);
    if (crossing.service === null) return crossing.take(id, source, message);
    this.#services.push(crossing.service);
    return false;
  }

  /** A message has come to a subscription that leads out of an account. */
  countCrossing(id: number): void {
    const words = this.#subs.pool.words;
    const at = ((id << RECORD_SHIFT) + SUB_DELIVERED) | 0;
    const delivered = words[at]!;
    if (delivered !== COUNT_MAX) words[at] = delivered + 1;
  }

  #passes(filter: PermissionSet, id: number, message: Message): boolean {
    const { subject, subjectStart, subjectEnd, hash } = message;
    return filter.mayReceive(subject, subjectStart, subjectEnd, hash, this.#subs.queueName(id));
  }

  #writeFrame(sink: Sink, id: number, sidAt: number, message: Message): void {
    const out = sink.buf;
    const input = message.buf;
    const frameStart = sink.end;
    let o = frameStart;
    if (message.headerBytes !== 0) out[o++] = 0x48;
    out[o] = 0x4d;
    out[o + 1] = 0x53;
    out[o + 2] = 0x47;
    out[o + 3] = SPACE;
    o += 4;
    const subject = message.subject;
    const subjectEnd = message.subjectEnd;
    for (let i = message.subjectStart; i <= subjectEnd; i++) out[o++] = subject[i]!;

    const bytes = this.#subs.pool.bytes;
    const sidLength = bytes[sidAt]!;
    if (sidLength === 1) out[o++] = bytes[sidAt + 1]!;
    else o = this.#subs.pool.copyText(id, out, o);

    const end = message.end;
    const tailStart = message.tailStart;
    const tailLength = end - tailStart;
    if (tailLength < NATIVE_COPY_MIN) {
      for (let i = tailStart; i < end; i++) out[o++] = input[i]!;
    } else {
      input.copy(out, o, tailStart, end);
      o = (o + tailLength) | 0;
    }
    sink.end = o;
    sink.freshMsgs = (sink.freshMsgs + 1) | 0;
    sink.freshBytes = (sink.freshBytes + message.totalBytes) | 0;
    if (sink.tracing) {
      sink.onDelivered(frameStart, o - message.totalBytes - 2, o);
    }
  }

  /** The receiver has not asked for headers: the header block is cut and the size corrected. */
  #writeWithoutHeaders(sink: Sink, id: number, message: Message): void {
    const out = sink.buf;
    const frameStart = sink.end;
    const size = message.totalBytes - message.headerBytes;
    let o = frameStart;
    out[o++] = 0x4d;
    out[o++] = 0x53;
    out[o++] = 0x47;
    out[o++] = SPACE;
    o += message.subject.copy(out, o, message.subjectStart, message.subjectEnd + 1);
    o = this.#subs.pool.copyText(id, out, o);
    out[o++] = SPACE;
    if (message.replyEnd !== message.replyStart) {
      o += message.buf.copy(out, o, message.replyStart, message.replyEnd + 1);
    }
    o = writeDecimal(out, o, size);
    out[o++] = CR;
    out[o++] = LF;
    o += message.buf.copy(out, o, message.bodyStart + message.headerBytes, message.end);
    sink.end = o;
    sink.freshMsgs = (sink.freshMsgs + 1) | 0;
    sink.freshBytes = (sink.freshBytes + size) | 0;
    if (sink.tracing) sink.onDelivered(frameStart, o - size - 2, o);
  }

  #writeNoResponders(sink: Sink, id: number, message: Message): void {
    const subjectLength = message.subjectEnd - message.subjectStart;
    const replyLength = message.replyEnd - message.replyStart;
    const size = NO_RESPONDERS.length + subjectLength + 4;
    const sidLength = this.#subs.pool.textLength(id);
    if (!sink.reserve(replyLength + sidLength + size + FRAME_EXTRA * 2)) return;
    const out = sink.buf;
    let o = sink.end;
    o += out.write("HMSG ", o, "latin1");
    o += message.buf.copy(out, o, message.replyStart, message.replyEnd);
    out[o++] = SPACE;
    o = this.#subs.pool.copyText(id, out, o);
    o += out.write(` ${size} ${size}\r\n`, o, "latin1");
    o += NO_RESPONDERS.copy(out, o);
    o += message.subject.copy(out, o, message.subjectStart, message.subjectEnd);
    o += out.write("\r\n\r\n\r\n", o, "latin1");
    sink.end = o;
  }

  #end(account: Account, sink: Sink, id: number, max: number): void {
    const sid = sink.tracing || sink.debugging ? this.#subs.sid(id) : "";
    if (sink.debugging) sink.onMaxReached(sid, max);
    account.unsubscribe(sink, id);
    sink.onSubscriptionEnded(sid);
  }
}

function mayReceiveReply(filter: PermissionSet, { buf, replyStart, replyEnd }: Message): boolean {
  return filter.mayReceive(buf, replyStart, replyEnd, hashBytes(buf, replyStart, replyEnd), "");
}
