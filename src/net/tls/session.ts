/** What became of a TLS handshake, as a connection keeps it. */

export interface TlsSession {
  /** `1.2` or `1.3`. */
  readonly version: string;
  /** IANA's name. */
  readonly cipherSuite: string;
  /** It came before everything else, even INFO. */
  readonly isFirst: boolean;
  /** The peer's certificates in DER, its own first; empty when it gave none. */
  readonly certificates: readonly Uint8Array[];
  /** The same with those of the authorities that have verified it; empty when nobody has. */
  readonly verifiedChain: readonly Uint8Array[];
}
