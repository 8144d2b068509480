/** The gate of a server: makes clients of what comes in, keeps count, and turns away. */

import { Client } from "../kinds/client.ts";
import type { ClientHost } from "../kinds/client-host.ts";
import type { Logger } from "../log/logger.ts";
import type { Connection, Peer } from "../net/connection.ts";
import type { Acceptor } from "../net/listener.ts";
import type { Transport } from "../net/transport.ts";
import { ClosedReason, ERR_AUTHORIZATION, ERR_MAX_CONNECTIONS } from "../protocol/errors.ts";

/** Ids below are for the server's own, internal clients, as in nats-server. */
const FIRST_CID = 5;
/** Refused connections are logged at most this often. */
const REFUSAL_LOG_MS = 1000;

export interface GateHost extends ClientHost {
  readonly log: Logger;
  readonly options: ClientHost["options"] & { readonly maxConnections: number };
}

export class ClientGate implements Acceptor {
  /** Those that are open, by id. */
  readonly clients = new Map<number, Client>();
  /** What cannot be enforced keeps everybody out. */
  isShut = false;
  readonly #host: GateHost;
  #nextCid = FIRST_CID;
  #refusalLoggedAt = Number.NEGATIVE_INFINITY;

  constructor(host: GateHost) {
    this.#host = host;
  }

  /** Connections there have been. */
  get count(): number {
    return this.#nextCid - FIRST_CID;
  }

  accept(transport: Transport, peer: Peer): Client {
    const client = new Client(this.#host, transport, this.#nextCid++, peer);
    this.clients.set(client.cid, client);
    return client;
  }

  admit(connection: Connection): void {
    if (this.isShut) {
      this.#refuse(connection, ERR_AUTHORIZATION, ClosedReason.AuthenticationViolation);
    } else if (this.clients.size > this.#host.options.maxConnections) {
      this.#refuse(connection, ERR_MAX_CONNECTIONS, ClosedReason.MaxConnectionsExceeded);
    }
  }

  remove(connection: Connection): void {
    this.clients.delete(connection.cid);
  }

  /**
   * Lets every client take over options that have changed since it came, and decides again whether it
   * may stay. Nobody waits for the passwords of others.
   */
  refresh(): void {
    for (const client of [...this.clients.values()]) {
      client.applyOptions();
      if (this.isShut) this.admit(client);
      else void client.recheck(false);
    }
  }

  #refuse(connection: Connection, error: string, reason: ClosedReason): void {
    const now = performance.now();
    if (now - this.#refusalLoggedAt >= REFUSAL_LOG_MS) {
      this.#refusalLoggedAt = now;
      this.#host.log.error(`${connection.label} - ${error}`);
    }
    connection.closeWithError(error, reason);
  }
}
