/** How TLS is done between servers, whatever the block says of clients. */

import type { TlsOptions } from "../../config/options/tls.ts";
import type { TlsMode } from "./settings.ts";

/** nats-server's own. */
const TIMEOUT_MS = 2000;

/**
 * Of routes and gateways: a handshake before everything else, and certificates of both sides, which
 * are always verified.
 */
export function linkTlsMode(options: TlsOptions): TlsMode {
  const always = { verify: true, handshakeFirst: true };
  const never = { handshakeFirstFallbackMs: 0, connectionRateLimit: 0 };
  return {
    options: { ...options, ...always, ...never },
    allowNonTls: false,
    timeoutMs: options.timeoutMs || TIMEOUT_MS,
  };
}
