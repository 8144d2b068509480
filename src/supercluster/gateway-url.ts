/** URLs of gateways, as other servers tell them: `host:port`. */

import { parseGoUrl } from "../protocol/go-url.ts";
import { joinHostPort } from "../protocol/host-port.ts";

const LENGTH_MAX = 300;
const PORT_MAX = 65_535;
/** Lines with more characters of URLs could be too long for other servers. */
const CHARACTERS_MAX = 24 * 1024;

/** What to dial where others have told it; null for what cannot be dialled. */
export function toldUrl(address: string): string | null {
  if (address.length > LENGTH_MAX) return null;
  try {
    const { hostname, port } = parseGoUrl(`nats://${address}`);
    if (hostname === "" || !(Number(port) > 0 && Number(port) <= PORT_MAX)) return null;
    return `nats://${joinHostPort(hostname, port)}`;
  } catch {
    return null;
  }
}

/** As many as may stand in one line. */
export function inOneLine(addresses: readonly string[]): string[] {
  let left = CHARACTERS_MAX;
  return addresses.filter((address) => {
    left -= address.length;
    return left >= 0;
  });
}
