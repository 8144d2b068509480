/**
 * A NATS server inside your process, for tests and tools.
 *
 *     import { NatsServer } from "bun-nats-server";
 *
 *     await using server = await NatsServer.start();
 *     const connection = await connect({ servers: server.url });
 */

import { type GivenAccount, wholeAccount } from "./config/options/given-accounts.ts";
import type { Options } from "./config/options/options.ts";
import { shareFaults } from "./config/sections/accounts/shares.ts";
import type { InProcessClient, InProcessCredentials } from "./kinds/in-process-client.ts";
import { consoleSink } from "./log/console-sink.ts";
import type { LogSink } from "./log/logger.ts";
import { joinHostPort } from "./protocol/host-port.ts";
import { Server } from "./server/server.ts";

export type { GivenAccount } from "./config/options/given-accounts.ts";
export type { Options } from "./config/options/options.ts";
export type {
  InProcessCallback,
  InProcessClient,
  InProcessCredentials,
  InProcessMessage,
  PublishOptions,
} from "./kinds/in-process-client.ts";
export type { LogLevel, LogSink } from "./log/logger.ts";

export interface StartOptions extends Omit<Partial<Options>, "accounts"> {
  /** Tenants, and what they share. */
  accounts?: readonly GivenAccount[];
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
    const { log = false, accounts = [], ...given } = options;
    const sink = typeof log === "function" ? log : log ? await consoleSink() : null;
    const whole = accounts.map(wholeAccount);
    const { mappings = null, noSystemAccount = false } = given;
    const [fault] = shareFaults(whole, { mappings, noSystemAccount });
    if (fault !== undefined) throw new Error(`account ${fault.account}: ${fault.text}`);
    const server = new Server({ host: "127.0.0.1", port: 0, ...given, accounts: whole }, sink);
    await server.start();
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
