/**
 * A whole server: what its connections share, its listener, and its beginning and end.
 *
 * Nothing here is global, so a process can run as many servers as it likes.
 */

import { Authenticator } from "../auth/authenticator.ts";
import { ServerKeys } from "../auth/server-keys.ts";
import { type Options, resolveOptions } from "../config/options/options.ts";
import { unenforced } from "../config/unenforced.ts";
import { ContradictionError, contradictions } from "../config/validate/validate.ts";
import type { Account } from "../core/account.ts";
import type { Passage } from "../core/crossing/passage.ts";
import type { Delivery } from "../core/delivery.ts";
import { Denials } from "../core/permissions/denials.ts";
import type { SinkTable } from "../core/sink.ts";
import type { Subscriptions } from "../core/subscriptions.ts";
import type { Client } from "../kinds/client.ts";
import type { ClientHost } from "../kinds/client-session.ts";
import { InProcessClient, type InProcessCredentials } from "../kinds/in-process-client.ts";
import { Logger, type LogSink } from "../log/logger.ts";
import type { Certificates } from "../net/certificates.ts";
import type { Connection, ServerStats } from "../net/connection.ts";
import { Deadlines } from "../net/deadlines.ts";
import { Listener } from "../net/listener.ts";
import type { TlsSettings } from "../net/tls/settings.ts";
import { Turn } from "../net/turn.ts";
import type { Endpoints } from "../process/ports-file.ts";
import type { Phase } from "../process/signals.ts";
import { ClosedReason } from "../protocol/errors.ts";
import { joinHostPort, parseHostPort } from "../protocol/host-port.ts";
import { type InfoTls, NO_TLS, type ServerInfo } from "../protocol/info.ts";
import { Message } from "../protocol/message.ts";
import { type ConfigurationSource, logBanner } from "./banner.ts";
import { ClientGate } from "./client-gate.ts";
import { authTimeoutMs, tlsTimeoutMs } from "./effective-timeouts.ts";
import { type LameDuckClock, type LameDuckSettings, runLameDuck } from "./lame-duck.ts";
import { ServerDescription } from "./server-description.ts";
import { Tenancy } from "./tenancy.ts";

/** How long a stop waits for clients to take what is pending. */
const STOP_LINGER_MS = 2000;

/** A server cannot start; the message is what nats-server logs then. */
export class StartError extends Error {}

export class Server implements ClientHost {
  /** The same object for as long as the server lives; a reload changes what is in it. */
  readonly options: Readonly<Options>;
  readonly log: Logger;
  readonly turn = new Turn();
  readonly deadlines = new Deadlines();
  readonly message = new Message();
  readonly keys: ServerKeys;
  readonly description: ServerDescription;
  readonly tenancy: Tenancy;
  readonly subs: Subscriptions;
  readonly sinks: SinkTable;
  readonly account: Account;
  readonly delivery: Delivery;
  readonly passage: Passage;
  readonly authenticator: Authenticator;
  readonly denials = new Denials(Date.now);
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
  #listener: Listener | undefined;
  #certificates: Certificates | undefined;
  #tls: TlsSettings | undefined;
  /** Set from the beginning of lame duck mode on; the end of the server ends it. */
  #lameDuck: AbortController | undefined;
  #stopping: Promise<void> | undefined;
  readonly gate: ClientGate;

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
    this.keys = ServerKeys.create(this.options);
    const { id, xkey } = this.keys;
    this.serverInfo = {
      id,
      name: this.options.serverName || id,
      host: this.options.host,
      port: this.options.port,
      headers: !this.options.noHeaderSupport,
      authRequired: false,
      tls: NO_TLS,
      maxPayload: this.options.maxPayload,
      xkey,
      runtime: `bun${Bun.version}`,
    };
    this.description = new ServerDescription(this.serverInfo, this.options);
    this.tenancy = new Tenancy(this);
    const { exchange, messaging } = this.tenancy;
    exchange.latencies.start(messaging, this.serverInfo.name);
    const { subs, sinks, delivery, passage } = exchange;
    this.subs = subs;
    this.sinks = sinks;
    this.delivery = delivery;
    this.passage = passage;
    this.account = this.tenancy.accounts.global;
    this.authenticator = new Authenticator(this.tenancy);
    this.gate = new ClientGate(this);
  }

  get clients(): ReadonlyMap<number, Client> {
    return this.gate.clients;
  }

  get systemAccount(): Account | null {
    return this.tenancy.accounts.system;
  }

  get clusterName(): string {
    return this.options.cluster?.name ?? "";
  }

  get authTimeoutMs(): number {
    return authTimeoutMs(this.options);
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
   * @throws CertificateError when certificates are no good.
   * @throws StartError when the address cannot be bound or told to clients.
   */
  async start(): Promise<void> {
    await this.open();
    this.announce();
    await this.prepare(this.options);
    this.listen();
  }

  /**
   * What `start` begins with: gets what the server cannot be without, before it says anything.
   *
   * @throws StartError when it is not to be had.
   */
  async open(): Promise<void> {
    try {
      await this.tenancy.open();
    } catch (error) {
      throw new StartError((error as Error).message);
    }
  }

  /** The second part of `start`: what a process does before the others comes after these log lines. */
  announce(): void {
    logBanner(this.log, this.serverInfo, this.options, this.#configuration);
    this.#checkUnenforced();
  }

  /**
   * The third part of `start`, and the first of a reload: makes ready what options need that takes a
   * while. Certificates that were in use stay when others are no good.
   *
   * @returns whether other certificates than before are in use.
   * @throws CertificateError when they are no good; nothing has changed then.
   */
  async prepare(options: Readonly<Options>): Promise<boolean> {
    // Before certificates are taken over: there shall be no time with new ones and old users.
    await this.authenticator.load(options);
    const hasNewCertificates = await this.#useCertificates(options);
    await this.tenancy.configure(options);
    await this.authenticator.configure(options);
    return hasNewCertificates;
  }

  /**
   * The last part of `start`; does nothing when the server was stopped in the meantime.
   *
   * @throws StartError when the address cannot be bound or told to clients.
   */
  listen(): void {
    if (this.#stopping !== undefined) return;
    const { host, clientAdvertise } = this.options;
    const port = this.options.port === -1 ? 0 : this.options.port;
    try {
      this.#listener = Listener.open(host, port, this.gate, {
        take: (socket, acceptor, peer) => this.#tls?.take(socket, acceptor, peer) ?? null,
      });
    } catch (error) {
      const problem = `"${(error as Error).message}"`;
      throw new StartError(`Error listening on port: ${joinHostPort(host, port)}, ${problem}`);
    }
    this.log.info(`Listening for client connections on ${joinHostPort(host, this.port)}`);
    this.#logTls();
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

  /** Takes over new options; clients see them after `refreshClients`. */
  reconfigure(options: Options): void {
    Object.assign(this.options, options);
    this.serverInfo.maxPayload = options.maxPayload;
    this.#checkUnenforced();
    if (this.#listener !== undefined) this.#advertise();
  }

  /** Lets every client take over options that have changed since it came. */
  refreshClients(): void {
    this.gate.refresh();
  }

  /** A client in this process, with the rights of any other. */
  connectInProcess(credentials?: InProcessCredentials): InProcessClient {
    return new InProcessClient(this.gate, credentials);
  }

  onConnectionClosed(connection: Connection): void {
    this.gate.remove(connection);
    this.stats.outMsgs += connection.outbound.outMsgs;
    this.stats.outBytes += connection.outbound.outBytes;
  }

  /** Nothing is loaded for certificates before there is TLS. */
  async #useCertificates(options: Readonly<Options>): Promise<boolean> {
    const { tls, allowNonTls } = options;
    if (tls === null && this.#certificates === undefined) return false;
    const { Certificates } = await import("../net/certificates.ts");
    const { TlsSettings } = await import("../net/tls/settings.ts");
    this.#certificates ??= new Certificates(this.log);
    this.#tls ??= new TlsSettings(this.log, this.#certificates);
    const timeoutMs = tlsTimeoutMs(options);
    return await this.#tls.use(tls === null ? null : { options: tls, allowNonTls, timeoutMs });
  }

  async #stop(cleanUp?: () => Promise<void>): Promise<void> {
    this.log.info("Initiating Shutdown...");
    this.#lameDuck?.abort();
    this.#certificates?.stop();
    this.authenticator.stop();
    this.tenancy.stop();
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

  /** What cannot be enforced keeps everybody out, and is said. */
  #checkUnenforced(): void {
    const blocks = unenforced(this.options);
    this.gate.isShut = blocks.length > 0;
    if (blocks.length === 0) return;
    this.log.error(
      `This version cannot enforce these options yet, so it refuses all clients: ${blocks.join(", ")}`,
    );
  }

  #logTls(): void {
    const { tls, allowNonTls } = this.options;
    if (tls === null) return;
    // A handshake that always comes first is one for everybody.
    const isFirst = tls.handshakeFirst && tls.handshakeFirstFallbackMs === 0;
    const need = allowNonTls && !isFirst ? "available" : "required";
    this.log.info(`TLS ${need} for client connections`);
    if (isFirst) {
      const who = 'Clients that are not using "TLS Handshake First" option';
      this.log.warn(`${who} will fail to connect`);
    }
  }

  /** INFO shows the bound port, or the address that clients were told to use. */
  #advertise(): void {
    const { clientAdvertise, host } = this.options;
    this.serverInfo.authRequired = this.authenticator.isRequired;
    this.serverInfo.tls = infoTls(this.options);
    const bound = { host, port: this.port };
    Object.assign(
      this.serverInfo,
      clientAdvertise === "" ? bound : parseHostPort(clientAdvertise, this.port),
    );
  }
}

function infoTls({ tls, allowNonTls }: Options): InfoTls {
  if (tls === null) return NO_TLS;
  const verify = tls.verify || tls.verifyAndMap;
  return { required: !allowNonTls, verify, available: allowNonTls };
}

function hasPending(client: Client): boolean {
  return client.outbound.pendingBytes > 0;
}
