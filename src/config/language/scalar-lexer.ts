/** Reads single values: strings in their four forms, numbers, dates and variables. */

import { Cursor } from "./cursor.ts";
import {
  BOOLEAN,
  DATE,
  END,
  FLOAT,
  INTEGER,
  STRING,
  STRING_WITH_BRACKET,
  VARIABLE,
} from "./items.ts";
import * as Byte from "./punctuation.ts";
import {
  CLASSES,
  decodeBinary,
  digitWidth,
  LINE_END,
  NUMBER_END,
  runeWidth,
  STRING_STOP,
} from "./runes.ts";

const LOWER_B = 0x62;
const LOWER_I = 0x69;
const LOWER_X = 0x78;
const LOWER_CASE_BIT = 0x20;

const BOOLEANS = /^(?:true|false|on|off|yes|no)$/i;
const BOOLEAN_LENGTH_MIN = 2;
const BOOLEAN_LENGTH_MAX = 5;
const NUMBER_SUFFIXES = new Set(Buffer.from("kmgtpeKMGTPE"));
const HEX = /^[0-9a-fA-F]{2}$/;
const ESCAPES = new Map([
  [0x74, "\t"],
  [0x6e, "\n"],
  [0x72, "\r"],
  [Byte.DOUBLE_QUOTE, '"'],
  [Byte.BACKSLASH, "\\"],
]);
const ESCAPE_RULES =
  'Only the following escape characters are allowed: \\xXX, \\t, \\n, \\r, \\", \\\\.';
/** What follows the year and its dash; `0` is any digit. */
const DATE_FORM = "00-00T00:00:00Z";
const YEAR_AND_DASH = 5;

const HINT_QUOTE = "put the value in quotes if it is text";
const HINT_BACKSLASH = "write two backslashes for one, or put the text in single quotes";
/** What nats-server expects behind an item of an array. */
export const ARRAY_ITEM_ENDS = 'an array value terminator "," or an array terminator "]"';
export const HINT_BRACKET =
  'write a space before "]": right behind a number it becomes part of the value';
export const HINT_UNCLOSED = "nothing closes this";

export class ScalarLexer extends Cursor {
  /** From here on `]` right behind a number ends an array, a fault having shown that it should. */
  protected bracketsEndFrom = Number.POSITIVE_INFINITY;
  /** What a string with escapes holds so far, one character to a byte. */
  #unescaped = "";
  #hasEscapes = false;

  /** After `'`, up to the next one; nothing is interpreted. */
  protected readQuoted(): number {
    this.pos = this.find(Byte.SINGLE_QUOTE);
    if (this.at(this.pos) === 0) return this.#endInQuotes(this.start - 1);
    this.#emit(this.start);
    this.pos++;
    return STRING;
  }

  /** After `"`, up to the next one that is not escaped. */
  protected readDoubleQuoted(): number {
    const opened = this.start - 1;
    for (;;) {
      const byte = this.at(this.pos);
      if (byte === Byte.DOUBLE_QUOTE) break;
      if (byte === 0) return this.#endInQuotes(opened);
      if (byte === Byte.BACKSLASH) this.#readEscape();
      else this.pos++;
    }
    this.#emitString();
    this.pos++;
    return STRING;
  }

  /** Up to what ends a bare string: then it is a boolean, a variable or text. */
  protected readBare(): number {
    for (;;) {
      this.#toStringStop();
      const byte = this.at(this.pos);
      if (byte === Byte.BACKSLASH) {
        this.#readEscape();
        continue;
      }
      if (byte === Byte.SINGLE_QUOTE) {
        this.#emitString();
        this.pos++;
        return STRING;
      }
      if (this.#hasEscapes) break;
      if (this.#isBoolean()) {
        this.#emit(this.start);
        return BOOLEAN;
      }
      if (this.pos > this.start && this.bytes[this.start] === Byte.DOLLAR) {
        this.#emit(this.start + 1);
        return VARIABLE;
      }
      break;
    }
    this.#emitString();
    return STRING;
  }

  /** After `(`, up to a `)` alone on its line. */
  protected readBlock(): number {
    const { bytes } = this;
    for (; ; this.pos++) {
      const byte = this.at(this.pos);
      if (byte === 0) {
        const end = Math.min(this.pos + 1, bytes.length);
        const hint = `${HINT_UNCLOSED}: a line with nothing but ")" has to`;
        return this.failUnclosed("Unexpected EOF processing block.", this.start - 1, hint, end);
      }
      if (byte !== Byte.TEXT_CLOSER || bytes[this.pos - 1] !== Byte.LF) continue;
      if (this.pos + 1 === bytes.length) {
        // nats-server steps back too little at the end of a file: the parenthesis stays in the text.
        this.pos++;
        this.#emit(this.start);
        return STRING;
      }
      const next = bytes[this.pos + 1]!;
      if (next !== Byte.LF && next !== 0) continue;
      this.#emit(this.start);
      this.pos++;
      return STRING;
    }
  }

  /** From a digit on: an integer, a float, a date, an address, or text after all. */
  protected readNumber(): number {
    this.#skipDigits();
    const byte = this.at(this.pos);
    if (byte === Byte.MINUS) return this.#readDate();
    if (byte === Byte.DOT) return this.#readFraction();
    if (NUMBER_SUFFIXES.has(byte)) return this.#readSuffix();
    if (this.pos === this.bytes.length || (CLASSES[byte]! & NUMBER_END) !== 0) {
      this.#emit(this.start);
      return INTEGER;
    }
    if (byte === Byte.ARRAY_CLOSER && this.start >= this.bracketsEndFrom)
      return this.#numberInBrackets();
    // Whatever it is, it is text: even "]", so that `[1]` is not closed.
    this.pos += runeWidth(this.bytes, this.pos);
    const item = this.readBare();
    return byte === Byte.ARRAY_CLOSER && item === STRING ? STRING_WITH_BRACKET : item;
  }

  /** What begins with a dot is meant as a number, or as a path. */
  protected hintOnDot(): string {
    return digitWidth(this.bytes, this.pos + 1) > 0 ? "write 0 before it" : HINT_QUOTE;
  }

  /** From a dash on: a negative number. */
  protected readNegative(): number {
    this.pos++;
    const byte = this.at(this.pos);
    if (digitWidth(this.bytes, this.pos) === 0) {
      if (byte === Byte.DOT)
        return this.fail("Floats must start with a digit, not '.'.", this.pos, this.hintOnDot());
      const got = this.shown(this.pos);
      return this.fail(`Expected a digit but got '${got}'.`, this.pos, HINT_QUOTE);
    }
    this.#skipDigits();
    const next = this.at(this.pos);
    if (next === Byte.DOT) return this.#readFraction();
    if (NUMBER_SUFFIXES.has(next)) return this.#readSuffix();
    this.#emit(this.start);
    return INTEGER;
  }

  /** Offset of a byte from here on, or of what ends the file. */
  protected find(wanted: number): number {
    const { bytes } = this;
    let at = this.pos;
    while (at < bytes.length && bytes[at] !== wanted && bytes[at] !== 0) at++;
    return at;
  }

  #numberInBrackets(): number {
    const { pos } = this;
    this.#emit(this.start);
    // The fault that told about the first such number has been reported.
    if (this.start > this.bracketsEndFrom) {
      const message = `Expected ${ARRAY_ITEM_ENDS}, but got ']' instead.`;
      this.fault ??= { message, offset: pos, end: pos + 1, hint: HINT_BRACKET };
    }
    return INTEGER;
  }

  #readSuffix(): number {
    this.pos++;
    for (;;) {
      const letter = this.at(this.pos) | LOWER_CASE_BIT;
      if (letter !== LOWER_B && letter !== LOWER_I) break;
      this.pos++;
    }
    const isEnd = this.pos === this.bytes.length;
    if (!isEnd && (CLASSES[this.at(this.pos)]! & NUMBER_END) === 0) return this.readBare();
    this.#emit(this.start);
    return INTEGER;
  }

  /** At the dot of a float, or of an IPv4 address with or without a port. */
  #readFraction(): number {
    this.pos++;
    if (digitWidth(this.bytes, this.pos) === 0) {
      const got = this.shown(this.pos);
      const message = `Floats must have a digit after the '.', but got '${got}' instead.`;
      return this.fail(message, this.pos, HINT_QUOTE);
    }
    this.#skipDigits();
    if (this.at(this.pos) !== Byte.DOT) {
      this.#emit(this.start);
      return FLOAT;
    }
    for (;;) {
      const byte = this.at(this.pos);
      const width = digitWidth(this.bytes, this.pos);
      if (width === 0 && byte !== Byte.DOT && byte !== Byte.COLON && byte !== Byte.MINUS) break;
      this.pos += width || 1;
    }
    this.#emit(this.start);
    return STRING;
  }

  /** At the dash behind a year. */
  #readDate(): number {
    if (this.pos + 1 - this.start !== YEAR_AND_DASH) {
      return this.fail(
        "All ISO8601 dates must be in full Zulu form.",
        this.pos,
        HINT_QUOTE,
        this.pos + 1,
      );
    }
    this.pos++;
    for (const wanted of DATE_FORM) {
      const got = this.shown(this.pos);
      if (wanted === "0" && digitWidth(this.bytes, this.pos) === 0) {
        const message = `Expected digit in ISO8601 datetime, but found '${got}' instead.`;
        return this.fail(message, this.pos, HINT_QUOTE);
      }
      if (wanted !== "0" && wanted !== got) {
        const message = `Expected '${wanted}' in ISO8601 datetime, but found '${got}' instead.`;
        return this.fail(message, this.pos, HINT_QUOTE);
      }
      this.pos += runeWidth(this.bytes, this.pos);
    }
    this.#emit(this.start);
    return DATE;
  }

  /** At a backslash. A wrong escape is noted, and the string goes on behind it. */
  #readEscape(): void {
    this.#unescaped += this.binary.substring(this.start, this.pos);
    this.#hasEscapes = true;
    const backslash = this.pos++;
    const byte = this.at(this.pos);
    const meaning = ESCAPES.get(byte);
    if (meaning !== undefined) {
      this.#unescaped += meaning;
      this.pos++;
    } else if (byte === LOWER_X) this.#readHexEscape(backslash);
    else {
      const got = this.shown(this.pos);
      const end = this.pos + runeWidth(this.bytes, this.pos);
      const message = `Invalid escape character '${got}'. ${ESCAPE_RULES}`;
      this.fail(message, backslash, HINT_BACKSLASH, end);
      if (got === "\\n") this.pos--;
    }
    this.start = this.pos;
  }

  #readHexEscape(backslash: number): void {
    this.pos++;
    for (let digit = 0; digit < 2; digit++) {
      const byte = this.at(this.pos);
      const isLineEnd = (CLASSES[byte]! & LINE_END) !== 0;
      this.pos += runeWidth(this.bytes, this.pos);
      if (!isLineEnd) continue;
      const message = "Expected two hexadecimal digits after '\\x', but hit end of line";
      this.fail(message, backslash, HINT_BACKSLASH, this.pos);
      this.pos--;
      return;
    }
    // Two bytes, whatever characters were read.
    const digits = this.binary.substring(this.pos - 2, this.pos);
    if (HEX.test(digits)) this.#unescaped += String.fromCharCode(Number.parseInt(digits, 16));
    else {
      const got = decodeBinary(digits);
      const message = `Expected two hexadecimal digits after '\\x', but got '${got}'`;
      this.fail(message, backslash, HINT_BACKSLASH, this.pos);
    }
  }

  #toStringStop(): void {
    const { bytes } = this;
    let at = this.pos;
    while (at < bytes.length && (CLASSES[bytes[at]!]! & STRING_STOP) === 0) at++;
    this.pos = at;
  }

  #skipDigits(): void {
    for (;;) {
      const width = digitWidth(this.bytes, this.pos);
      if (width === 0) return;
      this.pos += width;
    }
  }

  #isBoolean(): boolean {
    const length = this.pos - this.start;
    return (
      length >= BOOLEAN_LENGTH_MIN &&
      length <= BOOLEAN_LENGTH_MAX &&
      BOOLEANS.test(this.binary.substring(this.start, this.pos))
    );
  }

  #emit(start: number): void {
    this.value = this.textOf(start, this.pos);
    this.offset = start;
  }

  #emitString(): void {
    if (!this.#hasEscapes) {
      this.#emit(this.start);
      return;
    }
    const binary = this.#unescaped + this.binary.substring(this.start, this.pos);
    this.value = decodeBinary(binary);
    // Counted back from its end, where escapes have made the text shorter.
    this.offset = this.pos - binary.length;
    this.#dropEscapes();
  }

  /** The file ends in quotes: not a fault when nothing stands behind the quote or the last escape. */
  #endInQuotes(opened: number): number {
    const isAtEnd = this.pos === this.bytes.length;
    this.offset = this.pos - this.#unescaped.length;
    this.#dropEscapes();
    if (isAtEnd && this.pos === this.start && this.fault === null) return END;
    const end = isAtEnd ? this.pos : this.pos + 1;
    return this.failUnclosed("Unexpected EOF.", opened, HINT_UNCLOSED, end);
  }

  #dropEscapes(): void {
    this.#unescaped = "";
    this.#hasEscapes = false;
  }
}
