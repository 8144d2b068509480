/**
 * What is around the operations of a client: its greeting, its login, its keep-alive, and how it is
 * told of errors and shown in the log.
 */

import type { Login } from "../auth/authenticator.ts";
import type { LoginFailure, UserIdentity } from "../auth/login.ts";
import type { Account, AccountMember } from "../core/account.ts";
import type { PermissionSet } from "../core/permissions/permission-set.ts";
import { ReplyPermits } from "../core/permissions/reply-permits.ts";
import { Connection, type Peer } from "../net/connection.ts";
import { Keepalive, type KeepaliveHost, type KeepaliveOwner } from "../net/keepalive.ts";
import type { Transport } from "../net/transport.ts";
import type { ConnectOptions } from "../protocol/connect-options.ts";
import { ClosedReason, ERR_MAX_SUBSCRIPTIONS, ERR_STALE, encodeError } from "../protocol/errors.ts";
import { type ClientInfo, checkInfo, encodeInfo } from "../protocol/info.ts";
import type { Message } from "../protocol/message.ts";
import type { ParserFault } from "../protocol/parser-handler.ts";
import { answerFault } from "./client-faults.ts";
import { encodeGreeting } from "./client-greeting.ts";
import type { ClientHost } from "./client-host.ts";
import { describeClient } from "./client-label.ts";
import { type ClientLimits, clientLimits } from "./client-limits.ts";
import { ClientLogin, type LoginClient } from "./client-login.ts";
import { reviewSubscriptions } from "./client-permissions.ts";
import { traceDelivered, traceIn, traceOut, tracePayload } from "./client-trace.ts";
import { KeptInfo } from "./kept-info.ts";
import { printable } from "./printable.ts";

/** Bytes that may follow a CONNECT while it is decided on: as much as nats-server reads at a time. */
const HELD_INPUT_MAX = 64 * 1024;
const OK = Buffer.from("+OK\r\n");
const PING = Buffer.from("PING\r\n");
const INT32_MAX = 0x7fffffff;

export abstract class ClientSession
  extends Connection
  implements KeepaliveOwner, LoginClient, AccountMember
{
  readonly keepalive: Keepalive;
  /** Where it publishes and subscribes; changes only when it has no subscriptions. */
  account: Account;
  readonly login: ClientLogin;
  /** What the client may do; null for everything. */
  permissions: PermissionSet | null = null;
  declare protected readonly host: ClientHost;
  protected verbose = true;
  protected pedantic = true;
  protected noResponders = false;
  /** Subscriptions that it may have at a time. */
  protected maxSubscriptions = Number.POSITIVE_INFINITY;
  /** The first PING was answered, with INFO for those that take it. */
  protected isInformed = false;
  /** The part of the label that tells who it has said that it is. */
  #who = "";
  #keptInfo: KeptInfo | null = null;

  constructor(host: ClientHost, transport: Transport, cid: number, peer: Peer) {
    super(host, transport, cid, peer);
    this.account = host.account;
    this.keepalive = new Keepalive(this);
    this.login = new ClientLogin(this, host, peer.isInProcess ? "IN_PROCESS" : "STANDARD");
    this.parser.connectRequired = this.login.isAwaited;
    this.#applyLimits();
    this.account.members.add(this);
    host.sinks.add(this.outbound);
    this.debug?.("Client connection created");
  }

  get keepaliveHost(): KeepaliveHost {
    return this.host;
  }

  /** `ip:port - cid:N`, and then who it has said that it is. Put together anew: few need it. */
  get label(): string {
    const { ip, port } = this.peer;
    return `${ip.includes(":") ? `[${ip}]` : ip}:${port} - cid:${this.cid}${this.#who}`;
  }

  /** For lines of the log about the client; null when nobody wants them. */
  get debug(): ((text: string) => void) | null {
    const { log } = this.host;
    return log.debugging ? (text) => log.debug(`${this.label} - ${text}`) : null;
  }

  get ip(): string {
    return this.peer.ip;
  }

  get certificates(): readonly Uint8Array[] | null {
    return this.tls?.certificates ?? null;
  }

  /** What the client has said of itself. */
  get options(): Readonly<ConnectOptions> {
    return this.login.options;
  }

  get identity(): UserIdentity | null {
    return this.login.login?.identity ?? null;
  }

  /** Whether INFO may come at any time: that is agreed on, and the first PING was answered. */
  get takesInfo(): boolean {
    return this.isInformed && this.options.protocol >= 1;
  }

  /** INFO has changed, or the server is about to go. */
  tellInfo(isLameDuck = false): void {
    const { maxPayload } = this.#limits();
    const about = { cid: this.cid, ip: this.peer.ip, maxPayload, isLameDuck };
    this.outbound.append(encodeInfo(this.host.serverInfo, about));
  }

  greet(): void {
    this.outbound.append(encodeGreeting(this, this.host));
  }

  onEstablished(): void {
    this.login.begin();
  }

  holdInput(): void {
    this.inbound.hold();
  }

  releaseInput(): void {
    this.inbound.release();
  }

  /** Clients wait until they are let in before they send much; those of this process may do as they like. */
  mayHold(bytes: number): boolean {
    if (bytes <= HELD_INPUT_MAX || this.peer.isInProcess) return true;
    this.login.giveUp();
    return false;
  }

  onConnect(buf: Buffer, start: number, end: number): void {
    this.outbound.lastUsedAt = performance.now();
    this.keepalive.onGreetingAnswered();
    this.login.connect(buf.toString("utf8", start, end));
  }

  onEarlyOperation(): boolean {
    return this.login.admitWithoutConnect();
  }

  /** As in nats-server, a second CONNECT starts anew: what was subscribed before is dropped. */
  onConnectAgain(): void {
    this.#dropSubscriptions();
  }

  onLogin(login: Login, isFirst: boolean, isReview: boolean): void {
    const from = this.account;
    const { permissions, options } = login;
    this.parser.connectRequired = false;
    this.outbound.echo = options.echo;
    this.verbose = options.verbose;
    this.pedantic = options.pedantic;
    this.#bind(login.account);
    this.#applyLimits(this.debug);
    if (isFirst) this.#who = describeClient("", options, this.account.label, login.identity);
    this.#takePermissions(permissions);
    if (this.outbound.subCount > this.maxSubscriptions) this.#closeForSubscriptions();
    else if (!isReview) this.host.observer.onLogin(this, from);
  }

  onRefused(failure: LoginFailure): void {
    this.host.observer.onRefused(this, failure);
  }

  onConnected({ headers, no_responders }: Readonly<ConnectOptions>): void {
    const takesHeaders = headers && !this.host.options.noHeaderSupport;
    this.outbound.headers = takesHeaders;
    this.parser.headersAllowed = takesHeaders;
    this.noResponders = no_responders;
    this.keepalive.onConnect();
    if (this.verbose) this.sendOk();
  }

  override applyOptions(): void {
    super.applyOptions();
    // The first time comes before there is anything but the connection.
    if (this.login !== undefined) this.#applyLimits();
  }

  requestInfo(isShared: boolean, isSystem: boolean): Buffer {
    const kept = this.#keptInfo;
    if (kept?.isRight(this, isShared, isSystem)) return kept.bytes;
    const server = { name: this.host.serverInfo.name, cluster: this.host.clusterName };
    this.#keptInfo = new KeptInfo(this, server, isShared, isSystem);
    return this.#keptInfo.bytes;
  }

  /**
   * Decides again whether the client may stay, and what it may do.
   *
   * @param isReview it is still in by the login that it has; else it logs in anew.
   */
  async recheck(isReview = true): Promise<void> {
    await this.login.recheck(isReview);
    this.parser.connectRequired = this.login.isAwaited;
  }

  /** Refuses the connection or ends it with an error the client can read. */
  closeWithError(text: string, reason: ClosedReason): void {
    this.sendError(text);
    this.close(reason);
  }

  sendError(text: string): void {
    if (this.parser.tracing) this.trace(traceOut(`-ERR ${text}`));
    this.outbound.append(encodeError(text));
  }

  sendPing(): void {
    if (this.parser.tracing) this.trace(traceOut("PING"));
    this.outbound.append(PING);
  }

  onInfo(buf: Buffer, start: number, end: number): void {
    try {
      checkInfo(buf.toString("utf8", start, end));
    } catch (error) {
      this.refuseLine((error as Error).message);
    }
  }

  onPeerError(buf: Buffer, start: number, end: number): void {
    const text = printable(buf.toString("utf8", start, end));
    this.host.log.error(`${this.label} - Client Error ${text}`);
    this.close(ClosedReason.ParseError);
  }

  onFault(fault: ParserFault, buf: Buffer, at: number, end: number): void {
    answerFault(this, this.host.log, this.parser, fault, buf, at, end);
  }

  onArguments(verb: string, buf: Buffer, start: number, end: number): void {
    this.trace(traceIn(verb, buf, start, end));
  }

  onMaxReached(sid: string, max: number): void {
    this.debug?.(`Auto-unsubscribe limit of ${max} reached for sid '${printable(sid)}'`);
  }

  onSubscriptionEnded(sid: string): void {
    if (this.parser.tracing) this.trace(`<-> [DELSUB ${sid}]`);
  }

  onDelivered(buf: Buffer, frameStart: number, bodyStart: number, frameEnd: number): void {
    const { log } = this.host;
    traceDelivered((text) => this.trace(text), log, buf, frameStart, bodyStart, frameEnd);
  }

  onPingTimer(): void {
    this.outbound.permits?.dropExpired();
    this.debug?.("Client Ping Timer");
  }

  onPingDelayed(sinceActivityMs: number): void {
    const ago = `${Math.round(sinceActivityMs / 1000)}s ago`;
    this.debug?.(`Delaying PING due to remote client data or ping ${ago}`);
  }

  onStale(): void {
    this.host.stats.staleConnections++;
    this.debug?.("Stale Client Connection - Closing");
    this.closeWithError(ERR_STALE, ClosedReason.StaleConnection);
  }

  protected onActivity(): void {
    this.keepalive.onActivity();
  }

  protected onClosing(): void {
    this.keepalive.stop();
    this.login.end();
    this.outbound.foldCounters();
    this.host.observer.onClosing(this);
    this.#dropSubscriptions();
    this.account.forget(this);
    this.host.sinks.remove(this.outbound);
  }

  /** What INFO says about the connection once it is known who the client is. */
  protected aboutConnection(): ClientInfo {
    return {
      cid: this.cid,
      ip: this.peer.ip,
      account: this.account.name,
      isSystemAccount: this.account === this.host.systemAccount,
      maxPayload: this.#limits().maxPayload,
    };
  }

  protected subscribe(
    queue: string,
    buf: Buffer,
    ranges: Parameters<Account["subscribe"]>[3],
  ): void {
    this.account.subscribe(this.outbound, queue, buf, ranges, this.debug);
  }

  /** Closes without an error to the client: what nats-server does for lines it cannot read. */
  protected refuseLine(reason: string): void {
    this.host.log.error(`${this.label} - ${reason}`);
    this.close(ClosedReason.ProtocolViolation);
  }

  protected sendOk(): void {
    if (this.parser.tracing) this.trace(traceOut("OK"));
    this.outbound.append(OK);
  }

  protected trace(text: string): void {
    this.host.log.trace(`${this.label} - ${printable(text)}`);
    // Lines that do not fit any more would be lost: rather fewer of them in the same time.
    if (this.host.log.isBehind) this.parser.pause();
  }

  protected traceMessage({ buf, bodyStart, end, headerBytes }: Message): void {
    const text = tracePayload(this.host.log, buf, bodyStart, end - 2, headerBytes);
    if (text !== null) this.trace(`<<- ${text}`);
  }

  /** What is subscribed to in one account means nothing in another one. */
  #bind(account: Account): void {
    this.#keptInfo = null;
    if (account !== this.account) {
      this.#dropSubscriptions();
      this.account.members.delete(this);
      this.account = account;
    }
    account.members.add(this);
    account.wake();
  }

  /** The limit has gone below what is subscribed to already. */
  #closeForSubscriptions(): void {
    if (this.account.mayLogRefusal()) {
      this.host.log.error(`${this.label} - ${ERR_MAX_SUBSCRIPTIONS}`);
    }
    this.closeWithError(ERR_MAX_SUBSCRIPTIONS, ClosedReason.MaxSubscriptionsExceeded);
  }

  /** The least of what server, account and user allow. */
  #applyLimits(debug: ((text: string) => void) | null = null): void {
    const { maxSubscriptions, maxPayload } = this.#limits(debug);
    this.maxSubscriptions = maxSubscriptions;
    this.parser.maxPayload = maxPayload < 0 ? INT32_MAX : maxPayload;
  }

  #limits(debug: ((text: string) => void) | null = null): ClientLimits {
    return clientLimits(this.host.options, this.account.limits, this.login.login, debug);
  }

  /** Subscriptions that are there, and requests to be answered, are kept as long as they are allowed. */
  #takePermissions(permissions: PermissionSet | null): void {
    if (permissions === this.permissions) return;
    this.permissions = permissions;
    const { outbound } = this;
    if (!permissions?.responses) outbound.permits = null;
    else if (!outbound.permits?.adopt(permissions))
      outbound.permits = new ReplyPermits(permissions);
    reviewSubscriptions(this, this.host);
  }

  #dropSubscriptions(): void {
    while (this.outbound.firstSub !== 0) {
      const sid = this.parser.tracing ? this.host.subs.sid(this.outbound.firstSub) : "";
      this.account.unsubscribe(this.outbound, this.outbound.firstSub);
      this.onSubscriptionEnded(sid);
    }
  }
}
