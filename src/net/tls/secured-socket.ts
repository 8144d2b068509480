/**
 * A byte stream after its handshake, and what was agreed on in that.
 *
 * The latter is asked of the socket when somebody wants to know, so that a connection keeps no more
 * than this object. It may be asked while the socket is open.
 */

import type { Transport } from "../transport.ts";
import { sha256Hex } from "./certificate-facts.ts";
import type { TlsSession } from "./session.ts";

/** The part of the runtime's socket that is needed. */
export interface UpgradedSocket extends Transport {
  readonly authorized: boolean;
  shutdown(): void;
  getTLSVersion(): string;
  getCipher(): { readonly standardName: string };
  /** `false` for the whole chain, each certificate with its issuer. */
  getPeerCertificate(isAbbreviated: false): PeerCertificate | undefined;
}

/** What is under it. It outlives the other, for the runtime takes that away at its end. */
export interface RawSocket {
  readonly readyState: number;
  terminate(): void;
}

export interface PeerCertificate {
  readonly raw?: Uint8Array;
  readonly issuerCertificate?: PeerCertificate;
}

/** SHA-256 of the certificates that peers' ones may be signed by, in lower-case hexadecimal. */
export type Authorities = ReadonlySet<string>;

/** More than the library takes of a peer. */
const CHAIN_MAX = 32;
/** `readyState` of a socket that is there. */
const OPEN = 1;
/** How long a peer may take to read the rest of what it was sent. */
const LINGER_MS = 10_000;
const VERSION_PREFIX = /^TLSv/;

export class SecuredSocket implements Transport, TlsSession {
  readonly #socket: UpgradedSocket;
  readonly #raw: RawSocket | null;
  readonly #authorities: Authorities | null;
  readonly isFirst: boolean;

  /** @param authorities null when the peer was not asked for a certificate. */
  constructor(
    socket: UpgradedSocket,
    raw: RawSocket | null,
    authorities: Authorities | null,
    isFirst: boolean,
  ) {
    this.#socket = socket;
    this.#raw = raw;
    this.#authorities = authorities;
    this.isFirst = isFirst;
  }

  get version(): string {
    return this.#socket.getTLSVersion().replace(VERSION_PREFIX, "");
  }

  get cipherSuite(): string {
    return this.#socket.getCipher().standardName;
  }

  get certificates(): readonly Uint8Array[] {
    return this.#authorities === null ? [] : peerChain(this.#socket, this.#authorities);
  }

  /** A handshake with a certificate that nobody verifies is refused. */
  get verifiedChain(): readonly Uint8Array[] {
    return this.#authorities === null ? [] : wholeChain(this.#socket);
  }

  write(buf: Buffer, offset: number, length: number): number {
    return this.#socket.write(buf, offset, length);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    endSecured(this.#socket, this.#raw);
  }

  terminate(): void {
    this.#socket.terminate();
  }
}

/**
 * Ends a connection after what was written has been sent. The runtime's `end` alone would tell the
 * peer of the end, but leave the connection open.
 *
 * @param raw null when it is not known yet, and next to nothing was written.
 */
export function endSecured(socket: UpgradedSocket, raw: RawSocket | null): void {
  socket.shutdown();
  socket.end();
  // Some of it may be left for a peer that does not read.
  if (raw?.readyState === OPEN) setTimeout(() => raw.terminate(), LINGER_MS).unref();
}

/** What the log says at the end of a handshake. */
export function completionLines({ version, cipherSuite }: TlsSession): string[] {
  return ["TLS handshake complete", `TLS version ${version}, cipher suite ${cipherSuite}`];
}

/**
 * What the peer has shown, in DER, its own first. The library adds those of the authorities that it
 * has found to belong to it, and nobody can tell them from what was sent: they are left out.
 */
export function peerChain(socket: UpgradedSocket, authorities: Authorities): Uint8Array[] {
  const chain = wholeChain(socket);
  const end = chain.findIndex((der, i) => i > 0 && authorities.has(sha256Hex(der)));
  return end === -1 ? chain : chain.slice(0, end);
}

function wholeChain(socket: UpgradedSocket): Uint8Array[] {
  const chain: Uint8Array[] = [];
  let certificate = socket.getPeerCertificate(false);
  while (certificate?.raw !== undefined && chain.length < CHAIN_MAX) {
    chain.push(certificate.raw);
    if (certificate.issuerCertificate === certificate) break;
    certificate = certificate.issuerCertificate;
  }
  return chain;
}
