/** Reloads of TLS for clients, of OCSP, and of trusted proxies. */

import type { Options } from "../../config/options/options.ts";
import type { TlsOptions } from "../../config/options/tls.ts";
import { goDuration } from "../../log/go-duration.ts";
import { goQuoteText } from "../../protocol/go-quote.ts";
import { tlsTimeoutMs } from "../effective-timeouts.ts";
import { namedStep, type Step } from "./reload-step.ts";

/** A detail of the block, said also when the block comes or goes. */
function detail<T>(read: (tls: TlsOptions) => T, none: T, line: (value: T) => string): Step {
  const value = ({ tls }: Options): T => (tls === null ? none : read(tls));
  return { value, lines: (options) => [line(value(options))] };
}

/** What the lines about details do not tell. */
function essence({ tls }: Options): unknown {
  if (tls === null) return null;
  const {
    timeoutMs,
    pinnedCerts,
    handshakeFirst,
    handshakeFirstFallbackMs,
    connectionRateLimit,
    ...rest
  } = tls;
  return rest;
}

export const TLS_STEPS: readonly Step[] = [
  {
    value: tlsTimeoutMs,
    lines: (options) => [`Reloaded: tls timeout = ${tlsTimeoutMs(options) / 1000}`],
  },
  {
    value: essence,
    isDue: ({ hasNewCertificates }) => hasNewCertificates,
    lines: ({ tls }) => [`Reloaded: tls = ${tls === null ? "disabled" : "enabled"}`],
  },
  detail(
    (tls) => tls.pinnedCerts,
    [],
    (pinned) => `Reloaded: ${pinned.length} pinned_certs`,
  ),
  detail(
    (tls) => tls.handshakeFirst,
    false,
    (isFirst) => `Reloaded: Client TLS handshake first: ${isFirst}`,
  ),
  detail(
    (tls) => tls.handshakeFirstFallbackMs,
    0,
    (delayMs) => `Reloaded: Client TLS handshake first fallback delay: ${goDuration(delayMs)}`,
  ),
];

export const OCSP_STEPS: readonly Step[] = [
  namedStep(({ ocsp }) => ocsp, "Reloaded: OCSP"),
  {
    value: ({ proxies }) => proxies?.trusted ?? [],
    lines: (to, from) => {
      const before = new Set(from.proxies?.trusted);
      const after = new Set(to.proxies?.trusted);
      return [
        ...keysLine([...before.difference(after)], "removed"),
        ...keysLine([...after.difference(before)], "added"),
      ];
    },
  },
  namedStep(({ ocspCache }) => ocspCache, "Reloaded OCSP peer cache"),
];

function keysLine(keys: readonly string[], what: string): string[] {
  if (keys.length === 0) return [];
  const list = keys.map((key) => goQuoteText(key)).join(" ");
  return [`Reloaded: proxies trusted keys [${list}] were ${what}`];
}
