/** Identity providers whose tokens clients may log in with. */

import type { Permissions } from "./auth.ts";

/** Algorithms that a provider may sign with. Each has a public key, so none is a shared secret. */
export const OIDC_ALGORITHMS = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
] as const;
export type OidcAlgorithm = (typeof OIDC_ALGORITHMS)[number];

/** Where the keys of a provider come from. */
export type OidcKeySource =
  /** An address that the provider's own description names. */
  | { readonly kind: "discovery"; readonly url: string }
  | { readonly kind: "url"; readonly url: string }
  | { readonly kind: "file"; readonly path: string }
  /** JSON text of a key set. */
  | { readonly kind: "inline"; readonly json: string };

export type ClaimValue = string | number | boolean;

/** A claim has one of the values, or is a list that holds one of them. */
export interface OidcCondition {
  claim: string;
  values: ClaimValue[];
}

/** What tokens are good for whose claims meet every condition. */
export interface OidcRule {
  when: OidcCondition[];
  /** "" means that the provider's own settings decide. */
  account: string;
  /** Null means those of the provider. Subjects may be templates. */
  permissions: Permissions | null;
}

/** One provider. */
export interface OidcOptions {
  /** What the claim `iss` has to be, to the letter. */
  issuer: string;
  /** The claim `aud` has to hold one of them; empty for any. */
  audience: string[];
  keys: OidcKeySource;
  /** Certificates, in PEM, of the authorities to trust for `https`; "" for the system's. */
  caFile: string;
  /** Fetch keys by `http` from other machines too. */
  allowInsecure: boolean;
  algorithms: OidcAlgorithm[];
  /** How far the provider's clock may be off. */
  clockSkewMs: number;
  /** How often keys are read anew. */
  refreshMs: number;
  /** How long keys count when they cannot be read anew. */
  maxStaleMs: number;
  /** The claim that the user's name is. */
  nameClaim: string;
  /** "" means `$G`. */
  account: string;
  /** The claim that names the account; "" for none. */
  accountClaim: string;
  /** What that claim may name. */
  allowedAccounts: string[];
  /** Null means the defaults of the account. Subjects may be templates. */
  permissions: Permissions | null;
  /** The first that fits counts, and without any the token is refused; null when there are none. */
  rules: OidcRule[] | null;
}

export const DEFAULT_OIDC: Readonly<OidcOptions> = {
  issuer: "",
  audience: [],
  keys: { kind: "discovery", url: "" },
  caFile: "",
  allowInsecure: false,
  algorithms: ["RS256", "ES256", "EdDSA"],
  clockSkewMs: 30_000,
  refreshMs: 600_000,
  maxStaleMs: 24 * 3_600_000,
  nameClaim: "sub",
  account: "",
  accountClaim: "",
  allowedAccounts: [],
  permissions: null,
  rules: null,
};
