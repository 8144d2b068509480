/** Addresses of this machine that others may use. */

import { interfaceAddresses } from "../net/interface-addresses.ts";
import { joinHostPort } from "../protocol/host-port.ts";

const ANY: readonly string[] = ["0.0.0.0", "::"];
/** What no other machine can use: loopback, link-local, multicast, and not an address at all. */
const NOT_GLOBAL = /^(?:127\.|169\.254\.|22[4-9]\.|23\d\.|255\.255\.255\.255$|0\.0\.0\.0$)/;
const NOT_GLOBAL_6 = /^(?:::1?$|fe[89ab]|ff)/i;

/**
 * `host:port` under which a listener can be reached: of each interface when it is bound to all. Empty
 * when there is no address that others could use.
 *
 * @param debug is told of addresses that are looked up.
 */
export function reachableAddresses(
  host: string,
  port: number,
  debug?: (text: string) => void,
): string[] {
  if (!ANY.includes(host)) return [joinHostPort(host, port)];
  debug?.(`Get non local IPs for "${host}"`);
  const global = interfaceAddresses()
    .filter((address) => !NOT_GLOBAL.test(address))
    .filter((address) => !address.includes(":") || !NOT_GLOBAL_6.test(address));
  for (const address of global) debug?.(`  ip=${address}`);
  return global.map((address) => joinHostPort(address, port));
}
