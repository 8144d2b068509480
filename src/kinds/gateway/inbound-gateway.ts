/**
 * A gateway that a server of another cluster has dialled: messages come in by it, and it is told what
 * this cluster wants.
 *
 *     here    INFO                       INFO of other clusters, RS+ ..., PING
 *     there          CONNECT INFO
 */

import type { Peer } from "../../net/connection.ts";
import type { Transport } from "../../net/transport.ts";
import { goQuoteText } from "../../protocol/go-quote.ts";
import { InterestVerb } from "../../protocol/interest-verb.ts";
import type { Message } from "../../protocol/message.ts";
import type { RouteInfo } from "../../protocol/route-info.ts";
import { printable } from "../printable.ts";
import { Gateway } from "./gateway.ts";
import type { GatewayHost } from "./gateway-host.ts";
import { gatewayFaultText, isOfAccount, readInterest } from "./gateway-lines.ts";

const VERBS: Readonly<Record<InterestVerb, string>> = {
  [InterestVerb.RouteSub]: "RS+",
  [InterestVerb.RouteUnsub]: "RS-",
  [InterestVerb.LeafSub]: "LS+",
  [InterestVerb.LeafUnsub]: "LS-",
  [InterestVerb.AccountSub]: "A+",
  [InterestVerb.AccountUnsub]: "A-",
};

export class InboundGateway extends Gateway {
  /** Name of the other cluster, as its INFO tells it; "" before that. */
  cluster = "";

  constructor(host: GatewayHost, transport: Transport, cid: number, peer: Peer) {
    super(host, transport, cid, peer);
    this.parser.connectRequired = true;
    host.log.info(`${this.label} - Processing inbound gateway connection`);
  }

  greet(): void {
    this.sendInfoLine(this.host.supercluster.info());
  }

  onEstablished(): void {
    this.login.begin();
  }

  /** Nobody tells of interest here; A+ and A- would be the end of nats-server. */
  override onInterest(verb: InterestVerb, buf: Buffer, start: number, end: number): void {
    if (!isOfAccount(verb) && readInterest(verb, buf, start, end) === null) {
      this.refuseLine(gatewayFaultText(verb, buf, start, end));
      return;
    }
    this.refuseLine(`Received ${VERBS[verb]} from gateway on inbound connection`);
  }

  onPong(): void {
    this.keepalive.onPong();
  }

  protected onFirstInfo(info: RouteInfo): void {
    const { gateway = "", server_id } = info;
    this.cluster = gateway;
    if (!this.isOtherServer(info)) return;
    this.isRegistered = true;
    this.registeredAt = Date.now();
    const who = `${goQuoteText(gateway)} (${printable(server_id)})`;
    this.host.log.info(`${this.label} - Inbound gateway connection from ${who} registered`);
    this.host.supercluster.registerInbound(this, info);
  }

  /** Whatever changes there is told to the connection that this cluster has dialled. */
  protected onLaterInfo(): void {}

  protected override reportUnknown(message: Message): void {
    super.reportUnknown(message);
    const { buf, accountStart, accountEnd } = message;
    const name = buf.toString("utf8", accountStart, accountEnd);
    this.host.supercluster.onUnknownAccount(this, name);
  }

  protected override onClosing(): void {
    super.onClosing();
    this.host.supercluster.onClosed(this);
  }
}
