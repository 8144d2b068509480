/** The server as a member of a cluster: the mesh, and what it needs of the server, wired together. */

import { Cluster } from "../../cluster/cluster.ts";
import type { ClusterHost } from "../../cluster/cluster-host.ts";
import { InterestBoard } from "../../cluster/interest/interest-board.ts";
import { ClusterStartError } from "../../cluster/route-port.ts";
import { type EffectiveCluster, effectiveCluster } from "../../config/options/effective-cluster.ts";
import type { Options } from "../../config/options/options.ts";
import type { Account } from "../../core/account.ts";
import { Route } from "../../kinds/route/route.ts";
import type { RouteOrigin } from "../../kinds/route/route-host.ts";
import type { Connection, Peer } from "../../net/connection.ts";
import type { DialTls } from "../../net/dial/dial.ts";
import type { ListenerTls } from "../../net/listener.ts";
import type { Transport } from "../../net/transport.ts";
import { StartError } from "../start-error.ts";
import { certificateAdmission } from "./certificate-admission.ts";
import { RouteOptions } from "./route-options.ts";
import { RouteTls } from "./route-tls.ts";
import { RoutesHost } from "./routes-host.ts";
import type { RoutingServer } from "./routing-server.ts";

export class Routing implements ClusterHost {
  readonly cluster: Cluster;
  readonly interest: InterestBoard;
  readonly #server: RoutingServer;
  readonly #options: RouteOptions;
  readonly #tls: RouteTls;
  readonly #routes: RoutesHost;

  constructor(server: RoutingServer, options: EffectiveCluster) {
    this.#server = server;
    this.#options = new RouteOptions(server.options, options);
    this.#tls = new RouteTls(server.log);
    const { exchange, accounts } = server.tenancy;
    this.interest = new InterestBoard(
      {
        exchange,
        localInterest: exchange.localInterest!,
        turn: server.turn,
        accounts: () => accounts.all(),
      },
      { slotOf: (account) => this.cluster.slotOf(account) },
    );
    this.cluster = new Cluster(this, options);
    this.#routes = new RoutesHost(server, this.#options, this.cluster);
  }

  get log(): RoutingServer["log"] {
    return this.#server.log;
  }

  get serverInfo(): RoutingServer["serverInfo"] {
    return this.#server.serverInfo;
  }

  get options(): RoutingServer["options"] {
    return this.#server.options;
  }

  get clientPort(): number {
    return this.#server.port;
  }

  get admitsCertificate(): ClusterHost["admitsCertificate"] {
    const cluster = effectiveCluster(this.options);
    return cluster === null ? null : certificateAdmission(cluster);
  }

  get listenerTls(): ListenerTls | null {
    return this.#tls.listener;
  }

  get dialTls(): DialTls | null {
    return this.#tls.dialler;
  }

  /**
   * Makes certificates ready, before the rest of the options is in force.
   *
   * @throws CertificateError when they are no good; nothing has changed then.
   */
  async prepare(options: Readonly<Options>): Promise<void> {
    const cluster = effectiveCluster(options);
    if (cluster !== null) await this.#tls.use(cluster);
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
    this.#options.cluster = effectiveCluster(this.options) ?? this.#options.cluster;
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
