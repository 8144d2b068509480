/**
 * A header block as Go's reader of MIME headers understands it, which decides what nats-server finds
 * in it: names in canonical case, folded lines joined, and nothing at all when a line is malformed.
 */

import { CR, LF, SPACE, TAB } from "../../bytes/ascii.ts";
import type { Message } from "../../protocol/message.ts";
import { trimBlanks } from "../../protocol/trim-blanks.ts";

/** Values by canonical name, in the order they came; one character per byte. */
export type Headers = ReadonlyMap<string, readonly string[]>;

const TOKEN = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/;
/** Readers accept spaces in a name, and then leave its case alone. */
const SPACED_TOKEN = /^[!#$%&'*+\-.^_`|~\dA-Za-z ]+$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what a value may not contain.
const BAD_VALUE = /[\x00-\x08\x0a-\x1f\x7f]/;
const INITIALS = /(^|-)([a-z])/g;
const FIRST_BLANKS = /^[ \t]+/;

/**
 * Reads the header block of a message.
 *
 * @returns null when there is none, or it is malformed or not ended by an empty line.
 */
export function readHeaders({ buf, bodyStart, headerBytes }: Message): Headers | null {
  if (headerBytes === 0) return null;
  const lines = new Lines(buf, bodyStart, bodyStart + headerBytes);
  // The version.
  lines.next();
  if (lines.startsBlank) return null;
  const headers = new Map<string, string[]>();
  for (;;) {
    const line = lines.nextFolded();
    if (line === "") return headers;
    if (line === null || !take(line, headers)) return null;
  }
}

function take(line: string, headers: Map<string, string[]>): boolean {
  const colon = line.indexOf(":");
  const name = canonicalName(line.slice(0, colon));
  const value = line.slice(colon + 1);
  if (name === null || BAD_VALUE.test(value)) return false;
  const values = headers.get(name) ?? [];
  values.push(value.replace(FIRST_BLANKS, ""));
  headers.set(name, values);
  return true;
}

/** First letters in upper case, the others in lower case; null for what is no name. */
function canonicalName(name: string): string | null {
  if (!TOKEN.test(name)) return SPACED_TOKEN.test(name) ? name : null;
  return name.toLowerCase().replace(INITIALS, (initial) => initial.toUpperCase());
}

class Lines {
  readonly #buf: Buffer;
  readonly #end: number;
  #at: number;

  constructor(buf: Buffer, start: number, end: number) {
    this.#buf = buf;
    this.#at = start;
    this.#end = end;
  }

  /** The next line begins with a space or tab. */
  get startsBlank(): boolean {
    if (this.#at === this.#end) return false;
    const byte = this.#buf[this.#at]!;
    return byte === SPACE || byte === TAB;
  }

  /** The next line without its end; null when there is none. */
  next(): string | null {
    if (this.#at === this.#end) return null;
    let stop = this.#at;
    while (stop < this.#end && this.#buf[stop] !== LF) stop++;
    const hasReturn = stop < this.#end && stop > this.#at && this.#buf[stop - 1] === CR;
    const line = this.#buf.toString("latin1", this.#at, hasReturn ? stop - 1 : stop);
    this.#at = Math.min(stop + 1, this.#end);
    return line;
  }

  /** A line with those that continue it; null when there is none, or it has no colon. */
  nextFolded(): string | null {
    const first = this.next();
    if (first === null || first === "") return first;
    if (!first.includes(":")) return null;
    const parts = [trimBlanks(first)];
    while (this.startsBlank) parts.push(trimBlanks(this.next()!));
    return parts.join(" ");
  }
}
