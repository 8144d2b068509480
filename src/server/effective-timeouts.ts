/** Times that a client has, where they depend on each other. */

import type { Options } from "../config/options/options.ts";

const TLS_TIMEOUT_MS = 2000;
const AUTH_TIMEOUT_MS = 2000;
/** With TLS a client has its handshake to do first. */
const AUTH_AFTER_TLS_MS = 1000;

/** For the handshake. */
export function tlsTimeoutMs({ tls }: Options): number {
  return tls?.timeoutMs || TLS_TIMEOUT_MS;
}

/** To say who it is. */
export function authTimeoutMs(options: Options): number {
  const given = options.authorization?.timeoutMs ?? 0;
  if (given !== 0) return given;
  return options.tls === null ? AUTH_TIMEOUT_MS : tlsTimeoutMs(options) + AUTH_AFTER_TLS_MS;
}
