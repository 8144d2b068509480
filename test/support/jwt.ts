/** Keys and tokens of operator mode, with valid checksums and signatures. */

import { createPrivateKey, createPublicKey, randomBytes, sign } from "node:crypto";
import { encodePublicNkey } from "../../src/protocol/nkeys.ts";

/** First byte of a key's text, by the letter it gives. */
export const KINDS = { A: 0, C: 2 << 3, N: 13 << 3, O: 14 << 3, U: 20 << 3, X: 23 << 3 } as const;
export type KeyLetter = keyof typeof KINDS;

/** Upper five bits of a seed's first byte. */
const SEED = 18 << 3;
/** Heads of PKCS #8 private keys; their 32 bytes follow. */
const ED25519_HEAD = Buffer.from("302e020100300506032b657004220420", "hex");
const X25519_HEAD = Buffer.from("302e020100300506032b656e04220420", "hex");
const KEY_BYTES = 32;

export interface Key {
  readonly publicKey: string;
  /** Text form of the secret, as in `.creds` files. */
  readonly seed: string;
  /** The 32 bytes of the secret. */
  readonly secret: Buffer;
  /** 64 bytes. Curve keys do not sign. */
  sign(bytes: Uint8Array | string): Buffer;
}

/** @param number fills the secret, so that the key is the same each time; random without it. */
export function newKey(letter: KeyLetter, number?: number): Key {
  const secret = number === undefined ? randomBytes(KEY_BYTES) : Buffer.alloc(KEY_BYTES, number);
  const head = letter === "X" ? X25519_HEAD : ED25519_HEAD;
  const encoded = Buffer.concat([head, secret]);
  const key = createPrivateKey({ key: encoded, format: "der", type: "pkcs8" });
  const raw = createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-KEY_BYTES);
  return {
    publicKey: encodePublicNkey(KINDS[letter], raw),
    seed: seedOf(KINDS[letter], secret),
    secret,
    sign: (bytes) => sign(null, Buffer.from(bytes), key),
  };
}

/** Its kind stands in the bits behind the letter S, so the first key byte moves on by one. */
function seedOf(kind: number, secret: Buffer): string {
  return encodePublicNkey(
    SEED | (kind >> 5),
    Buffer.concat([Buffer.from([(kind & 31) << 3]), secret]),
  );
}

/** Claims beside the part `nats`; whatever is left out is not in the token, or has its default. */
export interface CommonClaims {
  /** Public key, of the kind that the token is about. */
  readonly sub?: string;
  /** Public key; that of the signer by default. */
  readonly iss?: string;
  readonly name?: string;
  readonly aud?: string;
  readonly jti?: string;
  /** Seconds since 1970. */
  readonly iat?: number;
  readonly nbf?: number;
  readonly exp?: number;
}

const HEADER = { typ: "JWT", alg: "ed25519-nkey" };
const HEADER_V1 = { typ: "jwt", alg: "ed25519" };
const ISSUED_AT = 1_700_000_000;

/** Base64 for URLs of a value's JSON; of a text's own bytes. */
export function tokenPart(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return Buffer.from(text).toString("base64url");
}

/** A token with any content at all; texts stand for JSON as it is. */
export function signedToken(header: unknown, claims: unknown, signer: Key): string {
  const signed = `${tokenPart(header)}.${tokenPart(claims)}`;
  return `${signed}.${signer.sign(signed).toString("base64url")}`;
}

/** The same in the first layout, whose signature covers the claims alone. */
export function signedTokenV1(header: unknown, claims: unknown, signer: Key): string {
  const body = tokenPart(claims);
  return `${tokenPart(header)}.${body}.${signer.sign(body).toString("base64url")}`;
}

function token(type: string, signer: Key, nats: object, claims: CommonClaims): string {
  const common = { jti: "TEST", iat: ISSUED_AT, iss: signer.publicKey, ...claims };
  return signedToken(HEADER, { ...common, nats: { ...nats, type, version: 2 } }, signer);
}

/** An operator signs itself. */
export function operatorJwt(key: Key, nats: object = {}, claims: CommonClaims = {}): string {
  return token("operator", key, nats, { name: "O", sub: key.publicKey, ...claims });
}

/** What tools give an account for which nothing is limited. */
export const UNLIMITED = {
  subs: -1,
  data: -1,
  payload: -1,
  imports: -1,
  exports: -1,
  wildcards: true,
  conn: -1,
  leaf: -1,
};

/** @param signer an operator. Nothing is limited unless `nats` has limits. */
export function accountJwt(
  account: Key | string,
  signer: Key,
  nats: object = {},
  claims: CommonClaims = {},
): string {
  const sub = textOf(account);
  return token("account", signer, { limits: UNLIMITED, ...nats }, { name: "A", sub, ...claims });
}

/**
 * @param signer the account, or a signing key of it (then `nats` has `issuer_account`). Nothing is
 *   limited unless `nats` has limits; `SCOPED` leaves all of them out.
 */
export function userJwt(
  user: Key | string,
  signer: Key,
  nats: object = {},
  claims: CommonClaims = {},
): string {
  const limits = { subs: -1, data: -1, payload: -1 };
  return token("user", signer, { ...limits, ...nats }, { name: "u", sub: textOf(user), ...claims });
}

/** Part `nats` of a user whose limits are those of the key that signs it. */
export const SCOPED = { subs: undefined, data: undefined, payload: undefined };

/** Leave for the account `importer`; `nats` has `subject` and `kind`. */
export function activationJwt(
  importer: Key | string,
  exporter: Key,
  nats: object,
  claims: CommonClaims = {},
): string {
  return token("activation", exporter, nats, { name: "a", sub: textOf(importer), ...claims });
}

/** @param nats with `jwt` or `error`. The audience of an answer is the server's public key. */
export function authorizationResponseJwt(
  user: Key | string,
  signer: Key,
  nats: object,
  claims: CommonClaims = {},
): string {
  return token("authorization_response", signer, nats, { sub: textOf(user), ...claims });
}

/** Of any kind, or of none. */
export function genericJwt(signer: Key, nats: object, claims: CommonClaims = {}): string {
  const common = { jti: "TEST", iat: ISSUED_AT, iss: signer.publicKey, sub: signer.publicKey };
  return signedToken(HEADER, { ...common, ...claims, nats }, signer);
}

/** A token of the first layout; `claims` may have `tags` and `issuer_account` too. */
export function jwtV1(
  type: "operator" | "account" | "user" | "activation" | (string & {}),
  subject: Key | string,
  signer: Key,
  nats: object = {},
  claims: CommonClaims & { tags?: string[]; issuer_account?: string } = {},
): string {
  const common = { jti: "TEST", iat: ISSUED_AT, iss: signer.publicKey, sub: textOf(subject), type };
  return signedTokenV1(HEADER_V1, { ...common, ...claims, nats }, signer);
}

function textOf(key: Key | string): string {
  return typeof key === "string" ? key : key.publicKey;
}

/** The token with another signature, of as many bytes. */
export function resigned(jwt: string): string {
  return jwt.replace(/\.[^.]*$/, `.${"A".repeat(86)}`);
}

/** Text of a `.creds` file. */
export function credsFile(jwt: string, seed: string): string {
  return [
    "-----BEGIN NATS USER JWT-----",
    jwt,
    "------END NATS USER JWT------",
    "",
    "-----BEGIN USER NKEY SEED-----",
    seed,
    "------END USER NKEY SEED------",
    "",
  ].join("\n");
}
