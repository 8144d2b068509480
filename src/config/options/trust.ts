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
  signingKeys: string[];
  systemAccount: string;
  accountServerUrl: string;
  /** Seconds since 1970; 0 for never. */
  issuedAt: number;
  expiresAt: number;
}

export interface ProxiesOptions {
  /** Public keys of proxies. */
  trusted: string[];
}
