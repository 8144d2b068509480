/** Keys and tokens of operator mode, with valid checksums and signatures. */

import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import { encodePublicNkey } from "../../../src/protocol/nkeys.ts";

/** First byte of a key's text, by the letter it gives. */
const KINDS = { A: 0, C: 2 << 3, N: 13 << 3, O: 14 << 3, U: 20 << 3, X: 23 << 3 } as const;

/** A public key that nobody has the other half of; with another number, another key. */
export function publicKey(kind: keyof typeof KINDS, number = 1): string {
  return encodePublicNkey(KINDS[kind], new Uint8Array(32).fill(number));
}

/** The seed of a user, for tests only. */
export const USER_SEED = "SUAASCIJBEEQSCIJBEEQSCIJBEEQSCIJBEEQSCIJBEEQSCIJBEEQSCKHGM";

/** Head of an Ed25519 private key in PKCS #8; its 32 bytes follow. */
const PKCS8_HEAD = Buffer.from("302e020100300506032b657004220420", "hex");

interface Signer {
  /** Public key. */
  subject: string;
  sign(text: string): string;
}

function signer(kind: keyof typeof KINDS, number: number): Signer {
  const key = createPrivateKey({
    key: Buffer.concat([PKCS8_HEAD, Buffer.alloc(32, number)]),
    format: "der",
    type: "pkcs8",
  });
  const raw = createPublicKey(key).export({ format: "der", type: "spki" }).subarray(-32);
  return {
    subject: encodePublicNkey(KINDS[kind], raw),
    sign: (text) => sign(null, Buffer.from(text), key).toString("base64url"),
  };
}

const operator = signer("O", 11);
const account = signer("A", 12);

function encode(issuer: Signer, subject: string, name: string, nats: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = { jti: "TEST", iat: 1700000000, iss: issuer.subject, name, sub: subject, nats };
  const signed = `${part({ typ: "JWT", alg: "ed25519-nkey" })}.${part(claims)}`;
  return `${signed}.${issuer.sign(signed)}`;
}

/** An operator that signs itself. */
export function operatorJwt(nats: object = {}): string {
  return encode(operator, operator.subject, "test", { type: "operator", version: 2, ...nats });
}

/** Public key of the account that `accountJwt` is of. */
export const ACCOUNT = account.subject;

export function accountJwt(): string {
  return encode(operator, account.subject, "A", { type: "account", version: 2 });
}

/** A user of that account. */
export function userJwt(nats: object = {}): string {
  return encode(account, publicKey("U"), "u", { type: "user", version: 2, ...nats });
}

/** The token with another signature, of as many bytes. */
export function resigned(jwt: string): string {
  return jwt.replace(/\.[^.]*$/, `.${"A".repeat(86)}`);
}

/** A signed token with any content at all. */
export function anyJwt(header: unknown, claims: object, by: "operator" | "account"): string {
  const issuer = by === "operator" ? operator : account;
  const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  const signed = `${part(header)}.${part({ iss: issuer.subject, ...claims })}`;
  return `${signed}.${issuer.sign(signed)}`;
}
