/** Other servers: the cluster and the supercluster that this one is part of, if any. */

import type { Cluster } from "../../cluster/cluster.ts";
import { effectiveCluster } from "../../config/options/effective-cluster.ts";
import { effectiveGateway } from "../../config/options/effective-gateway.ts";
import type { Options } from "../../config/options/options.ts";
import type { Connection } from "../../net/connection.ts";
import type { Supercluster } from "../../supercluster/supercluster.ts";
import type { Routing } from "../routing/routing.ts";
import type { SuperclusterMembership } from "../supercluster/membership.ts";
import type { LinkServer } from "./link-server.ts";

export class OtherServers {
  readonly #server: LinkServer;
  /** Null without a port for routes. */
  #routing: Routing | null = null;
  /** Null without a port for gateways. */
  #membership: SuperclusterMembership | null = null;

  constructor(server: LinkServer) {
    this.#server = server;
  }

  /** There may be any. */
  get areExpected(): boolean {
    return this.#routing !== null || this.#membership !== null;
  }

  /** Null without a port for routes. */
  get cluster(): Cluster | null {
    return this.#routing?.cluster ?? null;
  }

  /** Null without a port for gateways. */
  get supercluster(): Supercluster | null {
    return this.#membership?.supercluster ?? null;
  }

  /**
   * Makes certificates ready. Nothing is loaded for other servers before there are to be some, which
   * takes a start.
   *
   * @throws CertificateError when they are no good.
   */
  async prepare(options: Readonly<Options>): Promise<void> {
    const { exchange } = this.#server.tenancy;
    const [cluster, gateway] = [effectiveCluster(options), effectiveGateway(options)];
    if (exchange.gateways !== null && gateway !== null) {
      const { SuperclusterMembership } = await import("../supercluster/membership.ts");
      this.#membership ??= new SuperclusterMembership(this.#server, gateway);
      await this.#membership.prepare(options);
    }
    if (exchange.localInterest !== null && cluster !== null) {
      const { Routing } = await import("../routing/routing.ts");
      this.#routing ??= new Routing(this.#server, cluster, this.#membership);
      await this.#routing.prepare(options);
    }
  }

  /**
   * Lets servers of other clusters in.
   *
   * @throws StartError when the address cannot be bound or told.
   */
  openGateways(): void {
    this.#membership?.open();
  }

  /**
   * Lets servers of the cluster in and dials them; clients can come in already.
   *
   * @throws StartError when the address cannot be bound or told.
   */
  openRoutes(): void {
    this.#routing?.open();
  }

  /** Connections take over options that have changed since they came. */
  refresh(): void {
    this.#routing?.refresh();
    this.#membership?.refresh();
  }

  lameDuck(): void {
    this.#routing?.lameDuck();
  }

  /** Resolves when nothing more is to come from other servers, or it takes too long. */
  async withdraw(): Promise<void> {
    await this.#routing?.withdraw();
  }

  /** @returns what may still have something to send. */
  stop(): Connection[] {
    return [...(this.#routing?.stop() ?? []), ...(this.#membership?.stop() ?? [])];
  }
}
