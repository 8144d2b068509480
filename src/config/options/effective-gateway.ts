/** The options of gateways as they are in force: defaults are filled in, remotes have their TLS. */

import { type EffectiveLink, effectiveLink } from "./effective-link.ts";
import type { Options } from "./options.ts";
import type { TlsOptions } from "./tls.ts";

/** A gateway is asked for a sign of life at least this often. */
const PING_INTERVAL_MS_MAX = 15_000;

/** Another cluster of the configuration. */
export interface EffectiveRemoteGateway {
  readonly name: string;
  /** URLs of its servers, credentials included; at least one. */
  readonly urls: readonly string[];
  /** Its own, or that of the block around it; null for a byte stream in clear. */
  readonly tls: TlsOptions | null;
}

export interface EffectiveGateway extends EffectiveLink {
  /** Name of this cluster. */
  readonly name: string;
  readonly connectRetries: number;
  readonly connectBackoff: boolean;
  readonly rejectUnknown: boolean;
  /** The other clusters, by name each once: where a file has one twice, the last one counts. */
  readonly remotes: readonly EffectiveRemoteGateway[];
  /** URLs of an entry for this cluster itself, which is dialled by nobody. */
  readonly ownUrls: readonly string[];
}

/** Null when the server is to have no gateways: without a port there are none. */
export function effectiveGateway(options: Readonly<Options>): EffectiveGateway | null {
  const { gateway } = options;
  if (gateway === null || gateway.port === 0) return null;
  const { name, tls, connectRetries, connectBackoff, rejectUnknown } = gateway;
  const link = effectiveLink(options, gateway);
  const remotes = new Map<string, EffectiveRemoteGateway>();
  for (const each of gateway.gateways) {
    const remote = { name: each.name, urls: each.urls, tls: inherited(each.tls, tls) };
    remotes.set(each.name, remote);
  }
  const ownUrls = remotes.get(name)?.urls ?? [];
  remotes.delete(name);
  return {
    ...link,
    name,
    connectRetries,
    connectBackoff,
    rejectUnknown,
    remotes: [...remotes.values()],
    ownUrls,
    pingIntervalMs: Math.min(link.pingIntervalMs, PING_INTERVAL_MS_MAX),
  };
}

/** A block of its own leaves keys to be pinned, and maybe the timeout, to the one around it. */
function inherited(own: TlsOptions | null, around: TlsOptions | null): TlsOptions | null {
  if (own === null) return around;
  const timeoutMs = own.timeoutMs || (around?.timeoutMs ?? 0);
  return { ...own, timeoutMs, pinnedCerts: around?.pinnedCerts ?? [] };
}
