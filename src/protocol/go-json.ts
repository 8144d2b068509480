/**
 * JSON objects read as Go's decoder reads them into a struct, where that differs from `JSON.parse`:
 * field names match in any case, repeated fields are applied in order, null changes nothing, the
 * first value of a wrong type fails the whole document, integers are not floats, depth is limited.
 */

import { checkGoJson } from "./go-struct.ts";

/** What a field takes. A nested map is an object with fields of its own, a `SubjectPermission`. */
export type FieldType = "string" | "bool" | "int" | "strings" | Fields;
export interface Fields {
  readonly [name: string]: FieldType;
}

/** A field that was given, its value decoded; integers beyond 2^53 lose their last digits. */
export interface GivenField {
  name: string;
  value: unknown;
}

const INTEGER = /^-?\d+$/;
const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/**
 * Decodes a document.
 *
 * @param struct name of Go's struct for it, for the reason of a failure.
 * @returns the known fields in the order given, without those that are null.
 * @throws Error with the reason when the syntax or a type is wrong.
 */
export function decodeGoJson(json: string, fields: Fields, struct: string): GivenField[] {
  checkGoJson(json);
  const document: unknown = JSON.parse(json);
  if (document === null) return [];
  if (typeof document !== "object" || Array.isArray(document)) {
    const what = kindOf(document);
    throw new Error(`json: cannot unmarshal ${what} into Go value of type server.${struct}`);
  }
  return decodeObject(json, fields, struct);
}

/** @param path of the object, from the struct's name. */
function decodeObject(json: string, fields: Fields, path: string): GivenField[] {
  const given: GivenField[] = [];
  for (const [key, raw] of members(json)) {
    const name = foldCase(key);
    if (raw === "null" || !Object.hasOwn(fields, name)) continue;
    const type = fields[name]!;
    checkType(`${path}.${key}`, raw, type);
    given.push({ name, value: JSON.parse(raw) });
  }
  return given;
}

/** Go compares names by simple folding, to which two letters beyond ASCII belong. */
function foldCase(name: string): string {
  return name.toLowerCase().replaceAll("\u017f", "s");
}

function checkType(path: string, raw: string, type: FieldType): void {
  const value: unknown = JSON.parse(raw);
  if (typeof type === "object") {
    if (typeof value !== "object" || Array.isArray(value)) {
      fail(value, path, "server.SubjectPermission");
    }
    decodeObject(raw, type, path);
  } else if (type === "strings") {
    if (!Array.isArray(value)) fail(value, path, "[]string");
    checkStrings(path, value as unknown[]);
  } else if (type === "int") {
    if (typeof value !== "number") fail(value, path, "int");
    const isInteger = INTEGER.test(raw) && BigInt(raw) <= INT64_MAX && BigInt(raw) >= INT64_MIN;
    // The only value that is shown: it may stand where a secret belongs in every other field.
    if (!isInteger) fail(value, path, "int", ` ${raw}`);
  } else if (typeof value !== (type === "bool" ? "boolean" : "string")) {
    fail(value, path, type);
  }
}

function checkStrings(path: string, items: readonly unknown[]): void {
  const wrong = items.findIndex((item) => item !== null && typeof item !== "string");
  if (wrong < 0) return;
  const what = kindOf(items[wrong]);
  throw new Error(`json: cannot unmarshal ${what} into ${path}.${wrong} of type string`);
}

function fail(value: unknown, path: string, goType: string, shown = ""): never {
  const what = kindOf(value) + shown;
  throw new Error(`json: cannot unmarshal ${what} into Go struct field ${path} of type ${goType}`);
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "array";
  return typeof value === "boolean" ? "bool" : typeof value;
}

/** Keys and raw values of a valid JSON object, repeated keys included. */
function* members(json: string): Generator<[key: string, raw: string]> {
  let i = json.indexOf("{") + 1;
  for (;;) {
    const keyStart = json.indexOf('"', i);
    // After the last member only the closing brace is left.
    if (keyStart < 0 || json.slice(i, keyStart).includes("}")) return;
    const keyEnd = stringEnd(json, keyStart);
    const valueStart = json.indexOf(":", keyEnd) + 1;
    const valueEnd = findValueEnd(json, valueStart);
    const key = JSON.parse(json.slice(keyStart, keyEnd)) as string;
    yield [key, json.slice(valueStart, valueEnd).trim()];
    i = valueEnd + 1;
  }
}

/** Index of the comma or brace that ends a value. */
function findValueEnd(json: string, start: number): number {
  let depth = 0;
  for (let i = start; i < json.length; i++) {
    const char = json[i];
    if (char === '"') i = stringEnd(json, i) - 1;
    else if (char === "{" || char === "[") depth++;
    else if (depth === 0 && (char === "," || char === "}")) return i;
    else if (char === "}" || char === "]") depth--;
  }
  return json.length;
}

/** Index after the quote that ends the string beginning at `start`. */
function stringEnd(json: string, start: number): number {
  let i = start + 1;
  while (json[i] !== '"') i += json[i] === "\\" ? 2 : 1;
  return i + 1;
}
