/** Where other servers of the cluster come in. */

import type { EffectiveCluster } from "../config/options/effective-cluster.ts";
import { interfaceAddresses } from "../net/interface-addresses.ts";
import type { Acceptor } from "../net/listener.ts";
import { joinHostPort } from "../protocol/host-port.ts";
import type { ClusterHost } from "./cluster-host.ts";
import { LinkPort } from "./link-port.ts";

/** The cluster cannot be started; the message is nats-server's. */
export class ClusterStartError extends Error {}

export class RoutePort {
  readonly #host: ClusterHost;
  readonly #port: LinkPort;
  #own: ReadonlySet<string> = new Set();

  constructor(acceptor: Acceptor, host: ClusterHost) {
    this.#host = host;
    this.#port = new LinkPort(acceptor, host, "Route");
  }

  /** The one that is really bound; 0 while there is none. */
  get number(): number {
    return this.#port.number;
  }

  /** @throws ClusterStartError when the address cannot be bound. */
  open({ host, port }: EffectiveCluster): void {
    try {
      this.#port.open(host, port);
    } catch (error) {
      const problem = (error as Error).message;
      throw new ClusterStartError(`Error listening on router port: ${port} - ${problem}`);
    }
    const shown = joinHostPort(host, this.number);
    this.#host.log.info(`Listening for route connections on ${shown}`);
  }

  /** Takes note of what leads back to this server. @param port the one that others are told. */
  learnOwnAddresses(port: number): void {
    this.#own = new Set(interfaceAddresses().map((address) => joinHostPort(address, port)));
  }

  isOwnAddress(ip: string, port: number): boolean {
    return this.#own.has(joinHostPort(ip, port));
  }

  close(): void {
    this.#port.close();
  }
}
