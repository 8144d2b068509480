/** Options that clusters and gateways have in common, with defaults filled in. */

import type { SimpleAuth } from "./auth.ts";
import { DEFAULT_CLUSTER, type LinkListener, type WriteTimeoutPolicy } from "./cluster.ts";
import type { Options } from "./options.ts";
import type { TlsOptions } from "./tls.ts";

const TLS_TIMEOUT_MS = 2000;
const AUTH_TIMEOUT_MS = 2000;
/** With TLS a server has its handshake to do first. */
const AUTH_AFTER_TLS_MS = 1000;

/** Connections to other servers as they are in force. */
export interface EffectiveLink {
  readonly host: string;
  /** -1 for any free one. */
  readonly port: number;
  /** `host:port` that other servers are told instead; "" for the real one. */
  readonly advertise: string;
  /** What other servers have to say, and are told by this one; null when everybody may come in. */
  readonly authorization: { readonly user: string; readonly password: string } | null;
  readonly authTimeoutMs: number;
  readonly tls: TlsOptions | null;
  readonly tlsTimeoutMs: number;
  readonly pingIntervalMs: number;
  readonly pingMax: number;
  readonly writeDeadlineMs: number;
  readonly writeTimeout: Exclude<WriteTimeoutPolicy, "default">;
}

interface LinkOptions extends LinkListener {
  readonly authorization: SimpleAuth | null;
}

/** Keep-alive is that of clients: whoever has another one puts it in its place. */
export function effectiveLink(options: Readonly<Options>, link: LinkOptions): EffectiveLink {
  const { tls, authorization, writeDeadlineMs, writeTimeout } = link;
  return {
    host: link.host || DEFAULT_CLUSTER.host,
    port: link.port,
    advertise: link.advertise,
    authorization: credentials(authorization),
    authTimeoutMs: authorization?.timeoutMs || usualAuthTimeoutMs(tls),
    tls,
    tlsTimeoutMs: tlsTimeoutMs(tls),
    pingIntervalMs: options.pingIntervalMs,
    pingMax: options.pingMax,
    writeDeadlineMs: positive(writeDeadlineMs) ?? options.writeDeadlineMs,
    writeTimeout: writeTimeout === "default" ? "retry" : writeTimeout,
  };
}

/** Null for what is not given, or means nothing. */
export function positive(value: number | null): number | null {
  return value !== null && value > 0 ? value : null;
}

function credentials(authorization: SimpleAuth | null): EffectiveLink["authorization"] {
  if (authorization === null) return null;
  const { user, password } = authorization;
  return user === "" && password === "" ? null : { user, password };
}

function tlsTimeoutMs(tls: TlsOptions | null): number {
  return tls?.timeoutMs || TLS_TIMEOUT_MS;
}

function usualAuthTimeoutMs(tls: TlsOptions | null): number {
  return tls === null ? AUTH_TIMEOUT_MS : tlsTimeoutMs(tls) + AUTH_AFTER_TLS_MS;
}
