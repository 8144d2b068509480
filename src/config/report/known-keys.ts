/** What a key of a configuration file tells about its value: whether that may be shown. */

import type { Section } from "../schema/section.ts";
import { editDistance } from "../schema/suggest.ts";

/**
 * `secret`: its value is never shown. `plain`: numbers, durations and fixed words are shown.
 * `place`: addresses, subjects and paths as well. `unknown`: the schema has no such key.
 */
export type KeyKind = "secret" | "plain" | "place" | "unknown";

/** Keys that sound like secrets, however they are spelt. */
export const SECRET_NAME = "pas|psw|pwd|tok|secret|seed|nkey|key|cred|jwt|sentinel|proxy_sig";
const SECRET = new RegExp(SECRET_NAME, "i");
/** Paths are no secrets, though their keys may sound like it: `key_file`, `credentials`. */
export const PATH_NAME = "file|dir|path|creds|credentials|cookie";
const PATH = new RegExp(`(?:${PATH_NAME})$`, "i");
/** Types of options, as sections name them, that hold addresses, subjects and paths. */
const PLACE_TYPES = /^port or host|^subject|^file$/;
const PLACE_NAMES = /^(?:host|net|addr|(?:\w+_)?(?:advertise|accounts?)|include|prefix)$/;
/** Spellings so far from that of an option are taken for it. */
const MISTAKES_MAX = 2;
/** Below that almost anything is close to anything. */
const NEAR_LENGTH_MIN = 4;
/** Longer than any option with a mistake in it. */
const LENGTH_MAX = 50;
/** Answers that are remembered. */
const REMEMBERED_MAX = 1000;

interface Option {
  readonly kind: KeyKind;
  readonly letters: number;
}

/** Of all options; nothing is known before it is there. */
let root: Section<never> | null = null;
/** Lower-case names of all options in all blocks. */
let options: ReadonlyMap<string, Option> | null = null;
const remembered = new Map<string, KeyKind>();

/** Says which options there are. */
export function learnOptions(section: Section<never>): void {
  if (section === root) return;
  root = section;
  options = null;
  remembered.clear();
}

/** @param name as it is spelt in the file, perhaps with mistakes. */
export function kindOf(name: string): KeyKind {
  if (name.length > LENGTH_MAX) return "unknown";
  const known = remembered.get(name);
  if (known !== undefined) return known;
  const kind = findKind(name.toLowerCase());
  if (remembered.size >= REMEMBERED_MAX) remembered.clear();
  remembered.set(name, kind);
  return kind;
}

/** A word that an option's name, or what was meant for one, consists of. */
export function isKnown(name: string): boolean {
  return name.length <= LENGTH_MAX && near(name.toLowerCase()) !== undefined;
}

function findKind(name: string): KeyKind {
  if (PATH.test(name)) return near(name) === undefined ? "unknown" : "place";
  return SECRET.test(name) ? "secret" : (near(name) ?? "unknown");
}

function near(name: string): KeyKind | undefined {
  options ??= readOptions();
  const exact = options.get(name);
  if (exact !== undefined || name.length < NEAR_LENGTH_MIN) return exact?.kind;
  const letters = lettersOf(name);
  let kind: KeyKind | undefined;
  let least = Math.min(MISTAKES_MAX, name.length >> 2) + 1;
  for (const [option, { kind: itsKind, letters: itsLetters }] of options) {
    if (Math.abs(option.length - name.length) >= least) continue;
    // One mistake makes a letter of another at most.
    if (bitsIn(letters ^ itsLetters) >= 2 * least) continue;
    const distance = editDistance(name, option, least);
    if (distance >= least) continue;
    least = distance;
    kind = itsKind;
  }
  return kind;
}

/** A bit for each letter in a name; some others share one. */
function lettersOf(name: string): number {
  let letters = 0;
  for (let i = 0; i < name.length; i++) letters |= 1 << (name.charCodeAt(i) & 31);
  return letters;
}

function bitsIn(number: number): number {
  let count = 0;
  for (let rest = number; rest !== 0; rest &= rest - 1) count++;
  return count;
}

function readOptions(): ReadonlyMap<string, Option> {
  const kinds = new Map<string, KeyKind>([["include", "place"]]);
  const seen = new Set<Section<never>>();
  const open: Section<never>[] = root === null ? [] : [root];
  for (let section = open.pop(); section !== undefined; section = open.pop()) {
    if (seen.has(section)) continue;
    seen.add(section);
    for (const { names, type, section: inner } of section.fields) {
      for (const name of names) kinds.set(name.toLowerCase(), kindOfOption(name, type));
      if (inner !== undefined) open.push(inner);
    }
  }
  return new Map([...kinds].map(([name, kind]) => [name, { kind, letters: lettersOf(name) }]));
}

function kindOfOption(name: string, type: string): KeyKind {
  if (PATH.test(name)) return "place";
  if (SECRET.test(name)) return "secret";
  return PLACE_TYPES.test(type) || PLACE_NAMES.test(name) ? "place" : "plain";
}
