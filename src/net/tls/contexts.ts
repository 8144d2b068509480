/**
 * Contexts of the TLS library: certificate, key, and what is allowed with them. One for each
 * certificate of a listener, made when the material or the options change, never for a connection.
 */

import type * as NodeTls from "node:tls";
import { readCertificate } from "../../auth/certificate/certificate.ts";
import type { TlsOptions } from "../../config/options/tls.ts";
import type { TlsMaterial } from "../certificates.ts";
import {
  type CertificateFacts,
  certificateFacts,
  certificatesOf,
  sha256Hex,
} from "./certificate-facts.ts";
import { cipherList, groupList } from "./cipher-order.ts";
import type { Authorities } from "./secured-socket.ts";

/** The part of `node:tls` that is needed; the module takes memory, so it is loaded for TLS only. */
export type TlsLibrary = Pick<typeof NodeTls, "createSecureContext" | "getCACertificates">;

export interface ServerContext {
  /** What the library takes. */
  readonly handle: object;
  readonly keyType: CertificateFacts["keyType"];
  readonly rsaBits: CertificateFacts["rsaBits"];
  readonly dnsNames: readonly string[];
  /** Milliseconds since 1970. */
  readonly notAfter: number;
}

/** Options of OpenSSL that BoringSSL has too: suites in the server's order, and no tickets. */
const SERVER_PREFERENCE = 0x0040_0000;
const NO_TICKETS = 0x4000;

function asksForCertificate({ verify, verifyAndMap }: TlsOptions): boolean {
  return verify || verifyAndMap;
}

/** What a listener shows, and whom it trusts, as the library takes it. */
export interface ServerContexts {
  readonly contexts: readonly ServerContext[];
  /** Null when peers are not asked for a certificate. */
  readonly authorities: Authorities | null;
}

/** @throws Error of the library when it cannot use something of it. */
export function serverContexts(
  library: TlsLibrary,
  options: TlsOptions,
  { pairs, authorities: file }: TlsMaterial,
): ServerContexts {
  const asks = asksForCertificate(options);
  const ca = asks ? authoritiesOf(library, file) : null;
  const settings = {
    ...commonSettings(options, ca),
    // Whoever has to show a certificate shows it each time.
    secureOptions: SERVER_PREFERENCE | (asks ? NO_TICKETS : 0),
  };
  const contexts = pairs.map(({ certificate, key }) => {
    const secure = library.createSecureContext({ ...settings, cert: certificate, key });
    return {
      handle: (secure as unknown as { readonly context: object }).context,
      ...shownBy(certificate),
    };
  });
  return { contexts, authorities: ca === null ? null : hashesOf(ca) };
}

/**
 * For servers that are dialled: shows the first certificate, and trusts the same authorities as the
 * listener does.
 *
 * @returns what the library takes.
 * @throws Error as `serverContexts`.
 */
export function clientContext(
  library: TlsLibrary,
  options: TlsOptions,
  { pairs: [pair], authorities: file }: TlsMaterial,
): object {
  const secure = library.createSecureContext({
    ...commonSettings(options, authoritiesOf(library, file)),
    ...(pair === undefined ? {} : { cert: pair.certificate, key: pair.key }),
    secureOptions: NO_TICKETS,
  });
  return (secure as unknown as { readonly context: object }).context;
}

function authoritiesOf(library: TlsLibrary, file: Buffer | null): (Buffer | string)[] {
  return file === null ? library.getCACertificates("system") : [file];
}

function commonSettings(options: TlsOptions, ca: (Buffer | string)[] | null) {
  const ciphers = cipherList(options);
  const needsNewest = ciphers === null || options.minVersion === "1.3";
  return {
    ecdhCurve: groupList(options),
    minVersion: needsNewest ? "TLSv1.3" : "TLSv1.2",
    ...(ciphers === null ? {} : { ciphers }),
    ...(ca === null ? {} : { ca }),
    // Authorities that are named are trusted, whoever has signed them.
    allowPartialTrustChain: true,
  } as const;
}

function shownBy(file: Buffer): Omit<ServerContext, "handle"> {
  const [der] = certificatesOf(file);
  const facts = der === undefined ? null : certificateFacts(der);
  return {
    keyType: facts?.keyType ?? "other",
    rsaBits: facts?.rsaBits ?? 0,
    dnsNames: (der === undefined ? null : readCertificate(der))?.dnsNames ?? [],
    notAfter: facts?.notAfter ?? Number.POSITIVE_INFINITY,
  };
}

function hashesOf(files: readonly (Buffer | string)[]): Authorities {
  return new Set(files.flatMap((file) => certificatesOf(file).map(sha256Hex)));
}
