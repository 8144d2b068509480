/**
 * What is around the operations of a route: whose own it is, what it imports and exports, and
 * compression.
 */

import type { Account } from "../../core/account.ts";
import type { PermissionSet } from "../../core/permissions/permission-set.ts";
import { TraceKind } from "../../core/tracing/message-trace.ts";
import {
  type CompressedOwner,
  CompressedTransport,
  type CompressionCounts,
} from "../../net/compressed-transport.ts";
import type { Peer } from "../../net/connection.ts";
import type { Transport } from "../../net/transport.ts";
import { ClosedReason } from "../../protocol/errors.ts";
import type { Message } from "../../protocol/message.ts";
import { ROUTE_GRAMMAR } from "../../protocol/route-grammar.ts";
import type { RouteInfo } from "../../protocol/route-info.ts";
import { ServerPublisher } from "../server-publisher.ts";
import { type ServerKind, ServerSession } from "../server-session.ts";
import { AUTO, isCompressing, levelOf, modeByRtt } from "./route-compression.ts";
import type { RouteDialled, RouteHost, RouteOrigin } from "./route-host.ts";
import { mayExport, mayImport } from "./route-permissions.ts";

const ROUTE_KIND: ServerKind = {
  name: "Router",
  errorName: "Route",
  idName: "rid",
  grammar: ROUTE_GRAMMAR,
  traceKind: TraceKind.Route,
  pingIntervalMsMax: 30_000,
  infoEnd: " \r\n",
};

export abstract class RouteSession extends ServerSession implements CompressedOwner {
  /** Whose own the connection is; that of the server's own where it is nobody's. */
  account: Account;
  /** How the other server is to be dialled; null where this one need not. */
  dialled: RouteDialled | null;
  /** This server has made the connection. */
  readonly isSolicited: boolean;
  /** "" for an account whose own the connection is not. */
  accountName = "";
  isDedicated = false;
  /** Place among the connections to the other server; -1 while it has none. */
  poolIndex = -1;
  /** False where the other server or this one does without pools. */
  isPooled = true;
  /** Mode of what is sent, as nats-server names it. */
  compression = "";
  /** The next PONG is told to the cluster. */
  awaitsPong = false;
  /** What this server imports and exports by the route; null for everything. */
  permissions: PermissionSet | null = null;
  declare protected readonly host: RouteHost;
  /** Null while the byte stream is as it was made. */
  #compressed: CompressedTransport | null = null;
  /** What is to be done as soon as all is sent that is pending. */
  #onSent: (() => void) | null = null;
  /** The peer will send no more, and what it has sent is not read yet. */
  #isEnding = false;

  constructor(host: RouteHost, transport: Transport, cid: number, peer: Peer, origin: RouteOrigin) {
    super(host, transport, cid, peer, ROUTE_KIND, host.stats.routes);
    this.account = host.account;
    this.dialled = origin.dialled;
    this.isSolicited = origin.dialled !== null;
    if (origin.dialled !== null && origin.dialled.account !== "") {
      this.dedicate(origin.dialled.account);
    }
  }

  /** What compression has made of the bytes of both ways; null without any. */
  get compressed(): Readonly<CompressionCounts> | null {
    return this.#compressed?.counts ?? null;
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

  override get namesAccounts(): boolean {
    return !this.isDedicated;
  }

  protected override get ownAccountName(): string {
    return this.accountName;
  }

  /** The account of a connection that carries many has nothing to do with it. */
  override onSlowDetected(isFirst: boolean): void {
    const { stats } = this.host;
    stats.slowConsumers++;
    if (isFirst) stats.routes.slowConsumers++;
    if (this.isDedicated) this.account.slowConsumers++;
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

  /** For the few messages that may want to be traced. */
  protected deliverTraceable(account: Account, message: Message): void {
    const { tracing, delivery, gateways } = this.host.exchange;
    const publisher = new ServerPublisher(this, account, this.permissions);
    const { trace, isDropped } = tracing.begin(publisher, message);
    if (isDropped) return;
    const deliverer = trace === null ? delivery : tracing.deliveryOf(trace);
    if (gateways?.isAnswer(message)) {
      gateways.receiveAnswer(account, this.outbound, message, false, deliverer);
    } else {
      const { buf, subjectStart, subjectEnd, hash } = message;
      const result = account.sublist.match(buf, subjectStart, subjectEnd, hash);
      deliverer.deliverRouted(account, this.outbound, message, result);
    }
    if (trace !== null) tracing.finish(trace);
  }

  /** An account that is not there yet; null when it cannot be. */
  protected lateAccount(buf: Buffer, start: number, end: number): Account | null {
    return this.host.cluster.account(buf.toString("utf8", start, end));
  }

  /** An account that is not here any more, and may come back with what is wanted of it by then. */
  protected keptAccount(buf: Buffer, start: number, end: number): Account | null {
    return this.host.exchange.foreign.find(buf.toString("utf8", start, end));
  }

  /** Interest of a server that is gone: it may be a great deal, so it takes its time. */
  protected dropInterest(): void {
    this.finishLater(this.host.exchange.remoteInterest.dropAll(this));
  }

  protected override onClosing(): void {
    super.onClosing();
    this.#onSent = null;
    this.#compressed?.stopInput();
  }
}
