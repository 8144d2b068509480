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

/** CRC of each value of the upper four bits. */
const CRC_OF_NIBBLE = [
  0x0000, 0x1021, 0x2042, 0x3063, 0x4084, 0x50a5, 0x60c6, 0x70e7, 0x8108, 0x9129, 0xa14a, 0xb16b,
  0xc18c, 0xd1ad, 0xe1ce, 0xf1ef,
];

function crc16(bytes: Uint8Array): number {
  let crc = 0;
  for (let i = 0; i < bytes.length; i++) {
    crc ^= bytes[i]! << 8;
    crc = ((crc << 4) ^ CRC_OF_NIBBLE[(crc >> 12) & 15]!) & 0xffff;
    crc = ((crc << 4) ^ CRC_OF_NIBBLE[(crc >> 12) & 15]!) & 0xffff;
  }
  return crc;
}
