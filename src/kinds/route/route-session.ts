/**
 * What is around the operations of a route: who is at the other end, how it is told of errors and shown
 * in the log, compression, and how it ends.
 */

import type { Account } from "../../core/account.ts";
import type { PermissionSet } from "../../core/permissions/permission-set.ts";
import type { SinkName } from "../../core/sink.ts";
import {
  type CompressedOwner,
  CompressedTransport,
  type CompressionCounts,
} from "../../net/compressed-transport.ts";
import { Connection, type Peer } from "../../net/connection.ts";
import type { SlowPeer } from "../../net/slow/slow-consumer.ts";
import type { Transport } from "../../net/transport.ts";
import { ClosedReason, ERR_STALE, encodeError } from "../../protocol/errors.ts";
import type { Message } from "../../protocol/message.ts";
import type { ParserFault } from "../../protocol/parser-handler.ts";
import { ROUTE_GRAMMAR } from "../../protocol/route-grammar.ts";
import { encodeRouteInfo, type RouteInfo } from "../../protocol/route-info.ts";
import { answerFault } from "../client-faults.ts";
import { traceDelivered, traceIn, traceOut, tracePayload } from "../client-trace.ts";
import { printable } from "../printable.ts";
import { AUTO, isCompressing, levelOf, modeByRtt } from "./route-compression.ts";
import type { RouteDialled, RouteHost, RouteOrigin } from "./route-host.ts";
import { RouteKeepalive, type RouteKeepaliveOwner } from "./route-keepalive.ts";
import { mayExport, mayImport } from "./route-permissions.ts";
import { RoutePublisher } from "./route-publisher.ts";

const OK = Buffer.from("+OK\r\n");
const PING = Buffer.from("PING\r\n");
const NOBODY = Buffer.alloc(0);
/** Level of servers from which on they tell what becomes of messages. */
const TRACE_PROTOCOL = 3;
/** Half of what servers take by default: longer lines would end the connection to the other one. */
const GOSSIP_BYTES_MAX = 32 * 1024;
/** Bytes that may follow a CONNECT while it is decided on. */
const HELD_INPUT_MAX = 1024 * 1024;

export abstract class RouteSession
  extends Connection
  implements RouteKeepaliveOwner, CompressedOwner
{
  readonly keepalive: RouteKeepalive;
  /** Whose own the connection is; that of the server's own where it is nobody's. */
  account: Account;
  /** How the other server is to be dialled; null where this one need not. */
  dialled: RouteDialled | null;
  /** This server has made the connection. */
  readonly isSolicited: boolean;
  /** The first INFO that counts, with `ip` filled in; null before it has come. */
  remote: RouteInfo | null = null;
  /** As CONNECT has told it, then INFO. */
  remoteId = "";
  /** "" for an account whose own the connection is not. */
  accountName = "";
  isDedicated = false;
  /** Place among the connections to the other server; -1 while it has none. */
  poolIndex = -1;
  /** False where the other server or this one does without pools. */
  isPooled = true;
  isRegistered = false;
  /** When it was registered, in milliseconds since 1970; 0 before that. */
  registeredAt = 0;
  /** Lines about interest that have come, and that were sent. */
  heardLines = 0;
  toldLines = 0;
  /** Mode of what is sent, as nats-server names it. */
  compression = "";
  /** False when it is not to be dialled again, as something would be there twice. */
  mayReconnect = true;
  /** The next PONG is told to the cluster. */
  awaitsPong = false;
  /** What this server imports and exports by the route; null for everything. */
  permissions: PermissionSet | null = null;
  /** ` - user:u` where the other server has said who it is; some lines of the log end with it. */
  user = "";
  /** Everything is acknowledged. */
  verbose = false;
  declare protected readonly host: RouteHost;
  /** Null while the byte stream is as it was made. */
  #compressed: CompressedTransport | null = null;
  /** What is to be done as soon as all is sent that is pending. */
  #onSent: (() => void) | null = null;
  /** The peer will send no more, and what it has sent is not read yet. */
  #isEnding = false;

  constructor(host: RouteHost, transport: Transport, cid: number, peer: Peer, origin: RouteOrigin) {
    super(host, transport, cid, peer, ROUTE_GRAMMAR, host.routedMessage);
    this.account = host.account;
    this.dialled = origin.dialled;
    this.isSolicited = origin.dialled !== null;
    this.keepalive = new RouteKeepalive(host.routeKeepalive, this);
    if (origin.dialled !== null && origin.dialled.account !== "") {
      this.dedicate(origin.dialled.account);
    }
  }

  /** What compression has made of the bytes of both ways; null without any. */
  get compressed(): Readonly<CompressionCounts> | null {
    return this.#compressed?.counts ?? null;
  }

  /** `ip:port - rid:N` */
  get label(): string {
    const { ip, port } = this.peer;
    return `${ip.includes(":") ? `[${ip}]` : ip}:${port} - rid:${this.cid}`;
  }

  /** False from the moment on at which the connection ends. */
  get isOpen(): boolean {
    return this.closedReason === null;
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

  /** The connection is one account's own, so nothing on it names the account. */
  dedicate(accountName: string): void {
    this.accountName = accountName;
    this.isDedicated = true;
    this.parser.isDedicated = true;
    this.account = this.host.cluster.account(accountName) ?? this.host.account;
  }

  /** Survives a duplicate that this server has dialled, and is dialled again in its place. */
  adopt(dialled: RouteDialled): void {
    this.dialled = dialled;
  }

  /** Whether interest in a subject is told to the other server. */
  mayImport(buf: Buffer, start: number, end: number): boolean {
    return mayImport(this.permissions, buf, start, end);
  }

  /** Whether the other server's interest in a subject is taken. */
  mayExport(buf: Buffer, start: number, end: number): boolean {
    return mayExport(this.permissions, buf, start, end);
  }

  /** INFO of this server, with what is said on this occasion only. */
  sendInfo(fields: Partial<RouteInfo>): void {
    this.sendInfoLine({ ...this.host.cluster.info(), ...fields });
  }

  /** INFO that tells of one matter only, or is sent back. */
  sendInfoLine(info: RouteInfo): void {
    this.outbound.append(encodeRouteInfo(info, " \r\n"));
  }

  /** INFO of a third server, unless that says more than the other one would take. */
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

  /** All that has come so far is in clear, and nothing else is from now on. */
  decompressInput(): void {
    const { transport } = this.outbound;
    this.#compressed = new CompressedTransport(transport, this, levelOf(this.compression));
    this.inbound.transport = this.#compressed;
  }

  /** What is sent from now on is compressed. Nothing may be pending, and input has to be already. */
  compressOutput(): void {
    if (this.#compressed !== null) this.outbound.transport = this.#compressed;
  }

  /** Does something once what is pending is sent, in a write of its own. */
  whenSent(then: () => void): void {
    this.outbound.flush();
    if (this.outbound.pendingBytes === 0) then();
    else this.#onSent = then;
  }

  override onData(chunk: Buffer): void {
    if (this.#compressed === null) super.onData(chunk);
    else if (!this.isClosed) this.#compressed.onData(chunk);
  }

  onPlain(plain: Buffer): void {
    super.onData(plain);
  }

  /** As in nats-server, which has no word for it. */
  onBroken(): void {
    this.close(ClosedReason.ReadError, { flush: false });
  }

  override onInputEnd(): void {
    if (this.#compressed?.hasInput) this.#isEnding = true;
    else super.onInputEnd();
  }

  onCaughtUp(): void {
    if (this.#isEnding) super.onInputEnd();
  }

  override onDrain(): void {
    super.onDrain();
    const then = this.#onSent;
    if (then === null || this.outbound.pendingBytes > 0) return;
    this.#onSent = null;
    if (!this.isClosed) then();
  }

  mayHold(bytes: number): boolean {
    if (bytes <= HELD_INPUT_MAX) return true;
    this.close(ClosedReason.AuthenticationTimeout);
    return false;
  }

  override get namesAccounts(): boolean {
    return !this.isDedicated;
  }

  slowPeer(): SlowPeer {
    const { cid, peer, remoteName, account } = this;
    const { ip, port } = peer;
    const version = this.remote?.version ?? "";
    const who = { name: remoteName, lang: "", version, user: "", account: account.name };
    return { kind: "Router", cid, ip, port, ...who };
  }

  requestInfo(): Buffer {
    return NOBODY;
  }

  describe(): SinkName {
    return { cid: this.cid, name: this.remoteName };
  }

  onPeerError(buf: Buffer, start: number, end: number): void {
    this.logError(`Route Error ${printable(buf.toString("utf8", start, end))}`);
    this.close(ClosedReason.ParseError);
  }

  onFault(fault: ParserFault, buf: Buffer, at: number, end: number): void {
    answerFault(this, this.host.log, this.parser, fault, buf, at, end, "Router", this.accountName);
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

  onPingTimer(): void {
    this.debug("Router Ping Timer");
  }

  /** The account of a connection that carries many has nothing to do with it. */
  override onSlowDetected(isFirst: boolean): void {
    const { stats } = this.host;
    stats.slowConsumers++;
    if (isFirst) stats.routes.slowConsumers++;
    if (this.isDedicated) this.account.slowConsumers++;
  }

  onStale(): void {
    const { stats } = this.host;
    stats.staleConnections++;
    stats.routes.staleConnections++;
    this.debug("Stale Client Connection - Closing");
    this.sendError(ERR_STALE);
    this.close(ClosedReason.StaleConnection);
  }

  /** Takes over another mode for what is sent; the other server need not know. */
  recompress(): void {
    const { mode, rttThresholdsMs } = this.host.cluster.settings.compression;
    const compressed = this.#compressed;
    if (compressed === null || !isCompressing(this.compression)) return;
    const next = mode === AUTO ? modeByRtt(this.keepalive.rttMs, rttThresholdsMs) : mode;
    if (next === this.compression) return;
    this.compression = next;
    compressed.level = levelOf(next);
  }

  /** With `s2_auto` it depends on how far away the peer is how hard compression tries. */
  protected reconsiderCompression(): void {
    if (this.host.cluster.settings.compression.mode === AUTO) this.recompress();
  }

  protected traceMessage({ buf, bodyStart, end, headerBytes }: Message): void {
    const text = tracePayload(this.host.log, buf, bodyStart, end - 2, headerBytes);
    if (text !== null) this.trace(`<<- ${text}`);
  }

  /** For the few messages that may want to be traced. */
  protected deliverTraceable(account: Account, message: Message): void {
    const { tracing, delivery } = this.host.exchange;
    const { trace, isDropped } = tracing.begin(new RoutePublisher(this, account), message);
    if (isDropped) return;
    const { buf, subjectStart, subjectEnd, hash } = message;
    const result = account.sublist.match(buf, subjectStart, subjectEnd, hash);
    const deliverer = trace === null ? delivery : tracing.deliveryOf(trace);
    deliverer.deliverRouted(account, this.outbound, message, result);
    if (trace !== null) tracing.finish(trace);
  }

  /** An account that is not there yet; null when it cannot be. */
  protected lateAccount(buf: Buffer, start: number, end: number): Account | null {
    return this.host.cluster.account(buf.toString("utf8", start, end));
  }

  /** Interest of a server that is gone: it may be a great deal, so it takes its time. */
  protected dropInterest(): void {
    this.host.exchange.remoteInterest.dropAll(this).catch((error: Error) => {
      this.logError(`Internal error: ${error.stack ?? error.message}`);
    });
  }

  protected override logClosing(reason: ClosedReason): void {
    const remote = this.remoteName === "" ? "" : ` - Remote: ${printable(this.remoteName)}`;
    this.host.log.info(`${this.label} - Router connection closed: ${reason}${remote}`);
  }

  override foldCounters(): void {
    const { routes } = this.host.stats;
    routes.inMsgs += this.freshMsgs;
    routes.inBytes += this.freshBytes;
    super.foldCounters();
  }

  protected onActivity(): void {}

  protected onClosing(): void {
    this.keepalive.stop();
    this.outbound.foldCounters();
    this.#onSent = null;
    this.#compressed?.stopInput();
  }
}
