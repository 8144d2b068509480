/**
 * A NATS server inside your process, for tests and tools.
 *
 *     import { NatsServer } from "bun-nats-server";
 *
 *     await using server = await NatsServer.start();
 *     const connection = await connect({ servers: server.url });
 */

import { type GivenAccount, wholeAccount } from "./config/options/given-accounts.ts";
import { type GivenCluster, wholeCluster } from "./config/options/given-cluster.ts";
import type { Options } from "./config/options/options.ts";
import { shareFaults } from "./config/sections/accounts/shares.ts";
import { clusterFaults } from "./config/validate/cluster.ts";
import type { InProcessClient, InProcessCredentials } from "./kinds/in-process-client.ts";
import { consoleSink } from "./log/console-sink.ts";
import type { LogSink } from "./log/logger.ts";
import { joinHostPort } from "./protocol/host-port.ts";
import { Server } from "./server/server.ts";

export type { GivenAccount } from "./config/options/given-accounts.ts";
export type { GivenCluster } from "./config/options/given-cluster.ts";
export type { Options } from "./config/options/options.ts";
export type {
  InProcessCallback,
  InProcessClient,
  InProcessCredentials,
  InProcessMessage,
  PublishOptions,
} from "./kinds/in-process-client.ts";
export type { LogLevel, LogSink } from "./log/logger.ts";

export interface StartOptions extends Omit<Partial<Options>, "accounts" | "cluster"> {
  /** Tenants, and what they share. */
  accounts?: readonly GivenAccount[];
  /** Makes it one of several servers; by default on any free port of the loopback address. */
  cluster?: GivenCluster | null;
  /** Where log lines go: true for standard error, a function, or nowhere (the default). */
  log?: boolean | LogSink;
}

export class NatsServer implements AsyncDisposable {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /**
   * Starts a server, by default on a free port of the loopback address.
   *
   * @throws Error when options contradict each other or the address cannot be bound.
   */
  static async start(options: StartOptions = {}): Promise<NatsServer> {
    const { log = false, accounts = [], cluster: givenCluster = null, ...given } = options;
    const sink = typeof log === "function" ? log : log ? await consoleSink() : null;
    const whole = accounts.map(wholeAccount);
    const { mappings = null, noSystemAccount = false } = given;
    const [fault] = shareFaults(whole, { mappings, noSystemAccount });
    if (fault !== undefined) throw new Error(`account ${fault.account}: ${fault.text}`);
    const cluster = givenCluster === null ? null : wholeCluster(givenCluster);
    const all = { host: "127.0.0.1", port: 0, ...given, accounts: whole, cluster };
    const server = new Server(all, sink);
    const [clusterFault] = clusterFaults(server.options);
    if (clusterFault !== undefined) throw new Error(clusterFault);
    try {
      await server.start();
    } catch (error) {
      // It may have got as far as to let clients in.
      await server.stop();
      throw error;
    }
    return new NatsServer(server);
  }

  /** Public key of this server, new at each start. */
  get id(): string {
    return this.#server.serverInfo.id;
  }

  get host(): string {
    return this.#server.options.host;
  }

  get port(): number {
    return this.#server.port;
  }

  /** What clients connect to. */
  get url(): string {
    return `nats://${this.host.includes(":") ? `[${this.host}]` : this.host}:${this.port}`;
  }

  /** Where the monitoring port is; "" without one, as it is unless `httpPort` or `httpsPort` is set. */
  get monitorUrl(): string {
    const { monitor } = this.#server;
    return monitor === null
      ? ""
      : `${monitor.scheme}://${joinHostPort(monitor.host, monitor.port)}`;
  }

  /** What other servers name in `cluster.routes`, but for the password; "" without a cluster. */
  get clusterUrl(): string {
    const { cluster, options } = this.#server;
    if (cluster === null || options.cluster === null) return "";
    return `nats://${joinHostPort(options.cluster.host, cluster.port)}`;
  }

  /** Other servers of the cluster that this one is connected to. */
  get remotes(): number {
    return this.#server.cluster?.serverCount ?? 0;
  }

  /** A client without a socket: for services that live in the same process as the server. */
  connectInProcess(credentials?: InProcessCredentials): InProcessClient {
    return this.#server.connectInProcess(credentials);
  }

  /** Closes every connection and the port. */
  stop(): Promise<void> {
    return this.#server.stop();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
