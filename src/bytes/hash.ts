/**
 * The one hash used for subjects, tokens and sids.
 *
 * FNV-1a over bytes, in int32 arithmetic only, so that it can be folded into a scan that reads the
 * bytes anyway. The start value is random per process: colliding subjects cannot be prepared in
 * advance by someone who wants to slow a table down.
 */

export const HASH_PRIME = 16777619;

/** Random per process; never sent or stored. */
export const HASH_SEED = crypto.getRandomValues(new Int32Array(1))[0]! | 0;

/** Hash of a range of bytes. */
export function hashBytes(buf: Uint8Array, start: number, end: number): number {
  let hash = HASH_SEED;
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ buf[i]!, HASH_PRIME);
  return hash;
}

/**
 * Spreads a hash combined with a small number (a node, a connection) over all 32 bits.
 * Tables take the low bits, which FNV alone mixes too little.
 */
export function mixHash(hash: number, salt: number): number {
  let mixed = hash ^ Math.imul(salt, 0x9e3779b1 | 0);
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b | 0);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35 | 0);
  return mixed ^ (mixed >>> 16);
}
