/** Why a private key cannot be read, in the words of Go, which looks at it as PKCS #8. */

interface Element {
  readonly class: number;
  readonly isCompound: boolean;
  readonly tag: number;
  readonly length: number;
  /** Where its content begins. */
  readonly start: number;
}

const INTEGER = 2;
const OBJECT_ID = 6;
const SEQUENCE = 16;
const NO_PARAMETERS =
  "{optional:false explicit:false application:false private:false defaultValue:<nil> tag:<nil> " +
  "stringType:0 timeType:0 set:false omitEmpty:false}";
const EC_ALGORITHM = "1.2.840.10045.2.1";
const KNOWN_ALGORITHMS: readonly string[] = [
  "1.2.840.113549.1.1.1",
  "1.3.101.112",
  "1.3.101.110",
  EC_ALGORITHM,
];

/** What is wrong with the DER of a key that the runtime refuses; null when that is not known. */
export function keyFault(der: Buffer): string | null {
  const whole = elementAt(der, 0);
  if (whole === null) return null;
  if (!isType(whole, SEQUENCE)) return mismatch(SEQUENCE, whole, "pkcs8");
  const version = elementAt(der, whole.start);
  if (version === null) return null;
  if (!isType(version, INTEGER)) return mismatch(INTEGER, version, "int");
  const algorithm = elementAt(der, version.start + version.length);
  const id = algorithm === null ? null : elementAt(der, algorithm.start);
  if (id === null || !isType(id, OBJECT_ID)) return null;
  const name = objectId(der.subarray(id.start, id.start + id.length));
  if (!KNOWN_ALGORITHMS.includes(name)) {
    return `x509: PKCS#8 wrapping contained private key with unknown algorithm: ${name}`;
  }
  // Of keys on curves, those are refused that are on one of no use for TLS.
  if (name !== EC_ALGORITHM) return null;
  return "x509: failed to parse EC private key embedded in PKCS#8: x509: unknown elliptic curve";
}

function isType(element: Element, tag: number): boolean {
  return element.class === 0 && element.tag === tag;
}

function mismatch(wanted: number, got: Element, type: string): string {
  const { class: kind, tag, length, isCompound } = got;
  const found = `{class:${kind} tag:${tag} length:${length} isCompound:${isCompound}}`;
  const problem = `tags don't match (${wanted} vs ${found})`;
  return `asn1: structure error: ${problem} ${NO_PARAMETERS} ${type} @2`;
}

/** Null for what is cut off, or written in a form that keys have no use for. */
function elementAt(der: Buffer, at: number): Element | null {
  const first = der[at];
  const short = der[at + 1];
  if (first === undefined || short === undefined || (first & 31) === 31) return null;
  const kind = { class: first >> 6, isCompound: (first & 32) !== 0, tag: first & 31 };
  if (short < 128) return { ...kind, length: short, start: at + 2 };
  const bytes = short & 127;
  if (bytes < 1 || bytes > 4 || at + 2 + bytes > der.length) return null;
  return { ...kind, length: der.readUIntBE(at + 2, bytes), start: at + 2 + bytes };
}

/** `1.2.840…` */
function objectId(bytes: Buffer): string {
  const parts: number[] = [];
  let value = 0;
  for (const byte of bytes) {
    value = value * 128 + (byte & 127);
    if (byte >= 128) continue;
    parts.push(value);
    value = 0;
  }
  const [first = 0, ...others] = parts;
  const root = Math.min(Math.floor(first / 40), 2);
  return [root, first - root * 40, ...others].join(".");
}
