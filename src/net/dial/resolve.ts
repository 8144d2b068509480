/** From the address in a URL to one that can be connected to. */

import { goErrorText } from "../../log/go-error.ts";
import { HostPortError, joinHostPort, splitHostPort } from "../../protocol/host-port.ts";
import { DialError, ExcludedError, invalidPort, lookupFault } from "./dial-error.ts";

export interface ResolvedAddress {
  readonly ip: string;
  readonly port: string;
  /** The host as it was given, which a certificate has to name. */
  readonly host: string;
  /** `ip:port` for people to read. */
  readonly text: string;
}

/** Tells of an address that a name stands for whether it must not be taken. */
export type Excludes = (ip: string, port: number) => boolean;

/** As long as Go asks one name server, twice. */
const LOOKUP_MS = 10_000;
const PORT_MAX = 65_535;
const DNS_PORT = 53;
const RESOLV_CONF = "/etc/resolv.conf";
const NAME_MAX = 254;
const LABEL = /^[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?$/i;
/** A name of digits alone is a mistyped address. */
const ONLY_DIGITS = /^[\d.]*$/;

/**
 * Looks a name up and picks one of its addresses by chance; an address is taken as it is.
 *
 * @param address `host:port`, with brackets around an IPv6 address.
 * @throws DialError in nats-server's words; ExcludedError when no address of a name may be taken.
 */
export async function resolveAddress(
  address: string,
  excludes: Excludes,
): Promise<ResolvedAddress> {
  const { host, port } = split(address);
  const { isIP } = await import("node:net");
  if (isIP(host) !== 0) return { ip: host, port, host, text: address };
  const found = await lookUp(host);
  const usable = found.filter((ip) => !excludes(ip, Number(port)));
  const ip = usable[Math.floor(Math.random() * usable.length)];
  if (ip === undefined) throw new ExcludedError(host);
  return { ip, port, host, text: joinHostPort(ip, port) };
}

function split(address: string): { host: string; port: string } {
  try {
    return splitHostPort(address);
  } catch (error) {
    if (!(error instanceof HostPortError)) throw error;
    throw new DialError(error.message);
  }
}

/** @throws DialError */
export function portNumber(text: string): number {
  if (!/^\d*$/.test(text) || Number(text) > PORT_MAX) throw invalidPort(text);
  return Number(text);
}

async function lookUp(host: string): Promise<string[]> {
  if (!isDomainName(host)) throw lookupFault(host, "");
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    late.reject(Object.assign(new Error("late"), { code: "DNS_ETIMEOUT" }));
  }, LOOKUP_MS);
  // The library asks name servers itself; that of the system would keep a thread waiting.
  const asked = Bun.dns.lookup(host, { backend: "c-ares" });
  try {
    const found = await Promise.race([asked, late.promise]);
    return [...new Set(found.map(({ address }) => address))];
  } catch (error) {
    throw lookupFault(host, await nameServer(), goErrorText(error));
  } finally {
    clearTimeout(timer);
  }
}

/** What Go would ask a name server for. */
function isDomainName(host: string): boolean {
  const name = host.endsWith(".") ? host.slice(0, -1) : host;
  if (name.length > NAME_MAX || ONLY_DIGITS.test(name)) return false;
  return name.split(".").every((label) => LABEL.test(label));
}

/** The first one that is configured; "" where the system does not tell. */
async function nameServer(): Promise<string> {
  try {
    const text = await Bun.file(RESOLV_CONF).text();
    const server = /^\s*nameserver\s+(\S+)/m.exec(text)?.[1];
    return server === undefined ? "" : joinHostPort(server, DNS_PORT);
  } catch {
    return "";
  }
}
