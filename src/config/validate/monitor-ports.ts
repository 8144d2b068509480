/** What nats-server finds wrong with the monitoring port when it is about to open it. */

import type { Options } from "../options/options.ts";

/**
 * @param hasCertificate whether there is one to show.
 * @returns null when nothing is wrong, also when no port is wanted.
 */
export function monitorPortFault(
  { httpPort, httpsPort }: Pick<Options, "httpPort" | "httpsPort">,
  hasCertificate: boolean,
): string | null {
  if (httpsPort === 0) return null;
  if (httpPort !== 0) {
    return `can't specify both HTTP (${httpPort}) and HTTPs (${httpsPort}) ports`;
  }
  return hasCertificate ? null : "TLS cert and key required for HTTPS";
}
