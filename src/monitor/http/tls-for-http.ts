/** TLS of the monitoring port: the clients' certificates and ciphers, but nobody is asked for one. */

import type { TLSOptions } from "bun";
import { readCertificate } from "../../auth/certificate/certificate.ts";
import { certificatesOf } from "../../net/tls/certificate-facts.ts";
import { cipherList, groupList } from "../../net/tls/cipher-order.ts";
import type { ShownTls } from "../../net/tls/settings.ts";

const TLS_1_2 = 0x0303;
const TLS_1_3 = 0x0304;

/** The first is for whoever names no server, or one that nobody has a certificate for. */
export function tlsForHttp({ options, material }: ShownTls): TLSOptions[] {
  const ciphers = cipherList(options);
  const settings = {
    ...(ciphers === null ? {} : { ciphers }),
    ecdhCurve: groupList(options),
    minVersion: ciphers === null || options.minVersion === "1.3" ? TLS_1_3 : TLS_1_2,
    requestCert: false,
  };
  return material.pairs.flatMap(({ certificate, key }, index): TLSOptions[] => {
    const pair = { ...settings, cert: certificate, key };
    if (index === 0) return [pair];
    return namesOf(certificate).map((serverName) => ({ ...pair, serverName }));
  });
}

function namesOf(file: Buffer): readonly string[] {
  const [der] = certificatesOf(file);
  return (der === undefined ? null : readCertificate(der))?.dnsNames ?? [];
}
