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
/** Time for telling clients of something, before others have their turn. */
const SLICE_MS = 1;

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
  /** Connections there have been. */
  count = 0;
  #nextCid = FIRST_CID;
  #isTelling: Promise<void> | null = null;
  /** INFO has changed since clients were last told. */
  #hasNews = false;
  #refusalLoggedAt = Number.NEGATIVE_INFINITY;

  constructor(host: GateHost) {
    this.#host = host;
  }

  /** The next id for a connection, of whatever kind. */
  takeId(): number {
    return this.#nextCid++;
  }

  accept(transport: Transport, peer: Peer): Client {
    this.count++;
    const client = new Client(this.#host, transport, this.takeId(), peer);
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

  /** Tells clients what INFO says by now, a part of them at a time. */
  tellInfo(): void {
    this.#isTelling ??= this.#tellAll().finally(() => {
      this.#isTelling = null;
    });
    this.#hasNews = true;
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

  async #tellAll(): Promise<void> {
    // Servers often come together: what is said once is enough.
    await Bun.sleep(0);
    while (this.#hasNews) {
      this.#hasNews = false;
      let until = performance.now() + SLICE_MS;
      for (const client of [...this.clients.values()]) {
        if (client.takesInfo && !client.isClosed) client.tellInfo();
        if (performance.now() < until) continue;
        await Bun.sleep(0);
        until = performance.now() + SLICE_MS;
      }
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
