/** A server that has gateways and nothing else: they are real, the supercluster is only a stand-in. */

import type { Account } from "../../../src/core/account.ts";
import type {
  GatewayDialled,
  GatewayHost,
  GatewaySettings,
  GatewaySupercluster,
} from "../../../src/kinds/gateway/gateway-host.ts";
import { InboundGateway } from "../../../src/kinds/gateway/inbound-gateway.ts";
import { OutboundGateway } from "../../../src/kinds/gateway/outbound-gateway.ts";
import type { Peer } from "../../../src/net/connection.ts";
import type { Transport } from "../../../src/net/transport.ts";
import type { RouteConnect } from "../../../src/protocol/route-connect.ts";
import { EMPTY_ROUTE_INFO, type RouteInfo } from "../../../src/protocol/route-info.ts";
import { LinkRig, type LinkRigOptions, OWN_ID } from "../link-rig.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const SETTINGS: GatewaySettings = {
  name: "A",
  authorization: null,
  admitsCertificate: null,
  authTimeoutMs: 2000,
  noHeaderSupport: false,
};

/** Registers everybody, and keeps what it is told. */
class RigSupercluster implements GatewaySupercluster {
  readonly settings: Mutable<GatewaySettings>;
  readonly registered: RouteInfo[] = [];
  readonly later: RouteInfo[] = [];
  readonly gossip: RouteInfo[] = [];
  readonly unknownAccounts: string[] = [];
  readonly closed: (InboundGateway | OutboundGateway)[] = [];
  pongs = 0;
  /** Clusters that may come in; null for all. */
  known: readonly string[] | null = null;
  /** A cluster that is one too many. */
  surplus = "";
  readonly #rig: Rig;

  constructor(settings: Partial<GatewaySettings>, rig: Rig) {
    this.settings = { ...SETTINGS, ...settings };
    this.#rig = rig;
  }

  info(): RouteInfo {
    return {
      ...EMPTY_ROUTE_INFO,
      server_id: OWN_ID,
      server_name: "RIG",
      version: "2.15.1",
      proto: 3,
      go: "go1.27.2",
      host: "127.0.0.1",
      port: 4999,
      headers: true,
      max_payload: 1048576,
      gateway: this.settings.name,
      gateway_urls: ["127.0.0.1:4999"],
      gateway_url: "127.0.0.1:4999",
      gateway_nrp: true,
      gateway_iom: true,
    };
  }

  connect({ dialled }: OutboundGateway): RouteConnect {
    return {
      echo: false,
      verbose: false,
      pedantic: false,
      user: dialled.url === "" ? "" : "u",
      tls_required: false,
      headers: false,
      name: OWN_ID,
      cluster: "",
      gateway: this.settings.name,
    };
  }

  admits(cluster: string): boolean {
    return this.known?.includes(cluster) ?? true;
  }

  hasServerNamed(name: string): boolean {
    return name === "RIG";
  }

  registerOutbound(gateway: OutboundGateway, info: RouteInfo): boolean {
    this.registered.push(info);
    if (gateway.cluster === this.surplus) return false;
    this.#order();
    return true;
  }

  registerInbound(_gateway: InboundGateway, info: RouteInfo): void {
    this.registered.push(info);
  }

  onClusterInfo(_gateway: OutboundGateway, info: RouteInfo): void {
    this.later.push(info);
  }

  onGossip(_gateway: OutboundGateway, info: RouteInfo): void {
    this.gossip.push(info);
  }

  onPong(): void {
    this.pongs++;
  }

  onUnknownAccount(_gateway: InboundGateway, account: string): void {
    this.unknownAccounts.push(account);
  }

  onClosed(gateway: InboundGateway | OutboundGateway): void {
    this.closed.push(gateway);
    this.#order();
  }

  accounts(): Iterable<Account> {
    return [this.#rig.account, this.#rig.system];
  }

  account(name: string): Account | null {
    return this.#rig.findAccount(name);
  }

  #order(): void {
    const outbounds = this.#rig.connections.filter((each) => each instanceof OutboundGateway);
    this.#rig.exchange.gateways!.order = outbounds.filter((each) => each.isOpen);
  }
}

export interface RigOptions extends Partial<GatewaySettings>, LinkRigOptions {}

export class Rig extends LinkRig<InboundGateway | OutboundGateway> {
  readonly supercluster: RigSupercluster;
  readonly host: GatewayHost;

  constructor(options: RigOptions = {}) {
    super({ hasRoutes: false, hasGateways: true });
    this.supercluster = new RigSupercluster(options, this);
    this.host = { ...this.baseHost(options), supercluster: this.supercluster };
    this.exchange.gateways!.configure("A", OWN_ID);
  }

  dial(port: number, dialled: Partial<GatewayDialled> = {}): Promise<OutboundGateway> {
    const origin = { name: "B", url: `nats://u@127.0.0.1:${port}`, isExplicit: true, ...dialled };
    return this.dialTo(port, (transport, peer, cid) => {
      return new OutboundGateway(this.host, transport, cid, peer, origin);
    });
  }

  protected makeInbound(transport: Transport, peer: Peer, cid: number): InboundGateway {
    return new InboundGateway(this.host, transport, cid, peer);
  }
}
