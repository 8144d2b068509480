/**
 * Hot path. A client connection: what PUB, SUB, UNSUB and PING mean.
 *
 * The order of checks and answers and all texts are nats-server's.
 */

import type { Mappings } from "../core/mapping/mappings.ts";
import type { MatchResult } from "../core/match-result.ts";
import type { SinkName } from "../core/sink.ts";
import { countTokens, isValidLiteralSubject, isValidSubject } from "../core/subject.ts";
import type { MessageTrace } from "../core/tracing/message-trace.ts";
import { Activity } from "../net/connection.ts";
import type { SlowPeer } from "../net/slow/slow-consumer.ts";
import {
  ERR_INVALID_PUBLISH_SUBJECT,
  ERR_INVALID_SUBJECT,
  ERR_MAX_SUBSCRIPTIONS,
} from "../protocol/errors.ts";
import { goQuote } from "../protocol/go-quote.ts";
import { encodeInfo } from "../protocol/info.ts";
import type { Message } from "../protocol/message.ts";
import type { ParserFault } from "../protocol/parser-handler.ts";
import { LineTokens } from "./client-lines.ts";
import { ClientSession } from "./client-session.ts";
import { traceMapping, traceOut } from "./client-trace.ts";
import {
  refuseLongSubject,
  refusePublish,
  refuseReply,
  refuseSubscribe,
} from "./client-violations.ts";
import { isReservedReply, isReservedSubject } from "./reserved-subjects.ts";
import { slowPeerOf } from "./slow-peer.ts";
import {
  nameOf,
  publisherOf,
  publishViolation,
  replyViolation,
  traceTooLarge,
} from "./traced-publisher.ts";

const PONG = Buffer.from("PONG\r\n");
/** Queue name that system services use among servers. */
const SYSTEM_QUEUE = "_sys_";

/** Shared by all clients: a line is handled before the next one is read. */
const tokens = new LineTokens();

export class Client extends ClientSession {
  get isAwaited(): boolean {
    return this.login.isAwaited && this.tls === null;
  }

  slowPeer(): SlowPeer {
    return slowPeerOf(this);
  }

  /**
   * PUB and HPUB. Reserved subjects are refused, an accepted message is acknowledged before it is
   * delivered, and a request that nobody took is answered with 503.
   */
  onMessage(published: Message): void {
    if (published.headerBytes !== 0 && this.host.tracing.concerns(published, this.account)) {
      this.#onTraceable(published);
      return;
    }
    this.freshMsgs = (this.freshMsgs + 1) | 0;
    this.freshBytes = (this.freshBytes + published.totalBytes) | 0;
    if (this.parser.tracing) this.traceMessage(published);
    // A message with a line of its own was checked when that line came.
    if (this.pedantic && published === this.parser.message) this.onMessageLine(published);
    const account = this.account;
    const message = account.mappings === null ? published : this.#map(published, account.mappings);
    const result = account.sublist.match(
      message.subject,
      message.subjectStart,
      message.subjectEnd,
      message.hash,
    );
    if (result.publisher !== this.permissions && !this.#mayPublish(message, result)) return;
    const hasReply = message.replyEnd !== message.replyStart;
    if (hasReply && this.#isRefusedReply(message)) return;
    if (this.verbose) this.sendOk();

    const { outbound } = this;
    const count = outbound.answersAbroad
      ? this.host.gateways!.publish(outbound.slot, account, outbound, message, result)
      : this.host.delivery.deliver(account, outbound, message, result);
    if (count === 0 && this.noResponders && hasReply) this.#answerNoResponders(message);
    if (this.host.turn.lagging !== null) this.parser.pause();
  }

  /** Pedantic clients are told of subjects that cannot be published to; the message goes on. */
  onMessageLine(message: Message): void {
    const { buf, subjectStart, subjectEnd } = message;
    if (message !== this.parser.message) {
      this.host.stats.gatheredMsgs++;
      this.host.sampler?.onGathered(message);
    }
    if (this.pedantic && !isValidLiteralSubject(buf, subjectStart, subjectEnd)) {
      this.sendError(ERR_INVALID_PUBLISH_SUBJECT);
    }
  }

  /** SUB: limits are checked before the sid, the sid before the subject. */
  onSub(buf: Buffer, start: number, end: number): void {
    this.activity = Activity.Interest;
    tokens.split(buf, start, end);
    if (tokens.count !== 2 && tokens.count !== 3) {
      this.refuseLine(`processSub Parse Error: ${goQuote(buf, start, end)}`);
      return;
    }
    const sid = tokens.count - 1;
    const queue = tokens.count === 3 ? tokens.text(buf, 1) : "";
    const subjectStart = tokens.start(0);
    const subjectEnd = tokens.end(0);
    const { maxSubTokens } = this.host.options;
    const permissions = this.permissions;
    if (
      queue === SYSTEM_QUEUE ||
      (permissions !== null && !permissions.maySubscribe(buf, subjectStart, subjectEnd, queue))
    ) {
      refuseSubscribe(this, this.host, buf, tokens);
      return;
    }
    if (maxSubTokens > 0 && countTokens(buf, subjectStart, subjectEnd) > maxSubTokens) {
      refuseLongSubject(this, this.host, buf, tokens);
      return;
    }
    if (this.outbound.subCount >= this.maxSubscriptions) {
      this.sendError(ERR_MAX_SUBSCRIPTIONS);
      if (this.account.mayLogRefusal()) {
        this.host.log.error(`${this.label} - ${ERR_MAX_SUBSCRIPTIONS}`);
      }
      return;
    }
    const known = this.host.subs.find(this.outbound, buf, tokens.start(sid), tokens.end(sid));
    if (known === 0) {
      if (!isValidSubject(buf, subjectStart, subjectEnd)) {
        this.sendError(ERR_INVALID_SUBJECT);
        return;
      }
      this.subscribe(queue, buf, {
        subjectStart,
        subjectEnd,
        sidStart: tokens.start(sid),
        sidEnd: tokens.end(sid),
      });
      if (permissions?.needsFilter(buf, subjectStart, subjectEnd, queue)) {
        this.outbound.filter = permissions;
      }
    }
    if (this.verbose) this.sendOk();
  }

  /** UNSUB: at once, or after a number of messages counted from the subscription's beginning. */
  onUnsub(buf: Buffer, start: number, end: number): void {
    this.activity = Activity.Interest;
    tokens.split(buf, start, end);
    if (tokens.count !== 1 && tokens.count !== 2) {
      this.refuseLine(`processUnsub Parse Error: ${goQuote(buf, start, end)}`);
      return;
    }
    const max = tokens.count === 2 ? tokens.decimal(buf, 1) : 0;
    const sid = this.parser.tracing ? tokens.shown(buf, 0) : "";
    // The answer comes first, as nats-server's trace shows; it may be the one byte too many.
    if (this.verbose) this.sendOk();
    const id = this.host.subs.find(this.outbound, buf, tokens.start(0), tokens.end(0));
    if (id === 0) return;
    if (max > 0) {
      if (!this.account.unsubscribeAfter(this.outbound, id, max)) return;
    } else {
      this.account.unsubscribe(this.outbound, id);
    }
    this.onSubscriptionEnded(sid);
  }

  /** PONG comes first; the first PING after CONNECT also brings INFO about this connection. */
  onPing(): void {
    if (this.activity === Activity.None) this.activity = Activity.Alive;
    if (this.parser.tracing) this.trace(traceOut("PONG"));
    this.outbound.append(PONG);
    if (!this.login.hasConnected || this.isInformed) return;
    this.isInformed = true;
    if (this.options.protocol < 1) return;
    this.outbound.append(encodeInfo(this.host.serverInfo, this.aboutConnection()));
  }

  onPong(): void {
    this.keepalive.onPong();
  }

  describe(): SinkName {
    return nameOf(this);
  }

  override onFault(fault: ParserFault, buf: Buffer, at: number, end: number): void {
    // Where the line has come in parts, what follows it is not there.
    if (fault === "payload too large" && at > 0) {
      traceTooLarge(publisherOf(this, this.host), this.host.tracing, buf, at, end);
    }
    super.onFault(fault, buf, at, end);
  }

  /** As `onMessage`, for the few messages that may want to be traced. */
  #onTraceable(published: Message): void {
    const { tracing } = this.host;
    const begun = tracing.begin(publisherOf(this, this.host), published);
    if (begun.isDropped) return;
    this.freshMsgs = (this.freshMsgs + 1) | 0;
    this.freshBytes = (this.freshBytes + begun.message.totalBytes) | 0;
    if (this.parser.tracing) this.traceMessage(begun.message);
    if (this.pedantic && published === this.parser.message) this.onMessageLine(published);
    this.#publishTraced(begun.message, begun.trace);
    if (begun.trace !== null) tracing.finish(begun.trace);
    if (this.host.turn.lagging !== null) this.parser.pause();
  }

  #publishTraced(published: Message, trace: MessageTrace | null): void {
    const account = this.account;
    const message = account.mappings === null ? published : this.#map(published, account.mappings);
    if (trace !== null && message !== published) trace.addMapping(message.subjectText);
    const result = account.sublist.match(
      message.subject,
      message.subjectStart,
      message.subjectEnd,
      message.hash,
    );
    if (result.publisher !== this.permissions && !this.#mayPublish(message, result)) {
      if (trace !== null) trace.error = publishViolation(message);
      return;
    }
    const hasReply = message.replyEnd !== message.replyStart;
    if (hasReply && this.#isRefusedReply(message)) {
      if (trace !== null) trace.error = replyViolation(message);
      return;
    }
    if (this.verbose) this.sendOk();
    const { delivery, tracing } = this.host;
    const deliverer = trace === null ? delivery : tracing.deliveryOf(trace);
    const { outbound } = this;
    const count = outbound.answersAbroad
      ? this.host.gateways!.publish(outbound.slot, account, outbound, message, result, deliverer)
      : deliverer.deliver(account, outbound, message, result);
    if (count === 0 && this.noResponders && hasReply) this.#answerNoResponders(message);
  }

  /** Subjects of the servers' own are for no client, others for those that have the right to them. */
  #mayPublish(message: Message, result: MatchResult): boolean {
    const { subject, subjectStart, subjectEnd, hash } = message;
    const permissions = this.permissions;
    if (!isReservedSubject(subject, subjectStart, subjectEnd)) {
      if (
        permissions === null ||
        !permissions.limitsPublish ||
        permissions.mayPublish(subject, subjectStart, subjectEnd, hash)
      ) {
        result.publisher = permissions;
        return true;
      }
      if (this.outbound.permits?.take(subject, subjectStart, subjectEnd, hash)) return true;
    }
    refusePublish(this, this.host, subject, subjectStart, subjectEnd);
    return false;
  }

  /** Mappings come before everything else that looks at the subject. */
  #map(published: Message, mappings: Mappings): Message {
    const mapped = this.host.passage.mapped(published, mappings);
    if (this.parser.tracing && mapped !== published) this.trace(traceMapping(published, mapped));
    return mapped;
  }

  #isRefusedReply({ buf, replyStart, replyEnd }: Message): boolean {
    if (!isReservedReply(buf, replyStart, replyEnd)) return false;
    refuseReply(this, this.host, buf, replyStart, replyEnd);
    return true;
  }

  #answerNoResponders(message: Message): void {
    const replies = this.account.sublist.matchRange(
      message.buf,
      message.replyStart,
      message.replyEnd,
    );
    this.host.delivery.sendNoResponders(this.outbound, message, replies);
  }
}
