/**
 * Public keys in the text form of NATS: base32 of a kind byte, 32 key bytes and a CRC-16 (XMODEM,
 * low byte first), 56 characters without padding.
 */

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

const NO_DIGIT = /[^A-Z2-7]/;
const LINE_BREAKS = /[\r\n]/g;

/** Kind bytes: the text begins with the letter of the name in the comment. */
export const NkeyKind = {
  /** A */
  Account: 0,
  /** C */
  Cluster: 2 << 3,
  /** N */
  Server: 13 << 3,
  /** O */
  Operator: 14 << 3,
  /** U */
  User: 20 << 3,
  /** X */
  Curve: 23 << 3,
} as const;

export type NkeyKind = (typeof NkeyKind)[keyof typeof NkeyKind];

/** Kinds that a public key can be of. */
const PUBLIC_KINDS: ReadonlySet<number> = new Set(Object.values(NkeyKind));
/** Upper five bits of a seed's first byte: S. The kind follows. */
const SEED = 18 << 3;
/** A kind byte and a checksum are the least there is. */
const BYTES_MIN = 4;
const KEY_BYTES = 32;
/** Bits of the first byte that make up the first letter. */
const KIND_BITS = 0xf8;

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

/** Kind and bytes of a public key; null when the text is none. */
export function decodePublicNkey(
  text: string,
): { kind: NkeyKind; key: Uint8Array<ArrayBuffer> } | null {
  const raw = decodeChecked(text);
  return raw !== null && PUBLIC_KINDS.has(raw[0]!)
    ? { kind: raw[0] as NkeyKind, key: raw.subarray(1) }
    : null;
}

/** Why a text is no public key, in nats-server's words; null when it is one. */
export function publicNkeyFault(text: string): string | null {
  const raw = fromBase32(text);
  if (raw === null) {
    const at = text.replace(LINE_BREAKS, "").search(NO_DIGIT);
    return `illegal base32 data at input byte ${at}`;
  }
  if (raw.length < BYTES_MIN) return "nkeys: invalid encoded key";
  if (decodeChecked(text) === null) return "nkeys: invalid checksum";
  return PUBLIC_KINDS.has(raw[0]!) ? null : "nkeys: invalid public key";
}

/**
 * True when the text is a public key of that kind, or of any. As in nats-server only of the latter
 * the length counts, and of the former the last bits of the kind do not.
 */
export function isPublicNkey(text: string, kind?: NkeyKind): boolean {
  if (kind === undefined) return decodePublicNkey(text)?.key.length === KEY_BYTES;
  const raw = decodeChecked(text);
  return raw !== null && (raw[0]! & KIND_BITS) === kind;
}

/** What a secret seed is of; null when the text is no seed. */
export function seedKind(text: string): NkeyKind | null {
  const raw = decodeChecked(text);
  if (raw === null || (raw[0]! & KIND_BITS) !== SEED) return null;
  const kind = ((raw[0]! & 7) << 5) | ((raw[1]! & KIND_BITS) >> 3);
  return PUBLIC_KINDS.has(kind) ? (kind as NkeyKind) : null;
}

/** Kind byte and key; null when the text is not base32 with its checksum. */
function decodeChecked(text: string): Uint8Array<ArrayBuffer> | null {
  const raw = fromBase32(text);
  if (raw === null || raw.length < BYTES_MIN) return null;
  const end = raw.length - 2;
  const checksum = raw[end]! | (raw[end + 1]! << 8);
  return crc16(raw.subarray(0, end)) === checksum ? raw.subarray(0, end) : null;
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

/** Bytes that the last characters stand for, by how many there are. Go drops what cannot be. */
const BYTES_OF_REST = [0, 0, 1, 0, 2, 3, 0, 4];

/** As Go reads it: line breaks do not count, nor do bits that fill no byte. */
function fromBase32(text: string): Uint8Array<ArrayBuffer> | null {
  const digits = text.replace(LINE_BREAKS, "");
  const bytes = new Uint8Array((digits.length >> 3) * 5 + BYTES_OF_REST[digits.length & 7]!);
  let length = 0;
  let bits = 0;
  let waiting = 0;
  for (const char of digits) {
    const value = ALPHABET.indexOf(char);
    if (value < 0) return null;
    waiting = (waiting << 5) | value;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    if (length < bytes.length) bytes[length++] = waiting >> bits;
    waiting &= (1 << bits) - 1;
  }
  return bytes;
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
