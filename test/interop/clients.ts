/**
 * The published JavaScript clients under one set of types: the current one and its 2.x predecessor,
 * whose connections differ in nothing that these tests use.
 */

import { Svcm } from "@nats-io/services";
import * as current from "@nats-io/transport-node";
import * as legacy from "nats";
import type { TestServer } from "../support/server.ts";

/** A connection that is closed at the end of its block. */
export type Connection = current.NatsConnection & AsyncDisposable;

export interface ClientPackage {
  readonly name: string;
  /** Connects, without reconnecting later unless told so. */
  connect(server: TestServer, options?: current.ConnectionOptions): Promise<Connection>;
  headers(code?: number, description?: string): current.MsgHdrs;
  /** Whether a request failed because nobody subscribes to its subject. */
  isNoResponders(error: unknown): boolean;
  isTimeout(error: unknown): boolean;
  /** Names for `requestMany`: stop at an empty message, or at a pause. */
  readonly strategies: { sentinel: current.RequestStrategy; stall: current.RequestStrategy };
  services(connection: Connection): Pick<Svcm, "add" | "client">;
}

export const CLIENTS: readonly ClientPackage[] = [
  {
    name: "@nats-io/transport-node",
    connect: async ({ url }, options) =>
      closing(await current.connect({ servers: url, reconnect: false, ...options })),
    headers: current.headers,
    isNoResponders: (error) =>
      error instanceof current.NoRespondersError ||
      (error instanceof current.RequestError && error.isNoResponders()),
    isTimeout: (error) => error instanceof current.TimeoutError,
    strategies: { sentinel: "sentinel", stall: "stall" },
    // The services package names the types of another release of the same client.
    services: (connection) =>
      new Svcm(connection as unknown as ConstructorParameters<typeof Svcm>[0]),
  },
  {
    name: "nats",
    connect: async ({ url }, options) => {
      const given = { servers: url, reconnect: false, ...options };
      const connection = await legacy.connect(given as legacy.ConnectionOptions);
      return closing(connection as unknown as current.NatsConnection);
    },
    headers: (code, description) => legacy.headers(code, description) as unknown as current.MsgHdrs,
    isNoResponders: (error) => hasCode(error, legacy.ErrorCode.NoResponders),
    isTimeout: (error) => hasCode(error, legacy.ErrorCode.Timeout),
    strategies: {
      sentinel: legacy.RequestStrategy.SentinelMsg as string as current.RequestStrategy,
      stall: legacy.RequestStrategy.JitterTimer as string as current.RequestStrategy,
    },
    services: (connection) => toLegacy(connection).services as unknown as Svcm,
  },
];

/** The predecessor's own type, for what only it has. */
export function toLegacy(connection: Connection): legacy.NatsConnection {
  return connection as unknown as legacy.NatsConnection;
}

function hasCode(error: unknown, code: legacy.ErrorCode): boolean {
  return error instanceof legacy.NatsError && error.code === code;
}

function closing(connection: current.NatsConnection): Connection {
  return Object.assign(connection, { [Symbol.asyncDispose]: () => connection.close() });
}
