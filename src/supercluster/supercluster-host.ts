/** What a supercluster needs from the server that it is part of, declared here and wired there. */

import type { Options } from "../config/options/options.ts";
import type { Account } from "../core/account.ts";
import type { Exchange } from "../core/exchange.ts";
import type { GatewayDialled, GatewaySettings } from "../kinds/gateway/gateway-host.ts";
import type { InboundGateway } from "../kinds/gateway/inbound-gateway.ts";
import type { OutboundGateway } from "../kinds/gateway/outbound-gateway.ts";
import type { Logger } from "../log/logger.ts";
import type { Peer } from "../net/connection.ts";
import type { DialTls } from "../net/dial/dial.ts";
import type { ListenerTls } from "../net/listener.ts";
import type { Transport } from "../net/transport.ts";
import type { Flushable } from "../net/turn.ts";
import type { ServerInfo } from "../protocol/info.ts";
import type { RouteInfo } from "../protocol/route-info.ts";

export interface SuperclusterHost {
  readonly log: Logger;
  readonly serverInfo: ServerInfo;
  readonly options: Readonly<
    Pick<
      Options,
      "serverName" | "noHeaderSupport" | "connectErrorReports" | "reconnectErrorReports"
    >
  >;
  readonly exchange: Exchange;
  readonly turn: { addFirst(flushable: Flushable): void };
  /** For those that come in; null when there is never TLS. */
  readonly listenerTls: ListenerTls | null;
  /** As `GatewaySettings` has it. */
  readonly admitsCertificate: GatewaySettings["admitsCertificate"];
  /**
   * For those that are dialled, by the block of that cluster or, where it has none, the main one.
   *
   * @param hosts of all its URLs, those of the configuration first: names for certificates.
   */
  dialTls(cluster: string, hosts: readonly string[]): DialTls | null;
  makeOutbound(transport: Transport, peer: Peer, dialled: GatewayDialled): OutboundGateway;
  makeInbound(transport: Transport, peer: Peer): InboundGateway;
  /** All accounts there are. */
  accounts(): Iterable<Account>;
  /** One of them, or one of an operator that is to be loaded; null for one that is not of this cluster. */
  accountNamed(name: string): Account | null;
  /** Whether another server of this cluster has the name. */
  hasServerNamed(name: string): boolean;
  /** Tells every other server of this cluster something, once each. */
  tellPeers(info: RouteInfo): void;
}
