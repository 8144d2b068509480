/** A listener for other servers, of this cluster or of other ones. */

import type { Logger } from "../log/logger.ts";
import { type Acceptor, Listener, type ListenerTls } from "../net/listener.ts";

export interface LinkPortHost {
  readonly log: Logger;
  /** Null when there is never TLS. */
  readonly listenerTls: ListenerTls | null;
}

export class LinkPort {
  readonly #acceptor: Acceptor;
  readonly #host: LinkPortHost;
  readonly #kind: string;
  #listener: Listener | null = null;

  /** @param kind of connections, as the log calls it. */
  constructor(acceptor: Acceptor, host: LinkPortHost, kind: string) {
    this.#acceptor = acceptor;
    this.#host = host;
    this.#kind = kind;
  }

  /** The one that is really bound; 0 while there is none. */
  get number(): number {
    return this.#listener?.port ?? 0;
  }

  /**
   * @param port -1 takes any free one.
   * @throws Error in nats-server's words when the address cannot be bound.
   */
  open(host: string, port: number): void {
    this.#listener = Listener.open(host, port === -1 ? 0 : port, this.#acceptor, {
      // A reload may bring TLS, or take it away.
      take: (...accepted) => this.#host.listenerTls?.take(...accepted) ?? null,
    });
  }

  close(): void {
    if (this.#listener === null) return;
    this.#listener.close();
    this.#listener = null;
    this.#host.log.debug(`${this.#kind} accept loop exiting..`);
  }
}
