/** Certificates with any subject and names at all, also those that openssl would not make. */

import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { DerTag } from "../../src/auth/certificate/der.ts";

/** A value in DER. */
export function der(tag: number, ...contents: readonly (Uint8Array | string)[]): Buffer {
  const body = Buffer.concat(contents.map((part) => Buffer.from(part as string)));
  return Buffer.concat([Buffer.from([tag]), lengthOf(body.length), body]);
}

function lengthOf(length: number): Buffer {
  if (length < 128) return Buffer.from([length]);
  const digits = length.toString(16);
  const bytes = Buffer.from(digits.padStart(digits.length + (digits.length % 2), "0"), "hex");
  return Buffer.concat([Buffer.from([128 + bytes.length]), bytes]);
}

export function sequence(...contents: readonly Uint8Array[]): Buffer {
  return der(DerTag.Sequence, ...contents);
}

export function identifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split(".").map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap((arc) => {
    const groups = [arc & 127];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) {
      groups.unshift((left & 127) | 128);
    }
    return groups;
  });
  return der(DerTag.ObjectIdentifier, Buffer.from(bytes));
}

const IDENTIFIERS: Readonly<Record<string, string>> = {
  CN: "2.5.4.3",
  SERIALNUMBER: "2.5.4.5",
  C: "2.5.4.6",
  L: "2.5.4.7",
  ST: "2.5.4.8",
  STREET: "2.5.4.9",
  O: "2.5.4.10",
  OU: "2.5.4.11",
  TITLE: "2.5.4.12",
  POSTALCODE: "2.5.4.17",
  DC: "0.9.2342.19200300.100.1.25",
  UID: "0.9.2342.19200300.100.1.1",
  EMAIL: "1.2.840.113549.1.9.1",
};

/** One attribute: its name or identifier, and its value as UTF-8, or in DER. */
export type AttributeSpec = readonly [type: string, value: string | Uint8Array];
/** Relative names in order, each an attribute or several. */
export type SubjectSpec = readonly (AttributeSpec | readonly AttributeSpec[])[];

export function subject(spec: SubjectSpec): Buffer {
  return sequence(...spec.map((part) => der(DerTag.Set, ...attributesOf(part).map(attribute))));
}

function attributesOf(part: SubjectSpec[number]): readonly AttributeSpec[] {
  return Array.isArray(part[0]) || part.length === 0
    ? (part as readonly AttributeSpec[])
    : [part as AttributeSpec];
}

function attribute([type, value]: AttributeSpec): Buffer {
  const encoded = typeof value === "string" ? der(DerTag.Utf8String, value) : Buffer.from(value);
  return sequence(identifier(IDENTIFIERS[type] ?? type), encoded);
}

/** Alternative names: `email:a@b.c`, `DNS:host`, `URI:urn:x`. */
export type AlternativeName = `${"email" | "DNS" | "URI"}:${string}`;
const NAME_TAGS: Readonly<Record<string, number>> = { email: 0x81, DNS: 0x82, URI: 0x86 };

export function alternativeNames(names: readonly AlternativeName[]): Buffer {
  const entries = names.map((name) => {
    const colon = name.indexOf(":");
    return der(NAME_TAGS[name.slice(0, colon)]!, name.slice(colon + 1));
  });
  return extension("2.5.29.17", sequence(...entries));
}

export function extension(id: string, contents: Uint8Array): Buffer {
  return sequence(identifier(id), der(DerTag.OctetString, contents));
}

const EXTENSIONS_TAG = 0xa3;
const VERSION_3 = der(0xa0, der(DerTag.Integer, Buffer.from([2])));
const ECDSA_WITH_SHA256 = sequence(identifier("1.2.840.10045.4.3.2"));
const TRUE = der(DerTag.Boolean, Buffer.from([255]));
const UTC_TIME = 0x17;
const VALIDITY = sequence(der(UTC_TIME, "200101000000Z"), der(UTC_TIME, "490101000000Z"));

interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

/** Makes certificates that it signs itself. */
export class CertificateAuthority {
  readonly #keys: KeyPair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  readonly #name = subject([["CN", "Test CA"]]);
  /** All certificates have the same key, which saves time. */
  readonly #owner: KeyPair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  #serial = 1;

  /** Its own certificate in PEM. */
  get pem(): string {
    const constraints = sequence(
      identifier("2.5.29.19"),
      TRUE,
      der(DerTag.OctetString, sequence(TRUE)),
    );
    return pem(this.#sign(this.#name, this.#keys.publicKey, [constraints]));
  }

  /** The key of all owners in PEM. */
  get keyPem(): string {
    return this.#owner.privateKey.export({ type: "pkcs8", format: "pem" }) as string;
  }

  /** A certificate in DER. */
  issue(spec: SubjectSpec, names: readonly AlternativeName[] = []): Buffer {
    const extensions = names.length > 0 ? [alternativeNames(names)] : [];
    return this.#sign(subject(spec), this.#owner.publicKey, extensions);
  }

  #sign(name: Buffer, key: KeyObject, extensions: readonly Buffer[]): Buffer {
    const body = sequence(
      VERSION_3,
      der(DerTag.Integer, Buffer.from([1, this.#serial >> 8, this.#serial++ & 255])),
      ECDSA_WITH_SHA256,
      this.#name,
      VALIDITY,
      name,
      key.export({ type: "spki", format: "der" }),
      ...(extensions.length > 0 ? [der(EXTENSIONS_TAG, sequence(...extensions))] : []),
    );
    const signature = sign("sha256", body, this.#keys.privateKey);
    const bits = der(DerTag.BitString, Buffer.from([0]), signature);
    return sequence(body, ECDSA_WITH_SHA256, bits);
  }
}

/** A certificate in PEM. */
export function pem(certificate: Uint8Array): string {
  const lines = Buffer.from(certificate)
    .toString("base64")
    .replace(/.{1,64}/g, "$&\n");
  return `-----BEGIN CERTIFICATE-----\n${lines}-----END CERTIFICATE-----\n`;
}
