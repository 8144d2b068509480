/** The line of a file that a message is about, fit to be shown: no secrets, no control characters. */

import type { Place } from "../language/source.ts";
import { PATH_NAME, SECRET_NAME } from "./known-keys.ts";
import { MASK, MaskedLine } from "./masked-line.ts";

/** Longest piece of a line that is shown, in characters. */
const WIDTH_MAX = 120;
/** Of a longer line, so much stands before the place in question. */
const LEAD = 40;

/** Keys that sound like secrets, however they are spelt, and what stands in front of their values. */
const SECRET_KEY = `(?:^|[\\s{,;"'])["']?[\\w-]*(?:${SECRET_NAME})[\\w-]*["']?(?:\\s*[:=]\\s*|\\s+)`;
/** The value of one begins in another line, or goes on there. */
const OPEN_SECRET = new RegExp(
  String.raw`(${SECRET_KEY})(?:"(?:[^"\\]|\\[^])*|'[^']*|\((?:(?!\n\)\n)[^])*)?$`,
  "i",
);
/** A key whose value is to follow, or a line that may be one. */
const OPEN_KEY = /(?:[:=]|(?:^|\n)[ \t]*[\w$.-]+)$/;
const COMMENT = /(?:^|\s)(?:#|\/\/)/;
/** How far back the key of a secret is looked for, in bytes. */
const CONTEXT = 2000;
const PATH_KEY = new RegExp(`(?:${PATH_NAME})["']?(?:\\s*[:=]\\s*|\\s+)$`, "i");

export interface Excerpt {
  /** From 1. */
  readonly line: number;
  readonly text: string;
  /** Characters of `text` in front of the place. */
  readonly caret: number;
}

export function excerptOf(place: Place): Excerpt {
  const { line, at } = place.source.excerptAt(place.offset);
  const number = place.source.lineAt(place.offset);
  const earlier = textBefore(place, at);
  if (isInSecret(earlier)) return { line: number, text: MASK, caret: 0 };
  const from = Math.max(0, at - CONTEXT);
  const to = Math.min(line.length, at + CONTEXT);
  const before = line.toString("utf8", from, at);
  const masked = new MaskedLine(line.toString("utf8", from, to), {
    before: from > 0,
    behind: to < line.length,
    awaitsValue: place.source.origin !== null || OPEN_KEY.test(earlier.trimEnd()),
  });
  const whole = masked.text.trimEnd();
  const shownAt = Math.min(masked.shownOffset(before.length), whole.length);
  const start = shownAt > WIDTH_MAX - LEAD || from > 0 ? Math.max(0, shownAt - LEAD) : 0;
  const end = start + WIDTH_MAX;
  const lead = start > 0 || from > 0 ? "…" : "";
  const text = `${lead}${whole.slice(start, end)}${whole.length > end ? "…" : ""}`.trimEnd();
  return { line: number, text: printable(text), caret: shownAt - start + lead.length };
}

/** The lines before the one that holds the place. */
function textBefore({ source, offset }: Place, at: number): string {
  const start = offset - at;
  return source.bytes.toString("utf8", Math.max(0, start - CONTEXT), start);
}

/** The line belongs to a secret, as its key stands in a line before. */
function isInSecret(before: string): boolean {
  const match = OPEN_SECRET.exec(before);
  if (match === null || PATH_KEY.test(match[1]!)) return false;
  const key = match.index + match[1]!.search(/[\w"'-]/);
  return !COMMENT.test(before.slice(before.lastIndexOf("\n", key) + 1, key));
}

/** Control characters, which could drive a terminal, become visible stand-ins of the same width. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
  return text.replace(/[\x00-\x08\x0a-\x1f\x7f-\x9f]/g, (char) =>
    char < " " ? String.fromCharCode(0x2400 + char.charCodeAt(0)) : "\u2421",
  );
}
