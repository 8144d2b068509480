/**
 * Distinguished names as users may be called by, `CN=alice,OU=Dev,O=Example`, and their comparison
 * with subjects of certificates. Names are read as in nats-server, with all that it lets through.
 *
 * Names are compared in a canonical form, so that one among many users is found at once.
 */

import { ATTRIBUTE_NAMES, type Subject } from "./subject.ts";

/** Canonical forms. */
export interface DistinguishedName {
  /** The same for names that have the same parts in the same order. */
  readonly inOrder: string;
  /** The same for names that have the same parts in any order. */
  readonly anyOrder: string;
}

type Part = readonly (readonly [type: string, value: string])[];

/** What may be escaped as it is; anything else after a backslash are two hexadecimal digits. */
const ESCAPABLE = ' "#+,;<=>\\';
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are looked for.
const BEYOND_ASCII = /[^\x00-\x7f]/;
const LOWER_CASE = /[a-z]/;
/** Parts of one attribute each, without escapes. */
const SIMPLE = /^[^\\+#=,]+=[^\\+#=,]+(?:,[^\\+#=,]+=[^\\+#=,]+)*$/;
const HEX_PAIR = /^[0-9a-f]{2}$/i;

/** Name of a certificate's owner; null when it has attributes without a name or that are no text. */
export function nameOfSubject(subject: Subject): DistinguishedName | null {
  const parts: Part[] = [];
  for (const attributes of subject) {
    if (attributes.length === 0) continue;
    const part: [string, string][] = [];
    for (const { id, value } of attributes) {
      const type = ATTRIBUTE_NAMES.get(id);
      if (type === undefined || value === null) return null;
      part.push([type, value]);
    }
    parts.push(part);
  }
  // Certificates go from the country to the person, names the other way.
  return canonical(parts.reverse());
}

/** Reads a user's name; null when it is no distinguished name, or one without any parts. */
export function parseDistinguishedName(text: string): DistinguishedName | null {
  // Most users of most servers have simple names.
  if (!text.includes("=")) return null;
  const bytes = BEYOND_ASCII.test(text) ? Buffer.from(text).toString("latin1") : text;
  const parts = simpleParts(bytes) ?? new NameParser(bytes).parse();
  return parts === null || parts.length === 0 ? null : canonical(parts);
}

/** Parts of a name in which nothing is out of the ordinary, as of thousands of users; null of others. */
function simpleParts(text: string): Part[] | null {
  if (!SIMPLE.test(text)) return null;
  const parts: Part[] = [];
  for (const part of text.split(",")) {
    const equals = part.indexOf("=");
    const type = withoutSpaces(part.slice(0, equals));
    const value = withoutSpaces(part.slice(equals + 1));
    if (type === "" || value === "") return null;
    parts.push([[type, value]]);
  }
  return parts;
}

function withoutSpaces(text: string): string {
  return text.startsWith(" ") || text.endsWith(" ") ? text.replace(/^ +| +$/g, "") : text;
}

/** Lengths stand in front of all texts, so that no two names have the same form. */
function canonical(parts: readonly Part[]): DistinguishedName {
  const texts = parts.map(canonicalPart);
  return { inOrder: texts.join(""), anyOrder: texts.sort().join("") };
}

/** Attributes have no order, and it counts how many there are, but not how often each. */
function canonicalPart(part: Part): string {
  const attributes = part.map(
    ([type, value]) => `${type.length}.${upperCase(type)}${value.length}.${value}`,
  );
  if (attributes.length === 1) return `1.${attributes[0]}`;
  const different = [...new Set(attributes)].sort();
  return `${part.length}.${different.length}.${different.join("")}`;
}

function upperCase(type: string): string {
  return LOWER_CASE.test(type) ? type.replace(/[a-z]+/g, (text) => text.toUpperCase()) : type;
}

/** Follows one text, a character for each byte. */
class NameParser {
  readonly #text: string;
  readonly #parts: Part[] = [];
  #part: [string, string][] = [];
  #type = "";
  #pending = "";
  /** Spaces at the end of `#pending` that were not escaped, and count for nothing. */
  #trailingSpaces = 0;

  constructor(text: string) {
    this.#text = text;
  }

  parse(): Part[] | null {
    const text = this.#text;
    for (let i = 0; i < text.length; i++) {
      const char = text[i]!;
      if (char === "\\") {
        const escaped = this.#unescape(i + 1);
        if (escaped === null) return null;
        this.#pending += escaped.char;
        this.#trailingSpaces = 0;
        i = escaped.last;
      } else if (char === "=") {
        this.#type = this.#take();
        // Encoded values are not understood.
        if (text[i + 1] === "#") return null;
      } else if (char === "," || char === "+") {
        if (!this.#endAttribute()) return null;
        if (char === ",") this.#endPart();
      } else this.#addPlain(char);
    }
    // A value that is empty at the very end is dropped, with the part that it is in.
    if (this.#pending === "") return this.#parts;
    if (!this.#endAttribute()) return null;
    this.#endPart();
    return this.#parts;
  }

  #unescape(at: number): { char: string; last: number } | null {
    const char = this.#text[at];
    // A backslash at the end escapes nothing.
    if (char === undefined) return { char: "", last: at };
    if (ESCAPABLE.includes(char)) return { char, last: at };
    const digits = this.#text.slice(at, at + 2);
    if (!HEX_PAIR.test(digits)) return null;
    return { char: String.fromCharCode(Number.parseInt(digits, 16)), last: at + 1 };
  }

  #addPlain(char: string): void {
    if (char === " " && this.#pending === "") return;
    this.#trailingSpaces = char === " " ? this.#trailingSpaces + 1 : 0;
    this.#pending += char;
  }

  #take(): string {
    const taken = this.#pending.slice(0, this.#pending.length - this.#trailingSpaces);
    this.#pending = "";
    this.#trailingSpaces = 0;
    return taken;
  }

  #endAttribute(): boolean {
    if (this.#type === "") return false;
    this.#part.push([this.#type, this.#take()]);
    this.#type = "";
    return true;
  }

  #endPart(): void {
    this.#parts.push(this.#part);
    this.#part = [];
  }
}
