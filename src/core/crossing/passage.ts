/**
 * Hot path. How requests get into the account of a service, and answers back out of it.
 *
 * A request is written anew: with the service's subject, a reply subject of the exporting account and
 * a header that tells who asks. An answer keeps its bytes, under the requester's reply subject.
 *
 * A service may be imported from an account that imports it in turn. Each step of such a chain has a
 * frame of its own, the message's `depth`; a service that is met twice in a chain ends it.
 */

import { CR, LF, SPACE, startsWith, writeDecimal } from "../../bytes/ascii.ts";
import type { Message } from "../../protocol/message.ts";
import type { Account } from "../account.ts";
import type { Delivery } from "../delivery.ts";
import { prefixLength } from "../gateway/gateway-reply.ts";
import { LINK_BASE } from "../link/link.ts";
import type { Mappings } from "../mapping/mappings.ts";
import type { Sink } from "../sink.ts";
import type { Subscriptions } from "../subscriptions.ts";
import type { CrossingTable } from "./crossing.ts";
import { NOTHING, type PassageFrame, PassageFrames } from "./passage-frame.ts";
import { type PendingReplies, REPLY_BYTES, TRACKED_BYTES } from "./pending-replies.ts";
import { ReplySubjects } from "./reply-subjects.ts";
import { headerLengthMax, infoFor, writeHeader } from "./request-info.ts";
import type { ServiceExport } from "./service-export.ts";
import type { ServiceImport } from "./service-import.ts";
import type { ServiceLatencies } from "./service-latencies.ts";

/** Accounts that a request may be passed on through, as many as nats-server follows. */
const DEPTH_MAX = 1024;
/**
 * Times that a message may be passed on after it has first been: where each of several accounts passes
 * it on to several others, that doubles with each step. What goes beyond is not passed on.
 */
export const PASSES_MAX = 4096;
const ACK = Buffer.from("$JS.ACK.");
/** Two sizes, spaces and line ends. */
const LINE_EXTRA = 32;

/** Looks after a message that is traced, on its way through other accounts. */
export interface PassageTracer {
  /** The message is not to be delivered to anybody. */
  readonly isOnly: boolean;
  /**
   * Delivers it in the account that it has come to.
   *
   * @param before the message as it was in the account that it has come from.
   * @param allowTrace that account may know what goes on in this one.
   * @returns how many have got it.
   */
  cross(
    before: Message,
    after: Message,
    account: Account,
    allowTrace: boolean,
    source: Sink,
  ): number;
}

export class Passage {
  /** Set while a message that is traced is passed on. */
  tracer: PassageTracer | null = null;
  /** The system account, if there is one; its services learn more about who asks. */
  systemAccount: Account | null = null;
  readonly replySubjects: ReplySubjects;
  readonly #delivery: Delivery;
  readonly #replies: PendingReplies;
  readonly #latencies: ServiceLatencies;
  /** The first is for messages that have come through nothing yet. */
  readonly #frames = new PassageFrames();
  #passes = 0;

  constructor(
    delivery: Delivery,
    subs: Subscriptions,
    crossings: CrossingTable,
    replies: PendingReplies,
    latencies: ServiceLatencies,
  ) {
    this.#delivery = delivery;
    this.#replies = replies;
    this.#latencies = latencies;
    this.replySubjects = new ReplySubjects(this, subs, crossings);
  }

  /** A published message under the subject that mappings give it; the same one when they do not. */
  mapped(message: Message, mappings: Mappings): Message {
    if (!isMapped(message, mappings)) return message;
    const frame = this.#frames.at(0);
    frame.message.resume(message);
    frame.copySubject(mappings.subject, mappings.end);
    return frame.message;
  }

  /**
   * Passes a request on to the account of the service.
   *
   * @returns whether somebody there has got it.
   */
  request(route: ServiceImport, source: Sink, message: Message): boolean {
    // The server that sent it has passed it on already.
    if (source.slot > LINK_BASE) return false;
    const { exported, rule } = route;
    const depth = message.depth;
    if (this.#isTooFar(depth) || this.#isInChain(exported, depth)) return false;
    const responder = exported.account;
    const reply = this.#expect(responder, rule.importer, exported, message);
    if (reply < 0) return false;
    if (exported.latency !== null && this.systemAccount !== null) {
      this.#latencies.onRequest(route, source, message, reply);
    }

    const frame = this.#frames.at(depth + 1);
    frame.exported = exported;
    frame.share = depth > 0 ? this.#frames.at(depth).share : rule.share;
    this.#writeRequest(frame, route, source, message, reply);
    const serial = reply > 0 ? this.#replies.serialOf(reply) : 0;
    const count = this.#deliver(frame, responder, source, message, exported.allowTrace);
    if (count > 0) {
      // Nobody has got what is only traced, so nobody will answer.
      if (this.tracer?.isOnly === true) this.#forget(reply, serial);
      return true;
    }
    if (reply > 0 && this.#replies.isPending(reply, serial)) {
      this.#replies.lose(reply, "no delivery");
    }
    return false;
  }

  /** Passes an answer back to the account that has asked; one that nobody waits for is dropped. */
  answer(responder: Account, source: Sink, message: Message): void {
    const { subject, subjectStart, subjectEnd, depth } = message;
    const replies = this.#replies;
    const reply = replies.find(responder, subject, subjectStart, subjectEnd);
    if (reply === 0) return;
    const exported = replies.exportOf(reply);
    if (this.#isTooFar(depth) || this.#isInChain(exported, depth)) return;
    const requester = replies.requesterOf(reply);
    const back = this.#expect(requester, responder, exported, message);
    if (back < 0) return;
    if (replies.isTracked(reply)) this.#latencies.onAnswer(reply, source, message);

    const frame = this.#frames.at(depth + 1);
    frame.exported = exported;
    // What is known of who sends it is what the server itself has told so far, not what a header says.
    frame.share = depth > 0 && this.#frames.at(depth).share;
    frame.info = depth > 0 ? this.#frames.at(depth).info : NOTHING;
    this.#writeAnswer(frame, message, reply, requester, back);
    const isLast = exported.isSingleton || message.totalBytes === 0;
    if (isLast) replies.remove(reply);
    else replies.renew(reply);
    const serial = isLast ? 0 : replies.serialOf(reply);
    const backSerial = back > 0 ? replies.serialOf(back) : 0;
    if (this.#deliver(frame, requester, source, message, false) > 0) return;
    if (!isLast && replies.isPending(reply, serial)) replies.remove(reply);
    if (back > 0 && replies.isPending(back, backSerial)) replies.remove(back);
  }

  /** A reply is not waited for any more. */
  #forget(reply: number, serial: number): void {
    if (reply > 0 && this.#replies.isPending(reply, serial)) this.#replies.remove(reply);
  }

  /** Whether a message has come through too many accounts, one after the other or altogether. */
  #isTooFar(depth: number): boolean {
    this.#passes = depth === 0 ? 0 : this.#passes + 1;
    return depth === DEPTH_MAX || this.#passes > PASSES_MAX;
  }

  /** Whether a message has come through this service already. */
  #isInChain(exported: ServiceExport, depth: number): boolean {
    for (let step = depth; step > 0; step--) {
      if (this.#frames.at(step).exported === exported) return true;
    }
    return false;
  }

  /**
   * Notes that an answer may come.
   *
   * @returns 0 when none can, as nobody has asked for one; -1 when too many are waited for already.
   */
  #expect(
    responder: Account,
    requester: Account,
    exported: ServiceExport,
    { buf, replyStart, replyEnd }: Message,
  ): number {
    // As in nats-server, acknowledgements are addressed to the streams' account as they are.
    if (replyEnd === replyStart || startsWith(buf, replyStart, replyEnd, ACK)) return 0;
    const id = this.#replies.add(responder, requester, exported, buf, replyStart, replyEnd);
    return id === 0 ? -1 : id;
  }

  #writeRequest(
    frame: PassageFrame,
    route: ServiceImport,
    source: Sink,
    message: Message,
    reply: number,
  ): void {
    const { rule, exported } = route;
    const isSystem = exported.account === this.systemAccount;
    const { depth } = message;
    const before = depth > 0 ? this.#frames.at(depth).info : NOTHING;
    const info = infoFor(source, before, rule, frame.share, isSystem);
    frame.info = info;
    const lineBytes = route.maxLength(message) + message.replyEnd - message.replyStart;
    const room = lineBytes + REPLY_BYTES + TRACKED_BYTES + LINE_EXTRA;
    frame.reserveHeader(headerLengthMax(message, info));
    const headerBytes = writeHeader(message, info, frame.header, 0);
    frame.reserve(room + headerBytes + message.totalBytes);
    const subjectEnd = route.writeSubject(message, frame.buf, 0);
    this.#writeLine(frame, message, subjectEnd, reply, exported.account, headerBytes);
  }

  /** Writes what follows the subject: reply, sizes, header and payload. */
  #writeLine(
    frame: PassageFrame,
    message: Message,
    subjectEnd: number,
    reply: number,
    replyAccount: Account,
    headerBytes: number,
  ): void {
    const out = frame.message;
    const buf = frame.buf;
    const payloadBytes = message.totalBytes - message.headerBytes;
    let at = subjectEnd;
    buf[at++] = SPACE;
    out.replyStart = at;
    if (reply > 0) at = this.#writeReplySubject(reply, replyAccount, buf, at);
    else at += message.buf.copy(buf, at, message.replyStart, message.replyEnd);
    out.replyEnd = at;
    if (at > out.replyStart) buf[at++] = SPACE;
    if (headerBytes > 0) {
      at = writeDecimal(buf, at, headerBytes);
      buf[at++] = SPACE;
    }
    at = writeDecimal(buf, at, headerBytes + payloadBytes);
    buf[at++] = CR;
    buf[at++] = LF;
    out.bodyStart = at;
    at += frame.header.copy(buf, at, 0, headerBytes);
    at += message.buf.copy(buf, at, message.bodyStart + message.headerBytes, message.end);
    out.end = at;
    out.headerBytes = headerBytes;
    out.totalBytes = headerBytes + payloadBytes;
    frame.takeOwn(subjectEnd);
  }

  #writeReplySubject(reply: number, account: Account, out: Buffer, start: number): number {
    let at = start + this.replySubjects.prefixOf(account).copy(out, start);
    at = this.#replies.writeToken(reply, out, at);
    if (this.#replies.isTracked(reply)) at += this.#latencies.suffix.copy(out, at);
    return at;
  }

  /** An answer without a reply subject of its own keeps its bytes. */
  #writeAnswer(
    frame: PassageFrame,
    message: Message,
    reply: number,
    requester: Account,
    back: number,
  ): void {
    const length = this.#replies.replyLength(reply);
    if (message.replyEnd === message.replyStart) {
      frame.message.resume(message);
      frame.message.depth = message.depth + 1;
      frame.reserveSubject(length);
      frame.takeSubject(this.#replies.writeReply(reply, frame.subject, 0));
      return;
    }
    const { buf, bodyStart, headerBytes } = message;
    frame.reserveHeader(headerBytes);
    buf.copy(frame.header, 0, bodyStart, bodyStart + headerBytes);
    const room = length + message.replyEnd - message.replyStart + REPLY_BYTES + LINE_EXTRA;
    frame.reserve(room + message.totalBytes);
    const end = this.#replies.writeReply(reply, frame.buf, 0);
    this.#writeLine(frame, message, end, back, requester, headerBytes);
  }

  #deliver(
    frame: PassageFrame,
    account: Account,
    source: Sink,
    before: Message,
    allowTrace: boolean,
  ): number {
    const { message } = frame;
    const { mappings } = account;
    if (account.onWake !== null) account.wake();
    if (mappings !== null && isMapped(message, mappings)) {
      frame.copySubject(mappings.subject, mappings.end);
    }
    const { tracer } = this;
    const { subject, subjectStart, subjectEnd, hash } = message;
    // Whatever a subject is mapped to, answers from other clusters are no clients' to publish.
    if (prefixLength(subject, subjectStart, subjectEnd) !== 0) return 0;
    if (tracer !== null) return tracer.cross(before, message, account, allowTrace, source);
    const result = account.sublist.match(subject, subjectStart, subjectEnd, hash);
    return this.#delivery.deliver(account, source, message, result);
  }
}

function isMapped(
  { subject, subjectStart, subjectEnd, hash }: Message,
  mappings: Mappings,
): boolean {
  return mappings.select(subject, subjectStart, subjectEnd, hash) !== 0;
}
