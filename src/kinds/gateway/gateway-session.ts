/** What is around the operations of a gateway, whichever side has dialled. */

import type { Account } from "../../core/account.ts";
import { GATEWAY_BASE } from "../../core/link/link.ts";
import { TraceKind } from "../../core/tracing/message-trace.ts";
import type { Peer } from "../../net/connection.ts";
import type { Transport } from "../../net/transport.ts";
import type { ConnectOptions } from "../../protocol/connect-options.ts";
import { ClosedReason } from "../../protocol/errors.ts";
import { goQuote, goQuoteText } from "../../protocol/go-quote.ts";
import type { Message } from "../../protocol/message.ts";
import { parseRouteConnect, type RouteConnect } from "../../protocol/route-connect.ts";
import { GATEWAY_GRAMMAR } from "../../protocol/route-grammar.ts";
import { parseRouteInfo, type RouteInfo } from "../../protocol/route-info.ts";
import { ServerLogin } from "../server-login.ts";
import { ServerPublisher } from "../server-publisher.ts";
import { type ServerKind, ServerSession } from "../server-session.ts";
import type { GatewayHost } from "./gateway-host.ts";

const GATEWAY_KIND: ServerKind = {
  name: "Gateway",
  errorName: "Gateway",
  idName: "gid",
  grammar: GATEWAY_GRAMMAR,
  traceKind: TraceKind.Gateway,
  pingIntervalMsMax: 15_000,
  infoEnd: "\r\n",
};

const GATEWAY_PORT = "attempted to connect to gateway port";
const WRONG_GATEWAY = "wrong gateway";

export abstract class GatewaySession extends ServerSession {
  account: Account;
  /** No account has a gateway of its own. */
  readonly isDedicated = false;
  readonly accountName = "";
  declare protected readonly host: GatewayHost;
  protected readonly login: ServerLogin<GatewaySession>;

  constructor(host: GatewayHost, transport: Transport, cid: number, peer: Peer) {
    super(host, transport, cid, peer, GATEWAY_KIND, host.stats.gateways);
    this.account = host.account;
    this.login = new ServerLogin<GatewaySession>(host.passwords, this, host.supercluster);
    this.parser.headersAllowed = false;
    // Whether it has subscriptions or not, what it sends has come from another cluster.
    this.outbound.slot = GATEWAY_BASE;
  }

  /** As in nats-server, a gateway may publish nothing as a client does, but for nothing at all. */
  override applyOptions(): void {
    super.applyOptions();
    this.parser.maxPayload = 0;
  }

  /** All interest is told. */
  mayImport(): boolean {
    return true;
  }

  onConnect(buf: Buffer, start: number, end: number): void {
    this.login.onConnect(buf, start, end, (json, options) => this.#onAdmitted(json, options));
  }

  onInfo(buf: Buffer, start: number, end: number): void {
    let info: RouteInfo;
    try {
      info = parseRouteInfo(buf.toString("utf8", start, end));
    } catch (error) {
      this.refuseLine((error as Error).message);
      return;
    }
    if (this.remote !== null) {
      this.inbound.rest();
      this.onLaterInfo(info);
      return;
    }
    this.remote = info;
    this.remoteId = info.server_id;
    this.onFirstInfo(info);
  }

  protected abstract onFirstInfo(info: RouteInfo): void;
  protected abstract onLaterInfo(info: RouteInfo): void;

  override onSlowDetected(): void {
    const { stats } = this.host;
    stats.slowConsumers++;
    stats.gateways.slowConsumers++;
  }

  /** Whether it is another server; closes the connection to one that has the name of one of this cluster. */
  protected isOtherServer({ server_name }: RouteInfo): boolean {
    if (!this.host.supercluster.hasServerNamed(server_name)) return true;
    this.logError(`Remote server has a duplicate name: ${goQuoteText(server_name)}`);
    this.close(ClosedReason.DuplicateServerName);
    return false;
  }

  protected setHeaders(areSupported: boolean): void {
    const isOn = areSupported && !this.host.supercluster.settings.noHeaderSupport;
    this.outbound.headers = isOn;
    this.parser.headersAllowed = isOn;
  }

  /** For the few messages that may want to be traced. */
  protected deliverTraceable(account: Account, message: Message): void {
    const { tracing, gateways } = this.host.exchange;
    const publisher = new ServerPublisher(this, account, null);
    const { trace, isDropped } = tracing.begin(publisher, message);
    if (isDropped) return;
    const deliverer = trace === null ? null : tracing.deliveryOf(trace);
    if (gateways!.isAnswer(message)) {
      gateways!.receiveAnswer(account, this.outbound, message, true, deliverer);
    } else gateways!.receive(account, this.outbound, message, deliverer);
    if (trace !== null) tracing.finish(trace);
  }

  /** An account that is not there yet; null when it cannot be. */
  protected lateAccount(buf: Buffer, start: number, end: number): Account | null {
    return this.host.supercluster.account(buf.toString("utf8", start, end));
  }

  protected reportUnknown(message: Message): void {
    if (!this.host.log.debugging) return;
    const { buf, accountStart, accountEnd, subjectStart, subjectEnd } = message;
    const account = goQuote(buf, accountStart, accountEnd);
    const subject = goQuote(buf, subjectStart, subjectEnd);
    this.debug(`Unknown account ${account} for gateway message on subject: ${subject}`);
  }

  #onAdmitted(json: string, { verbose, headers }: Readonly<ConnectOptions>): void {
    let connect: RouteConnect;
    try {
      connect = parseRouteConnect(json);
    } catch (error) {
      this.refuseLine((error as Error).message);
      return;
    }
    const { gateway = "", name } = connect;
    if (gateway === "") {
      this.closeWithError(GATEWAY_PORT, ClosedReason.WrongPort);
      this.logError(GATEWAY_PORT);
      return;
    }
    const { supercluster } = this.host;
    if (!supercluster.admits(gateway)) {
      this.logError(`Rejecting connection from gateway ${goQuoteText(gateway)}`);
      this.sendError(`Connection to gateway ${goQuoteText(supercluster.settings.name)} rejected`);
      this.close(ClosedReason.WrongGateway);
      this.logError(WRONG_GATEWAY);
      return;
    }
    this.parser.connectRequired = false;
    // INFO counts for more, and what is registered is known by it.
    if (this.remote === null) this.remoteId = name;
    this.verbose = verbose;
    this.setHeaders(headers);
    this.keepalive.begin();
  }

  protected override onClosing(): void {
    super.onClosing();
    this.login.end();
  }
}
