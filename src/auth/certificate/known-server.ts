/** Whether another server may come in by its certificate, in place of a user and a password. */

import { CertificateSearch, type CertifiedPeer } from "./certificate-search.ts";
import { covers } from "./covers.ts";

export interface ServerCertificateRules {
  /** With `verify_and_map`, the user of the block, which the certificate has to name; else null. */
  readonly user: string | null;
  /**
   * With `verify_cert_and_check_known_urls`, hosts of the configured URLs, one of which the
   * certificate has to have among its DNS names; else none.
   */
  readonly hosts: readonly string[];
}

/** @param peer who has come in; its `debug` is told what was found. */
export function isKnownServer(
  { user, hosts }: ServerCertificateRules,
  peer: CertifiedPeer,
): boolean {
  const servers = {
    named(name: string, isHost: boolean): true | null {
      if (isHost && hosts.some((host) => covers(name, host))) return true;
      return name === user ? true : null;
    },
    called: () => null,
    // nats-server does not say which.
    shown: () => "",
  };
  return new CertificateSearch<true>(servers, peer).find() !== null;
}
