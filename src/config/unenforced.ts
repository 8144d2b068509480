/**
 * Options that are to keep people out, and that this server cannot enforce yet.
 *
 * A server that let everybody in where its configuration asks for more would do harm in silence. As
 * long as one of these is set, it lets nobody in.
 */

import type { Options } from "./options/options.ts";
import type { TlsOptions } from "./options/tls.ts";

/** Names of the blocks in question; empty when everything that is asked for is enforced. */
export function unenforced(options: Options): string[] {
  const blocks: Record<string, TlsOptions | null> = {
    cert_store: options.tls,
    "cluster.tls.cert_store": options.cluster?.tls ?? null,
    "gateway.tls.cert_store": options.gateway?.tls ?? null,
  };
  for (const { name, tls } of options.gateway?.gateways ?? []) {
    blocks[`gateway.gateways.${name}.tls.cert_store`] = tls;
  }
  return Object.entries(blocks)
    .filter(([, tls]) => tls !== null && tls.certStore !== "")
    .map(([name]) => name);
}
