/** The line of a file that a message is about, fit to be shown: no secrets, no control characters. */

import { SECRET_SHAPE } from "../../protocol/secret-shapes.ts";
import type { Place } from "../language/source.ts";

/** Longest piece of a line that is shown, in characters. */
const WIDTH_MAX = 120;
/** Of a longer line, so much stands before the place in question. */
const LEAD = 40;

/** Keys that sound like secrets, however they are spelt, and what stands in front of their values. */
const SECRET_KEY = String.raw`(?:^|[\s{,;"'])["']?[\w-]*(?:pas|psw|pwd|tok|secret|seed|nkey|key|cred|jwt|sentinel|proxy_sig)[\w-]*["']?(?:\s*[:=]\s*|\s+)`;
const SECRET_VALUE = new RegExp(
  String.raw`(${SECRET_KEY})("(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s,;\]}{[]+)`,
  "gi",
);
/** The same when the value begins in another line, or goes on there. */
const OPEN_SECRET = new RegExp(
  String.raw`(${SECRET_KEY})(?:"(?:[^"\\]|\\[^])*|'[^']*|\((?:(?!\n\)\n)[^])*)?$`,
  "i",
);
/** User and password in a URL, which may be none just because of what is in them. */
const URL_CREDENTIALS = /(:\/\/)(?:(?!:\/\/)[^\n"'])+(@)/g;
const MASK = "****";
const COMMENT = /(?:^|\s)(?:#|\/\/)/;
/** How far back the key of a secret is looked for, in bytes. */
const CONTEXT = 2000;
/** Paths are no secrets, though their keys may sound like it: `key_file`, `credentials`. */
const PATH_KEY = /(?:file|dir|path|creds|credentials|cookie)["']?(?:\s*[:=]\s*|\s+)$/i;

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
  if (isInSecret(place, at)) return { line: number, text: MASK, caret: 0 };
  // The slack lets secrets that begin before or end after the window be known as such.
  const from = Math.max(0, at - CONTEXT);
  const before = line.toString("utf8", from, at);
  const whole = line.toString("utf8", from, Math.min(line.length, at + CONTEXT));
  const masked = mask(whole, before.length);
  const start = masked.caret > WIDTH_MAX - LEAD || from > 0 ? Math.max(0, masked.caret - LEAD) : 0;
  const end = start + WIDTH_MAX;
  const cutAfter = masked.text.length > end;
  const lead = start > 0 || from > 0 ? "…" : "";
  const text = `${lead}${masked.text.slice(start, end)}${cutAfter ? "…" : ""}`.trimEnd();
  const caret = masked.caret - start + lead.length;
  return { line: number, text: printable(text), caret };
}

/** The line belongs to a secret, as its key stands in a line before. */
function isInSecret({ source, offset }: Place, at: number): boolean {
  const start = offset - at;
  const before = source.bytes.toString("utf8", Math.max(0, start - CONTEXT), start);
  const match = OPEN_SECRET.exec(before);
  if (match === null || PATH_KEY.test(match[1]!)) return false;
  const key = match.index + match[1]!.search(/[\w"'-]/);
  return !COMMENT.test(before.slice(before.lastIndexOf("\n", key) + 1, key));
}

/** Hides secrets, and says where the character that was at `caret` has gone. */
function mask(text: string, caret: number): { text: string; caret: number } {
  let shown = text;
  let at = caret;
  const hide = (pattern: RegExp, keep: (groups: string[]) => [string, string] | null): void => {
    let shift = 0;
    let result = "";
    let end = 0;
    for (const match of shown.matchAll(pattern)) {
      const kept = keep(match as string[]);
      if (kept === null) continue;
      const replacement = `${kept[0]}${MASK}${kept[1]}`;
      result += shown.slice(end, match.index) + replacement;
      end = match.index + match[0].length;
      if (end <= at) shift += replacement.length - match[0].length;
      else if (match.index + kept[0].length < at) shift += match.index + kept[0].length - at;
    }
    shown = result + shown.slice(end);
    at += shift;
  };
  hide(SECRET_VALUE, ([, key, value]) => (isHarmless(key!, value!) ? null : [key!, ""]));
  hide(URL_CREDENTIALS, ([, scheme, sign]) => [scheme!, sign!]);
  hide(SECRET_SHAPE, () => ["", ""]);
  return { text: shown, caret: at };
}

/** Variables, blocks and paths may be seen. */
function isHarmless(key: string, value: string): boolean {
  return PATH_KEY.test(key) || /^\$(?!2[abxy]\$)/.test(value) || /^["']?["']?$/.test(value);
}

/** Control characters, which could drive a terminal, become visible stand-ins of the same width. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is replaced
  return text.replace(/[\x00-\x08\x0a-\x1f\x7f-\x9f]/g, (char) =>
    char < " " ? String.fromCharCode(0x2400 + char.charCodeAt(0)) : "\u2421",
  );
}
