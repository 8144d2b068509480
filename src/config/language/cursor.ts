/** Where a lexer stands in its file, and what it has read there. */

import { FAULT, type Fault } from "./items.ts";
import * as Byte from "./punctuation.ts";
import { CLASSES, decodeBinary, isAscii, LINE_END, runeAt, runeWidth } from "./runes.ts";

export class Cursor {
  readonly bytes: Buffer;
  /** Bytes one to a character. Parts of it share its memory. */
  protected readonly binary: string;
  protected pos = 0;
  /** Where the item that is being read begins. */
  protected start = 0;
  /** Text of the last item. */
  value = "";
  /** Where nats-server says that the last item stands. */
  offset = 0;
  /** What was found wrong while the last item was read; whoever reads it clears it. */
  fault: Fault | null = null;
  /** Where to look for the next thing that can be read after a fault. */
  protected resume = 0;
  readonly #ascii: boolean;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.binary = bytes.toString("latin1");
    this.#ascii = isAscii(this.binary);
  }

  /** How far the text has been read. */
  get reached(): number {
    return this.pos;
  }

  /** A byte; 0 at the end of the file, which is what nats-server takes NUL for as well. */
  protected at(pos: number): number {
    return pos < this.bytes.length ? this.bytes[pos]! : 0;
  }

  /** Moves behind a byte, but never behind the end. */
  protected advance(): void {
    if (this.pos < this.bytes.length) this.pos++;
  }

  protected textOf(start: number, end: number): string {
    const binary = this.binary.substring(start, end);
    return this.#ascii ? binary : decodeBinary(binary);
  }

  /** Skips a comment that begins here, up to the end of its line. */
  protected skipComment(byte: number): boolean {
    if (byte !== Byte.HASH && !(byte === Byte.SLASH && this.at(this.pos + 1) === Byte.SLASH))
      return false;
    const { bytes } = this;
    while (this.pos < bytes.length) {
      const next = bytes[this.pos]!;
      if (next === 0 || (CLASSES[next]! & LINE_END) !== 0) break;
      this.pos++;
    }
    return true;
  }

  /** The character at an offset as messages show it. */
  protected shown(at: number): string {
    const rune = runeAt(this.bytes, at);
    return rune === "\n" ? "\\n" : rune;
  }

  /**
   * Notes what is wrong at an offset.
   * @param end how far nats-server has read; by default behind the character.
   */
  protected fail(
    message: string,
    offset: number,
    hint?: string,
    end = offset + runeWidth(this.bytes, offset),
  ): number {
    this.pos = end;
    this.resume = offset;
    // The first fault of an item is the one nats-server stops at.
    this.fault ??= { message, offset, end, ...(hint === undefined ? {} : { hint }) };
    return FAULT;
  }

  /** Notes that what was opened at an offset is not closed before the end of the file. */
  protected failUnclosed(message: string, opened: number, hint: string, end = this.pos): number {
    this.fail(message, opened, hint, end);
    this.resume = end;
    return FAULT;
  }
}
