/**
 * A reader of DER, for what the runtime does not tell of certificates.
 *
 * It only ever moves forward within the bytes there are, so any input ends it soon: with a value or
 * with `DerError`.
 */

/** The bytes are no DER, or not what was expected there. */
export class DerError extends Error {}

export const DerTag = {
  Boolean: 0x01,
  Integer: 0x02,
  BitString: 0x03,
  OctetString: 0x04,
  ObjectIdentifier: 0x06,
  Utf8String: 0x0c,
  NumericString: 0x12,
  PrintableString: 0x13,
  T61String: 0x14,
  Ia5String: 0x16,
  BmpString: 0x1e,
  Sequence: 0x30,
  Set: 0x31,
} as const;

/** Tags above 30 take several bytes; certificates have none. */
const LONG_TAG = 0x1f;
const LONG_LENGTH = 0x80;
/** Lengths of up to four bytes: longer ones cannot be true. */
const LENGTH_BYTES_MAX = 4;
/** Components of an object identifier, and bits of one: more is a lie. */
const ARCS_MAX = 64;
const ARC_MAX = 0x7fffffff;

/** One value: its tag and the bytes of its contents. */
export interface DerValue {
  readonly tag: number;
  readonly bytes: Uint8Array;
}

/** Reads the values that stand one after another in some bytes. */
export class DerReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  /** Tag of the next value; -1 at the end. */
  get nextTag(): number {
    return this.#bytes[this.#at] ?? -1;
  }

  /** @throws DerError at the end, or when the bytes make no value. */
  next(): DerValue {
    const tag = this.#byte();
    if ((tag & LONG_TAG) === LONG_TAG) throw new DerError("tag of several bytes");
    const length = this.#length();
    const start = this.#at;
    if (length > this.#bytes.length - start) throw new DerError("value is cut off");
    this.#at = start + length;
    return { tag, bytes: this.#bytes.subarray(start, this.#at) };
  }

  /** @throws DerError unless the next value has this tag. */
  expect(tag: number): Uint8Array {
    const value = this.next();
    if (value.tag !== tag) throw new DerError(`tag ${value.tag} instead of ${tag}`);
    return value.bytes;
  }

  /** What is in the next value, to be read in turn. */
  enter(tag: number): DerReader {
    return new DerReader(this.expect(tag));
  }

  /** Passes over the next value if it has this tag. */
  skip(tag: number): void {
    if (this.nextTag === tag) this.next();
  }

  #byte(): number {
    const byte = this.#bytes[this.#at];
    if (byte === undefined) throw new DerError("bytes are missing");
    this.#at++;
    return byte;
  }

  #length(): number {
    const first = this.#byte();
    if (first < LONG_LENGTH) return first;
    const count = first & ~LONG_LENGTH;
    if (count === 0 || count > LENGTH_BYTES_MAX) throw new DerError("length of no known form");
    let length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + this.#byte();
    const isShortest = length >= LONG_LENGTH && length >= 256 ** (count - 1);
    if (!isShortest) throw new DerError("length is longer than it has to be");
    return length;
  }
}

/**
 * An object identifier in its usual form, `2.5.4.3`.
 *
 * @throws DerError when it is none.
 */
export function objectIdentifier(bytes: Uint8Array): string {
  const arcs: number[] = [];
  let arc = 0;
  let isInside = false;
  for (const byte of bytes) {
    if (!isInside && byte === 0x80) throw new DerError("identifier with leading zeros");
    arc = arc * 128 + (byte & 0x7f);
    if (arc > ARC_MAX) throw new DerError("identifier of an enormous number");
    isInside = byte >= 0x80;
    if (isInside) continue;
    if (arcs.length === 0) {
      const root = Math.min(Math.floor(arc / 40), 2);
      arcs.push(root, arc - root * 40);
    } else arcs.push(arc);
    if (arcs.length > ARCS_MAX) throw new DerError("identifier without an end");
    arc = 0;
  }
  if (isInside || arcs.length === 0) throw new DerError("identifier is cut off");
  return arcs.join(".");
}
