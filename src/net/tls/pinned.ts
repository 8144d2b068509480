/** Certificates of peers that are accepted by their public keys alone, whoever has signed them. */

import type { Logger } from "../../log/logger.ts";
import { ClosedReason } from "../../protocol/errors.ts";
import type { Connection } from "../connection.ts";
import { certificateFacts } from "./certificate-facts.ts";
import type { HandshakeFault } from "./handshake-fault.ts";

const NOT_PINNED: HandshakeFault = { text: "certificate not pinned" };

/**
 * @param pinned hashes of keys, as in `CertificateFacts.keyId`.
 * @param chain what the peer has shown, its own certificate first.
 * @param debug is told the particulars.
 * @returns null for a certificate that is accepted.
 */
export function pinFault(
  pinned: ReadonlySet<string>,
  [own]: readonly Uint8Array[],
  debug: (text: string) => void,
): HandshakeFault | null {
  if (own === undefined) {
    debug("Failed pinned cert test as client did not provide a certificate");
    return NOT_PINNED;
  }
  const keyId = certificateFacts(own)?.keyId ?? "";
  if (pinned.has(keyId)) return null;
  debug(`Failed pinned cert test for key id: ${keyId}`);
  return NOT_PINNED;
}

/** Connections of one listener, and keys that are accepted there by now. */
export interface PinnedConnections {
  readonly connections: Iterable<Connection>;
  /** Empty for all. */
  readonly pinnedCerts: readonly string[];
}

/** Closes connections whose certificates are not accepted any more. */
export function dropUnpinned(groups: readonly PinnedConnections[], log: Logger): void {
  const unpinned = groups.flatMap(({ connections, pinnedCerts }) => {
    if (pinnedCerts.length === 0) return [];
    const pinned = new Set(pinnedCerts);
    const isUnpinned = ({ label, tls }: Connection): boolean =>
      pinFault(pinned, tls?.certificates ?? [], (text) => log.debug(`${label} - ${text}`)) !== null;
    return Array.from(connections).filter(isUnpinned);
  });
  if (unpinned.length === 0) return;
  log.info(`Disconnect ${unpinned.length} clients due to pinned certs reload`);
  for (const connection of unpinned) connection.close(ClosedReason.TlsHandshakeError);
}
