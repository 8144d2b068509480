/**
 * Cipher suites and groups in the order in which this side prefers them, and in the TLS library's
 * spelling.
 */

import type { TlsOptions } from "../../config/options/tls.ts";
import { isAvailable } from "../../config/schema/tls-names.ts";

/**
 * IANA's names, and the library's. The order is Go's for machines that encrypt with AES in hardware;
 * it is not up to the configuration.
 */
const PREFERENCE: readonly (readonly [name: string, libraryName: string])[] = [
  ["TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256"],
  ["TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256"],
  ["TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384"],
  ["TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "ECDHE-RSA-AES256-GCM-SHA384"],
  ["TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"],
  ["TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-RSA-CHACHA20-POLY1305"],
  ["TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "ECDHE-ECDSA-AES128-SHA"],
  ["TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "ECDHE-RSA-AES128-SHA"],
  ["TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", "ECDHE-ECDSA-AES256-SHA"],
  ["TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "ECDHE-RSA-AES256-SHA"],
  ["TLS_RSA_WITH_AES_128_GCM_SHA256", "AES128-GCM-SHA256"],
  ["TLS_RSA_WITH_AES_256_GCM_SHA384", "AES256-GCM-SHA384"],
  ["TLS_RSA_WITH_AES_128_CBC_SHA", "AES128-SHA"],
  ["TLS_RSA_WITH_AES_256_CBC_SHA", "AES256-SHA"],
  ["TLS_RSA_WITH_3DES_EDE_CBC_SHA", "DES-CBC3-SHA"],
  ["TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256", "ECDHE-ECDSA-AES128-SHA256"],
  ["TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256", "ECDHE-RSA-AES128-SHA256"],
];

/** How many of the list above are in use unless the configuration names others. */
const DEFAULT_SUITES = 10;

const GROUP_NAMES: Readonly<Record<string, string>> = {
  X25519MLKEM768: "X25519MLKEM768",
  X25519: "X25519",
  CurveP256: "P-256",
  CurveP384: "P-384",
  CurveP521: "P-521",
};
const DEFAULT_GROUPS: readonly string[] = Object.keys(GROUP_NAMES);

/** Suites for TLS 1.2; null when none that was named is one, and there is only TLS 1.3 left. */
export function cipherList({ cipherSuites }: TlsOptions): string | null {
  const usable =
    cipherSuites.length === 0
      ? PREFERENCE.slice(0, DEFAULT_SUITES)
      : PREFERENCE.filter(([name]) => cipherSuites.includes(name));
  return usable.length === 0 ? null : usable.map(([, libraryName]) => libraryName).join(":");
}

export function groupList({ curvePreferences }: TlsOptions): string {
  const wanted = curvePreferences.length === 0 ? DEFAULT_GROUPS : curvePreferences;
  return wanted
    .filter((name) => isAvailable(name))
    .map((name) => GROUP_NAMES[name] ?? name)
    .join(":");
}
