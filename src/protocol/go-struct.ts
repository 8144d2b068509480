/**
 * JSON read as Go's decoder reads it into nested structs: a place in a document that Go's types
 * (`go-types.ts`) read from, with Go's words for what does not fit.
 *
 * Names match in any case, repeated fields are applied one on top of the other, null changes no
 * scalar, whole numbers are not floats.
 */

import { goJsonFault } from "./go-json-fault.ts";

/** Reading of deeper documents fails, as in Go. */
const DEPTH_MAX = 10_000;

const QUOTE = 34;
const COMMA = 44;
const OPENING_BRACKET = 91;
const BACKSLASH = 92;
const CLOSING_BRACKET = 93;
const OPENING_BRACE = 123;
const CLOSING_BRACE = 125;
/** Up to here there are only blanks outside of strings. */
const SPACE = 32;
/** A number, or one of the three words. */
const WORD = /[^\s,\]}]+/y;

/** A value as one of Go's types takes it. */
export interface GoType<T = unknown> {
  /** In Go, `jwt.Subject`. */
  readonly name: string;
  /** What null means as an item of a list or map. */
  zero(): T;
  /** @param previous what a repeated field had before. */
  read(input: GoInput, previous: T | undefined): T | undefined;
  /** Null is no case of its own: `read` gets it too. */
  readonly readsNull?: boolean;
  /** Null takes back what there was before. */
  readonly isNullable?: boolean;
}

/** A struct: only the fields that were given, by their names in lower case. */
export type GoRecord = Record<string, unknown>;

/**
 * Reads a document.
 *
 * @param root what Go calls the struct that is read into, in the reasons of failures.
 * @throws Error with Go's text when the syntax or a type is wrong.
 */
export function decodeGoStruct(json: string, type: GoType<GoRecord>, root: string): GoRecord {
  checkGoJson(json);
  return decodeValidJson(json, type, root) ?? {};
}

/** @throws Error with Go's text when the syntax is wrong. */
export function checkGoJson(json: string): void {
  if (isTooDeep(json)) throw new Error("exceeded max depth");
  try {
    JSON.parse(json);
  } catch {
    throw new Error(goJsonFault(json));
  }
}

/** The same for a document, or a part of one, whose syntax is known to be right. */
export function decodeValidJson<T>(json: string, type: GoType<T>, root: string): T | undefined {
  return new GoInput(json, root).value(type, undefined);
}

/** Also of a text that is no JSON. */
function isTooDeep(json: string): boolean {
  if (json.length <= DEPTH_MAX) return false;
  let depth = 0;
  for (let i = 0; i < json.length; i++) {
    const code = json.charCodeAt(i);
    if (code === QUOTE) i = stringEnd(json, i);
    else if (code === OPENING_BRACE || code === OPENING_BRACKET) depth++;
    else if (code === CLOSING_BRACE || code === CLOSING_BRACKET) depth--;
    if (depth > DEPTH_MAX) return true;
  }
  return false;
}

/** Index of the quote that ends the string beginning at `start`. */
function stringEnd(json: string, start: number): number {
  for (let i = start + 1; i < json.length; i++) {
    const code = json.charCodeAt(i);
    if (code === QUOTE) return i;
    if (code === BACKSLASH) i++;
  }
  return json.length;
}

/** A place in a document, and how Go calls the way there. */
export class GoInput {
  readonly #json: string;
  readonly #root: string;
  readonly #path: (string | number)[] = [];
  #at = 0;

  /** @param json whose syntax is right. */
  constructor(json: string, root: string) {
    this.#json = json;
    this.#root = root;
  }

  /** Reads the next value. */
  value<T>(type: GoType<T>, previous: T | undefined): T | undefined {
    if (this.peek() !== "n" || type.readsNull === true) return type.read(this, previous);
    this.#at += "null".length;
    return type.isNullable === true ? undefined : previous;
  }

  /** First character of the next value. */
  peek(): string {
    while (this.#json.charCodeAt(this.#at) <= SPACE) this.#at++;
    return this.#json[this.#at] ?? "";
  }

  /** The text of the next value. */
  raw(): string {
    const first = this.peek();
    const start = this.#at;
    if (first === '"') this.#at = stringEnd(this.#json, start) + 1;
    else if (first === "{" || first === "[") this.#at = this.#endOfCompound();
    else {
      WORD.lastIndex = start;
      WORD.test(this.#json);
      this.#at = WORD.lastIndex;
    }
    return this.#json.slice(start, this.#at);
  }

  string(): string {
    const raw = this.raw();
    return raw.includes("\\") ? (JSON.parse(raw) as string) : raw.slice(1, -1);
  }

  /** Goes through an object; `read` takes the value of each name. */
  members(read: (name: string) => void): void {
    this.#at++;
    while (this.peek() !== "}") {
      const name = this.string();
      this.peek();
      this.#at++;
      this.#path.push(name);
      read(name);
      this.#path.pop();
      this.#passComma();
    }
    this.#at++;
  }

  /** Goes through an array; `read` takes each item. */
  items(read: (index: number) => void): void {
    this.#at++;
    for (let index = 0; this.peek() !== "]"; index++) {
      this.#path.push(index);
      read(index);
      this.#path.pop();
      this.#passComma();
    }
    this.#at++;
  }

  /**
   * Fails because a value is of another type.
   *
   * @param raw the value; the next one by default.
   * @throws Error
   */
  misfit(type: string, raw: string = this.raw(), shown = ""): never {
    const what = kindOf(raw) + shown;
    throw new Error(`json: cannot unmarshal ${what} into ${this.#place()} of type ${type}`);
  }

  #place(): string {
    if (this.#path.length === 0) return "Go value";
    const place = [this.#root, ...this.#path].join(".");
    return typeof this.#path.at(-1) === "number" ? place : `Go struct field ${place}`;
  }

  #passComma(): void {
    this.peek();
    if (this.#json.charCodeAt(this.#at) === COMMA) this.#at++;
  }

  #endOfCompound(): number {
    let depth = 0;
    for (let i = this.#at; i < this.#json.length; i++) {
      const code = this.#json.charCodeAt(i);
      if (code === QUOTE) i = stringEnd(this.#json, i);
      else if (code === OPENING_BRACE || code === OPENING_BRACKET) depth++;
      else if (code === CLOSING_BRACE || code === CLOSING_BRACKET) depth--;
      if (depth === 0) return i + 1;
    }
    return this.#json.length;
  }
}

function kindOf(raw: string): string {
  const first = raw[0];
  if (first === '"') return "string";
  if (first === "{") return "object";
  if (first === "[") return "array";
  return first === "t" || first === "f" ? "bool" : "number";
}
