/** Reads keys, the word that includes a file, and that file's path. */

import { INCLUDE, KEY } from "./items.ts";
import * as Byte from "./punctuation.ts";
import { BLANK, CLASSES, digitWidth, KEY_STOP, LINE_END, spaceWidth } from "./runes.ts";
import { HINT_UNCLOSED, ScalarLexer } from "./scalar-lexer.ts";

const INCLUDE_WORD = "include";
const HINT_INCLUDE = "write a path in quotes behind include";

/** What an include's path does not begin with. */
const NO_PATHS = new Map([
  [Byte.ARRAY_OPENER, "start of an array"],
  [Byte.MAP_OPENER, "start of a map"],
  [Byte.TEXT_OPENER, "start of a block"],
  [Byte.MINUS, "start of a number"],
  [Byte.BACKSLASH, "escape sequence"],
]);

/** Places for names that were read lately. */
const NAMES_MAX = 128;

export class KeyLexer extends ScalarLexer {
  readonly #names: (string | undefined)[] = new Array(NAMES_MAX).fill(undefined);

  protected emitKey(): number {
    this.value = this.#nameOf(this.start, this.pos);
    this.offset = this.start;
    return KEY;
  }

  /** The same string for the same name where it can be had, for most files repeat theirs a lot. */
  #nameOf(start: number, end: number): string {
    if (start === end) return "";
    const { bytes } = this;
    const sum = bytes[start]! * 31 + bytes[end - 1]! * 7 + (end - start);
    const known = this.#names[sum % NAMES_MAX];
    if (known !== undefined && this.#spells(known, start, end)) return known;
    const name = this.textOf(start, end);
    if (name.length === end - start) this.#names[sum % NAMES_MAX] = name;
    return name;
  }

  #spells(name: string, start: number, end: number): boolean {
    if (name.length !== end - start) return false;
    for (let i = 0; i < name.length; i++) {
      if (name.charCodeAt(i) !== this.bytes[start + i]) return false;
    }
    return true;
  }

  /** Tells whether the bare key just read is the word that includes a file, which needs a space. */
  protected isInclude(): boolean {
    return (
      this.pos - this.start === INCLUDE_WORD.length &&
      spaceWidth(this.bytes, this.pos) > 0 &&
      this.binary.substring(this.start, this.pos).toLowerCase() === INCLUDE_WORD
    );
  }

  protected toKeyStop(): void {
    const { bytes } = this;
    let at = this.pos;
    for (; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if ((CLASSES[byte]! & KEY_STOP) === 0) continue;
      if (byte < 0x80 || spaceWidth(bytes, at) > 0) break;
    }
    this.pos = at;
  }

  protected skipSpace(): void {
    const { bytes } = this;
    for (let width = spaceWidth(bytes, this.pos); width > 0; ) {
      this.pos += width;
      width = spaceWidth(bytes, this.pos);
    }
  }

  /** Where a file to include may be named. */
  protected readPath(): number {
    while ((CLASSES[this.at(this.pos)]! & BLANK) !== 0) this.pos++;
    this.start = this.pos;
    const byte = this.at(this.pos);
    if (byte === Byte.DOUBLE_QUOTE || byte === Byte.SINGLE_QUOTE) {
      const opened = this.pos;
      this.start = ++this.pos;
      this.pos = this.find(byte);
      if (this.at(this.pos) === 0) {
        const kind = byte === Byte.SINGLE_QUOTE ? "quoted" : "double quoted";
        return this.failUnclosed(`Unexpected EOF in ${kind} include`, opened, HINT_UNCLOSED);
      }
      this.#emitPath();
      this.pos++;
      return INCLUDE;
    }
    const isLineEnd = (CLASSES[byte]! & LINE_END) !== 0;
    const isDigit = digitWidth(this.bytes, this.pos) > 0;
    const found = isLineEnd ? "new line" : NO_PATHS.get(isDigit ? Byte.MINUS : byte);
    if (found !== undefined)
      return this.fail(`Expected include value but found ${found}`, this.pos, HINT_INCLUDE);
    while (!this.#isPathEnd(this.at(this.pos))) this.pos++;
    this.#emitPath();
    if (this.at(this.pos) === Byte.SINGLE_QUOTE) this.pos++;
    return INCLUDE;
  }

  #isPathEnd(byte: number): boolean {
    return (
      (CLASSES[byte]! & (BLANK | LINE_END)) !== 0 ||
      byte === 0 ||
      byte === Byte.SEMICOLON ||
      byte === Byte.MAP_CLOSER ||
      byte === Byte.SINGLE_QUOTE
    );
  }

  #emitPath(): void {
    this.value = this.textOf(this.start, this.pos);
    this.offset = this.start;
  }
}
