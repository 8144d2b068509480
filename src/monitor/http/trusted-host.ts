/**
 * Whether a request may come from a page of this server. A site elsewhere can make a browser believe
 * that its own name leads here, and then reads what the browser gets; the Host header still names it.
 */

import { hostname } from "node:os";
import type { Options } from "../../config/options/options.ts";
import { ipVersion } from "../../protocol/go-ip.ts";

const NAME = /^[a-z0-9_.:%-]+$/;
const PORT = /:\d*$/;
const BRACKETED = /^\[([^\]]*)\](?::\d*)?$/;

/**
 * Trusted are addresses, names without a dot, `localhost` and all below it, what the options name, and
 * the machine's own name: nobody else can have them lead here.
 *
 * @param header the Host header; null when there was none.
 */
export function isTrustedHost(
  header: string | null,
  { httpHost, host, monitorHosts }: Pick<Options, "httpHost" | "host" | "monitorHosts">,
): boolean {
  const name = bareHost(header ?? "");
  if (!NAME.test(name)) return false;
  if (!name.includes(".") || isAddress(name) || name.endsWith(".localhost")) return true;
  return [httpHost, host, hostname(), ...monitorHosts].some((own) => bareHost(own) === name);
}

/** In lower case, without port, brackets and the dot at the end. */
function bareHost(text: string): string {
  const lower = text.toLowerCase();
  const bracketed = BRACKETED.exec(lower);
  if (bracketed !== null) return bracketed[1]!;
  // An address of IPv6 without brackets has no port.
  const name = lower.indexOf(":") === lower.lastIndexOf(":") ? lower.replace(PORT, "") : lower;
  return name.replace(/\.$/, "");
}

function isAddress(name: string): boolean {
  try {
    ipVersion(name);
    return true;
  } catch {
    return false;
  }
}
