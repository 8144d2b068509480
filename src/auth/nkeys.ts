/**
 * Public keys in the text form of NATS: base32 of a kind byte, 32 key bytes and a CRC-16 (XMODEM,
 * low byte first), 56 characters without padding.
 */

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/** Kind bytes: the text begins with the letter of the name in the comment. */
export const NkeyKind = {
  /** N */
  Server: 13 << 3,
  /** X */
  Curve: 23 << 3,
} as const;

/** Text form of a public key. */
export function encodePublicNkey(kind: number, key: Uint8Array): string {
  const raw = new Uint8Array(key.length + 3);
  raw[0] = kind;
  raw.set(key, 1);
  const crc = crc16(raw.subarray(0, key.length + 1));
  raw[key.length + 1] = crc & 0xff;
  raw[key.length + 2] = crc >> 8;
  return base32(raw);
}

function base32(bytes: Uint8Array): string {
  let text = "";
  let bits = 0;
  let waiting = 0;
  for (let i = 0; i < bytes.length; i++) {
    waiting = (waiting << 8) | bytes[i]!;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += ALPHABET[(waiting >> bits) & 31];
    }
    waiting &= (1 << bits) - 1;
  }
  return bits > 0 ? text + ALPHABET[(waiting << (5 - bits)) & 31] : text;
}

function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (let i = 0; i < bytes.length; i++) {
    crc ^= bytes[i]! << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
    crc &= 0xffff;
  }
  return crc;
}
