/** Whom the server trusts to speak for accounts, users and connections. */

/** Where account JWTs come from. Durations of 0 mean the default. */
export interface ResolverOptions {
  kind: "memory" | "url" | "full" | "cache";
  /** Of a resolver of kind `url`. */
  url: string;
  dir: string;
  /** JWTs kept at most; 0 means the default. */
  limit: number;
  ttlMs: number;
  intervalMs: number;
  timeoutMs: number;
  allowDelete: boolean;
  hardDelete: boolean;
}

export const DEFAULT_RESOLVER: Readonly<ResolverOptions> = {
  kind: "memory",
  url: "",
  dir: "",
  limit: 0,
  ttlMs: 0,
  intervalMs: 0,
  timeoutMs: 0,
  allowDelete: false,
  hardDelete: false,
};

/** What is needed of an operator's JWT. */
export interface TrustedOperator {
  jwt: string;
  /** Public key. */
  key: string;
  name: string;
  audience: string;
  signingKeys: string[];
  systemAccount: string;
  accountServerUrl: string;
  /** Oldest server that may run for it, `2.10.0`; empty for any. */
  assertServerVersion: string;
  /** Accounts have to be signed by one of the signing keys. */
  strictSigningKeyUsage: boolean;
  /** Seconds since 1970; 0 for never. */
  issuedAt: number;
  expiresAt: number;
}

/** What is needed of the JWT of the user of clients that give none. */
export interface SentinelUser {
  /** Whoever has the token may use it. */
  isBearer: boolean;
  /** All that the user may do is up to the key that signed the token. */
  isScoped: boolean;
}

export interface ProxiesOptions {
  /** Public keys of proxies. */
  trusted: string[];
}
