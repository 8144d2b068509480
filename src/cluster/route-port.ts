/** Where other servers come in: the listener of the cluster. */

import type { EffectiveCluster } from "../config/options/effective-cluster.ts";
import { interfaceAddresses } from "../net/interface-addresses.ts";
import { type Acceptor, Listener } from "../net/listener.ts";
import { joinHostPort } from "../protocol/host-port.ts";
import type { ClusterHost } from "./cluster-host.ts";

/** The cluster cannot be started; the message is nats-server's. */
export class ClusterStartError extends Error {}

export class RoutePort {
  readonly #acceptor: Acceptor;
  readonly #host: ClusterHost;
  #listener: Listener | null = null;
  #own: ReadonlySet<string> = new Set();

  constructor(acceptor: Acceptor, host: ClusterHost) {
    this.#acceptor = acceptor;
    this.#host = host;
  }

  /** The one that is really bound; 0 while there is none. */
  get number(): number {
    return this.#listener?.port ?? 0;
  }

  /** @throws ClusterStartError when the address cannot be bound. */
  open({ host, port }: EffectiveCluster): void {
    const wanted = port === -1 ? 0 : port;
    try {
      this.#listener = Listener.open(host, wanted, this.#acceptor, {
        // A reload may bring TLS, or take it away.
        take: (...accepted) => this.#host.listenerTls?.take(...accepted) ?? null,
      });
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
    if (this.#listener === null) return;
    this.#listener.close();
    this.#listener = null;
    this.#host.log.debug("Route accept loop exiting..");
  }
}
