/** Keys and tokens of operator mode for configurations, with valid checksums and signatures. */

import { encodePublicNkey } from "../../../src/protocol/nkeys.ts";
import * as jwt from "../../support/jwt.ts";

export { resigned } from "../../support/jwt.ts";

/** A public key that nobody has the other half of; with another number, another key. */
export function publicKey(letter: jwt.KeyLetter, number = 1): string {
  return encodePublicNkey(jwt.KINDS[letter], new Uint8Array(32).fill(number));
}

/** The seed of a user, for tests only. */
export const USER_SEED = jwt.newKey("U", 9).seed;

const operator = jwt.newKey("O", 11);
const account = jwt.newKey("A", 12);

/** An operator that signs itself. */
export function operatorJwt(nats: object = {}): string {
  return jwt.genericJwt(operator, { type: "operator", version: 2, ...nats }, { name: "test" });
}

/** Public key of the account that `accountJwt` is of. */
export const ACCOUNT = account.publicKey;

export function accountJwt(): string {
  return jwt.accountJwt(account, operator, { limits: undefined });
}

/** A user of that account. */
export function userJwt(nats: object = {}): string {
  return jwt.userJwt(publicKey("U"), account, { ...jwt.SCOPED, ...nats });
}

/** A signed token with any content at all. */
export function anyJwt(header: unknown, claims: object, by: "operator" | "account"): string {
  const issuer = by === "operator" ? operator : account;
  return jwt.signedToken(header, { iss: issuer.publicKey, ...claims }, issuer);
}
