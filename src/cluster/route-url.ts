/** URLs of routes: what to dial, and what to show of them. */

import type { EffectiveCluster } from "../config/options/effective-cluster.ts";
import { parseGoUrl } from "../protocol/go-url.ts";
import { joinHostPort } from "../protocol/host-port.ts";
import { isBcryptHash } from "../protocol/secret-shapes.ts";
import { withoutPassword } from "../protocol/url-credentials.ts";

/** Longer ones are refused when another server tells them. */
const URL_LENGTH_MAX = 1024;
const PORT_MAX = 65_535;

/** `host:port` of a URL as it stands there. */
export function addressOf(url: string): string {
  return parseGoUrl(url).host;
}

/** The same in lower case: what tells servers apart. */
export function hostOf(url: string): string {
  return addressOf(url).toLowerCase();
}

/** Who the URL says that this server is; null for nobody. */
export function credentialsOf(url: string): { user: string; password: string } | null {
  const { user, password = "" } = parseGoUrl(url);
  return user === undefined ? null : { user, password };
}

/** As in logs. */
export function shownUrl(url: string): string {
  return withoutPassword(url);
}

/** URL of a server that has not been dialled, as its INFO says. */
export function urlOf(host: string, port: number): string {
  return `nats-route://${joinHostPort(host, port)}/`;
}

/**
 * A URL that another server tells, with the credentials that this one has.
 *
 * @returns null for one that cannot be dialled.
 */
export function toldUrl(
  url: string,
  credentials: { user: string; password: string } | null,
): string | null {
  if (url.length > URL_LENGTH_MAX) return null;
  try {
    const { hostname, port } = parseGoUrl(url);
    if (hostname === "" || !(Number(port) > 0 && Number(port) <= PORT_MAX)) return null;
    const plain = urlOf(hostname, Number(port));
    if (credentials === null) return plain;
    const { user, password } = credentials;
    const info = `${encodeURIComponent(user)}:${encodeURIComponent(password)}`;
    return plain.replace("//", () => `//${info}@`);
  } catch {
    return null;
  }
}

/**
 * What this server says to come in where others have told it to go. A hash lets nobody in, and is
 * nobody's to know; the password itself stands in a route, if anywhere.
 */
export function ownCredentials({
  authorization,
  routes,
}: Pick<EffectiveCluster, "authorization" | "routes">): EffectiveCluster["authorization"] {
  if (authorization === null || !isBcryptHash(authorization.password)) return authorization;
  const known = routes.map((route) => credentialsOf(route));
  return known.find((each) => each?.user === authorization.user) ?? null;
}
