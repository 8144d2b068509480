/**
 * A connection to another server, whatever the two are to each other: who is at the other end, how it is
 * told of errors and shown in the log, and how it ends.
 */

import type { SinkName } from "../core/sink.ts";
import type { TraceKind } from "../core/tracing/message-trace.ts";
import { Activity, Connection, type Peer } from "../net/connection.ts";
import type { Counters } from "../net/server-stats.ts";
import type { SlowPeer } from "../net/slow/slow-consumer.ts";
import type { Transport } from "../net/transport.ts";
import { ClosedReason, ERR_STALE, encodeError } from "../protocol/errors.ts";
import type { Grammar } from "../protocol/grammar.ts";
import type { Message } from "../protocol/message.ts";
import type { ParserFault } from "../protocol/parser-handler.ts";
import { encodeRouteInfo, type RouteInfo } from "../protocol/route-info.ts";
import { answerFault } from "./client-faults.ts";
import { traceDelivered, traceIn, traceOut, tracePayload } from "./client-trace.ts";
import { printable } from "./printable.ts";
import type { ServerHost } from "./server-host.ts";
import { ServerKeepalive, type ServerKeepaliveOwner } from "./server-keepalive.ts";

const OK = Buffer.from("+OK\r\n");
const PING = Buffer.from("PING\r\n");
const PONG = Buffer.from("PONG\r\n");
const NOBODY = Buffer.alloc(0);
/** Level of servers from which on they tell what becomes of messages. */
const TRACE_PROTOCOL = 3;
/** Half of what servers take by default: longer lines would end the connection to the other one. */
const GOSSIP_BYTES_MAX = 32 * 1024;
/** Bytes that may follow a CONNECT while it is decided on. */
const HELD_INPUT_MAX = 1024 * 1024;

/** What differs by what the other server is to this one. */
export interface ServerKind {
  /** As nats-server calls such connections, in its log and where it tells of them. */
  readonly name: "Router" | "Gateway";
  /** The same where it tells of errors of the other server. */
  readonly errorName: string;
  /** Stands before the connection's number: `rid`. */
  readonly idName: string;
  readonly grammar: Grammar;
  readonly traceKind: TraceKind;
  /** PINGs are sent this often at least. */
  readonly pingIntervalMsMax: number;
  /** What nats-server ends INFO of its own with. */
  readonly infoEnd: " \r\n" | "\r\n";
}

export abstract class ServerSession extends Connection implements ServerKeepaliveOwner {
  readonly kind: ServerKind;
  readonly keepalive: ServerKeepalive;
  /** INFO of the other server; null before it has come. */
  remote: RouteInfo | null = null;
  /** As CONNECT has told it, then INFO. */
  remoteId = "";
  isRegistered = false;
  /** When it was registered, in milliseconds since 1970; 0 before that. */
  registeredAt = 0;
  /** Lines about interest that have come, and that were sent. */
  heardLines = 0;
  toldLines = 0;
  /** False when it is not to be dialled again, as something would be there twice. */
  mayReconnect = true;
  /** ` - user:u` where the other server has said who it is; some lines of the log end with it. */
  user = "";
  /** Everything is acknowledged. */
  verbose = false;
  declare protected readonly host: ServerHost;
  /** Of connections of this kind; those of the server count them too. */
  readonly #counters: Counters;

  protected constructor(
    host: ServerHost,
    transport: Transport,
    cid: number,
    peer: Peer,
    kind: ServerKind,
    counters: Counters,
  ) {
    super(host, transport, cid, peer, kind.grammar, host.routedMessage);
    this.kind = kind;
    this.#counters = counters;
    this.keepalive = new ServerKeepalive(host.serverKeepalive, this, kind.pingIntervalMsMax);
  }

  /** `ip:port - rid:N` */
  get label(): string {
    const { ip, port } = this.peer;
    const host = ip.includes(":") ? `[${ip}]` : ip;
    return `${host}:${port} - ${this.kind.idName}:${this.cid}`;
  }

  /** False from the moment on at which the connection ends. */
  get isOpen(): boolean {
    return this.closedReason === null;
  }

  /** It has yet to send CONNECT, and must. */
  get isAwaited(): boolean {
    return this.parser.connectRequired && this.tls === null;
  }

  /** The other server follows messages that are traced. */
  get isTraceable(): boolean {
    return (this.remote?.proto ?? 0) >= TRACE_PROTOCOL;
  }

  /** Name of the other server; "" before it is known. */
  get remoteName(): string {
    return this.remote?.server_name ?? "";
  }

  debug(text: string): void {
    const { log } = this.host;
    if (log.debugging) log.debug(`${this.label} - ${text}`);
  }

  logError(text: string): void {
    this.host.log.error(`${this.label} - ${text}`);
  }

  /** INFO of this server, or that is sent back. */
  sendInfoLine(info: RouteInfo): void {
    this.outbound.append(encodeRouteInfo(info, this.kind.infoEnd));
  }

  /** INFO of a third server, or of another cluster, unless that says more than the other one would take. */
  sendGossip(info: RouteInfo): void {
    const line = encodeRouteInfo(info, "\r\n");
    if (line.length <= GOSSIP_BYTES_MAX) this.outbound.append(line);
  }

  sendPing(): void {
    this.keepalive.onPing();
    if (this.parser.tracing) this.trace(traceOut("PING"));
    this.outbound.append(PING);
  }

  sendOk(): void {
    if (this.parser.tracing) this.trace(traceOut("OK"));
    this.outbound.append(OK);
  }

  sendError(text: string): void {
    if (this.parser.tracing) this.trace(traceOut(`-ERR ${text}`));
    this.outbound.append(encodeError(text));
  }

  /** Ends the connection with an error that the log has too. */
  closeWithError(text: string, reason: ClosedReason): void {
    this.sendError(text);
    this.logError(text + this.user);
    this.close(reason);
  }

  /** Closes without an error to the peer: what nats-server does for lines it cannot read. */
  refuseLine(reason: string): void {
    this.logError(printable(reason));
    this.close(ClosedReason.ProtocolViolation);
  }

  trace(text: string): void {
    this.host.log.trace(`${this.label} - ${printable(text)}`);
    // Lines that do not fit any more would be lost: rather fewer of them in the same time.
    if (this.host.log.isBehind) this.parser.pause();
  }

  mayHold(bytes: number): boolean {
    if (bytes <= HELD_INPUT_MAX) return true;
    this.close(ClosedReason.AuthenticationTimeout);
    return false;
  }

  override get namesAccounts(): boolean {
    return true;
  }

  slowPeer(): SlowPeer {
    const { cid, peer, remoteName, account } = this;
    const { ip, port } = peer;
    const version = this.remote?.version ?? "";
    const who = { name: remoteName, lang: "", version, user: "", account: account.name };
    return { kind: this.kind.name, cid, ip, port, ...who };
  }

  requestInfo(): Buffer {
    return NOBODY;
  }

  describe(): SinkName {
    return { cid: this.cid, name: this.remoteName };
  }

  onPeerError(buf: Buffer, start: number, end: number): void {
    const text = printable(buf.toString("utf8", start, end));
    this.logError(`${this.kind.errorName} Error ${text}`);
    this.close(ClosedReason.ParseError);
  }

  onFault(fault: ParserFault, buf: Buffer, at: number, end: number): void {
    const { name } = this.kind;
    answerFault(this, this.host.log, this.parser, fault, buf, at, end, name, this.ownAccountName);
  }

  /** Name of the account whose own the connection is; "" for nobody's. */
  protected get ownAccountName(): string {
    return "";
  }

  onArguments(verb: string, buf: Buffer, start: number, end: number): void {
    this.trace(traceIn(verb, buf, start, end));
  }

  onDelivered(buf: Buffer, frameStart: number, bodyStart: number, frameEnd: number): void {
    const { log } = this.host;
    traceDelivered((text) => this.trace(text), log, buf, frameStart, bodyStart, frameEnd);
  }

  onMaxReached(): void {}

  onSubscriptionEnded(): void {}

  onEarlyOperation(): boolean {
    return false;
  }

  onSub(): void {}

  onUnsub(): void {}

  onPing(): void {
    if (this.activity === Activity.None) this.activity = Activity.Alive;
    if (this.parser.tracing) this.trace(traceOut("PONG"));
    this.outbound.append(PONG);
  }

  onPingTimer(): void {
    this.debug(`${this.kind.name} Ping Timer`);
  }

  onStale(): void {
    this.host.stats.staleConnections++;
    this.#counters.staleConnections++;
    this.debug("Stale Client Connection - Closing");
    this.sendError(ERR_STALE);
    this.close(ClosedReason.StaleConnection);
  }

  onMessageLine(): void {
    this.host.stats.gatheredMsgs++;
  }

  /** Such a connection is for many: it waits only for those that read, so that nothing is lost for them. */
  protected waitForReceiver(): void {
    const { turn } = this.host;
    if (turn.lagging!.isReading) this.parser.pause();
    else turn.lagging = null;
  }

  /** Work that goes on after the end of the connection: a fault in it is only logged. */
  protected finishLater(work: Promise<void>): void {
    work.catch((error: Error) => {
      this.logError(`Internal error: ${error.stack ?? error.message}`);
    });
  }

  protected traceMessage({ buf, bodyStart, end, headerBytes }: Message): void {
    const text = tracePayload(this.host.log, buf, bodyStart, end - 2, headerBytes);
    if (text !== null) this.trace(`<<- ${text}`);
  }

  protected override logClosing(reason: ClosedReason): void {
    const remote = this.remoteName === "" ? "" : ` - Remote: ${printable(this.remoteName)}`;
    this.host.log.info(`${this.label} - ${this.kind.name} connection closed: ${reason}${remote}`);
  }

  override foldCounters(): void {
    this.#counters.inMsgs += this.freshMsgs;
    this.#counters.inBytes += this.freshBytes;
    super.foldCounters();
  }

  protected onActivity(): void {}

  protected onClosing(): void {
    this.keepalive.stop();
    this.outbound.foldCounters();
  }
}
