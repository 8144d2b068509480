/**
 * Hot path. One connection of any kind: its transport, parser and outbound, and how it ends.
 *
 * A kind (client, later route, gateway, leafnode) extends this class with what the operations mean.
 */

import type { SinkName } from "../core/sink.ts";
import type { Logger } from "../log/logger.ts";
import { ClosedReason } from "../protocol/errors.ts";
import { CLIENT_GRAMMAR } from "../protocol/grammar.ts";
import type { InterestVerb } from "../protocol/interest-verb.ts";
import type { Message } from "../protocol/message.ts";
import { Parser } from "../protocol/parser.ts";
import type { ParserFault, ParserHandler } from "../protocol/parser-handler.ts";
import { KIND_PAYLOAD, STATE_KIND } from "../protocol/parser-states.ts";
import { Inbound, type InboundOwner } from "./inbound.ts";
import { Outbound, type OutboundOwner } from "./outbound.ts";
import type { ServerStats } from "./server-stats.ts";
import type { SlowPeer } from "./slow/slow-consumer.ts";
import type { SlowConsumers } from "./slow/slow-consumers.ts";
import type { TlsSession } from "./tls/session.ts";
import type { TrafficSampler } from "./traffic-sampler.ts";
import type { Transport } from "./transport.ts";
import type { Laggard, Turn } from "./turn.ts";
import { WriteWatch, type WriteWatchHost } from "./write-watch.ts";

const INT32_MAX = 0x7fffffff;

/** What all connections of one server share. */
export interface ConnectionHost {
  readonly log: Logger;
  readonly turn: Turn;
  /** Filled by the parsers. */
  readonly message: Message;
  readonly options: WriteWatchHost["options"] & {
    readonly maxControlLine: number;
    readonly maxPayload: number;
    readonly noFastProducerStall: boolean;
  };
  readonly stats: ServerStats;
  readonly slowConsumers: SlowConsumers;
  /** Null while nobody wants to know what comes in. */
  readonly sampler: TrafficSampler | null;
  /** The connection has ended and holds nothing any more. */
  onConnectionClosed(connection: Connection): void;
}

/** What has come from a peer beside messages. */
export const Activity = { None: 0, Alive: 1, Interest: 2 } as const;
type Activity = (typeof Activity)[keyof typeof Activity];

/** Who is at the other end. */
export interface Peer {
  readonly ip: string;
  readonly port: number;
  /** It is no socket, but code of this process. */
  readonly isInProcess?: boolean;
}

/** There may be a great many of these: a field more would take a third more memory. */
export abstract class Connection implements InboundOwner, OutboundOwner, ParserHandler {
  readonly cid: number;
  readonly peer: Peer;
  readonly inbound: Inbound;
  readonly outbound: Outbound;
  readonly startedAt = Date.now();
  /** Null while the byte stream is in clear. */
  tls: TlsSession | null = null;
  /** Why it ended; null while it is open. */
  closedReason: ClosedReason | null = null;
  inMsgs = 0;
  inBytes = 0;
  /** How often it had to wait for receivers of its messages. */
  stalls = 0;

  protected readonly parser: Parser;
  /** Set by operations that show the peer to be alive, read once per chunk. */
  protected activity: Activity = Activity.None;
  protected freshMsgs = 0;
  protected freshBytes = 0;
  protected readonly host: ConnectionHost;
  #watch: WriteWatch | null = null;

  /**
   * @param grammar what the peer's lines may be.
   * @param message filled by the parser; connections of one grammar share it.
   */
  protected constructor(
    host: ConnectionHost,
    transport: Transport,
    cid: number,
    peer: Peer,
    grammar = CLIENT_GRAMMAR,
    message = host.message,
  ) {
    this.host = host;
    this.cid = cid;
    this.peer = peer;
    this.outbound = new Outbound(transport, host.turn, this, host.options.maxPending);
    const { maxControlLine } = host.options;
    this.parser = new Parser(this, message, maxControlLine, INT32_MAX, grammar);
    this.inbound = new Inbound(this, this.parser, transport, host.turn);
    this.applyOptions();
  }

  /** Takes over the options that may have changed since the connection was made. */
  applyOptions(): void {
    const { log, options } = this.host;
    this.outbound.dropsWhenStalled = options.noFastProducerStall;
    this.outbound.tracing = log.tracing;
    this.outbound.debugging = log.debugging;
    const { parser } = this;
    const { controlLineFactor, hasPayloadLimit } = parser.grammar;
    parser.tracing = log.tracing;
    parser.maxControlLine = Math.min(options.maxControlLine * controlLineFactor, INT32_MAX);
    const isLimited = hasPayloadLimit && options.maxPayload >= 0;
    parser.maxPayload = isLimited ? options.maxPayload : INT32_MAX;
  }

  /** `ip:port - cid:N` and, once known, who the peer says it is. Begins every log line. */
  abstract get label(): string;

  /** Whose it is. */
  abstract account: { readonly name: string; slowConsumers: number };

  /** It has yet to say who it is, and must. */
  abstract get isAwaited(): boolean;

  /** In what it is sent the name of the account comes before the subject. */
  get namesAccounts(): boolean {
    return false;
  }

  /** Who it is, for those who look for slow consumers. */
  abstract slowPeer(): SlowPeer;

  /** Sends what the peer is greeted with. Called once, as soon as something may be sent. */
  abstract greet(): void;

  /** The byte stream is what it will stay, in clear or secure: from now on the peer is waited for. */
  abstract onEstablished(): void;

  /** Ends the connection with an error that the peer can read. */
  abstract closeWithError(text: string, reason: ClosedReason): void;

  /** The kind takes back everything the connection has registered. */
  protected abstract onClosing(): void;

  /** The peer has sent an operation since the last call. */
  protected abstract onActivity(): void;

  abstract onMessage(message: Message): void;
  abstract onMessageLine(message: Message): void;
  abstract onConnect(buf: Buffer, start: number, end: number): void;
  abstract onEarlyOperation(): boolean;
  abstract onSub(buf: Buffer, start: number, end: number): void;
  abstract onUnsub(buf: Buffer, start: number, end: number): void;
  abstract onPing(): void;
  abstract onPong(): void;
  abstract onInfo(buf: Buffer, start: number, end: number): void;
  abstract onPeerError(buf: Buffer, start: number, end: number): void;
  abstract onArguments(verb: string, buf: Buffer, start: number, end: number): void;
  /** Only the grammar of routes has such lines. */
  onInterest(_verb: InterestVerb, _buf: Buffer, _start: number, _end: number): void {}

  abstract onFault(fault: ParserFault, buf: Buffer, at: number, end: number): void;
  abstract onMaxReached(sid: string, max: number): void;
  abstract onSubscriptionEnded(sid: string): void;
  abstract mayHold(bytes: number): boolean;
  abstract requestInfo(isShared: boolean, isSystem: boolean): Buffer;
  abstract describe(): SinkName;
  abstract onDelivered(buf: Buffer, frameStart: number, bodyStart: number, frameEnd: number): void;

  get isClosed(): boolean {
    return this.closedReason !== null;
  }

  /** Goes on over a secured byte stream: the handshake is done. Nothing was read from it yet. */
  secure(transport: Transport, tls: TlsSession): void {
    this.tls = tls;
    this.continueOver(transport);
  }

  /** Goes on over another byte stream, from which nothing was read yet. */
  continueOver(transport: Transport): void {
    this.inbound.transport = transport;
    this.outbound.transport = transport;
  }

  /** A chunk has arrived; its memory is this connection's from now on. */
  onData(chunk: Buffer): void {
    if (this.isClosed) return;
    const { stats } = this.host;
    stats.reads++;
    stats.readBytes += chunk.length;
    this.inbound.onData(chunk);
  }

  /** The transport can take more. */
  onDrain(): void {
    this.outbound.onDrain();
    if (this.isClosed && this.outbound.pendingBytes === 0) this.#finish();
  }

  /** The peer will send no more; what it has sent is still answered. */
  onInputEnd(): void {
    if (!this.isClosed) this.inbound.onEnd();
  }

  onInputDone(): void {
    this.close(ClosedReason.ClientClosed);
  }

  onParsed(): void {
    this.foldCounters();
  }

  onStall(receiver: Laggard): void {
    this.host.stats.stalledProducers++;
    this.stalls++;
    receiver.addWaiting(this.inbound);
  }

  /** The transport is gone. */
  onTransportClosed(failed: boolean): void {
    this.close(failed ? ClosedReason.ReadError : ClosedReason.ClientClosed, { flush: false });
    this.#watch?.stop();
    this.outbound.close();
  }

  /** A fault of ours while handling this connection: it ends, the others go on. */
  onInternalError(error: Error): void {
    this.host.log.error(`${this.label} - Internal error: ${error.stack ?? error.message}`);
    this.close(ClosedReason.ReadError, { flush: false });
  }

  /**
   * Ends the connection. Pending output is sent first unless `flush` is false; a peer that does not
   * take it within the write deadline loses it.
   */
  close(reason: ClosedReason, { flush = true } = {}): void {
    if (this.isClosed) return;
    this.closedReason = reason;
    this.logClosing(reason);
    this.parser.stop();
    this.#watch?.stop();
    this.inbound.stop();
    this.foldCounters();
    this.onClosing();
    this.host.onConnectionClosed(this);
    if (!flush) {
      this.#abandon();
      return;
    }
    this.outbound.flush();
    if (this.outbound.pendingBytes === 0) this.#finish();
    else this.#watched.onEnding(() => this.#abandon());
  }

  /** It was found to be a slow consumer, for the first time or again. */
  onSlowDetected(_isFirst: boolean): void {
    this.host.stats.slowConsumers++;
    this.account.slowConsumers++;
  }

  onPendingExceeded(): void {
    this.#watched.onPendingExceeded();
  }

  onWriteBlocked(): void {
    this.#watched.onBlocked();
  }

  onWriteProgress(): void {
    this.#watch?.onProgress();
  }

  protected logClosing(reason: ClosedReason): void {
    this.host.log.debug(`${this.label} - Client connection closed: ${reason}`);
  }

  /** Adds what came and went since the last time to the totals. */
  foldCounters(): void {
    if (this.activity !== Activity.None || this.freshMsgs > 0) this.#onActivity();
    const { stats, sampler } = this.host;
    if (sampler !== null) {
      const isMidway = !this.isClosed && STATE_KIND[this.parser.state] === KIND_PAYLOAD;
      sampler.onChunk(this.cid, this.parser.message, this.freshMsgs, isMidway);
    }
    this.inMsgs += this.freshMsgs;
    this.inBytes += this.freshBytes;
    stats.inMsgs += this.freshMsgs;
    stats.inBytes += this.freshBytes;
    this.freshMsgs = 0;
    this.freshBytes = 0;
  }

  #onActivity(): void {
    this.onActivity();
    if (this.activity === Activity.Interest || this.freshMsgs > 0) {
      this.outbound.lastUsedAt = performance.now();
    }
    this.activity = Activity.None;
  }

  get #watched(): WriteWatch {
    this.#watch = WriteWatch.of(this.#watch, this, this.host);
    return this.#watch;
  }

  /** Everything is sent: the transport may go. */
  #finish(): void {
    this.#watch?.stop();
    this.outbound.close();
    this.outbound.transport.end();
  }

  #abandon(): void {
    this.outbound.close();
    this.outbound.transport.terminate();
  }
}
