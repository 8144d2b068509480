/** Signatures of public keys in the text form of NATS, verified beside the event loop. */

import { decodePublicNkey } from "./nkeys.ts";

const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;
/** Few keys sign nearly all tokens. More than these are read anew each time, which costs 5 µs. */
const KEYS_MAX = 256;

/** Keys that have verified something, the one used last at the end. */
const keys = new Map<string, CryptoKey>();

/** Whether the owner of a public key has signed the text. False for anything that is no key. */
export async function isSignedBy(
  nkey: string,
  text: string,
  signature: Buffer<ArrayBuffer>,
): Promise<boolean> {
  if (signature.length !== SIGNATURE_BYTES) return false;
  const key = keys.get(nkey) ?? (await importKey(nkey));
  if (key === null) return false;
  keys.delete(nkey);
  keys.set(nkey, key);
  if (keys.size > KEYS_MAX) keys.delete(keys.keys().next().value!);
  return await crypto.subtle.verify("Ed25519", key, signature, Buffer.from(text));
}

async function importKey(nkey: string): Promise<CryptoKey | null> {
  const key = decodePublicNkey(nkey)?.key;
  if (key?.length !== KEY_BYTES) return null;
  try {
    return await crypto.subtle.importKey("raw", key, "Ed25519", false, ["verify"]);
  } catch {
    // No point of the curve.
    return null;
  }
}
