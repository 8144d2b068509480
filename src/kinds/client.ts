/**
 * Hot path. A client connection: what CONNECT, PUB, SUB, UNSUB and PING mean.
 *
 * The order of checks and answers and all texts are nats-server's.
 */

import type { Account } from "../core/account.ts";
import type { Delivery } from "../core/delivery.ts";
import type { SinkTable } from "../core/sink.ts";
import { countTokens, isValidLiteralSubject, isValidSubject } from "../core/subject.ts";
import type { Subscriptions } from "../core/subscriptions.ts";
import { Connection, type ConnectionHost, type Peer } from "../net/connection.ts";
import { Keepalive, type KeepaliveOwner } from "../net/keepalive.ts";
import type { Transport } from "../net/transport.ts";
import { type ConnectOptions, DEFAULT_CONNECT, parseConnect } from "../protocol/connect-options.ts";
import {
  ClosedReason,
  ERR_AUTHORIZATION,
  ERR_CLIENT_PROTOCOL,
  ERR_INVALID_PUBLISH_SUBJECT,
  ERR_INVALID_SUBJECT,
  ERR_MAX_SUBSCRIPTIONS,
  ERR_NO_RESPONDERS,
  ERR_STALE,
  encodeError,
} from "../protocol/errors.ts";
import { goQuote } from "../protocol/go-quote.ts";
import { checkInfo, encodeInfo, type ServerInfo } from "../protocol/info.ts";
import type { Message } from "../protocol/message.ts";
import type { ParserFault } from "../protocol/parser.ts";
import { answerFault } from "./client-faults.ts";
import { describeClient } from "./client-label.ts";
import { LineTokens } from "./client-lines.ts";
import { headerBytesOf, traceIn, traceOut, tracePayload } from "./client-trace.ts";
import { isReservedReply, isReservedSubject } from "./reserved-subjects.ts";

const OK = Buffer.from("+OK\r\n");
const PING = Buffer.from("PING\r\n");
const PONG = Buffer.from("PONG\r\n");
/** Queue name that system services use among servers. */
const SYSTEM_QUEUE = "_sys_";

/** Shared by all clients: a line is handled before the next one is read. */
const tokens = new LineTokens();

/** What clients need from their server. */
export interface ClientHost extends ConnectionHost {
  readonly options: ConnectionHost["options"] & {
    readonly maxSubscriptions: number;
    readonly maxSubTokens: number;
    readonly pingIntervalMs: number;
    readonly pingMax: number;
    readonly noHeaderSupport: boolean;
  };
  readonly serverInfo: ServerInfo;
  readonly account: Account;
  readonly subs: Subscriptions;
  readonly sinks: SinkTable;
  readonly delivery: Delivery;
}

export class Client extends Connection implements KeepaliveOwner {
  /** What the client has said of itself. */
  options: Readonly<ConnectOptions> = DEFAULT_CONNECT;
  readonly keepalive: Keepalive;
  readonly #host: ClientHost;
  readonly #account: Account;
  /** `ip:port - cid:N` */
  readonly #base: string;
  #label: string;
  #verbose = true;
  #pedantic = true;
  #noResponders = false;
  #connected = false;
  #infoSent = false;

  constructor(host: ClientHost, transport: Transport, cid: number, peer: Peer) {
    super(host, transport, cid, peer);
    this.#host = host;
    this.#account = host.account;
    this.#base = `${peer.ip.includes(":") ? `[${peer.ip}]` : peer.ip}:${peer.port} - cid:${cid}`;
    this.#label = this.#base;
    this.keepalive = new Keepalive(this, host.options);
    host.sinks.add(this.outbound);
    host.log.debug(`${this.#label} - Client connection created`);
    this.outbound.append(encodeInfo(host.serverInfo, { cid, ip: peer.ip }));
  }

  get label(): string {
    return this.#label;
  }

  /** Whether INFO may come at any time: that is agreed on, and the first PING was answered. */
  get takesInfo(): boolean {
    return this.#infoSent && this.options.protocol >= 1;
  }

  /** Refuses the connection or ends it with an error the client can read. */
  closeWithError(text: string, reason: ClosedReason): void {
    this.sendError(text);
    this.close(reason);
  }

  sendError(text: string): void {
    if (this.parser.tracing) this.#trace(traceOut(`-ERR ${text}`));
    this.outbound.append(encodeError(text));
  }

  /**
   * PUB and HPUB. Reserved subjects are refused, an accepted message is acknowledged before it is
   * delivered, and a request that nobody took is answered with 503.
   */
  onMessage(message: Message): void {
    this.freshMsgs = (this.freshMsgs + 1) | 0;
    this.freshBytes = (this.freshBytes + message.totalBytes) | 0;
    if (this.parser.tracing) this.#traceMessage(message);
    // A message with a line of its own was checked when that line came.
    if (this.#pedantic && message === this.parser.message) this.onMessageLine(message);
    if (this.#isRefusedSubject(message)) return;
    const hasReply = message.replyEnd !== message.replyStart;
    if (hasReply && this.#isRefusedReply(message)) return;
    if (this.#verbose) this.#sendOk();

    const account = this.#account;
    const result = account.sublist.match(
      message.buf,
      message.subjectStart,
      message.subjectEnd,
      message.hash,
    );
    const count = this.#host.delivery.deliver(account, this.outbound, message, result);
    if (count === 0 && this.#noResponders && hasReply) this.#answerNoResponders(message);
    if (this.#host.turn.lagging !== null) this.parser.pause();
  }

  /** Pedantic clients are told of subjects that cannot be published to; the message goes on. */
  onMessageLine({ buf, subjectStart, subjectEnd }: Message): void {
    if (this.#pedantic && !isValidLiteralSubject(buf, subjectStart, subjectEnd)) {
      this.sendError(ERR_INVALID_PUBLISH_SUBJECT);
    }
  }

  onConnect(buf: Buffer, start: number, end: number): void {
    try {
      this.options = parseConnect(buf.toString("utf8", start, end), this.options);
    } catch (error) {
      this.#host.log.error(`${this.#label} - ${(error as Error).message}`);
      this.close(ClosedReason.ProtocolViolation);
      return;
    }
    const options = this.options;
    // As in nats-server, a second CONNECT starts anew: what was subscribed before is dropped.
    if (this.#connected) this.#dropSubscriptions();
    this.#connected = true;
    this.#verbose = options.verbose;
    this.#pedantic = options.pedantic;
    this.outbound.echo = options.echo;
    this.#label = describeClient(this.#base, options, this.#account.name);
    if (options.account !== "" || options.new_account) {
      this.#host.log.error(`${this.#label} - authentication error`);
      this.closeWithError(ERR_AUTHORIZATION, ClosedReason.AuthenticationViolation);
      return;
    }
    if (options.protocol < 0 || options.protocol > 1) {
      this.#refuseConnect(ERR_CLIENT_PROTOCOL, ClosedReason.BadClientProtocolVersion);
      return;
    }
    const headers = options.headers && !this.#host.options.noHeaderSupport;
    if (options.no_responders && !headers) {
      this.#refuseConnect(ERR_NO_RESPONDERS, ClosedReason.NoRespondersRequiresHeaders);
      return;
    }
    this.outbound.headers = headers;
    this.parser.headersAllowed = headers;
    this.#noResponders = options.no_responders;
    this.keepalive.onConnect();
    if (this.#verbose) this.#sendOk();
  }

  /** SUB: limits are checked before the sid, the sid before the subject. */
  onSub(buf: Buffer, start: number, end: number): void {
    this.isActive = true;
    tokens.split(buf, start, end);
    if (tokens.count !== 2 && tokens.count !== 3) {
      this.#refuse(`processSub Parse Error: ${goQuote(buf, start, end)}`);
      return;
    }
    const sid = tokens.count - 1;
    const queue = tokens.count === 3 ? tokens.text(buf, 1) : "";
    const subjectStart = tokens.start(0);
    const subjectEnd = tokens.end(0);
    const { maxSubTokens, maxSubscriptions } = this.#host.options;
    if (queue === SYSTEM_QUEUE) {
      this.#refuseSub(buf, ` using queue "${queue}"`, "", `Queue: "${queue}", `);
      return;
    }
    if (maxSubTokens > 0 && countTokens(buf, subjectStart, subjectEnd) > maxSubTokens) {
      this.#refuseSub(buf, ", too many tokens", " Too Many Tokens", "");
      return;
    }
    if (maxSubscriptions > 0 && this.outbound.subCount >= maxSubscriptions) {
      this.sendError(ERR_MAX_SUBSCRIPTIONS);
      if (this.#account.mayLogRefusal()) {
        this.#host.log.error(`${this.#label} - ${ERR_MAX_SUBSCRIPTIONS}`);
      }
      return;
    }
    const known = this.#host.subs.find(this.outbound, buf, tokens.start(sid), tokens.end(sid));
    if (known === 0) {
      if (!isValidSubject(buf, subjectStart, subjectEnd)) {
        this.sendError(ERR_INVALID_SUBJECT);
        return;
      }
      this.#account.subscribe(this.outbound, queue, buf, {
        subjectStart,
        subjectEnd,
        sidStart: tokens.start(sid),
        sidEnd: tokens.end(sid),
      });
    }
    if (this.#verbose) this.#sendOk();
  }

  /** UNSUB: at once, or after a number of messages counted from the subscription's beginning. */
  onUnsub(buf: Buffer, start: number, end: number): void {
    this.isActive = true;
    tokens.split(buf, start, end);
    if (tokens.count !== 1 && tokens.count !== 2) {
      this.#refuse(`processUnsub Parse Error: ${goQuote(buf, start, end)}`);
      return;
    }
    const max = tokens.count === 2 ? tokens.decimal(buf, 1) : 0;
    const sid = this.parser.tracing ? tokens.text(buf, 0) : "";
    // The answer comes first, as nats-server's trace shows; it may be the one byte too many.
    if (this.#verbose) this.#sendOk();
    const id = this.#host.subs.find(this.outbound, buf, tokens.start(0), tokens.end(0));
    if (id === 0) return;
    if (max > 0) {
      if (!this.#account.unsubscribeAfter(this.outbound, id, max)) return;
    } else {
      this.#account.unsubscribe(this.outbound, id);
    }
    this.onSubscriptionEnded(sid);
  }

  /** PONG comes first; the first PING after CONNECT also brings INFO about this connection. */
  onPing(): void {
    this.isActive = true;
    if (this.parser.tracing) this.#trace(traceOut("PONG"));
    this.outbound.append(PONG);
    if (!this.#connected || this.#infoSent) return;
    this.#infoSent = true;
    if (this.options.protocol < 1) return;
    const about = { cid: this.cid, ip: this.peer.ip, account: this.#account.name };
    this.outbound.append(encodeInfo(this.#host.serverInfo, about));
  }

  onPong(): void {
    this.keepalive.onPong();
  }

  onInfo(buf: Buffer, start: number, end: number): void {
    try {
      checkInfo(buf.toString("utf8", start, end));
    } catch (error) {
      this.#refuse((error as Error).message);
    }
  }

  onPeerError(buf: Buffer, start: number, end: number): void {
    this.#host.log.error(`${this.#label} - Client Error ${buf.toString("utf8", start, end)}`);
    this.close(ClosedReason.ParseError);
  }

  onFault(fault: ParserFault, buf: Buffer, at: number, end: number): void {
    answerFault(this, this.#host.log, this.parser, fault, buf, at, end);
  }

  onArguments(verb: string, buf: Buffer, start: number, end: number): void {
    this.#trace(traceIn(verb, buf, start, end));
  }

  onMaxReached(sid: string, max: number): void {
    const what = `Auto-unsubscribe limit of ${max} reached for sid '${sid}'`;
    this.#host.log.debug(`${this.#label} - ${what}`);
  }

  onSubscriptionEnded(sid: string): void {
    if (this.parser.tracing) this.#trace(`<-> [DELSUB ${sid}]`);
  }

  onDelivered(buf: Buffer, frameStart: number, bodyStart: number, frameEnd: number): void {
    const line = buf.toString("utf8", frameStart, bodyStart - 2);
    this.#trace(traceOut(line));
    const text = tracePayload(this.#host.log, buf, bodyStart, frameEnd - 2, headerBytesOf(line));
    if (text !== null) this.#trace(`->> ${text}`);
  }

  onPingTimer(): void {
    this.#host.log.debug(`${this.#label} - Client Ping Timer`);
  }

  sendPing(): void {
    if (this.parser.tracing) this.#trace(traceOut("PING"));
    this.outbound.append(PING);
  }

  onPingDelayed(sinceActivityMs: number): void {
    const ago = `${Math.round(sinceActivityMs / 1000)}s ago`;
    const why = `Delaying PING due to remote client data or ping ${ago}`;
    this.#host.log.debug(`${this.#label} - ${why}`);
  }

  onStale(): void {
    this.#host.stats.staleConnections++;
    this.#host.log.debug(`${this.#label} - Stale Client Connection - Closing`);
    this.closeWithError(ERR_STALE, ClosedReason.StaleConnection);
  }

  protected onActivity(): void {
    this.keepalive.onActivity();
  }

  protected onClosing(): void {
    this.keepalive.stop();
    this.#dropSubscriptions();
    this.#host.sinks.remove(this.outbound);
  }

  /** Refuses subjects that are the servers' own. */
  #isRefusedSubject({ buf, subjectStart, subjectEnd }: Message): boolean {
    if (!isReservedSubject(buf, subjectStart, subjectEnd)) return false;
    const subject = goQuote(buf, subjectStart, subjectEnd);
    this.sendError(`Permissions Violation for Publish to ${subject}`);
    this.#host.log.error(`${this.#label} - Publish Violation - Subject ${subject}`);
    return true;
  }

  #isRefusedReply({ buf, replyStart, replyEnd }: Message): boolean {
    if (!isReservedReply(buf, replyStart, replyEnd)) return false;
    const reply = goQuote(buf, replyStart, replyEnd);
    this.sendError(`Permissions Violation for Publish with Reply of ${reply}`);
    this.#host.log.error(`${this.#label} - Publish Violation - Reply ${reply}`);
    return true;
  }

  #answerNoResponders(message: Message): void {
    const replies = this.#account.sublist.matchRange(
      message.buf,
      message.replyStart,
      message.replyEnd,
    );
    this.#host.delivery.sendNoResponders(this.outbound, message, replies);
  }

  /** @param why follows the subject in the error; `kind` and `queue` go into the log line. */
  #refuseSub(buf: Buffer, why: string, kind: string, queue: string): void {
    const subject = goQuote(buf, tokens.start(0), tokens.end(0));
    const sid = tokens.text(buf, tokens.count - 1);
    const violation = `Subscription Violation${kind} - Subject ${subject}, ${queue}SID ${sid}`;
    this.sendError(`Permissions Violation for Subscription to ${subject}${why}`);
    this.#host.log.error(`${this.#label} - ${violation}`);
  }

  /** Closes without an error to the client: what nats-server does for lines it cannot read. */
  #refuse(reason: string): void {
    this.#host.log.error(`${this.#label} - ${reason}`);
    this.close(ClosedReason.ProtocolViolation);
  }

  #refuseConnect(text: string, reason: ClosedReason): void {
    this.closeWithError(text, reason);
    this.#host.log.error(`${this.#label} - ${text}`);
  }

  #sendOk(): void {
    if (this.parser.tracing) this.#trace(traceOut("OK"));
    this.outbound.append(OK);
  }

  #dropSubscriptions(): void {
    while (this.outbound.firstSub !== 0) {
      const sid = this.parser.tracing ? this.#host.subs.sid(this.outbound.firstSub) : "";
      this.#account.unsubscribe(this.outbound, this.outbound.firstSub);
      this.onSubscriptionEnded(sid);
    }
  }

  #trace(text: string): void {
    this.#host.log.trace(`${this.#label} - ${text}`);
    // Lines that do not fit any more would be lost: rather fewer of them in the same time.
    if (this.#host.log.isBehind) this.parser.pause();
  }

  #traceMessage({ buf, bodyStart, end, headerBytes }: Message): void {
    const text = tracePayload(this.#host.log, buf, bodyStart, end - 2, headerBytes);
    if (text !== null) this.#trace(`<<- ${text}`);
  }
}
