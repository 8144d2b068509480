/**
 * Documents as Go's JSON encoder writes them: characters that mean something in HTML are escaped, maps
 * are sorted by the bytes of their keys, and numbers may have all of 64 bits.
 *
 * The runtime's own encoder gives the same bytes for nearly every document, and is much faster than any
 * other. Those for which it does not are written here.
 */

import { otherWork } from "./slices.ts";

export type GoValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly GoValue[]
  | GoMap
  /** A struct. What is undefined is left out. */
  | { readonly [field: string]: GoValue | undefined };

export type GoIndent = "" | "  " | "   ";

/** Names that objects would put first, whatever their place. */
const INTEGER = /^\d/;
const ESCAPED = /[<>&\u2028\u2029]/;
const ALL_ESCAPED = /[<>&\u2028\u2029]/g;
/** Half of a character, as the runtime writes it; rarely the text of one. */
const HALF = /\\ud[89a-f]/;
/** Items of a list that are encoded without a pause. */
const SLICE = 256;

/** A Go map: its keys may be anything. */
export class GoMap {
  readonly entries: readonly (readonly [string, GoValue])[];

  constructor(entries: Iterable<readonly [string, GoValue]>) {
    this.entries = [...entries].sort(byKey);
  }

  /** For the runtime's encoder; throws when it would not keep the order. */
  toJSON(): unknown {
    const object: Record<string, GoValue> = Object.create(null);
    for (const [key, value] of this.entries) {
      if (INTEGER.test(key)) throw new TypeError("integer key");
      object[key] = value;
    }
    return object;
  }
}

/** @param indent of each level; "" for everything in one line. */
export function encodeGo(value: GoValue, indent: GoIndent): Buffer {
  return Buffer.from(goJson(value, indent));
}

/**
 * The same for a document with long lists in its fields, which are encoded bit by bit, lest everybody
 * else waits.
 */
export async function encodeGoInSlices(
  document: { readonly [field: string]: GoValue | undefined },
  indent: GoIndent,
): Promise<Buffer> {
  const [line, comma] = indent === "" ? ["", ","] : [`\n${indent}`, `,\n${indent}`];
  const pieces: Buffer[] = [];
  let before = `{${line}`;
  for (const [name, value] of Object.entries(document)) {
    if (value === undefined) continue;
    pieces.push(Buffer.from(`${before}${text(name)}:${indent === "" ? "" : " "}`));
    if (Array.isArray(value) && value.length > SLICE) await pushList(pieces, value, indent);
    else pieces.push(Buffer.from(nested(value, indent, 1)));
    before = comma;
  }
  if (pieces.length === 0) return encodeGo(document, indent);
  pieces.push(Buffer.from(indent === "" ? "}" : "\n}"));
  return Buffer.concat(pieces);
}

/** Writes a list that is the field of a document. */
async function pushList(pieces: Buffer[], list: readonly GoValue[], indent: GoIndent) {
  const line = indent === "" ? "" : `\n${indent}${indent}`;
  for (let at = 0; at < list.length; at += SLICE) {
    const items = list.slice(at, at + SLICE).map((item) => nested(item, indent, 2));
    pieces.push(Buffer.from(`${at === 0 ? "[" : ","}${line}${items.join(`,${line}`)}`));
    await otherWork();
  }
  pieces.push(Buffer.from(indent === "" ? "]" : `\n${indent}]`));
}

/** A value that stands so many levels deep. Strings have no line ends that are not escaped. */
function nested(value: GoValue, indent: GoIndent, level: number): string {
  const json = goJson(value, indent);
  return indent === "" ? json : json.replaceAll("\n", `\n${indent.repeat(level)}`);
}

function goJson(value: GoValue, indent: GoIndent): string {
  let json: string;
  try {
    json = JSON.stringify(value, null, indent);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return write(value, indent, "\n");
  }
  if (HALF.test(json)) return write(value, indent, "\n");
  return escapeHtml(json);
}

/** @param line what begins a new line at the level of the value. */
function write(value: GoValue, indent: GoIndent, line: string): string {
  if (typeof value === "string") return text(value);
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inner = indent === "" ? "" : `${line}${indent}`;
  const outer = indent === "" ? "" : line;
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    const items = value.map((item) => write(item, indent, inner));
    return `[${inner}${items.join(`,${inner}`)}${outer}]`;
  }
  const colon = indent === "" ? ":" : ": ";
  const members: string[] = [];
  for (const [name, member] of value instanceof GoMap ? value.entries : Object.entries(value)) {
    if (member !== undefined) members.push(`${text(name)}${colon}${write(member, indent, inner)}`);
  }
  return members.length === 0 ? "{}" : `{${inner}${members.join(`,${inner}`)}${outer}}`;
}

function text(value: string): string {
  return escapeHtml(JSON.stringify(value.toWellFormed()));
}

function escapeHtml(json: string): string {
  return ESCAPED.test(json) ? json.replace(ALL_ESCAPED, escapeUnit) : json;
}

function escapeUnit(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function byKey([a]: readonly [string, GoValue], [b]: readonly [string, GoValue]): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
