/**
 * A lexer that goes on behind a fault, so that one reading of a file finds all of them.
 *
 * What stands on the rest of the line is left out, unless the map or array that the fault is in
 * ends there.
 */

import { ARRAY_END, MAP_END, NOTHING } from "./items.ts";
import { Lexer } from "./lexer.ts";
import * as Byte from "./punctuation.ts";
import { BLANK, CLASSES, LINE_END } from "./runes.ts";
import * as State from "./states.ts";

/** As much of the next line as is looked at. */
const LOOK_AHEAD = 200;
/** A line that can hardly be anything but the value of the key before it. */
const LONE_VALUE = /^\s*(?:[[{(]|[^\s:={}[\]]+[ \t]*(?:[\r\n]|$))/;

/** A point to come back to. */
export interface Mark {
  readonly pos: number;
  /** The bracket behind the number. */
  readonly bracket: number;
  readonly states: number;
  readonly openers: number;
}

export class RecoveringLexer extends Lexer {
  /** The value of the last key may yet come. */
  awaitsValue = false;

  /**
   * Goes on behind a fault.
   * @returns an item that has to be taken first: the end of a map or array that was not closed.
   */
  recover(): number {
    this.awaitsValue = false;
    if (this.#valueOnNextLine()) {
      this.awaitsValue = true;
      return NOTHING;
    }
    const after = this.#afterContainerEntry();
    const closer = closerOf(after);
    const around = closerOf(this.stack.at(-1) ?? State.DONE);
    this.pos = this.resume;
    this.state = after;
    const found = this.#skipTo(closer, around);
    if (this.pos === this.bytes.length) this.state = State.DONE;
    else if (found !== 0 && found !== closer) {
      this.openers.pop();
      this.popState();
      return closer === Byte.ARRAY_CLOSER ? ARRAY_END : MAP_END;
    }
    return NOTHING;
  }

  /** Where the number that was read last can be read again. */
  mark(): Mark {
    return {
      pos: this.start,
      bracket: this.bytes.indexOf(Byte.ARRAY_CLOSER, this.start),
      states: this.stack.length,
      openers: this.openers.length,
    };
  }

  /** Reads a number in an array again, and lets `]` end it from here on. */
  rewind(mark: Mark): void {
    this.pos = mark.pos;
    this.start = mark.pos;
    this.stack.length = mark.states;
    this.openers.length = mark.openers;
    this.stack.push(State.AFTER_ARRAY_ITEM);
    this.state = State.VALUE;
    this.bracketsEndFrom = mark.pos;
  }

  /** After a key whose value is missing on its line. */
  #valueOnNextLine(): boolean {
    if (this.state !== State.VALUE || (CLASSES[this.at(this.resume)]! & LINE_END) === 0)
      return false;
    const ahead = this.binary.substring(this.resume + 1, this.resume + LOOK_AHEAD);
    if (!LONE_VALUE.test(ahead)) return false;
    this.pos = this.resume + 1 + ahead.search(/\S/);
    return true;
  }

  /** The state behind an entry of the map, array or block that the fault is in. */
  #afterContainerEntry(): State.State {
    switch (this.state) {
      case State.AFTER_KEY:
      case State.VALUE:
      case State.INCLUDE_PATH:
        return this.stack.pop() ?? State.DONE;
      case State.TOP:
        return State.AFTER_TOP_VALUE;
      case State.BLOCK:
      case State.AFTER_BLOCK:
        return State.AFTER_BLOCK_VALUE;
      case State.MAP_KEY:
      case State.AFTER_MAP_KEY:
      case State.MAP_VALUE:
        return State.AFTER_MAP_VALUE;
      case State.ARRAY_ITEM:
        return State.AFTER_ARRAY_ITEM;
      default:
        return this.state;
    }
  }

  /**
   * Moves to the end of the line, or to one of two closing brackets outside of any other.
   * @returns the bracket; 0 when the line ends first.
   */
  #skipTo(closer: number, around: number): number {
    const { bytes } = this;
    let depth = 0;
    for (; this.pos < bytes.length; this.pos++) {
      const byte = bytes[this.pos]!;
      if ((CLASSES[byte]! & LINE_END) !== 0) {
        if (depth === 0) return 0;
      } else if (byte === Byte.DOUBLE_QUOTE || byte === Byte.SINGLE_QUOTE) this.#skipQuoted(byte);
      else if (byte === Byte.HASH || byte === Byte.SLASH) this.#skipTrailingComment(byte);
      else if (byte === Byte.ARRAY_OPENER || byte === Byte.MAP_OPENER) depth++;
      else if (byte === Byte.ARRAY_CLOSER || byte === Byte.MAP_CLOSER) {
        if (depth > 0) depth--;
        else if (byte === closer || byte === around) return byte;
      }
    }
    return 0;
  }

  /** To the closing quote, if the line has one. */
  #skipQuoted(quote: number): void {
    const { bytes } = this;
    for (let at = this.pos + 1; at < bytes.length; at++) {
      const byte = bytes[at]!;
      if ((CLASSES[byte]! & LINE_END) !== 0) return;
      if (byte !== quote) continue;
      this.pos = at;
      return;
    }
  }

  #skipTrailingComment(byte: number): void {
    const isApart = (CLASSES[this.at(this.pos - 1)]! & BLANK) !== 0;
    if (isApart && this.skipComment(byte)) this.pos--;
  }
}

/** The bracket behind an entry's container; 0 at top level. */
function closerOf(after: State.State): number {
  switch (after) {
    case State.AFTER_ARRAY_ITEM:
      return Byte.ARRAY_CLOSER;
    case State.AFTER_MAP_VALUE:
    case State.AFTER_BLOCK_VALUE:
    case State.AFTER_BLOCK:
      return Byte.MAP_CLOSER;
    default:
      return 0;
  }
}
