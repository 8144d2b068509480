/** The server's identity, its listener for clients, and what clients may use of it. */

import type { WriteTimeoutPolicy } from "./cluster.ts";

/** Sizes are bytes, counts are plain numbers. */
export interface ClientOptions {
  /** Address to listen on. */
  host: string;
  /** Client port; 0 or -1 takes any free port. */
  port: number;
  /** `host:port` told to clients in INFO instead of the bound address; empty means the bound one. */
  clientAdvertise: string;
  /** Client connections at one time; as in nats-server, 0 or less refuses every client. */
  maxConnections: number;
  /** Subscriptions per connection; 0 or -1 means no limit. */
  maxSubscriptions: number;
  /** Tokens in a SUB subject; 0 means no limit. */
  maxSubTokens: number;
  /** Header and payload bytes of one message; 0 means the default, -1 no limit. */
  maxPayload: number;
  /** Argument bytes of one protocol line; 0 means the default. */
  maxControlLine: number;
  /** Bytes that may wait for one connection before it is a slow consumer. */
  maxPending: number;
  /** How long a write may stay unfinished before the connection is a slow consumer. */
  writeDeadlineMs: number;
  /** What becomes of a connection whose write did not end in time. */
  writeTimeout: WriteTimeoutPolicy;
  /** Time between keep-alive PINGs. */
  pingIntervalMs: number;
  /** PINGs that may stay unanswered before the connection is stale. */
  pingMax: number;
  /** Refuse message headers. */
  noHeaderSupport: boolean;
  /** Drop messages for a lagging consumer instead of slowing its producers down. */
  noFastProducerStall: boolean;
  /** Match every message anew. */
  noSublistCache: boolean;
  /** Expect a PROXY header from clients. */
  proxyProtocol: boolean;
  /** With TLS: also accept clients without it. */
  allowNonTls: boolean;
  /** Closed connections remembered for monitoring. */
  maxClosedClients: number;
}

export interface IdentityOptions {
  /** Name shown in INFO; empty means "the same as the server id". */
  serverName: string;
  /** In lower case, each once. */
  serverTags: string[];
  serverMetadata: Record<string, string>;
  featureFlags: Record<string, boolean>;
  /** From the request to leave until the last client is gone. */
  lameDuckDurationMs: number;
  /** From the request to leave until the first client is closed. */
  lameDuckGracePeriodMs: number;
  /** Failed first connects to other servers between two log lines. */
  connectErrorReports: number;
  /** The same for reconnects. */
  reconnectErrorReports: number;
}

export const DEFAULT_PORT = 4222;
const DEFAULT_MAX_PAYLOAD = 1024 * 1024;
/** nats-server discourages larger payloads, in its log. */
export const WISE_MAX_PAYLOAD = 8 * 1024 * 1024;
const DEFAULT_MAX_CONTROL_LINE = 4096;

export const DEFAULT_CLIENT: Readonly<ClientOptions> = {
  host: "0.0.0.0",
  port: DEFAULT_PORT,
  clientAdvertise: "",
  maxConnections: 64 * 1024,
  maxSubscriptions: 0,
  maxSubTokens: 0,
  maxPayload: DEFAULT_MAX_PAYLOAD,
  maxControlLine: DEFAULT_MAX_CONTROL_LINE,
  maxPending: 64 * 1024 * 1024,
  writeDeadlineMs: 10_000,
  writeTimeout: "default",
  pingIntervalMs: 120_000,
  pingMax: 2,
  noHeaderSupport: false,
  noFastProducerStall: false,
  noSublistCache: false,
  proxyProtocol: false,
  allowNonTls: false,
  maxClosedClients: 10_000,
};

export const DEFAULT_IDENTITY: Readonly<IdentityOptions> = {
  serverName: "",
  serverTags: [],
  serverMetadata: {},
  featureFlags: {},
  lameDuckDurationMs: 120_000,
  lameDuckGracePeriodMs: 10_000,
  connectErrorReports: 3600,
  reconnectErrorReports: 1,
};
