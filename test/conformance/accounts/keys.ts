/** Keys of the scenarios, the same on each run; each has a short name in reports. */

import { type Key, type KeyLetter, newKey } from "../../support/jwt.ts";

const names = new Map<string, string>();
const keys = new Map<string, Key>();

/** Names by public key, of all keys that were made. */
export const KEY_NAMES: ReadonlyMap<string, string> = names;

/** @param number from 1 to 255. */
export function keyOf(letter: KeyLetter, number: number): Key {
  const name = `<${letter}${number}>`;
  let key = keys.get(name);
  if (key === undefined) {
    if (number < 1 || number > 255) throw new Error(`no such key: ${name}`);
    key = newKey(letter, number);
    keys.set(name, key);
    names.set(key.publicKey, name);
  }
  return key;
}
