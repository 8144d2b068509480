/** `host:port` as Go's net package splits it, with its words for what is wrong. */

import { atoi } from "./go-atoi.ts";

export interface HostPort {
  host: string;
  port: number;
}

/** An address that cannot be read; the message is Go's. */
export class HostPortError extends Error {}

/**
 * Splits at the last colon; an IPv6 address stands in brackets, which are taken off.
 *
 * @throws HostPortError with Go's text.
 */
export function splitHostPort(text: string): { host: string; port: string } {
  const place = text === "" ? "" : `address ${text}: `;
  const fault = (what: string): HostPortError => new HostPortError(place + what);
  const colon = text.lastIndexOf(":");
  if (colon < 0) throw fault("missing port in address");
  let host = text.slice(0, colon);
  let [afterOpening, afterClosing] = [0, 0];
  if (text.startsWith("[")) {
    const closing = text.indexOf("]");
    if (closing < 0) throw fault("missing ']' in address");
    if (closing + 1 !== colon) {
      const isColon = text[closing + 1] === ":";
      throw fault(isColon ? "too many colons in address" : "missing port in address");
    }
    host = text.slice(1, closing);
    [afterOpening, afterClosing] = [1, closing + 1];
  } else if (host.includes(":")) throw fault("too many colons in address");
  if (text.includes("[", afterOpening)) throw fault("unexpected '[' in address");
  if (text.includes("]", afterClosing)) throw fault("unexpected ']' in address");
  return { host, port: text.slice(colon + 1) };
}

/** The two as one text, with brackets around an IPv6 address. */
export function joinHostPort(host: string, port: number | string): string {
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * An address whose port may be left out, or be 0 or -1: then it is the default.
 *
 * @throws HostPortError with nats-server's text.
 */
export function parseHostPort(text: string, defaultPort: number): HostPort {
  let parts: { host: string; port: string };
  try {
    parts = splitHostPort(text);
  } catch (error) {
    if (!(error as Error).message.endsWith("missing port in address")) throw error;
    parts = splitHostPort(`${text}:${defaultPort}`);
  }
  const port = portNumber(parts.port.trim());
  return { host: parts.host.trim(), port: port === 0 || port === -1 ? defaultPort : port };
}

function portNumber(text: string): number {
  try {
    return Number(atoi(text));
  } catch (error) {
    throw new HostPortError((error as Error).message);
  }
}
