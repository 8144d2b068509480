/** The address of a syslog daemon: what of it nats-server accepts, and its words for the rest. */

import { goQuoteText } from "../protocol/go-quote.ts";
import { type GoUrl, parseGoUrl } from "../protocol/go-url.ts";
import { LogTargetError } from "./log-target.ts";

export type SyslogAddress =
  | { network: "udp" | "tcp"; host: string; port: number }
  | { network: "unix"; path: string };

const HOST_PORT = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/;
const PORT_MAX = 65_535;

/**
 * Reads `udp://host:port`, `tcp://host:port` or `unix:///path`.
 *
 * @throws LogTargetError with what Go's URL parser or dialer says.
 */
export function parseSyslogAddress(url: string): SyslogAddress {
  const { scheme, host, path } = parseUrl(url);
  if (scheme === "udp" || scheme === "tcp") return dialAddress(scheme, host);
  if (scheme !== "unix") {
    throw new LogTargetError(`error invalid network type: ${goQuoteText(scheme)}`);
  }
  if (!path.startsWith("/")) throw dialError("dial unix: missing address");
  return { network: scheme, path };
}

/** How nats-server reports that a daemon cannot be reached. */
export function dialError(reason: string, cause?: unknown): LogTargetError {
  return new LogTargetError(`error connecting to syslog: ${goQuoteText(reason)}`, { cause });
}

function parseUrl(url: string): GoUrl {
  try {
    return parseGoUrl(url);
  } catch (error) {
    throw new LogTargetError((error as Error).message);
  }
}

/** An empty host is this machine, as for Go's dialer. */
function dialAddress(network: "udp" | "tcp", hostPort: string): SyslogAddress {
  if (hostPort === "") throw dialError(`dial ${network}: missing address`);
  const [, host = "", port] = HOST_PORT.exec(hostPort) ?? [];
  if (port === undefined) {
    throw dialError(`dial ${network}: address ${hostPort}: missing port in address`);
  }
  if (Number(port) > PORT_MAX) throw dialError(`dial ${network}: address ${port}: invalid port`);
  return { network, host: host.replace(/^\[|\]$/g, "") || "127.0.0.1", port: Number(port) };
}
