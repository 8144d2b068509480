/** What TLS has to know of a certificate, beyond the names in it. */

import { DerError, DerReader, DerTag, objectIdentifier } from "../../auth/certificate/der.ts";

export interface CertificateFacts {
  /** What the algorithm of its key is called in cipher suites and signature schemes. */
  readonly keyType: "rsa" | "ecdsa" | "ed25519" | "other";
  /** Length of the modulus of an RSA key; 0 for others. */
  readonly rsaBits: number;
  /** SHA-256 of its public key's DER form, in lower-case hexadecimal. */
  readonly keyId: string;
  /** Milliseconds since 1970. */
  readonly notBefore: number;
  readonly notAfter: number;
}

const KEY_TYPES: Readonly<Record<string, CertificateFacts["keyType"]>> = {
  "1.2.840.113549.1.1.1": "rsa",
  "1.2.840.10045.2.1": "ecdsa",
  "1.3.101.112": "ed25519",
};
const VERSION = 0xa0;
const UTC_TIME = 0x17;
const GENERALIZED_TIME = 0x18;
const TIME = /^(\d{2}|\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})Z$/;
/** Years of two digits from here on are those of the last century. */
const CENTURY_PIVOT = 50;
const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----/g;

/** The certificates of a PEM file, in DER. */
export function certificatesOf(pem: Uint8Array | string): Uint8Array[] {
  const text = typeof pem === "string" ? pem : Buffer.from(pem).toString("latin1");
  return Array.from(text.matchAll(PEM_CERTIFICATE), ([, body]) => Buffer.from(body!, "base64"));
}

/** Null when it is no certificate. */
export function certificateFacts(der: Uint8Array): CertificateFacts | null {
  try {
    return read(der);
  } catch (error) {
    if (error instanceof DerError) return null;
    throw error;
  }
}

function read(der: Uint8Array): CertificateFacts {
  const body = new DerReader(der).enter(DerTag.Sequence).enter(DerTag.Sequence);
  body.skip(VERSION);
  body.expect(DerTag.Integer);
  // Algorithm and issuer.
  for (let i = 0; i < 2; i++) body.expect(DerTag.Sequence);
  const validity = body.enter(DerTag.Sequence);
  const notBefore = readTime(validity);
  const notAfter = readTime(validity);
  body.expect(DerTag.Sequence);
  const key = body.expect(DerTag.Sequence);
  const algorithm = new DerReader(key).enter(DerTag.Sequence);
  const keyType = KEY_TYPES[objectIdentifier(algorithm.expect(DerTag.ObjectIdentifier))] ?? "other";
  const rsaBits = keyType === "rsa" ? modulusBits(key) : 0;
  return { keyType, rsaBits, keyId: sha256Hex(sequence(key)), notBefore, notAfter };
}

/** Of a public key: its algorithm, then bits that hold modulus and exponent. */
function modulusBits(key: Uint8Array): number {
  const reader = new DerReader(key);
  reader.expect(DerTag.Sequence);
  // The first byte tells how many bits at the end are unused: none.
  const bits = reader.expect(DerTag.BitString).subarray(1);
  const modulus = new DerReader(bits).enter(DerTag.Sequence).expect(DerTag.Integer);
  const first = modulus.findIndex((byte) => byte !== 0);
  if (first === -1) return 0;
  return (modulus.length - first) * 8 - (Math.clz32(modulus[first]!) - 24);
}

export function sha256Hex(bytes: Uint8Array): string {
  return new Bun.CryptoHasher("sha256").update(bytes).digest("hex");
}

/** Puts the header back in front of a sequence: DER has but one form of it. */
function sequence(content: Uint8Array): Buffer {
  const { length } = content;
  const size: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) size.unshift(rest % 256);
  const header = length < 0x80 ? [length] : [0x80 | size.length, ...size];
  return Buffer.concat([Buffer.from([DerTag.Sequence, ...header]), content]);
}

function readTime(reader: DerReader): number {
  const { tag, bytes } = reader.next();
  const match = TIME.exec(Buffer.from(bytes).toString("latin1"));
  const isLong = tag === GENERALIZED_TIME;
  if (match === null || (!isLong && tag !== UTC_TIME)) throw new DerError("no time");
  const [year = 0, month = 0, day, hour, minute, second] = match.slice(1).map(Number);
  const century = isLong ? 0 : year < CENTURY_PIVOT ? 2000 : 1900;
  return Date.UTC(century + year, month - 1, day, hour, minute, second);
}
