/** What is looked up, fetched and stored under the name of an account: nothing but its public key. */

import { decodePublicNkey, isPublicNkey, NkeyKind } from "../protocol/nkeys.ts";

/** Length and alphabet: no other text becomes part of a path or an address. */
const FORM = /^[A-Z2-7]{56}$/;
const KEY_BYTES = 32;

/** True only for the one text form of an account's public key, checksum included. */
export function isAccountKey(text: string): boolean {
  if (!FORM.test(text)) return false;
  const decoded = decodePublicNkey(text);
  return decoded?.kind === NkeyKind.Account && decoded.key.length === KEY_BYTES;
}

/** True for the one text form of a public key of any kind. */
export function isPlainKey(text: string): boolean {
  return FORM.test(text) && isPublicNkey(text);
}
