/** Which words of a configuration file give no secret away. */

import { withoutSecretShapes } from "../../protocol/secret-shapes.ts";
import { isKnown, type KeyKind } from "./known-keys.ts";

const NUMBER_LENGTH_MAX = 24;
/** Numbers, sizes, durations and dates, right or wrong. */
const NUMBER = /^[-+]?(?:\d[\d.:TZ-]*[a-zµ%]{0,4}){1,6}$/i;
const BOOLEAN = /^(?:true|false|yes|no|on|off)$/i;
/** What options take a choice of. */
const CHOICE =
  /^(?:enabled?|disabled?|auto|always|never|memory|mem|full|cache|file|none|local|system|owner|accept|s2_\w{2,12}|aes|chacha|chachapoly|singleton|stream|chunked|headers|json|text|standard|websocket|leafnode\w*|mqtt\w*|inprocess|in_process|tls_[a-z0-9_]{8,60}|curvep\d{3}|x25519)$/i;
/** An address, a subject or a path. */
const PLACE = /^[\w.,*>$:/\\~-]{1,120}$/;
/** What names of environment variables look like, and is no bcrypt hash. */
const VARIABLE = /^\$[A-Z_][A-Z0-9_]{0,39}$/;
/** A name of words, as people write them. Secrets have digits and capitals in between. */
const NAME =
  /^(?:\p{Ll}+(?:[_.-]\p{Ll}+)*|\p{Lu}+(?:[_.-]\p{Lu}+)*|\p{Lu}?\p{Ll}+(?:\p{Lu}\p{Ll}+)*)\d{0,2}$/u;
const NAME_LENGTH_MAX = 40;
const SWALLOWED = /\n|\\n|\w\\?["']?\s*[:=](?:\s|\\?["'])/;
const RANDOM_LENGTH_MIN = 8;
/** Quoted as Go does it, without bytes that are no text. */
const RANDOM = [/^(?:[^\\]|\\")*$/, /\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u];

/** @param key what the key says that the value stands under. */
export function isHarmlessValue(value: string, key: KeyKind): boolean {
  if (value === "" || VARIABLE.test(value)) return true;
  if (key === "secret") return false;
  if (isSingle(value) || BOOLEAN.test(value)) return true;
  if (key === "unknown" || withoutSecretShapes(value) !== value) return false;
  return isNumber(value) || CHOICE.test(value) || (key === "place" && PLACE.test(value));
}

/** @param isCertain something behind it makes it a key. */
export function isHarmlessKey(name: string, isCertain: boolean): boolean {
  if (isKnown(name)) return true;
  return isCertain && (isSingle(name) || (name.length <= NAME_LENGTH_MAX && NAME.test(name)));
}

/** A part of a message that was read from a place where nobody knows what is what. */
export function isHarmlessWord(word: string): boolean {
  return word === "" || isSingle(word) || BOOLEAN.test(word) || isKnown(word);
}

/** True for entries, or lines, that a stray quote has made one value, or one key, of. */
export function isSwallowed(text: string): boolean {
  return SWALLOWED.test(text);
}

/** True for what nobody would call an option, and many a password. */
export function isRandom(name: string): boolean {
  return name.length >= RANDOM_LENGTH_MIN && RANDOM.every((each) => each.test(name));
}

function isNumber(value: string): boolean {
  return value.length <= NUMBER_LENGTH_MAX && NUMBER.test(value);
}

/** One character is no secret. */
function isSingle(word: string): boolean {
  return word.length === 1 || (word.length === 2 && word.codePointAt(0)! > 0xffff);
}
