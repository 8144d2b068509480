/** Hashes that all servers have to agree on, bit for bit. */

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const FNV_OFFSET = 0x811c9dc5 | 0;
const FNV_PRIME = 0x01000193;

/** So many characters that stand for a name: of a server, or of a cluster. */
export function shortHash(length: number, name: string): string {
  const digest = new Bun.CryptoHasher("sha256").update(name).digest();
  let hash = "";
  for (const byte of digest.subarray(0, length)) hash += DIGITS[byte % DIGITS.length]!;
  return hash;
}

/** Which connection of a pool an account's interest and messages go over, from 0 on. */
export function routePoolSlot(account: string, poolSize: number): number {
  if (poolSize <= 1) return 0;
  let hash = FNV_OFFSET;
  for (const byte of Buffer.from(account)) hash = Math.imul(hash ^ byte, FNV_PRIME);
  return (hash >>> 0) % poolSize;
}
