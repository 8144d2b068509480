/** Failures as the TLS library tells them, in Go's words. */

import { readCertificate } from "../../auth/certificate/certificate.ts";
import { goSubjectText, textOf } from "../../auth/certificate/subject.ts";
import { goQuoteText } from "../../protocol/go-quote.ts";
import { joinHostPort } from "../../protocol/host-port.ts";
import { goIpText } from "../../protocol/ip-text.ts";
import { certificateFacts, sha256Hex } from "./certificate-facts.ts";
import { type ClientHello, TLS_1_3 } from "./client-hello.ts";
import { Alert, type HandshakeFault, localFault, NO_TLS, remoteFault } from "./handshake-fault.ts";

/** What the library says: an error of a handshake, or of a certificate. */
export interface LibraryError {
  readonly code?: string;
  readonly message: string;
}

/** `error:100000c0:SSL routines:OPENSSL_internal:PEER_DID_NOT_RETURN_A_CERTIFICATE` */
const REASON = /:([A-Z0-9_]+)$/;
/** Reasons that stand for an alert of the peer begin with a prefix and have these names. */
const REMOTE_ALERT = /^(?:SSLV3|TLSV1|TLSV13)_ALERT_(.+)$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are looked for.
const CONTROL = /[\x00-\x1f\x7f-\x9f]/;
const NO_CERTIFICATE: HandshakeFault = { text: "tls: client didn't provide a certificate" };
const NO_GROUP: HandshakeFault = {
  text: "tls: no key exchanges supported by both client and server",
};
const NO_SIGNATURE: HandshakeFault = {
  text: "tls: peer doesn't support any of the certificate's signature algorithms",
};
const BAD_RECORD_MAC = 20;

const REMOTE_ALERTS: Readonly<Record<string, number>> = {
  CLOSE_NOTIFY: 0,
  UNEXPECTED_MESSAGE: 10,
  BAD_RECORD_MAC: 20,
  DECRYPTION_FAILED: 21,
  RECORD_OVERFLOW: 22,
  DECOMPRESSION_FAILURE: 30,
  HANDSHAKE_FAILURE: 40,
  NO_CERTIFICATE: 41,
  BAD_CERTIFICATE: 42,
  UNSUPPORTED_CERTIFICATE: 43,
  CERTIFICATE_REVOKED: 44,
  CERTIFICATE_EXPIRED: 45,
  CERTIFICATE_UNKNOWN: 46,
  ILLEGAL_PARAMETER: 47,
  UNKNOWN_CA: 48,
  ACCESS_DENIED: 49,
  DECODE_ERROR: 50,
  DECRYPT_ERROR: 51,
  EXPORT_RESTRICTION: 60,
  PROTOCOL_VERSION: 70,
  INSUFFICIENT_SECURITY: 71,
  INTERNAL_ERROR: 80,
  INAPPROPRIATE_FALLBACK: 86,
  USER_CANCELLED: 90,
  NO_RENEGOTIATION: 100,
  UNSUPPORTED_EXTENSION: 110,
  CERTIFICATE_UNOBTAINABLE: 111,
  UNRECOGNIZED_NAME: 112,
  BAD_CERTIFICATE_STATUS_RESPONSE: 113,
  BAD_CERTIFICATE_HASH_VALUE: 114,
  UNKNOWN_PSK_IDENTITY: 115,
  CERTIFICATE_REQUIRED: 116,
  NO_APPLICATION_PROTOCOL: 120,
};

/** How Go begins the text of an error in reading. A closed socket has no addresses any more. */
export function readText(
  { localAddress, localPort }: { readonly localAddress: string; readonly localPort: number },
  { ip, port }: { readonly ip: string; readonly port: number },
): string {
  const local = joinHostPort(goIpText(localAddress), localPort);
  return `read tcp ${local}->${joinHostPort(ip, port)}`;
}

/** Why a handshake failed that the client began with this message. */
export function explainFailure(error: LibraryError, hello: ClientHello): HandshakeFault {
  const reason = reasonOf(error);
  switch (reason) {
    case "PEER_DID_NOT_RETURN_A_CERTIFICATE":
      return NO_CERTIFICATE;
    case "UNSUPPORTED_PROTOCOL":
      return { text: `tls: client offered only unsupported versions: ${hexList(hello.versions)}` };
    case "NO_SHARED_GROUP":
      return hello.versions.includes(TLS_1_3) ? NO_GROUP : noSharedSuite(hello);
    case "NO_SHARED_CIPHER":
      return noSharedSuite(hello);
    case "NO_COMMON_SIGNATURE_ALGORITHMS":
      return NO_SIGNATURE;
    default:
      return explainEither(error, reason);
  }
}

/** Why a handshake failed that this side has begun. */
export function explainServerFailure(error: LibraryError): HandshakeFault {
  const reason = reasonOf(error);
  if (reason === "WRONG_VERSION_NUMBER") return NO_TLS;
  return explainEither(error, reason);
}

function reasonOf({ message }: LibraryError): string {
  return REASON.exec(message)?.[1] ?? "";
}

/** What either side can say of the other. */
function explainEither(error: LibraryError, reason: string): HandshakeFault {
  if (error.code === "ECONNRESET") return { text: "EOF" };
  const alert = REMOTE_ALERTS[REMOTE_ALERT.exec(reason)?.[1] ?? ""];
  if (alert !== undefined) return remoteFault(alert);
  switch (reason) {
    case "BAD_DECRYPT":
    case "BAD_PACKET_LENGTH":
    case "DECRYPTION_FAILED_OR_BAD_RECORD_MAC":
      return quiet(localFault(BAD_RECORD_MAC));
    case "UNEXPECTED_MESSAGE":
    case "UNEXPECTED_RECORD":
      return quiet(localFault(Alert.UnexpectedMessage));
    case "WRONG_VERSION_NUMBER":
      return { text: "tls: received record with an unexpected version" };
    default:
      return { text: `tls: ${reason.toLowerCase().replaceAll("_", " ") || error.message}` };
  }
}

/**
 * Why the certificate that a peer has shown is not good enough.
 *
 * @param hostFault what is wrong with the host that it names; null where that does not matter.
 */
export function explainCertificate(
  { code = "" }: LibraryError,
  chain: readonly Uint8Array[],
  hostFault: string | null = null,
): HandshakeFault {
  const shown = chain.map((der) => {
    const names = readCertificate(der);
    const subject = names === null ? "" : goSubjectText(names.subject);
    return `${printable(textOf(subject) ?? subject)} SHA-256: ${sha256Hex(der)}`;
  });
  const list = shown.length === 0 ? "" : ` (${shown.join("; ")})`;
  // Go looks at the host before the authorities, but at the time before both.
  const isOutdated = expiryOf(chain.slice(0, 1)) !== "";
  const why = isOutdated ? expiredText(chain) : (hostFault ?? certificateText(code, chain));
  return { text: `tls: failed to verify certificate: x509: ${why}${list}` };
}

function certificateText(code: string, chain: readonly Uint8Array[]): string {
  switch (code) {
    case "CERT_HAS_EXPIRED":
    case "CERT_NOT_YET_VALID":
      return expiredText(chain);
    case "INVALID_PURPOSE":
      return "certificate specifies an incompatible key usage";
    case "PATH_LENGTH_EXCEEDED":
      return "too many intermediates for path length constraint";
    case "ERR_TLS_CERT_ALTNAME_INVALID":
      return "certificate is not valid for the host that was wanted";
    default:
      return "certificate signed by unknown authority";
  }
}

function expiredText(chain: readonly Uint8Array[]): string {
  return `certificate has expired or is not yet valid${expiryOf(chain)}`;
}

/** Whoever has made the certificate must not write lines of the log. */
function printable(text: string): string {
  return CONTROL.test(text) ? goQuoteText(text) : text;
}

/** Of the certificate that is the first not to be valid at this time. */
function expiryOf(chain: readonly Uint8Array[]): string {
  const now = Date.now();
  for (const der of chain) {
    const facts = certificateFacts(der);
    if (facts === null) continue;
    if (now > facts.notAfter) return `: current time ${time(now)} is after ${time(facts.notAfter)}`;
    if (now < facts.notBefore) {
      return `: current time ${time(now)} is before ${time(facts.notBefore)}`;
    }
  }
  return "";
}

/** `2026-11-28T04:06:38Z` */
function time(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

function noSharedSuite({ cipherSuites }: ClientHello): HandshakeFault {
  const offered = hexList(cipherSuites);
  return {
    text: `tls: no cipher suite supported by both client and server; client offered: ${offered}`,
  };
}

/** As Go writes a list of numbers in hexadecimal. */
function hexList(values: readonly number[]): string {
  return `[${values.map((value) => value.toString(16)).join(" ")}]`;
}

/** The library has told the peer already. */
function quiet({ text }: HandshakeFault): HandshakeFault {
  return { text };
}
