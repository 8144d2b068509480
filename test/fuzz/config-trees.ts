/** Random trees of configuration values, and the many ways in which each can be written. */

import type { Plain } from "../config/language/trees.ts";
import type { Prng } from "../support/prng.ts";

type PlainMap = { readonly [key: string]: Plain };

const WORDS = ["a", "B", "port", "foo.bar", "x-y", "é", "日本", "*", ">", "k2", "_INBOX.>", "a/b"];
const TEXTS = [
  ...WORDS,
  "",
  "two words",
  "true",
  "123",
  "-5",
  "1k",
  "$x",
  "a,b;c",
  "{}",
  "[1]",
  "C:\\dir",
  'say "hi"',
  "it's",
  "tab\there",
  "two\nlines",
  "\nblock of\n\ttext\n",
  "# no comment",
  "\u2028<&>",
  "😀",
];
/** Strings that mean themselves without quotes. */
const BARE = /^(?!(?:true|false|on|off|yes|no)$)[a-z_*>é日][\w.\-/*>é本]*$/i;

export function randomTree(random: Prng, depth: number): PlainMap {
  const tree: Record<string, Plain> = {};
  for (let i = random.below(5); i > 0; i--) {
    const key = random.chance(5) ? random.pick(TEXTS.filter(isKey)) : random.pick(WORDS);
    tree[key] = randomValue(random, depth);
  }
  return tree;
}

/** What the quotes around a key cannot hold both of, or nothing at all. */
function isKey(text: string): boolean {
  return !text.includes("'") || !text.includes('"');
}

function randomValue(random: Prng, depth: number): Plain {
  const kind = random.below(depth > 0 ? 8 : 6);
  if (kind === 6) return randomTree(random, depth - 1);
  if (kind === 7)
    return Array.from({ length: random.below(4) }, () => randomValue(random, depth - 1));
  return randomScalar(random, kind);
}

function randomScalar(random: Prng, kind: number): Plain {
  switch (kind) {
    case 0:
      return random.chance(2);
    case 1:
      return BigInt(random.int32()) * (random.chance(3) ? 1024n ** 3n : 1n);
    case 2:
      return random.int32() / 2 ** random.between(1, 20);
    case 3:
      return new Date(random.below(2 ** 32) * 1000);
    default:
      return random.pick(TEXTS);
  }
}

/** The entries of a map: a whole file, or what stands between a map's braces. */
export function printTree(random: Prng, tree: PlainMap): string {
  if (random.chance(4)) return space(random) + printMap(random, tree);
  const text = printEntries(random, tree);
  return text.endsWith("\n)") ? `${text}\n` : text;
}

function printEntries(random: Prng, tree: PlainMap): string {
  let text = filler(random);
  const entries = Object.entries(tree);
  while (entries.length > 0) {
    const [[key, value]] = entries.splice(random.below(entries.length), 1) as [[string, Plain]];
    text += printKey(random, key) + printValue(random, value);
    if (entries.length > 0) text += entryEnd(random, text) + filler(random);
  }
  return text;
}

/** What separates an entry from the next; the end of a block of text is a line of its own. */
function entryEnd(random: Prng, before: string): string {
  if (before.endsWith("\n)")) return "\n";
  return random.pick(["\n", ",", ";", ", ", "\r\n", " ,", " # comment, {\n", " // x\n", "\n\n"]);
}

function filler(random: Prng): string {
  return random.pick(["", "", " ", "\n", "\t", "\n# c: {\n", " // 'c\r\n "]);
}

function space(random: Prng): string {
  return random.pick(["", "", " ", "\t "]);
}

function printKey(random: Prng, key: string): string {
  const separator = random.pick([": ", ":", " = ", "=", " ", "\t:"]);
  if (BARE.test(key) && random.chance(2)) return key + separator;
  const quote = key.includes('"') || (random.chance(2) && !key.includes("'")) ? "'" : '"';
  return quote + key + quote + (random.chance(4) ? "" : separator);
}

function printValue(random: Prng, value: Plain): string {
  if (typeof value === "string") return printString(random, value);
  if (typeof value === "boolean") return printBoolean(random, value);
  if (typeof value === "bigint") return printInteger(random, value);
  // Exact, for the values are multiples of 2 to the power of -20; there is no exponent.
  if (typeof value === "number") return value.toFixed(20);
  if (value instanceof Date) return value.toISOString().replace(".000Z", "Z");
  if (Array.isArray(value)) return printArray(random, value);
  return printMap(random, value as PlainMap);
}

function printMap(random: Prng, tree: PlainMap): string {
  const text = printEntries(random, tree);
  const isEnded = Object.keys(tree).length > 0 && (random.chance(2) || text.endsWith("\n)"));
  return `{${text}${isEnded ? entryEnd(random, text) : ""}}`;
}

function printArray(random: Prng, items: readonly Plain[]): string {
  let text = `[${filler(random)}`;
  items.forEach((item, index) => {
    text += printValue(random, item);
    const isLast = index === items.length - 1;
    if (text.endsWith("\n)")) text += "\n";
    // Right behind a number the closing bracket would become text.
    else if (isLast) text += random.pick([" ", "\n", ",", " ,", " # ]\n"]);
    else text += random.pick([",", ", ", "\n", " ,", "\r\n", " // ]\n"]);
    text += filler(random);
  });
  return `${text}]`;
}

function printBoolean(random: Prng, value: boolean): string {
  const word = random.pick(value ? ["true", "yes", "on"] : ["false", "no", "off"]);
  return random.chance(3) ? word.toUpperCase() : word;
}

function printInteger(random: Prng, value: bigint): string {
  if (value !== 0n && value % 1024n ** 3n === 0n && random.chance(2))
    return `${value / 1024n ** 3n}${random.pick(["gb", "GiB", "Gi"])}`;
  return String(value);
}

function printString(random: Prng, text: string): string {
  if (BARE.test(text) && random.chance(2)) return text;
  if (text.endsWith("\n") && random.chance(2)) return `(${text})`;
  if (!text.includes("'") && random.chance(2)) return `'${text}'`;
  const escaped = text.replace(/["\\]/g, "\\$&");
  if (random.chance(2)) return `"${escaped}"`;
  return `"${escaped
    .replaceAll("\n", "\\n")
    .replaceAll("\t", "\\t")
    .replace(/[^ -~]/gu, hex)}"`;
}

/** A character's bytes as escapes. */
function hex(char: string): string {
  return Buffer.from(char)
    .toString("hex")
    .replace(/../g, (digits) => `\\x${digits}`);
}
