/** Verifies signatures of tokens. Its library is for servers that have a provider. */

import { compactVerify, createLocalJWKSet, errors, type JSONWebKeySet } from "jose";
import type { OidcAlgorithm } from "../../config/options/oidc.ts";
import type { PublicJwk } from "../../protocol/jwks.ts";
import { ClaimSet, TokenFault } from "./verified-claims.ts";

type FindKey = ReturnType<typeof createLocalJWKSet>;

/** Keys that fit a token without the name of its key, and are tried one after the other. */
const CANDIDATES_MAX = 4;
/** The newer name of the algorithm says which curve it is. */
const ED25519 = ["EdDSA", "Ed25519"];

/** The keys of a provider at one time. */
export class KeySet {
  readonly keys: readonly PublicJwk[];
  readonly #find: FindKey;
  readonly #names: ReadonlySet<string | undefined>;

  constructor(keys: readonly PublicJwk[]) {
    this.keys = keys;
    this.#find = createLocalJWKSet({ keys } as unknown as JSONWebKeySet);
    this.#names = new Set(keys.map(({ kid }) => kid));
  }

  /** Whether there is a key of that name, of whatever kind; a token without a name takes any. */
  has(keyId: string | undefined): boolean {
    return keyId === undefined || this.#names.has(keyId);
  }

  /**
   * What a token says that one of the keys has signed.
   *
   * @throws TokenFault
   */
  async verify(token: string, algorithms: readonly OidcAlgorithm[]): Promise<ClaimSet> {
    const allowed = algorithms.flatMap((name) => (name === "EdDSA" ? ED25519 : [name]));
    const options = { algorithms: allowed };
    try {
      const { payload } = await compactVerify(token, this.#find, options);
      return claimsIn(payload);
    } catch (error) {
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw faultOf(error);
      return await verifyWithAny(token, error, options);
    }
  }
}

/** Whether such a token may be signed so. */
export function isAllowed(algorithm: string, algorithms: readonly OidcAlgorithm[]): boolean {
  const name = ED25519.includes(algorithm) ? "EdDSA" : algorithm;
  return algorithms.some((each) => each === name);
}

async function verifyWithAny(
  token: string,
  candidates: InstanceType<typeof errors.JWKSMultipleMatchingKeys>,
  options: { algorithms: string[] },
): Promise<ClaimSet> {
  let tried = 0;
  for await (const key of candidates) {
    if (tried++ === CANDIDATES_MAX) break;
    try {
      const { payload } = await compactVerify(token, key, options);
      return claimsIn(payload);
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw faultOf(error);
    }
  }
  throw new TokenFault("has a wrong signature");
}

function claimsIn(payload: Uint8Array): ClaimSet {
  try {
    const claims: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(payload));
    if (typeof claims === "object" && claims !== null && !Array.isArray(claims)) {
      return new ClaimSet(claims as Readonly<Record<string, unknown>>);
    }
  } catch {
    // Said below.
  }
  throw new TokenFault("has no claims");
}

function faultOf(error: unknown): TokenFault {
  if (error instanceof TokenFault) return error;
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return new TokenFault("has a wrong signature");
  }
  if (error instanceof errors.JWKSNoMatchingKey) {
    return new TokenFault("is signed with a key that is not for its algorithm");
  }
  if (error instanceof errors.JOSEAlgNotAllowed) {
    return new TokenFault("is signed in a way that is not allowed");
  }
  if (error instanceof errors.JWSInvalid) return new TokenFault("is not well formed");
  // The key itself is of no use: too short, say, or no point of its curve.
  return new TokenFault("is signed with a key that cannot be used");
}
