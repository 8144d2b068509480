/**
 * Options that are to keep people out, and that this server cannot enforce yet.
 *
 * A server that let everybody in where its configuration asks for more would do harm in silence. As
 * long as one of these is set, it lets nobody in.
 */

import type { Options } from "./options/options.ts";

/** Names of the blocks in question; empty when everything that is asked for is enforced. */
export function unenforced(options: Options): string[] {
  const blocks = {
    cert_store: options.tls,
    "cluster.tls.cert_store": options.cluster?.tls ?? null,
  };
  return Object.entries(blocks)
    .filter(([, tls]) => tls !== null && tls.certStore !== "")
    .map(([name]) => name);
}
