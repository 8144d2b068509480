/** Warnings of certificates that peers do not accept, or soon will not, though the library does. */

import type { TlsOptions } from "../../config/options/tls.ts";
import type { Logger } from "../../log/logger.ts";
import { goQuoteText } from "../../protocol/go-quote.ts";
import type { ServerContext, ServerContexts } from "./contexts.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
/** Time enough to get another one. */
const SOON_MS = 30 * DAY_MS;
/** Go and OpenSSL take no shorter keys of RSA unless they are told to. */
const RSA_BITS_MIN = 1024;

/** @param made its contexts are as many as the options name certificates, in the same order. */
export function warnOfCertificates(
  log: Logger,
  { certFile, certs }: TlsOptions,
  { contexts, authorities }: ServerContexts,
): void {
  for (const [index, context] of contexts.entries()) {
    const file = goQuoteText(certs[index]?.certFile ?? certFile);
    for (const problem of problemsOf(context)) log.warn(`TLS certificate ${file} ${problem}`);
  }
  if (authorities?.size === 0) {
    log.warn("TLS verification refuses everybody: no ca_file, and the system has no authorities");
  }
}

function problemsOf({ notAfter, keyType, rsaBits }: ServerContext): string[] {
  const problems: string[] = [];
  const now = Date.now();
  if (notAfter - now <= SOON_MS) {
    const when = new Date(notAfter).toISOString().slice(0, 10);
    problems.push(notAfter < now ? `has expired on ${when}` : `expires on ${when}`);
  }
  if (keyType === "rsa" && rsaBits < RSA_BITS_MIN) {
    problems.push(`has an RSA key of ${rsaBits} bits, too short for most clients`);
  }
  return problems;
}
