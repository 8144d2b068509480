/** Whether a certificate is one of the host that was wanted, in Go's words if it is not. */

import { type CertificateNames, readCertificate } from "../../auth/certificate/certificate.ts";
import { covers } from "../../auth/certificate/covers.ts";
import type { Subject } from "../../auth/certificate/subject.ts";
import { goIpText } from "../../protocol/ip-text.ts";
import type { ServerName } from "./server-names.ts";

/** As many names as Go lists. */
const LISTED_MAX = 99;
const COMMON_NAME = "2.5.4.3";

/**
 * @param der the host's own certificate.
 * @returns null when the certificate is the host's.
 */
export function hostNameFault(
  der: Uint8Array,
  { host, isAddress }: Pick<ServerName, "host" | "isAddress">,
): string | null {
  const names = readCertificate(der);
  if (names === null) return "malformed certificate";
  const { ipAddresses, dnsNames } = names;
  if (isAddress) {
    const wanted = goIpText(host);
    return ipAddresses.includes(wanted)
      ? null
      : (legacyFault(names, host) ?? addressFault(names, host));
  }
  if (dnsNames.some((name) => covers(name, host))) return null;
  return legacyFault(names, host) ?? nameFault(names, host);
}

function legacyFault(
  { hasAlternativeNames, subject }: CertificateNames,
  host: string,
): string | null {
  if (hasAlternativeNames || !covers(commonName(subject), host)) return null;
  return "certificate relies on legacy Common Name field, use SANs instead";
}

function addressFault({ ipAddresses }: CertificateNames, host: string): string {
  if (ipAddresses.length === 0) {
    return `cannot validate certificate for ${host} because it doesn't contain any IP SANs`;
  }
  return listFault(ipAddresses, "IP SANs", host);
}

function nameFault({ dnsNames }: CertificateNames, host: string): string {
  if (dnsNames.length > 0) return listFault(dnsNames, "names", host);
  return `certificate is not valid for any names, but wanted to match ${host}`;
}

function listFault(names: readonly string[], what: string, host: string): string {
  if (names.length <= LISTED_MAX)
    return `certificate is valid for ${names.join(", ")}, not ${host}`;
  return `certificate is valid for ${names.length} ${what}, but none matched ${host}`;
}

function commonName(subject: Subject): string {
  return subject.flat().findLast(({ id }) => id === COMMON_NAME)?.value ?? "";
}
