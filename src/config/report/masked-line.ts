/**
 * A piece of a configuration file's line in which only what is known to be harmless can be read.
 *
 * The piece may come from a broken file, so it is not parsed: it is read word by word, and whatever
 * is not known to be a key, a mark or a harmless value is hidden.
 */

import { isHarmlessKey, isHarmlessValue } from "./harmless.ts";
import { isKnown, type KeyKind, kindOf } from "./known-keys.ts";

export const MASK = "****";

const BLANKS = /\s+/y;
const KEY = /[^\s{}[\],;:=()"'#]+/y;
const QUOTED = /"(?:[^"\\]|\\.)*"?|'[^']*'?/y;
/** In a bare value nothing else ends it, and a quote may be one too many. */
const BARE = /[^\s,;}\]]+/y;
const BARE_START = /[^{}[\],;:=("']/y;
/** Text up to a line with nothing but `)`. */
const BLOCK = /\(.*/sy;
const COMMENT = /#|\/\//y;
/** What may begin a new entry, though a value seems to be missing before it. */
const FIRST_KEY = /^\s*([\w.-]+)\s*[:={]/;
/** Base64 may end in the same mark. */
const SEPARATOR = /\s*:|\s+\{|\s*=(?!=)(?=\s*\S)/y;

/** What is read next: a key, a value, or what has no place behind a value. */
type Expected = "key" | "value" | "nothing";
type Role = "blank" | "mark" | "word" | "hidden" | "quoted";

/** A word that was read, and what is shown for it. */
interface Part {
  readonly start: number;
  readonly shown: string;
  readonly role: Role;
}

/** An array or a map that is open. */
interface Container {
  readonly isArray: boolean;
  /** Of the key that it stands under. */
  readonly kind: KeyKind;
}

/** What is missing from a piece. */
export interface Cut {
  /** The line begins before it. */
  readonly before: boolean;
  /** The line goes on behind it. */
  readonly behind: boolean;
  /** A key in an earlier line is still without its value. */
  readonly awaitsValue: boolean;
}

export class MaskedLine {
  readonly #text: string;
  readonly #parts: Part[] = [];
  readonly #open: Container[] = [];
  #pos = 0;
  #expected: Expected;
  #kind: KeyKind = "unknown";

  constructor(text: string, { before, behind, awaitsValue }: Cut) {
    this.#text = text;
    this.#expected = awaitsValue && !isKnown(FIRST_KEY.exec(text)?.[1] ?? "") ? "value" : "key";
    if (before) {
      // Nobody knows what this is the rest of.
      this.#add(this.#peek(BARE), "hidden");
      this.#expected = "nothing";
    }
    while (this.#pos < text.length && this.#peek(COMMENT) === "") this.#read();
    if (behind) this.#hideLast();
  }

  /** What may be shown. */
  get text(): string {
    return this.#parts.map(({ shown }) => shown).join("");
  }

  /** Where in `text` the character of an offset is, or what stands for it. */
  shownOffset(offset: number): number {
    let at = 0;
    for (const [i, { start, shown, role }] of this.#parts.entries()) {
      const end = this.#parts[i + 1]?.start ?? this.#pos;
      const isVerbatim = role !== "hidden" && role !== "quoted";
      if (offset < end) return isVerbatim ? at + offset - start : at;
      at += shown.length;
    }
    return at;
  }

  #read(): void {
    const blanks = this.#peek(BLANKS);
    const isValue = this.#expected === "value";
    const block = isValue ? this.#peek(BLOCK) : "";
    const quoted = this.#peek(QUOTED);
    const name = this.#peek(KEY);
    if (blanks !== "") this.#add(blanks, "blank");
    else if (block !== "") this.#add(block, "hidden");
    else if (quoted !== "") this.#readQuoted(quoted);
    else if (isValue && this.#peek(BARE_START) !== "") this.#readBare();
    else if (name === "") this.#readMark(this.#text[this.#pos]!);
    else if (this.#expected === "key") this.#readKey(name, name);
    else this.#add(name, "hidden");
  }

  #readBare(): void {
    const value = this.#peek(BARE);
    this.#add(value, isHarmlessValue(value, this.#kind) ? "word" : "hidden");
    this.#expected = "nothing";
  }

  /** @param written the key with the quotes around it, if it has any. */
  #readKey(name: string, written: string): void {
    const isCertain = this.#isKeyEnd(this.#pos + written.length);
    const isSecret = this.#open.at(-1)?.kind === "secret";
    const isShown = isHarmlessKey(name, isCertain && !isSecret);
    this.#kind = isShown || isCertain ? kindOf(name) : "unknown";
    this.#add(written, isShown ? "word" : "hidden");
    this.#expected = "value";
  }

  #readQuoted(written: string): void {
    const isClosed = written.length > 1 && written.at(-1) === written[0];
    const inner = written.slice(1, isClosed ? -1 : undefined);
    if (isClosed && this.#expected === "key" && this.#isKeyEnd(this.#pos + written.length)) {
      this.#readKey(inner, written);
      return;
    }
    const isValue = isClosed && this.#expected === "value";
    const isShown = inner === "" || (isValue && isHarmlessValue(inner, this.#kind));
    this.#add(written, isShown ? "word" : "quoted");
    this.#expected = "nothing";
  }

  #readMark(mark: string): void {
    const isArray = mark === "[";
    switch (mark) {
      case "{":
      case "[":
        this.#open.push({ isArray, kind: this.#expected === "value" ? this.#kind : "unknown" });
        this.#expected = isArray ? "value" : "key";
        break;
      case "}":
      case "]":
        this.#open.pop();
        this.#expected = "nothing";
        break;
      case ",":
      case ";":
        this.#expected = this.#open.at(-1)?.isArray ? "value" : "key";
        this.#kind = this.#open.at(-1)?.kind ?? "unknown";
        break;
      default:
        if (this.#expected === "key") this.#expected = "value";
    }
    this.#add(mark, "mark");
  }

  #add(written: string, role: Role): void {
    const start = this.#pos;
    this.#pos += written.length;
    if (role === "hidden") {
      // How many words there are is part of a secret as well.
      const [last, blank] = [this.#parts.at(-2)?.role, this.#parts.at(-1)?.role];
      if (last === "hidden" && blank === "blank") this.#parts.pop();
      if (this.#parts.at(-1)?.role === "hidden") return;
    }
    this.#parts.push({ start, shown: shownAs(written, role), role });
  }

  /** The last word is not all of what it is. */
  #hideLast(): void {
    const last = this.#parts.at(-1);
    if (last?.role !== "word") return;
    this.#parts.pop();
    this.#pos = last.start;
    this.#add(this.#text.slice(last.start), "hidden");
  }

  #isKeyEnd(at: number): boolean {
    SEPARATOR.lastIndex = at;
    return SEPARATOR.test(this.#text);
  }

  /** What stands here and looks like that; "" when nothing does. */
  #peek(pattern: RegExp): string {
    pattern.lastIndex = this.#pos;
    return pattern.exec(this.#text)?.[0] ?? "";
  }
}

function shownAs(written: string, role: Role): string {
  if (role === "hidden") return MASK;
  if (role !== "quoted") return written;
  const quote = written[0]!;
  return `${quote}${MASK}${written.length > 1 && written.at(-1) === quote ? quote : ""}`;
}
