/**
 * The server as a member of a supercluster: its gateways, and what they need of the server, wired
 * together.
 */

import type { ClusterGateways } from "../../cluster/cluster-gateways.ts";
import { type EffectiveGateway, effectiveGateway } from "../../config/options/effective-gateway.ts";
import type { Options } from "../../config/options/options.ts";
import type { Account } from "../../core/account.ts";
import type { GatewayDialled } from "../../kinds/gateway/gateway-host.ts";
import { InboundGateway } from "../../kinds/gateway/inbound-gateway.ts";
import { OutboundGateway } from "../../kinds/gateway/outbound-gateway.ts";
import type { Route } from "../../kinds/route/route.ts";
import type { Connection, Peer } from "../../net/connection.ts";
import type { ListenerTls } from "../../net/listener.ts";
import type { Transport } from "../../net/transport.ts";
import type { RouteInfo } from "../../protocol/route-info.ts";
import { SuperclusterStartError } from "../../supercluster/gateway-port.ts";
import { Supercluster } from "../../supercluster/supercluster.ts";
import type { SuperclusterHost } from "../../supercluster/supercluster-host.ts";
import { certificateAdmission } from "../links/certificate-admission.ts";
import { LinkOptions } from "../links/link-options.ts";
import type { LinkServer } from "../links/link-server.ts";
import { StartError } from "../start-error.ts";
import { GatewayTls } from "./gateway-tls.ts";
import { GatewaysHost } from "./gateways-host.ts";
import { ReplyRoutes } from "./reply-routes.ts";

export class SuperclusterMembership implements SuperclusterHost, ClusterGateways {
  readonly supercluster: Supercluster;
  readonly #server: LinkServer;
  readonly #options: LinkOptions;
  readonly #tls: GatewayTls;
  readonly #gateways: GatewaysHost;
  readonly #replyRoutes = new ReplyRoutes();

  constructor(server: LinkServer, options: EffectiveGateway) {
    this.#server = server;
    this.#options = new LinkOptions(server.options, options);
    this.#tls = new GatewayTls(server.log);
    this.supercluster = new Supercluster(this, options);
    this.#gateways = new GatewaysHost(server, this.#options, this.supercluster);
    const gateways = this.exchange.gateways!;
    gateways.configure(options.name, server.serverInfo.id);
    gateways.routeTo = (buf, at, account) => {
      const { cluster } = server;
      return cluster === null ? null : this.#replyRoutes.find(cluster.peers, buf, at, account);
    };
    server.tenancy.accounts.onCreated.push((account) => this.supercluster.accountCreated(account));
  }

  get log(): LinkServer["log"] {
    return this.#server.log;
  }

  get serverInfo(): LinkServer["serverInfo"] {
    return this.#server.serverInfo;
  }

  get options(): LinkServer["options"] {
    return this.#server.options;
  }

  get exchange(): SuperclusterHost["exchange"] {
    return this.#server.tenancy.exchange;
  }

  get turn(): LinkServer["turn"] {
    return this.#server.turn;
  }

  get listenerTls(): ListenerTls | null {
    return this.#tls.listener;
  }

  get admitsCertificate(): SuperclusterHost["admitsCertificate"] {
    const gateway = effectiveGateway(this.options);
    if (gateway === null) return null;
    const known = gateway.remotes.flatMap(({ urls }) => urls);
    return certificateAdmission(gateway, [...known, ...gateway.ownUrls]);
  }

  /** `host:port` at which other clusters find this server. */
  get url(): string {
    return this.supercluster.url;
  }

  /**
   * Makes certificates ready, before the rest of the options is in force.
   *
   * @throws CertificateError when they are no good.
   */
  async prepare(options: Readonly<Options>): Promise<void> {
    const gateway = effectiveGateway(options);
    if (gateway !== null) await this.#tls.use(gateway);
  }

  /**
   * Lets servers of other clusters in, and dials those clusters a little later.
   *
   * @throws StartError when the address cannot be bound or told.
   */
  open(): void {
    try {
      this.supercluster.open();
    } catch (error) {
      if (error instanceof SuperclusterStartError) throw new StartError(error.message);
      throw error;
    }
  }

  /** Gateways take over options that have changed since they came. */
  refresh(): void {
    const gateway = effectiveGateway(this.options);
    if (gateway === null) return;
    this.#options.link = gateway;
    this.supercluster.reconfigure(gateway);
    for (const connection of this.#connections()) connection.applyOptions();
  }

  /** @returns what may still have something to send. */
  stop(): Connection[] {
    const connections = this.#connections();
    this.supercluster.stop();
    this.#tls.stop();
    this.#gateways.passwords.stop();
    return connections;
  }

  dialTls(
    ...cluster: Parameters<SuperclusterHost["dialTls"]>
  ): ReturnType<SuperclusterHost["dialTls"]> {
    return this.#tls.dialler(...cluster);
  }

  makeOutbound(transport: Transport, peer: Peer, dialled: GatewayDialled): OutboundGateway {
    const cid = this.#server.gate.takeId();
    return new OutboundGateway(this.#gateways, transport, cid, peer, dialled);
  }

  makeInbound(transport: Transport, peer: Peer): InboundGateway {
    return new InboundGateway(this.#gateways, transport, this.#server.gate.takeId(), peer);
  }

  accounts(): Iterable<Account> {
    return this.#server.tenancy.accounts.all();
  }

  accountNamed(name: string): Account | null {
    const { tenancy } = this.#server;
    return tenancy.accounts.find(name) ?? tenancy.expect(name);
  }

  hasServerNamed(name: string): boolean {
    return this.#server.cluster?.peers.hasNamed(name) ?? false;
  }

  tellPeers(info: RouteInfo): void {
    this.#server.cluster?.peers.tell(info);
  }

  peerCame(id: string, url: string): void {
    this.#replyRoutes.add(id);
    this.supercluster.peerCame(id, url);
  }

  peerLeft(id: string): void {
    this.#replyRoutes.remove(id);
    this.supercluster.peerLeft(id);
  }

  tellRoute(route: Route): void {
    this.supercluster.tellRoute(route);
  }

  onRouteGossip(route: Route, info: RouteInfo): void {
    this.supercluster.onRouteGossip(route, info);
  }

  /** Registered ones. */
  #connections(): Connection[] {
    return [...this.supercluster.outbounds, ...this.supercluster.inbounds];
  }
}
