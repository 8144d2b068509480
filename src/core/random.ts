/**
 * Hot path. Random numbers that pick members of queue groups and destinations of mappings, and that
 * `random` writes.
 *
 * One xorshift generator for all of them, so that no two uses walk through the same sequence in step.
 * Nothing secret hangs on it.
 */

import { HASH_SEED } from "../bytes/hash.ts";

let state = HASH_SEED | 1;

/** A random number from 0 to 2^31 - 1. */
export function nextRandom(): number {
  state ^= state << 13;
  state ^= state >>> 17;
  state ^= state << 5;
  return state & 0x7fffffff;
}
