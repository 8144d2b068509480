/**
 * A whole server: what its connections share, its listener, and its beginning and end.
 *
 * Nothing here is global, so a process can run as many servers as it likes.
 */

import { type Options, resolveOptions } from "../config/options/options.ts";
import type { TlsOptions } from "../config/options/tls.ts";
import { unenforced } from "../config/unenforced.ts";
import { ContradictionError, contradictions } from "../config/validate/validate.ts";
import { Account } from "../core/account.ts";
import { Delivery } from "../core/delivery.ts";
import { QueueNames } from "../core/queue-names.ts";
import { SinkTable } from "../core/sink.ts";
import { Subscriptions } from "../core/subscriptions.ts";
import { Client, type ClientHost } from "../kinds/client.ts";
import { InProcessClient } from "../kinds/in-process-client.ts";
import { Logger, type LogSink } from "../log/logger.ts";
import type { Certificates } from "../net/certificates.ts";
import type { Connection, Peer, ServerStats } from "../net/connection.ts";
import { Listener } from "../net/listener.ts";
import type { Transport } from "../net/transport.ts";
import { Turn } from "../net/turn.ts";
import type { Endpoints } from "../process/ports-file.ts";
import type { Phase } from "../process/signals.ts";
import { GLOBAL_ACCOUNT } from "../protocol/account-names.ts";
import { ClosedReason, ERR_AUTHORIZATION, ERR_MAX_CONNECTIONS } from "../protocol/errors.ts";
import { joinHostPort, parseHostPort } from "../protocol/host-port.ts";
import type { ServerInfo } from "../protocol/info.ts";
import { Message } from "../protocol/message.ts";
import { encodePublicNkey, NkeyKind } from "../protocol/nkeys.ts";
import { type ConfigurationSource, logBanner } from "./banner.ts";
import { type LameDuckClock, type LameDuckSettings, runLameDuck } from "./lame-duck.ts";

/** Ids below are for the server's own, internal clients, as in nats-server. */
const FIRST_CID = 5;
/** How long a stop waits for clients to take what is pending. */
const STOP_LINGER_MS = 2000;
/** Refused connections are logged at most this often. */
const REFUSAL_LOG_MS = 1000;

/** A server cannot start; the message is what nats-server logs then. */
export class StartError extends Error {}

export class Server implements ClientHost {
  /** The same object for as long as the server lives; a reload changes what is in it. */
  readonly options: Readonly<Options>;
  readonly log: Logger;
  readonly turn = new Turn();
  readonly message = new Message();
  readonly queues = new QueueNames();
  readonly subs = new Subscriptions(this.queues);
  readonly sinks = new SinkTable();
  readonly account: Account;
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

  readonly #configuration: ConfigurationSource | null;
  /** Blocks of the configuration that keep everybody out, see `unenforced`. */
  #unenforced: readonly string[] = [];
  #listener: Listener | undefined;
  #certificates: Certificates | undefined;
  /** Set from the beginning of lame duck mode on; the end of the server ends it. */
  #lameDuck: AbortController | undefined;
  #stopping: Promise<void> | undefined;
  #nextCid = FIRST_CID;
  #refusalLoggedAt = Number.NEGATIVE_INFINITY;

  /**
   * @param sink where log lines go; null for nowhere.
   * @param configuration the file that the options come from, if any.
   * @throws ContradictionError when options contradict each other.
   */
  constructor(
    options: Partial<Options>,
    sink: LogSink | null,
    configuration: ConfigurationSource | null = null,
  ) {
    this.options = resolveOptions(options);
    this.#configuration = configuration;
    const faults = contradictions(this.options);
    if (faults.length > 0) throw new ContradictionError(faults);
    this.log = new Logger(sink, this.options);
    const isCached = !this.options.noSublistCache;
    this.account = new Account(GLOBAL_ACCOUNT, this.subs, this.queues, isCached);
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

  get phase(): Phase {
    if (this.#stopping !== undefined) return "stopping";
    return this.#lameDuck === undefined ? "serving" : "lame duck";
  }

  /** Where the server can be reached. */
  get endpoints(): Endpoints {
    if (this.#listener === undefined) return {};
    return { nats: { scheme: "nats", host: this.options.host, port: this.port } };
  }

  /**
   * Logs who the server is, then listens for clients.
   *
   * @throws StartError when the address cannot be bound or told to clients.
   */
  start(): void {
    this.announce();
    this.listen();
  }

  /** The first half of `start`: what a process does between the two comes after these log lines. */
  announce(): void {
    logBanner(this.log, this.serverInfo, this.options, this.#configuration);
    this.#checkUnenforced();
  }

  /**
   * The second half of `start`; does nothing when the server was stopped in the meantime.
   *
   * @throws StartError when the address cannot be bound or told to clients.
   */
  listen(): void {
    if (this.#stopping !== undefined) return;
    const { host, clientAdvertise } = this.options;
    const port = this.options.port === -1 ? 0 : this.options.port;
    try {
      this.#listener = Listener.open(host, port, (transport, peer) =>
        this.#accept(transport, peer),
      );
    } catch (error) {
      const problem = `"${(error as Error).message}"`;
      throw new StartError(`Error listening on port: ${joinHostPort(host, port)}, ${problem}`);
    }
    this.log.info(`Listening for client connections on ${joinHostPort(host, this.port)}`);
    try {
      this.#advertise();
    } catch (error) {
      const problem = `value of ${clientAdvertise}, err=${(error as Error).message}`;
      throw new StartError(`Error setting server INFO with ClientAdvertise ${problem}`);
    }
    this.log.info("Server is ready");
  }

  /**
   * Takes no more clients and lets those there are go, gently. Resolves when the server is to be
   * stopped: the clients are gone, or a stop came first.
   *
   * @returns false when there is nothing to do: the server does not listen, or this was called before.
   */
  async lameDuck(settings: LameDuckSettings, clock?: LameDuckClock): Promise<boolean> {
    if (this.#listener === undefined) return false;
    this.log.info("Entering lame duck mode, stop accepting new clients");
    this.#lameDuck = new AbortController();
    this.#closeListener();
    await runLameDuck(this, settings, this.#lameDuck.signal, clock);
    return true;
  }

  /**
   * Closes the listener and every connection. What clients have yet to receive is still sent, but
   * one that does not read holds the stop up for two seconds at most. A second call waits for the
   * first.
   *
   * @param cleanUp what is to be done before the last log line.
   */
  stop(cleanUp?: () => Promise<void>): Promise<void> {
    this.#stopping ??= this.#stop(cleanUp);
    return this.#stopping;
  }

  /**
   * Reads certificates, and follows their files from then on. Nothing is loaded for that before there
   * is TLS.
   *
   * @returns whether other certificates than before are in use.
   * @throws CertificateError when they are no good; those that were in use stay.
   */
  async useCertificates(tls: TlsOptions | null): Promise<boolean> {
    if (tls === null && this.#certificates === undefined) return false;
    const { Certificates } = await import("../net/certificates.ts");
    this.#certificates ??= new Certificates(this.log);
    return this.#certificates.use(tls);
  }

  /** Takes over new options; clients see them after `refreshClients`. */
  reconfigure(options: Options): void {
    Object.assign(this.options, options);
    this.serverInfo.maxPayload = options.maxPayload;
    this.#checkUnenforced();
    if (this.#listener !== undefined) this.#advertise();
  }

  /** Lets every client take over options that have changed since it came. */
  refreshClients(): void {
    for (const client of [...this.clients.values()]) {
      client.applyOptions();
      if (this.#unenforced.length > 0) {
        this.#refuse(client, ERR_AUTHORIZATION, ClosedReason.AuthenticationViolation);
      }
    }
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

  async #stop(cleanUp?: () => Promise<void>): Promise<void> {
    this.log.info("Initiating Shutdown...");
    this.#lameDuck?.abort();
    this.#certificates?.stop();
    if (this.#listener !== undefined) {
      this.#closeListener();
      this.log.debug("Client accept loop exiting..");
    }
    const closing = [...this.clients.values()];
    for (const client of closing) client.close(ClosedReason.ServerShutdown);
    const deadline = performance.now() + STOP_LINGER_MS;
    while (performance.now() < deadline && closing.some(hasPending)) await Bun.sleep(10);
    await cleanUp?.();
    this.log.info("Server Exiting..");
  }

  #closeListener(): void {
    this.#listener?.close();
    this.#listener = undefined;
  }

  #accept(transport: Transport, peer: Peer): Client {
    const client = new Client(this, transport, this.#nextCid++, peer);
    const isFull = this.clients.size >= this.options.maxConnections;
    this.clients.set(client.cid, client);
    if (this.#unenforced.length > 0) {
      this.#refuse(client, ERR_AUTHORIZATION, ClosedReason.AuthenticationViolation);
    } else if (isFull) {
      this.#refuse(client, ERR_MAX_CONNECTIONS, ClosedReason.MaxConnectionsExceeded);
    }
    return client;
  }

  #refuse(client: Client, error: string, reason: ClosedReason): void {
    const now = performance.now();
    if (now - this.#refusalLoggedAt >= REFUSAL_LOG_MS) {
      this.#refusalLoggedAt = now;
      this.log.error(`${client.label} - ${error}`);
    }
    client.closeWithError(error, reason);
  }

  /** What cannot be enforced keeps everybody out, and is said. */
  #checkUnenforced(): void {
    this.#unenforced = unenforced(this.options);
    if (this.#unenforced.length === 0) return;
    const blocks = this.#unenforced.join(", ");
    this.log.error(
      `This version cannot enforce these options yet, so it refuses all clients: ${blocks}`,
    );
  }

  /** INFO shows the bound port, or the address that clients were told to use. */
  #advertise(): void {
    const { clientAdvertise, host } = this.options;
    const bound = { host, port: this.port };
    Object.assign(
      this.serverInfo,
      clientAdvertise === "" ? bound : parseHostPort(clientAdvertise, this.port),
    );
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
