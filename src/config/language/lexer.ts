/**
 * Takes a configuration apart into items, as nats-server's lexer does with all its turns: what its
 * states accept, where they stop and which line they name.
 *
 * Nesting costs a number on a stack, not a call.
 */

import { ARRAY_END, ARRAY_START, END, FAULT, KEY, MAP_END, MAP_START, NOTHING } from "./items.ts";
import { KeyLexer } from "./key-lexer.ts";
import * as Byte from "./punctuation.ts";
import { BLANK, CLASSES, digitWidth, LINE_END } from "./runes.ts";
import { ARRAY_ITEM_ENDS, HINT_UNCLOSED } from "./scalar-lexer.ts";
import * as State from "./states.ts";

const HINT_COMMENT = "a comment begins with two slashes or with #";
const HINT_NUL = "the file holds a NUL byte here";
const HINT_NO_KEY = "a key is missing before this";
const HINT_AFTER_VALUE = "put the value in quotes if this belongs to it, or begin a new line";
const HINT_AFTER_ITEM = "write a comma between items, and quotes around text with spaces in it";
const HINT_SAME_LINE = "write the value on the line of its key";
const HINT_COMMA = "this comma is one too many";

export class Lexer extends KeyLexer {
  protected state: State.State = State.TOP;
  /** States to come back to. */
  protected readonly stack: State.State[] = [];
  /** Where the maps, arrays and blocks that are open begin. */
  protected readonly openers: number[] = [];

  /** Begins with a value, as if a key and `=` stood before the text. */
  startWithValue(): void {
    this.stack.push(State.AFTER_TOP_VALUE);
    this.state = State.VALUE;
  }

  /** The next item; `value`, `offset` and `fault` tell more about it. */
  next(): number {
    for (;;) {
      const item = this.#step();
      if (item !== NOTHING) return item;
    }
  }

  protected popState(): void {
    this.state = this.stack.pop() ?? State.DONE;
  }

  #step(): number {
    switch (this.state) {
      case State.MAP_KEY:
        return this.#mapKey();
      case State.AFTER_MAP_KEY:
        return this.#afterMapKey();
      case State.MAP_VALUE:
        return this.#mapValue();
      case State.VALUE:
        return this.#anyValue();
      case State.AFTER_MAP_VALUE:
        return this.#afterMapValue();
      case State.ARRAY_ITEM:
        return this.#arrayItem();
      case State.AFTER_ARRAY_ITEM:
        return this.#afterArrayItem();
      case State.TOP:
        return this.#top(State.AFTER_TOP_VALUE);
      case State.AFTER_TOP_VALUE:
        return this.#afterTopValue();
      case State.BLOCK:
        return this.#top(State.AFTER_BLOCK_VALUE);
      case State.AFTER_BLOCK_VALUE:
        return this.#afterBlockValue();
      case State.AFTER_BLOCK:
        return this.#afterBlock();
      case State.AFTER_KEY:
        return this.#afterKey();
      case State.INCLUDE_PATH:
        return this.#include();
      default:
        this.offset = this.pos;
        return END;
    }
  }

  /** A key at top level or in a block, or the `{` of a block. */
  #top(after: State.State): number {
    this.skipSpace();
    const byte = this.at(this.pos);
    if (this.skipComment(byte)) return NOTHING;
    if (byte === Byte.MAP_OPENER) {
      this.stack.push(after === State.AFTER_TOP_VALUE ? State.TOP : State.AFTER_BLOCK);
      this.openers.push(this.pos++);
      this.state = State.BLOCK;
      return NOTHING;
    }
    if (byte === Byte.MAP_CLOSER && after === State.AFTER_BLOCK_VALUE) return this.#closeBlock();
    if (byte === Byte.SLASH) return this.fail("Unexpected EOF.", this.pos, HINT_COMMENT);
    if (this.pos === this.bytes.length) {
      this.state = State.DONE;
      return NOTHING;
    }
    if (byte === 0) return this.fail("Unexpected EOF.", this.pos, HINT_NUL);
    this.stack.push(after);
    this.state = State.AFTER_KEY;
    if (isSeparator(byte)) {
      const message = `Unexpected key separator '${this.shown(this.pos)}'`;
      return this.fail(message, this.pos, HINT_NO_KEY, this.pos);
    }
    this.start = this.pos++;
    if (byte === Byte.DOUBLE_QUOTE || byte === Byte.SINGLE_QUOTE) return this.#quotedKey(byte);
    this.toKeyStop();
    if (!this.isInclude()) return this.emitKey();
    this.state = State.INCLUDE_PATH;
    return NOTHING;
  }

  #quotedKey(quote: number): number {
    const opened = this.start++;
    this.pos = this.find(quote);
    if (this.at(this.pos) === quote) {
      this.emitKey();
      this.pos++;
      return KEY;
    }
    if (this.pos > this.start)
      return this.failUnclosed("Unexpected EOF.", opened, HINT_UNCLOSED, this.pos);
    this.offset = this.pos;
    this.state = State.DONE;
    return END;
  }

  #afterTopValue(): number {
    for (;;) {
      const byte = this.at(this.pos);
      if (this.skipComment(byte)) break;
      if ((CLASSES[byte]! & BLANK) === 0 && byte !== Byte.SLASH) {
        if (!isEntryEnd(byte) && byte !== Byte.MAP_CLOSER && byte !== 0)
          return this.#junk("top-level");
        this.advance();
        break;
      }
      this.pos++;
    }
    this.state = State.TOP;
    return NOTHING;
  }

  #afterBlockValue(): number {
    for (;;) {
      const byte = this.at(this.pos);
      if (this.skipComment(byte)) continue;
      if ((CLASSES[byte]! & BLANK) === 0 && byte !== Byte.SLASH) {
        if (byte === Byte.MAP_CLOSER) return this.#closeBlock();
        if (!isEntryEnd(byte)) return this.#junk("block-level");
        this.pos++;
        this.state = State.BLOCK;
        return NOTHING;
      }
      this.pos++;
    }
  }

  #afterBlock(): number {
    for (;;) {
      const byte = this.at(this.pos);
      const isComment = this.skipComment(byte);
      if (isComment || byte === Byte.COMMA || byte === Byte.SEMICOLON) {
        if (!isComment) this.pos++;
        this.state = State.BLOCK;
        return NOTHING;
      }
      if (byte === Byte.MAP_CLOSER) return this.#closeBlock();
      if ((CLASSES[byte]! & (BLANK | LINE_END)) === 0 && byte !== Byte.SLASH) {
        const got = this.shown(this.pos);
        return this.#unexpected(
          `Expected a block-level to end with a '}', but got '${got}' instead.`,
        );
      }
      this.pos++;
    }
  }

  #closeBlock(): number {
    this.pos++;
    this.openers.pop();
    this.popState();
    return NOTHING;
  }

  /** What stands behind a value without anything between. */
  #junk(level: string): number {
    const got = this.shown(this.pos);
    return this.#unexpected(
      `Expected a ${level} value to end with a new line, comment or EOF, but got '${got}' instead.`,
    );
  }

  #unexpected(message: string, hint = HINT_AFTER_VALUE): number {
    const opened = this.openers.at(-1);
    if (this.pos === this.bytes.length && opened !== undefined)
      return this.failUnclosed(message, opened, HINT_UNCLOSED);
    return this.fail(message, this.pos, hint);
  }

  #include(): number {
    const item = this.readPath();
    if (item !== FAULT) this.popState();
    return item;
  }

  #afterKey(): number {
    this.skipSpace();
    const byte = this.at(this.pos);
    if (byte === 0) {
      this.offset = this.pos;
      this.state = State.DONE;
      return END;
    }
    if (isSeparator(byte)) this.pos++;
    this.state = State.VALUE;
    return NOTHING;
  }

  #anyValue(): number {
    while ((CLASSES[this.at(this.pos)]! & BLANK) !== 0) this.pos++;
    this.start = this.pos;
    const byte = this.at(this.pos);
    if (byte === Byte.ARRAY_OPENER || byte === Byte.MAP_OPENER) {
      this.openers.push(this.pos++);
      this.state = byte === Byte.ARRAY_OPENER ? State.ARRAY_ITEM : State.MAP_KEY;
      return byte === Byte.ARRAY_OPENER ? ARRAY_START : MAP_START;
    }
    const item = this.#scalar(byte);
    if (item === END) this.state = State.DONE;
    else if (item !== FAULT) this.popState();
    return item;
  }

  #scalar(byte: number): number {
    switch (byte) {
      case Byte.DOUBLE_QUOTE:
        this.start = ++this.pos;
        return this.readDoubleQuoted();
      case Byte.SINGLE_QUOTE:
        this.start = ++this.pos;
        return this.readQuoted();
      case Byte.MINUS:
        return this.readNegative();
      case Byte.TEXT_OPENER:
        this.start = ++this.pos;
        return this.readBlock();
      case Byte.DOT:
        return this.fail("Floats must start with a digit", this.pos, this.hintOnDot());
    }
    if (digitWidth(this.bytes, this.pos) > 0) return this.readNumber();
    if ((CLASSES[byte]! & LINE_END) !== 0)
      return this.fail("Expected value but found new line", this.pos, HINT_SAME_LINE);
    return this.readBare();
  }

  #arrayItem(): number {
    this.skipSpace();
    const byte = this.at(this.pos);
    if (this.skipComment(byte)) return NOTHING;
    if (byte === Byte.COMMA || byte === Byte.SLASH) {
      const hint = byte === Byte.COMMA ? HINT_COMMA : HINT_COMMENT;
      return this.fail("Unexpected array value terminator ','.", this.pos, hint);
    }
    if (byte === Byte.ARRAY_CLOSER) return this.#close(ARRAY_END);
    this.stack.push(State.AFTER_ARRAY_ITEM);
    this.state = State.VALUE;
    return NOTHING;
  }

  #afterArrayItem(): number {
    this.#skipBlanksAndComments();
    const byte = this.at(this.pos);
    if (byte === Byte.ARRAY_CLOSER) return this.#close(ARRAY_END);
    if (byte === Byte.COMMA || byte === Byte.SLASH || (CLASSES[byte]! & LINE_END) !== 0) {
      this.pos++;
      this.state = State.ARRAY_ITEM;
      return NOTHING;
    }
    const got = this.shown(this.pos);
    return this.#unexpected(
      `Expected ${ARRAY_ITEM_ENDS}, but got '${got}' instead.`,
      HINT_AFTER_ITEM,
    );
  }

  #mapKey(): number {
    this.skipSpace();
    const byte = this.at(this.pos);
    if (this.skipComment(byte)) return NOTHING;
    if (byte === Byte.MAP_CLOSER) return this.#close(MAP_END);
    if (isSeparator(byte) || byte === Byte.ARRAY_CLOSER) {
      const got = this.shown(this.pos);
      return byte === Byte.ARRAY_CLOSER
        ? this.fail(`Unexpected array end '${got}' processing map.`, this.pos, undefined, this.pos)
        : this.fail(`Unexpected key separator '${got}'.`, this.pos, HINT_NO_KEY, this.pos);
    }
    if (byte === 0) return this.#endInMap("map");
    // nats-server drops a single slash, and then takes any character for a key's first.
    if (byte === Byte.SLASH) this.pos++;
    this.start = this.pos;
    this.advance();
    if (byte === Byte.DOUBLE_QUOTE || byte === Byte.SINGLE_QUOTE) {
      this.start = this.pos;
      this.pos = this.find(byte);
      if (this.at(this.pos) === 0)
        return this.#endInMap(
          byte === Byte.SINGLE_QUOTE ? "quoted map key" : "double quoted map key",
        );
      this.emitKey();
      this.pos++;
    } else {
      this.toKeyStop();
      if (this.at(this.pos) === 0) return this.#endInMap("map key");
      if (this.isInclude()) {
        this.stack.push(State.AFTER_MAP_VALUE);
        this.state = State.INCLUDE_PATH;
        return NOTHING;
      }
      this.emitKey();
    }
    this.state = State.AFTER_MAP_KEY;
    return KEY;
  }

  #endInMap(where: string): number {
    const message = `Unexpected EOF processing ${where}.`;
    if (this.pos < this.bytes.length) return this.fail(message, this.pos, HINT_NUL, this.pos);
    return this.failUnclosed(message, this.openers.at(-1) ?? this.pos, HINT_UNCLOSED);
  }

  #afterMapKey(): number {
    this.skipSpace();
    if (isSeparator(this.at(this.pos))) this.pos++;
    this.state = State.MAP_VALUE;
    return NOTHING;
  }

  #mapValue(): number {
    this.skipSpace();
    const byte = this.at(this.pos);
    if (byte === Byte.COMMA)
      return this.fail('Unexpected map value terminator ",".', this.pos, HINT_COMMA);
    if (byte === Byte.MAP_CLOSER) return this.#close(MAP_END);
    this.stack.push(State.AFTER_MAP_VALUE);
    this.state = State.VALUE;
    return NOTHING;
  }

  #afterMapValue(): number {
    this.#skipBlanksAndComments();
    const byte = this.at(this.pos);
    if (byte === Byte.MAP_CLOSER) return this.#close(MAP_END);
    if (isEntryEnd(byte) || byte === Byte.SLASH) {
      this.pos++;
      this.state = State.MAP_KEY;
      return NOTHING;
    }
    const got = this.shown(this.pos);
    return this.#unexpected(
      `Expected a map value terminator "," or a map terminator "}", but got '${got}' instead.`,
    );
  }

  /** Behind a map's or an array's closing bracket, which is where nats-server says that it stands. */
  #close(item: number): number {
    this.offset = ++this.pos;
    this.openers.pop();
    this.popState();
    return item;
  }

  #skipBlanksAndComments(): void {
    for (;;) {
      const byte = this.at(this.pos);
      if ((CLASSES[byte]! & BLANK) !== 0) this.pos++;
      else if (!this.skipComment(byte)) return;
    }
  }
}

function isSeparator(byte: number): boolean {
  return byte === Byte.COLON || byte === Byte.EQUALS;
}

/** A new line, a comma or a semicolon. */
function isEntryEnd(byte: number): boolean {
  return (CLASSES[byte]! & LINE_END) !== 0 || byte === Byte.COMMA || byte === Byte.SEMICOLON;
}
