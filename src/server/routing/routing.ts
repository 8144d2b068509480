/** The server as a member of a cluster: the mesh, and what it needs of the server, wired together. */

import { Cluster } from "../../cluster/cluster.ts";
import type { ClusterGateways } from "../../cluster/cluster-gateways.ts";
import type { ClusterHost } from "../../cluster/cluster-host.ts";
import { InterestBoard } from "../../cluster/interest/interest-board.ts";
import { ClusterStartError } from "../../cluster/route-port.ts";
import { type EffectiveCluster, effectiveCluster } from "../../config/options/effective-cluster.ts";
import type { Options } from "../../config/options/options.ts";
import type { Account } from "../../core/account.ts";
import { Route } from "../../kinds/route/route.ts";
import type { RouteOrigin } from "../../kinds/route/route-host.ts";
import type { Connection, Peer } from "../../net/connection.ts";
import type { ListenerTls } from "../../net/listener.ts";
import type { TlsDialler } from "../../net/tls/dial-tls.ts";
import type { Transport } from "../../net/transport.ts";
import { parseGoUrl } from "../../protocol/go-url.ts";
import { certificateAdmission } from "../links/certificate-admission.ts";
import { LinkOptions } from "../links/link-options.ts";
import type { LinkServer } from "../links/link-server.ts";
import { LinkTls } from "../links/link-tls.ts";
import { StartError } from "../start-error.ts";
import { RoutesHost } from "./routes-host.ts";

export class Routing implements ClusterHost {
  readonly cluster: Cluster;
  readonly interest: InterestBoard;
  readonly gateways: ClusterGateways | null;
  readonly #server: LinkServer;
  readonly #options: LinkOptions;
  readonly #tls: LinkTls;
  readonly #routes: RoutesHost;
  /** Null as long as there was never any TLS. */
  #dialler: TlsDialler | null = null;

  /** @param gateways null for a server without any. */
  constructor(server: LinkServer, options: EffectiveCluster, gateways: ClusterGateways | null) {
    this.#server = server;
    this.gateways = gateways;
    this.#options = new LinkOptions(server.options, options);
    this.#tls = new LinkTls(server.log, "route");
    const { exchange, accounts } = server.tenancy;
    this.interest = new InterestBoard(
      {
        exchange,
        turn: server.turn,
        accounts: () => accounts.all(),
      },
      { slotOf: (account) => this.cluster.slotOf(account) },
    );
    this.cluster = new Cluster(this, options);
    this.#routes = new RoutesHost(server, this.#options, this.cluster);
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

  get clientPort(): number {
    return this.#server.port;
  }

  get admitsCertificate(): ClusterHost["admitsCertificate"] {
    const cluster = effectiveCluster(this.options);
    return cluster === null ? null : certificateAdmission(cluster, cluster.routes);
  }

  get listenerTls(): ListenerTls | null {
    return this.#tls.listener;
  }

  get dialTls(): ClusterHost["dialTls"] {
    return this.#dialler;
  }

  /**
   * Makes certificates ready, before the rest of the options is in force.
   *
   * @throws CertificateError when they are no good; nothing has changed then.
   */
  async prepare(options: Readonly<Options>): Promise<void> {
    const cluster = effectiveCluster(options);
    if (cluster === null) return;
    await this.#tls.use(cluster.tls);
    this.#dialler ??= this.#tls.makeDialler();
    this.#dialler?.names.save(cluster.routes.map((url) => parseGoUrl(url).hostname));
  }

  /**
   * Lets other servers in and dials them; clients can come in already.
   *
   * @throws StartError when the address cannot be bound or told.
   */
  open(): void {
    try {
      this.cluster.open();
    } catch (error) {
      if (error instanceof ClusterStartError) throw new StartError(error.message);
      throw error;
    }
  }

  /** Routes take over options that have changed since they came. */
  refresh(): void {
    this.#options.link = effectiveCluster(this.options) ?? this.#options.link;
    for (const route of this.cluster.routes) route.applyOptions();
  }

  /** Resolves when nothing more is to come from other servers, or it takes too long. */
  async withdraw(): Promise<void> {
    await this.cluster.withdraw();
  }

  /** @returns what may still have something to send. */
  stop(): Connection[] {
    const routes = [...this.cluster.routes];
    this.cluster.stop();
    this.#tls.stop();
    this.#routes.passwords.stop();
    return routes;
  }

  makeRoute(transport: Transport, peer: Peer, origin: RouteOrigin): Route {
    return new Route(this.#routes, transport, this.#server.gate.takeId(), peer, origin);
  }

  accountNamed(name: string): Account | null {
    const { tenancy } = this.#server;
    return tenancy.accounts.find(name) ?? tenancy.expect(name);
  }

  /** Other servers send their clients elsewhere, and those of this one are told only of them. */
  lameDuck(): void {
    this.cluster.lameDuck();
    this.#server.serverInfo.connectUrls = this.cluster.clientUrls;
  }

  onClientUrls(): void {
    this.#server.serverInfo.connectUrls = this.cluster.clientUrls;
    this.#server.gate.tellInfo();
  }

  onClusterName(name: string): void {
    this.#server.serverInfo.cluster = name;
  }
}
