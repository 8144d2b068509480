/** What gateway connections need from their server, and from the supercluster that it is part of. */

import type { Account } from "../../core/account.ts";
import type { RouteConnect } from "../../protocol/route-connect.ts";
import type { RouteInfo } from "../../protocol/route-info.ts";
import type { ServerHost } from "../server-host.ts";
import type { LoginSettings } from "../server-login.ts";
import type { GatewaySession } from "./gateway-session.ts";
import type { InboundGateway } from "./inbound-gateway.ts";
import type { OutboundGateway } from "./outbound-gateway.ts";

export interface GatewayHost extends ServerHost {
  readonly supercluster: GatewaySupercluster;
}

/** What an outbound gateway was dialled for. */
export interface GatewayDialled {
  /** Name of the other cluster. */
  readonly name: string;
  /** As in the configuration, or as another server has told; credentials included. */
  readonly url: string;
  /** The cluster stands in the configuration. */
  readonly isExplicit: boolean;
}

/** Options of gateways that are in force now. */
export interface GatewaySettings extends LoginSettings<GatewaySession> {
  /** Name of this cluster. */
  readonly name: string;
  readonly noHeaderSupport: boolean;
}

/** The supercluster, as one of its connections sees it. */
export interface GatewaySupercluster {
  readonly settings: GatewaySettings;
  /** What INFO says of this server at present. */
  info(): RouteInfo;
  /** CONNECT for a server that is dialled. */
  connect(gateway: OutboundGateway): RouteConnect;
  /** Whether clusters of this name may come in: all may, unless unknown ones are rejected. */
  admits(cluster: string): boolean;
  /** Whether a server of this cluster has the name. */
  hasServerNamed(name: string): boolean;
  /**
   * The first INFO of a server that was dialled is good, and CONNECT and INFO are on their way.
   *
   * @returns false for one cluster too many: the connection is closed and not made again.
   */
  registerOutbound(gateway: OutboundGateway, info: RouteInfo): boolean;
  /** CONNECT and the first INFO of a server that has dialled this one are good. */
  registerInbound(gateway: InboundGateway, info: RouteInfo): void;
  /** The server at the other end tells of its cluster again. */
  onClusterInfo(gateway: OutboundGateway, info: RouteInfo): void;
  /** The server at the other end tells of a third cluster. */
  onGossip(gateway: OutboundGateway, info: RouteInfo): void;
  /** A round trip was measured. */
  onPong(gateway: OutboundGateway): void;
  /** A message has come for an account that is not there. */
  onUnknownAccount(gateway: InboundGateway, account: string): void;
  /** The connection is closed; its interest is not taken back yet. */
  onClosed(gateway: OutboundGateway | InboundGateway): void;
  /** All accounts of this cluster that are there. */
  accounts(): Iterable<Account>;
  /** One of them by name, or one of an operator that is to be loaded; null for any other. */
  account(name: string): Account | null;
}
