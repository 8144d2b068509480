/** TLS, wherever a block of it may stand, and OCSP. */

/** A certificate and its key, both PEM files. */
export interface KeyPairFiles {
  certFile: string;
  keyFile: string;
}

/** Checks of peers' certificates with their issuers. */
export interface OcspPeerOptions {
  verify: boolean;
  /** How long an issuer's answer is waited for. */
  caTimeoutMs: number;
  allowedClockskewMs: number;
  warnOnly: boolean;
  unknownIsGood: boolean;
  allowWhenCaUnreachable: boolean;
  cacheTtlWhenNextUpdateUnsetMs: number;
}

export interface TlsOptions extends KeyPairFiles {
  /** Authorities that peers' certificates must come from. */
  caFile: string;
  /** Require a certificate of clients. */
  verify: boolean;
  /** Require a certificate of clients, and take the user from it. */
  verifyAndMap: boolean;
  verifyCertAndCheckKnownUrls: boolean;
  /** Accept any certificate of a server that is dialled. */
  insecure: boolean;
  /** Names as in IANA's registry; empty means the runtime's own list. */
  cipherSuites: string[];
  allowInsecureCipherSuites: boolean;
  curvePreferences: string[];
  minVersion: "" | "1.2" | "1.3";
  /** How long a handshake may take; 0 means the default. */
  timeoutMs: number;
  /** The handshake comes before INFO. */
  handshakeFirst: boolean;
  /** Time after which a client that stays silent gets INFO after all; 0 for never. */
  handshakeFirstFallbackMs: number;
  /** Handshakes per second; 0 means no limit. */
  connectionRateLimit: number;
  /** SHA-256 of accepted public keys, in lower-case hexadecimal. */
  pinnedCerts: string[];
  /** Several pairs, instead of `certFile` and `keyFile`. */
  certs: KeyPairFiles[];
  certStore: string;
  certMatchBy: string;
  certMatch: string;
  caCertsMatch: string[];
  certMatchSkipInvalid: boolean;
  ocspPeer: OcspPeerOptions | null;
}

export const DEFAULT_OCSP_PEER: Readonly<OcspPeerOptions> = {
  verify: false,
  caTimeoutMs: 2000,
  allowedClockskewMs: 30_000,
  warnOnly: false,
  unknownIsGood: false,
  allowWhenCaUnreachable: false,
  cacheTtlWhenNextUpdateUnsetMs: 3_600_000,
};

export const DEFAULT_TLS: Readonly<TlsOptions> = {
  certFile: "",
  keyFile: "",
  caFile: "",
  verify: false,
  verifyAndMap: false,
  verifyCertAndCheckKnownUrls: false,
  insecure: false,
  cipherSuites: [],
  allowInsecureCipherSuites: false,
  curvePreferences: [],
  minVersion: "",
  timeoutMs: 0,
  handshakeFirst: false,
  handshakeFirstFallbackMs: 0,
  connectionRateLimit: 0,
  pinnedCerts: [],
  certs: [],
  certStore: "",
  certMatchBy: "",
  certMatch: "",
  caCertsMatch: [],
  certMatchSkipInvalid: false,
  ocspPeer: null,
};

/** Stapling of what issuers say about the server's own certificates. */
export interface OcspOptions {
  mode: "auto" | "always" | "must" | "never";
  /** Asked instead of the address in the certificate. */
  url: string;
}

export interface OcspCacheOptions {
  type: "none" | "local";
  localStore: string;
  preserveRevoked: boolean;
  saveIntervalMs: number;
}

export const DEFAULT_OCSP: Readonly<OcspOptions> = { mode: "auto", url: "" };

export const DEFAULT_OCSP_CACHE: Readonly<OcspCacheOptions> = {
  type: "local",
  localStore: "_rc_",
  preserveRevoked: false,
  saveIntervalMs: 300_000,
};
