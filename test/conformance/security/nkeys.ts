/** Key pairs that sign nonces, the same in each run. */

import { createPrivateKey, createPublicKey, sign } from "node:crypto";
import { encodePublicNkey, NkeyKind } from "../../../src/protocol/nkeys.ts";
import { keepSecret } from "./canaries.ts";

/** PKCS #8 around the 32 bytes of an Ed25519 seed. */
const PRIVATE_KEY_PREFIX = Buffer.from("302e020100300506032b657004220420", "hex");
const KEY_BYTES = 32;

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
  const secret = Buffer.alloc(KEY_BYTES, seed);
  const key = createPrivateKey({
    key: Buffer.concat([PRIVATE_KEY_PREFIX, secret]),
    format: "der",
    type: "pkcs8",
  });
  const spki = createPublicKey(key).export({ format: "der", type: "spki" });
  return {
    public: encodePublicNkey(kind, spki.subarray(-KEY_BYTES)),
    sign: (text, encoding = "base64url") => {
      const signature = sign(null, Buffer.from(text), key);
      return keepSecret(encode(signature, encoding));
    },
  };
}

function encode(signature: Buffer, encoding: Encoding): string {
  if (encoding !== "padded base64url") return signature.toString(encoding);
  return signature.toString("base64").replaceAll("+", "-").replaceAll("/", "_");
}
