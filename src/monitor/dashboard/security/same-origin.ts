/**
 * Whether a request comes from the dashboard's own page, or from no page at all.
 *
 * Browsers say of each request where it comes from. Another port of the same host counts as another
 * origin here, though cookies do not tell them apart.
 */

import { RefusedError } from "../answers.ts";

/** @throws RefusedError for what another page has sent. */
export function refuseOtherOrigins(request: Request): void {
  const { headers, method } = request;
  const site = headers.get("sec-fetch-site");
  const origin = headers.get("origin");
  const isForeignSite = site !== null && site !== "same-origin" && site !== "none";
  const isForeign = origin !== null && !isOwnOrigin(origin, headers.get("host") ?? "");
  if (isForeignSite || isForeign) {
    throw new RefusedError(403, "Requests from pages of other origins are refused.");
  }
  // Of what changes something every browser says where it comes from.
  if (method !== "GET" && method !== "HEAD" && site !== "same-origin" && origin === null) {
    throw new RefusedError(403, "The request has to say where it comes from (Origin).");
  }
}

/** A proxy may have taken TLS off, so the scheme is not compared: pages of http cannot pose as https. */
function isOwnOrigin(origin: string, host: string): boolean {
  if (!URL.canParse(origin)) return false;
  const parsed = new URL(origin);
  const isWeb = parsed.protocol === "http:" || parsed.protocol === "https:";
  return isWeb && parsed.host === hostOf(parsed.protocol, host);
}

/** Without the port that the scheme has anyway, as in `URL.host`. */
function hostOf(protocol: string, host: string): string {
  return URL.canParse(`${protocol}//${host}`) ? new URL(`${protocol}//${host}`).host : "";
}
