/** Sets of public keys as identity providers publish them (RFC 7517): their shape, not their use. */

/** What is kept of a public key. Texts are base64 for URLs. */
export interface PublicJwk {
  kty: "RSA" | "EC" | "OKP";
  kid?: string;
  alg?: string;
  use?: string;
  key_ops?: string[];
  crv?: string;
  n?: string;
  e?: string;
  x?: string;
  y?: string;
}

/** A text that is no key set, or one without a key that is of use. */
export class JwksError extends Error {}

const KEYS_MAX = 100;
/** An RSA modulus of 8192 bits. Larger ones would only serve to keep the server busy. */
const NUMBER_DIGITS_MAX = 1366;
const EXPONENT_DIGITS_MAX = 8;
const NAME_LENGTH_MAX = 512;
const DIGITS = /^[\w-]+$/;
/** Members that stand for numbers, which have to be there, by type of key. */
const NUMBERS: Readonly<Record<PublicJwk["kty"], readonly ("n" | "e" | "x" | "y")[]>> = {
  RSA: ["n", "e"],
  EC: ["x", "y"],
  OKP: ["x"],
};

/**
 * Keys that can verify signatures, of a set, of a list of keys or of a single one. Keys of other kinds
 * and for other ends are passed over, as they may be there for others.
 *
 * @throws JwksError when nothing is left, and when there is a private key: whoever can read it can
 *   sign, so that no signature proves anything any more.
 */
export function publicKeysIn(value: unknown): PublicJwk[] {
  const list = listOf(value);
  if (list === null) throw new JwksError("it is no set of keys");
  if (list.length > KEYS_MAX) throw new JwksError(`it has more than ${KEYS_MAX} keys`);
  const keys: PublicJwk[] = [];
  for (const entry of list) {
    if (!isObject(entry)) throw new JwksError("one of its keys is no object");
    if (isPrivate(entry)) throw new JwksError("it holds a private key, which nobody may see");
    const key = publicKeyOf(entry);
    if (key !== null) keys.push(key);
  }
  if (keys.length === 0) throw new JwksError("it has no public key for signatures");
  return keys;
}

function listOf(value: unknown): readonly unknown[] | null {
  if (Array.isArray(value)) return value;
  if (!isObject(value)) return null;
  if (Array.isArray(value.keys)) return value.keys;
  return typeof value.kty === "string" ? [value] : null;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isPrivate(entry: Readonly<Record<string, unknown>>): boolean {
  return entry.kty !== "oct" && Object.hasOwn(entry, "d");
}

/** Null for a key that is not for verifying, or that lacks something. */
function publicKeyOf(entry: Readonly<Record<string, unknown>>): PublicJwk | null {
  const { kty, kid, alg, use, key_ops: operations } = entry;
  if (kty !== "RSA" && kty !== "EC" && kty !== "OKP") return null;
  if (use !== undefined && use !== "sig") return null;
  const key: PublicJwk = { kty };
  for (const name of NUMBERS[kty]) {
    const number = entry[name];
    const most = name === "e" ? EXPONENT_DIGITS_MAX : NUMBER_DIGITS_MAX;
    if (typeof number !== "string" || number.length > most || !DIGITS.test(number)) return null;
    key[name] = number;
  }
  if (operations !== undefined) {
    if (!Array.isArray(operations) || !operations.includes("verify")) return null;
    key.key_ops = ["verify"];
  }
  if (typeof entry.crv === "string") key.crv = entry.crv;
  if (!isName(kid) || !isName(alg)) return null;
  if (kid !== undefined) key.kid = kid;
  if (alg !== undefined) key.alg = alg;
  return key;
}

function isName(value: unknown): value is string | undefined {
  if (value === undefined) return true;
  return typeof value === "string" && value.length <= NAME_LENGTH_MAX;
}
