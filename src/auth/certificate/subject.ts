/**
 * The subject of a certificate, and the text that Go makes of it.
 *
 * Values are kept as the bytes there are, one character for each byte, since certificates may hold
 * texts that are no UTF-8.
 */

import { DerError, type DerReader, DerTag, type DerValue, objectIdentifier } from "./der.ts";

export interface Attribute {
  /** Object identifier: `2.5.4.3`. */
  readonly id: string;
  /** One character for each byte; null for anything else than a text. */
  readonly value: string | null;
}

/** Relative names in the order of the certificate, each of one or more attributes. */
export type Subject = readonly (readonly Attribute[])[];

/** Attributes that have a name, in the order in which Go writes them, the last first. */
const NAMED: readonly { readonly id: string; readonly name: string; readonly isSingle: boolean }[] =
  [
    { id: "2.5.4.5", name: "SERIALNUMBER", isSingle: true },
    { id: "2.5.4.3", name: "CN", isSingle: true },
    { id: "2.5.4.17", name: "POSTALCODE", isSingle: false },
    { id: "2.5.4.9", name: "STREET", isSingle: false },
    { id: "2.5.4.7", name: "L", isSingle: false },
    { id: "2.5.4.8", name: "ST", isSingle: false },
    { id: "2.5.4.11", name: "OU", isSingle: false },
    { id: "2.5.4.10", name: "O", isSingle: false },
    { id: "2.5.4.6", name: "C", isSingle: false },
  ];
const DOMAIN_COMPONENT = "0.9.2342.19200300.100.1.25";

/** Names of the attributes that a distinguished name may have. */
export const ATTRIBUTE_NAMES: ReadonlyMap<string, string> = new Map([
  ...NAMED.map(({ id, name }) => [id, name] as const),
  [DOMAIN_COMPONENT, "DC"],
]);

const NOT_PRINTABLE = /[^A-Za-z0-9 '()+,./:=?*&-]/;
const NOT_NUMERIC = /[^0-9 ]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are allowed.
const NOT_ASCII = /[^\x00-\x7f]/;
const SURROGATE = /[\ud800-\udfff]/;
const SPECIAL = /[,+"\\<>;]/;

/** @throws DerError when it is no subject that Go would take. */
export function readSubject(reader: DerReader): Subject {
  const subject: Attribute[][] = [];
  while (!reader.isAtEnd) {
    const set = reader.enter(DerTag.Set);
    const attributes: Attribute[] = [];
    while (!set.isAtEnd) {
      const entry = set.enter(DerTag.Sequence);
      const id = objectIdentifier(entry.expect(DerTag.ObjectIdentifier));
      attributes.push({ id, value: readText(entry.next()) });
    }
    subject.push(attributes);
  }
  return subject;
}

function readText({ tag, bytes }: DerValue): string | null {
  const text = Buffer.from(bytes).toString("latin1");
  switch (tag) {
    case DerTag.T61String:
      // Taken for Latin-1, as everybody does.
      return Buffer.from(text).toString("latin1");
    case DerTag.PrintableString:
      return checked(text, NOT_PRINTABLE);
    case DerTag.NumericString:
      return checked(text, NOT_NUMERIC);
    case DerTag.Ia5String:
      return checked(text, NOT_ASCII);
    case DerTag.Utf8String:
      if (textOf(text) === null) throw new DerError("text that is no UTF-8");
      return text;
    case DerTag.BmpString:
      return readBmpText(bytes);
    default:
      return null;
  }
}

function checked(text: string, wrong: RegExp): string {
  if (wrong.test(text)) throw new DerError("text with characters that it may not have");
  return text;
}

/** Two bytes for each character. */
function readBmpText(bytes: Uint8Array): string {
  if (bytes.length % 2 !== 0) throw new DerError("half a character");
  const isTerminated = bytes.length >= 2 && bytes.at(-1) === 0 && bytes.at(-2) === 0;
  let text = "";
  for (let i = 0; i < bytes.length - (isTerminated ? 2 : 0); i += 2) {
    text += String.fromCharCode((bytes[i]! << 8) | bytes[i + 1]!);
  }
  if (SURROGATE.test(text)) throw new DerError("half a pair of characters");
  return Buffer.from(text).toString("latin1");
}

/** The text that bytes, one in each character, stand for; null when they are no UTF-8. */
export function textOf(bytes: string): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
      Buffer.from(bytes, "latin1"),
    );
  } catch {
    return null;
  }
}

/** Whether Go has a name for attributes of this kind. */
export function isNamedAttribute(id: string): boolean {
  return NAMED.some((each) => each.id === id);
}

/** Whether there is anything in it that Go's text of it would show. */
export function isNamed(subject: Subject): boolean {
  return subject.flat().some(({ id, value }) => {
    const known = NAMED.find((each) => each.id === id);
    return known === undefined || (value !== null && (value !== "" || !known.isSingle));
  });
}

/**
 * Go's text of a subject: known attributes in its own order, from the last to the first, values of
 * the same kind joined by `+`. Of common name and serial number the last one counts.
 */
export function goSubjectText(subject: Subject): string {
  const parts: string[] = [];
  for (const { id, name, isSingle } of NAMED) {
    const values = valuesOf(subject, id);
    const shown = isSingle ? values.slice(-1).filter((value) => value !== "") : values;
    if (shown.length > 0)
      parts.push(shown.map((value) => `${name}=${goValueText(value)}`).join("+"));
  }
  return parts.join(",");
}

/** Domain components, as nats-server appends them; "" when there are none. */
export function domainComponents(subject: Subject): string {
  const values = valuesOf(subject, DOMAIN_COMPONENT);
  return values.map((value) => `DC=${value}`).join(",");
}

function valuesOf(subject: Subject, id: string): string[] {
  return subject.flat().flatMap((each) => (each.id === id ? (each.value ?? []) : []));
}

/** A value as it stands in such a text. */
export function goValueText(value: string): string {
  let text = "";
  for (let i = 0; i < value.length; i++) {
    const char = value[i]!;
    const isEdge = i === 0 || i === value.length - 1;
    const isEscaped = SPECIAL.test(char) || (char === " " && isEdge) || (char === "#" && i === 0);
    text += isEscaped ? `\\${char}` : char;
  }
  return text;
}
