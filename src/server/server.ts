/**
 * A whole server: what its connections share, its listener, and its beginning and end.
 *
 * Nothing here is global, so a process can run as many servers as it likes.
 */

import { type Options, resolveOptions } from "../config/options/options.ts";
import { Account } from "../core/account.ts";
import { Delivery } from "../core/delivery.ts";
import { QueueNames } from "../core/queue-names.ts";
import { SinkTable } from "../core/sink.ts";
import { Subscriptions } from "../core/subscriptions.ts";
import { Client, type ClientHost } from "../kinds/client.ts";
import { InProcessClient } from "../kinds/in-process-client.ts";
import { Logger, type LogSink } from "../log/logger.ts";
import type { Connection, Peer, ServerStats } from "../net/connection.ts";
import { Listener } from "../net/listener.ts";
import type { Transport } from "../net/transport.ts";
import { Turn } from "../net/turn.ts";
import { GLOBAL_ACCOUNT } from "../protocol/account-names.ts";
import { ClosedReason, ERR_MAX_CONNECTIONS } from "../protocol/errors.ts";
import { COMPATIBLE_VERSION, type ServerInfo } from "../protocol/info.ts";
import { Message } from "../protocol/message.ts";
import { encodePublicNkey, NkeyKind } from "../protocol/nkeys.ts";
import { COMMIT, VERSION } from "../version.ts";

/** Ids below are for the server's own, internal clients, as in nats-server. */
const FIRST_CID = 5;
/** How long a stop waits for clients to take what is pending. */
const STOP_LINGER_MS = 2000;
/** Refused connections are logged at most this often. */
const REFUSAL_LOG_MS = 1000;

export class Server implements ClientHost {
  readonly options: Readonly<Options>;
  readonly log: Logger;
  readonly turn = new Turn();
  readonly message = new Message();
  readonly queues = new QueueNames();
  readonly subs = new Subscriptions(this.queues);
  readonly sinks = new SinkTable();
  readonly account = new Account(GLOBAL_ACCOUNT, this.subs, this.queues);
  readonly delivery = new Delivery(this.subs, this.sinks);
  readonly clients = new Map<number, Client>();
  readonly serverInfo: ServerInfo;
  readonly stats: ServerStats = {
    inMsgs: 0,
    inBytes: 0,
    outMsgs: 0,
    outBytes: 0,
    slowConsumers: 0,
    staleConnections: 0,
    stalledProducers: 0,
  };

  #listener: Listener | undefined;
  #nextCid = FIRST_CID;
  #refusalLoggedAt = Number.NEGATIVE_INFINITY;

  /** @param sink where log lines go; null for nowhere. */
  constructor(options: Partial<Options>, sink: LogSink | null) {
    this.options = resolveOptions(options);
    this.log = new Logger(sink, this.options);
    const id = encodePublicNkey(NkeyKind.Server, randomKey());
    this.serverInfo = {
      id,
      name: this.options.serverName || id,
      host: this.options.host,
      port: this.options.port,
      headers: !this.options.noHeaderSupport,
      maxPayload: this.options.maxPayload,
      xkey: encodePublicNkey(NkeyKind.Curve, randomKey()),
      runtime: `bun${Bun.version}`,
    };
  }

  /** Port that is really bound; 0 before `start`. */
  get port(): number {
    return this.#listener?.port ?? 0;
  }

  /**
   * Listens for clients.
   *
   * @throws Error when the address cannot be bound.
   */
  start(): void {
    this.#logBanner();
    const { host } = this.options;
    const port = Math.max(this.options.port, 0);
    this.#listener = Listener.open(host, port, (transport, peer) => this.#accept(transport, peer));
    this.#advertise();
    this.log.info(`Listening for client connections on ${host}:${this.port}`);
    this.log.info("Server is ready");
  }

  /**
   * Closes the listener and every connection. What clients have yet to receive is still sent, but
   * one that does not read holds the stop up for two seconds at most.
   */
  async stop(): Promise<void> {
    if (this.#listener === undefined) return;
    this.log.info("Initiating Shutdown...");
    this.#listener.close();
    this.#listener = undefined;
    this.log.debug("Client accept loop exiting..");
    const closing = [...this.clients.values()];
    for (const client of closing) client.close(ClosedReason.ServerShutdown);
    const deadline = performance.now() + STOP_LINGER_MS;
    while (performance.now() < deadline && closing.some(hasPending)) await Bun.sleep(10);
    this.log.info("Server Exiting..");
  }

  /** A client in this process, with the rights of any other. */
  connectInProcess(): InProcessClient {
    return new InProcessClient((transport, peer) => this.#accept(transport, peer));
  }

  onConnectionClosed(connection: Connection): void {
    this.clients.delete(connection.cid);
    this.stats.outMsgs += connection.outbound.outMsgs;
    this.stats.outBytes += connection.outbound.outBytes;
  }

  #accept(transport: Transport, peer: Peer): Client {
    const client = new Client(this, transport, this.#nextCid++, peer);
    const isFull = this.clients.size >= this.options.maxConnections;
    this.clients.set(client.cid, client);
    if (isFull) this.#refuse(client);
    return client;
  }

  #refuse(client: Client): void {
    const now = performance.now();
    if (now - this.#refusalLoggedAt >= REFUSAL_LOG_MS) {
      this.#refusalLoggedAt = now;
      this.log.error(`${client.label} - ${ERR_MAX_CONNECTIONS}`);
    }
    client.closeWithError(ERR_MAX_CONNECTIONS, ClosedReason.MaxConnectionsExceeded);
  }

  /** INFO shows the bound port, or the address that clients were told to use. */
  #advertise(): void {
    this.serverInfo.port = this.port;
    const { clientAdvertise } = this.options;
    if (clientAdvertise === "") return;
    const colon = clientAdvertise.lastIndexOf(":");
    const hasPort = colon > clientAdvertise.lastIndexOf("]") && colon >= 0;
    this.serverInfo.host = (hasPort ? clientAdvertise.slice(0, colon) : clientAdvertise).replace(
      /^\[|\]$/g,
      "",
    );
    if (hasPort) this.serverInfo.port = Number(clientAdvertise.slice(colon + 1));
  }

  #logBanner(): void {
    this.log.info("Starting nats-server");
    this.log.info(`  Version:  ${COMPATIBLE_VERSION} (bun-nats-server ${VERSION})`);
    this.log.info(`  Git:      [${COMMIT || "not set"}]`);
    this.log.debug(`  Bun:      ${Bun.version}`);
    this.log.info(`  Name:     ${this.serverInfo.name}`);
    this.log.info(`  ID:       ${this.serverInfo.id}`);
  }
}

function hasPending(client: Client): boolean {
  return client.outbound.pendingBytes > 0;
}

/**
 * A random public key. Nobody asks this server to sign or to decrypt, so it keeps no private half,
 * and the cryptography library stays out of memory.
 */
function randomKey(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(32));
}
