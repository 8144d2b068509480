/**
 * A whole server: what its connections share, its listener, and its beginning and end.
 *
 * Nothing here is global, so a process can run as many servers as it likes.
 */

import { Authenticator } from "../auth/authenticator.ts";
import { ServerKeys } from "../auth/server-keys.ts";
import type { Cluster } from "../cluster/cluster.ts";
import { type Options, resolveOptions } from "../config/options/options.ts";
import { unenforced } from "../config/unenforced.ts";
import { ContradictionError, contradictions } from "../config/validate/validate.ts";
import type { Account } from "../core/account.ts";
import type { Passage } from "../core/crossing/passage.ts";
import type { Delivery } from "../core/delivery.ts";
import type { Gateways } from "../core/gateway/gateways.ts";
import { Denials } from "../core/permissions/denials.ts";
import type { SinkTable } from "../core/sink.ts";
import type { Subscriptions } from "../core/subscriptions.ts";
import type { MessageTracing } from "../core/tracing/message-tracing.ts";
import type { ServerControl } from "../documents/server-control.ts";
import type { Client } from "../kinds/client.ts";
import type { ClientHost } from "../kinds/client-host.ts";
import { InProcessClient, type InProcessCredentials } from "../kinds/in-process-client.ts";
import { LogTail } from "../log/log-tail.ts";
import { Logger, type LogSink } from "../log/logger.ts";
import type { MonitorListener } from "../monitor/http/monitor-listener.ts";
import type { Clock } from "../net/clock.ts";
import type { Connection } from "../net/connection.ts";
import { Deadlines } from "../net/deadlines.ts";
import { ServerStats } from "../net/server-stats.ts";
import { SlowConsumers } from "../net/slow/slow-consumers.ts";
import type { TrafficSampler } from "../net/traffic-sampler.ts";
import { Turn } from "../net/turn.ts";
import type { Endpoint, Endpoints } from "../process/ports-file.ts";
import type { Phase } from "../process/signals.ts";
import { ClosedReason } from "../protocol/errors.ts";
import type { ServerInfo } from "../protocol/info.ts";
import { Message } from "../protocol/message.ts";
import type { Supercluster } from "../supercluster/supercluster.ts";
import { SystemEvents } from "../system/events/system-events.ts";
import { SystemServices } from "../system/services/system-services.ts";
import { type ConfigurationSource, logBanner } from "./banner.ts";
import { ClientGate } from "./client-gate.ts";
import { ClientPort } from "./client-port.ts";
import { ClientTls } from "./client-tls.ts";
import { clusterEndpoint } from "./cluster-endpoint.ts";
import { authTimeoutMs } from "./effective-timeouts.ts";
import { firstInfo } from "./first-info.ts";
import { type LameDuckSettings, runLameDuck } from "./lame-duck.ts";
import { linger } from "./linger.ts";
import { OtherServers } from "./links/other-servers.ts";
import { Observation } from "./observation.ts";
import { ServerDescription } from "./server-description.ts";
import { ServiceContext } from "./service-context.ts";
import { StartError } from "./start-error.ts";
import { Tenancy } from "./tenancy.ts";

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
  readonly gateways: Gateways | null;
  readonly passage: Passage;
  readonly tracing: MessageTracing;
  readonly authenticator: Authenticator;
  readonly denials = new Denials(Date.now);
  readonly slowConsumers = new SlowConsumers();
  readonly serverInfo: ServerInfo;
  readonly stats = new ServerStats();

  readonly #configuration: ConfigurationSource | null;
  readonly #clientPort: ClientPort;
  readonly #tls: ClientTls;
  #monitor: MonitorListener | null = null;
  readonly #others: OtherServers;
  /** Set from the beginning of lame duck mode on; the end of the server ends it. */
  #lameDuck: AbortController | undefined;
  #stopping: Promise<void> | undefined;
  readonly gate: ClientGate;
  /** Told of what clients do, and what monitoring looks at. */
  readonly observer: Observation;
  readonly events: SystemEvents;
  readonly services: SystemServices;
  /** Set by the process that the server runs in. */
  control: ServerControl | null = null;
  /** What the process was started with, as far as it is this server's. */
  commandLine: readonly string[] = [process.argv0];

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
    // Whoever looks at the server from outside wants to see how it began.
    const { httpPort, httpsPort } = this.options;
    if (httpPort !== 0 || httpsPort !== 0) this.log.tail = new LogTail();
    this.#tls = new ClientTls(this.log);
    this.keys = ServerKeys.create(this.options);
    this.serverInfo = firstInfo(this.options, this.keys);
    this.description = new ServerDescription(this.serverInfo, this.options);
    this.tenancy = new Tenancy(this);
    const { exchange, messaging } = this.tenancy;
    const { subs, sinks, delivery, gateways, passage, tracing, latencies } = exchange;
    latencies.start(messaging, this.serverInfo.name, () => passage.systemAccount);
    this.subs = subs;
    this.sinks = sinks;
    this.delivery = delivery;
    this.gateways = gateways;
    this.passage = passage;
    this.tracing = tracing;
    this.account = this.tenancy.accounts.global;
    this.authenticator = new Authenticator(this.tenancy);
    this.gate = new ClientGate(this);
    this.#clientPort = new ClientPort(this);
    this.#others = new OtherServers(this);
    this.observer = new Observation(this, configuration);
    this.events = new SystemEvents(this.observer, messaging, this.description);
    this.observer.tell(this.events);
    this.services = new SystemServices(new ServiceContext(this));
  }

  get clients(): ReadonlyMap<number, Client> {
    return this.gate.clients;
  }

  get sampler(): TrafficSampler | null {
    return this.observer.sampler;
  }

  get systemAccount(): Account | null {
    return this.tenancy.accounts.system;
  }

  get clusterName(): string {
    return this.serverInfo.cluster;
  }

  /** Null without a port for routes. */
  get cluster(): Cluster | null {
    return this.#others.cluster;
  }

  /** Null without a port for gateways. */
  get supercluster(): Supercluster | null {
    return this.#others.supercluster;
  }

  get authTimeoutMs(): number {
    return authTimeoutMs(this.options);
  }

  /** Port that is really bound; 0 before `start`. */
  get port(): number {
    return this.#clientPort.number;
  }

  get phase(): Phase {
    if (this.#stopping !== undefined) return "stopping";
    return this.#lameDuck === undefined ? "serving" : "lame duck";
  }

  /** Where the server can be reached. */
  get endpoints(): Endpoints {
    if (!this.#clientPort.isOpen) return {};
    const { monitor, cluster, options } = this;
    return {
      nats: this.#clientPort.endpoint,
      ...(monitor === null ? {} : { monitoring: monitor }),
      ...(cluster === null ? {} : { cluster: clusterEndpoint(options.cluster!, cluster.port) }),
    };
  }

  /** The monitoring port; null when there is none. */
  get monitor(): Endpoint | null {
    return this.#monitor;
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
    await this.openMonitor();
    try {
      this.listen();
    } catch (error) {
      this.events.stop();
      this.#clientPort.close();
      this.#others.stop();
      this.#monitor?.stop();
      throw error;
    }
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
    const hasNewCertificates = await this.#tls.use(options);
    await this.#others.prepare(options);
    await this.tenancy.configure(options);
    await this.authenticator.configure(options);
    this.#attend(this.systemAccount);
    this.tenancy.accounts.onSystem = (account) => this.#attend(account);
    return hasNewCertificates;
  }

  /**
   * The fourth part of `start`: opens the monitoring port, if there is to be one.
   *
   * @throws StartError when it cannot be opened.
   */
  async openMonitor(): Promise<void> {
    const { httpPort, httpsPort } = this.options;
    if (httpPort === 0 && httpsPort === 0) return;
    const { openMonitor } = await import("./monitoring.ts");
    if (this.#stopping !== undefined) return;
    const { observer: view, control, tenancy, commandLine } = this;
    const host = { view, control, messaging: tenancy.messaging, tls: this.#tls.settings ?? null };
    this.#monitor = openMonitor(host, commandLine);
    // Documents count the subscriptions of services.
    this.systemAccount?.wake();
  }

  /**
   * The last part of `start`; does nothing when the server was stopped in the meantime.
   *
   * @throws StartError when the address cannot be bound or told to clients.
   */
  listen(): void {
    if (this.#stopping !== undefined) return;
    void this.events.start();
    this.#attend(this.systemAccount);
    this.#others.openGateways();
    this.#clientPort.open(() => this.#tls.settings);
    this.log.info("Server is ready");
    this.#others.openRoutes();
  }

  /**
   * Takes no more clients and lets those there are go, gently. Resolves when the server is to be
   * stopped: the clients are gone, or a stop came first.
   *
   * @returns false when there is nothing to do: the server does not listen, or this was called before.
   */
  async lameDuck(settings: LameDuckSettings, clock?: Clock): Promise<boolean> {
    if (!this.#clientPort.isOpen) return false;
    this.log.info("Entering lame duck mode, stop accepting new clients");
    this.events.lameDuck();
    this.#lameDuck = new AbortController();
    this.#clientPort.close();
    this.#others.lameDuck();
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
    if (!this.#clientPort.isOpen) return;
    this.#clientPort.advertise();
    this.cluster?.clientAddressChanged();
  }

  /** Lets every client take over options that have changed since it came. */
  refreshClients(): void {
    this.gate.refresh();
    this.#others.refresh();
  }

  /** A client in this process, with the rights of any other. */
  connectInProcess(credentials?: InProcessCredentials): InProcessClient {
    return new InProcessClient(this.gate, credentials);
  }

  onCalloutRefused(...refusal: Parameters<SystemEvents["onCalloutRefused"]>): void {
    this.events.onCalloutRefused(...refusal);
  }

  onConnectionClosed(connection: Connection): void {
    this.gate.remove(connection);
    this.stats.outMsgs += connection.outbound.outMsgs;
    this.stats.outBytes += connection.outbound.outBytes;
  }

  /**
   * Services listen, and statistics are told, only when somebody is there: it takes a megabyte or two
   * of memory, which most servers never need.
   */
  #attend(system: Account | null): void {
    if (this.#stopping !== undefined) return;
    if (this.#monitor !== null || this.#others.areExpected) system?.wake();
    const isAwake = system?.isAwake === true;
    this.services.serve(isAwake ? system : null);
    if (isAwake) this.events.statistics.wake();
  }

  async #stop(cleanUp?: () => Promise<void>): Promise<void> {
    this.events.stop();
    this.log.info("Initiating Shutdown...");
    this.#lameDuck?.abort();
    this.#tls.stop();
    this.#monitor?.stop();
    this.authenticator.stop();
    this.services.stop();
    const told = this.tenancy.stop();
    if (this.#clientPort.isOpen) {
      this.#clientPort.close();
      this.log.debug("Client accept loop exiting..");
    }
    await this.#others.withdraw();
    const closing: Connection[] = [...this.clients.values()];
    for (const client of closing) client.close(ClosedReason.ServerShutdown);
    closing.push(...this.#others.stop());
    await linger(closing);
    await told;
    await cleanUp?.();
    this.log.info("Server Exiting..");
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
}
