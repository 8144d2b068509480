/** Key pairs that sign nonces, the same in each run. */

import { encodePublicNkey, NkeyKind } from "../../../src/protocol/nkeys.ts";
import { type KeyLetter, newKey } from "../../support/jwt.ts";
import { keepSecret } from "./canaries.ts";

/** How the bytes of a signature are written. */
export type Encoding = "base64url" | "base64" | "padded base64url";

export interface KeyPair {
  /** In the text form of NATS. */
  readonly public: string;
  /** Signature of the text's bytes. */
  sign(text: string, encoding?: Encoding): string;
}

/** @param seed fills the private key. */
export function keyPair(seed: number, kind: number = NkeyKind.User): KeyPair {
  const letter = encodePublicNkey(kind, new Uint8Array(1))[0] as KeyLetter;
  const key = newKey(letter, seed);
  return {
    public: key.publicKey,
    sign: (text, encoding = "base64url") => keepSecret(encode(key.sign(text), encoding)),
  };
}

function encode(signature: Buffer, encoding: Encoding): string {
  if (encoding !== "padded base64url") return signature.toString(encoding);
  return signature.toString("base64").replaceAll("+", "-").replaceAll("/", "_");
}
