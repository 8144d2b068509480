/** What a certificate says of its owner: subject and alternative names. */

import { normalGoUrl } from "../../protocol/go-url-text.ts";
import { goIpOfBytes } from "../../protocol/ip-text.ts";
import { DerError, DerReader, DerTag, objectIdentifier } from "./der.ts";
import { readSubject, type Subject } from "./subject.ts";

export interface CertificateNames {
  readonly subject: Subject;
  readonly emails: readonly string[];
  readonly dnsNames: readonly string[];
  /** As Go writes them. */
  readonly ipAddresses: readonly string[];
  /** As Go writes them. */
  readonly uris: readonly string[];
  /** It has the extension for such names, whatever is in it. */
  readonly hasAlternativeNames: boolean;
}

/** More than any certificate has that is meant honestly; nothing beyond is looked at. */
const CERTIFICATE_BYTES_MAX = 256 * 1024;
const ALTERNATIVE_NAMES = "2.5.29.17";

const VERSION = 0xa0;
const ISSUER_UNIQUE_ID = 0x81;
const SUBJECT_UNIQUE_ID = 0x82;
const EXTENSIONS = 0xa3;
const EMAIL = 0x81;
const DNS_NAME = 0x82;
const URI = 0x86;
const IP_ADDRESS = 0x87;

/**
 * Reads a certificate in DER. As in nats-server, which does not take such a certificate at all, one
 * that is wrong anywhere in its names has none.
 *
 * @returns null when it cannot be read.
 */
export function readCertificate(der: Uint8Array): CertificateNames | null {
  if (der.length > CERTIFICATE_BYTES_MAX) return null;
  try {
    return read(der);
  } catch (error) {
    if (error instanceof DerError) return null;
    throw error;
  }
}

function read(der: Uint8Array): CertificateNames {
  const body = new DerReader(der).enter(DerTag.Sequence).enter(DerTag.Sequence);
  body.skip(VERSION);
  body.expect(DerTag.Integer);
  // Algorithm, issuer and validity.
  for (let i = 0; i < 3; i++) body.expect(DerTag.Sequence);
  const subject = readSubject(body.enter(DerTag.Sequence));
  body.expect(DerTag.Sequence);
  body.skip(ISSUER_UNIQUE_ID);
  body.skip(SUBJECT_UNIQUE_ID);
  const names = {
    subject,
    emails: [],
    dnsNames: [],
    ipAddresses: [],
    uris: [],
    hasAlternativeNames: false,
  };
  if (body.nextTag === EXTENSIONS) {
    readExtensions(body.enter(EXTENSIONS).enter(DerTag.Sequence), names);
  }
  return names;
}

interface AlternativeNames {
  readonly emails: string[];
  readonly dnsNames: string[];
  readonly ipAddresses: string[];
  readonly uris: string[];
  hasAlternativeNames: boolean;
}

function readExtensions(extensions: DerReader, names: AlternativeNames): void {
  while (!extensions.isAtEnd) {
    const extension = extensions.enter(DerTag.Sequence);
    const id = objectIdentifier(extension.expect(DerTag.ObjectIdentifier));
    extension.skip(DerTag.Boolean);
    const contents = extension.enter(DerTag.OctetString);
    if (id !== ALTERNATIVE_NAMES) continue;
    if (names.hasAlternativeNames) throw new DerError("alternative names twice");
    names.hasAlternativeNames = true;
    readAlternativeNames(contents.enter(DerTag.Sequence), names);
  }
}

function readAlternativeNames(entries: DerReader, names: AlternativeNames): void {
  while (!entries.isAtEnd) {
    const { tag, bytes } = entries.next();
    if (tag === EMAIL) names.emails.push(ascii(bytes));
    else if (tag === DNS_NAME) names.dnsNames.push(ascii(bytes));
    else if (tag === URI) names.uris.push(normalUri(ascii(bytes)));
    else if (tag === IP_ADDRESS) names.ipAddresses.push(ipAddress(bytes));
  }
}

function ascii(bytes: Uint8Array): string {
  if (bytes.some((byte) => byte >= 0x80)) throw new DerError("name that is not ASCII");
  return Buffer.from(bytes).toString("latin1");
}

function ipAddress(bytes: Uint8Array): string {
  const text = goIpOfBytes(bytes);
  if (text === null) throw new DerError("address that is none");
  return text;
}

function normalUri(text: string): string {
  try {
    return normalGoUrl(text);
  } catch {
    throw new DerError("URI that is none");
  }
}
