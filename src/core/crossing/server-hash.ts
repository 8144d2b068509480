/** Eight characters by which servers tell each other apart on subjects. */

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const LENGTH = 8;

/** @param name of the server. */
export function serverHash(name: string): string {
  const digest = new Bun.CryptoHasher("sha256").update(name).digest();
  let hash = "";
  for (const byte of digest.subarray(0, LENGTH)) hash += DIGITS[byte % DIGITS.length]!;
  return hash;
}
