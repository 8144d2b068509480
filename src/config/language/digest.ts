/**
 * The digest of a configuration: SHA-256 of its tree written as JSON the way Go writes it, which
 * `-t`, the log and the monitoring show. Comments, order and quoting do not change it.
 */

import type { ConfigNode, MapNode } from "./node.ts";

const BUFFER_BYTES = 1 << 16;
/** Longer strings are not written through the buffer. */
const SHORT_LENGTH = 1 << 12;
const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const LINE_FEED = 0x0a;
const OPENERS = { map: 0x7b, array: 0x5b };
const CLOSERS = { map: 0x7d, array: 0x5d };
const SPECIALS = /["\\<>&\u2028\u2029]|[^ -\uffff]/g;
const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};
const SURROGATE = /[\ud800-\udfff]/;
const MILLISECONDS = ".000Z";

/** ASCII that stands for itself in Go's JSON. */
const PLAIN = new Uint8Array(0x80);
for (let code = 0x20; code < 0x80; code++) {
  if (!'"\\<>&'.includes(String.fromCharCode(code))) PLAIN[code] = 1;
}

/** A map or array that is being written. */
interface Level {
  readonly node: ConfigNode & { kind: "map" | "array" };
  /** The names in a map, in order. */
  readonly keys: readonly string[];
  next: number;
}

/** Writes a tree in steps. */
export class DigestWriter {
  /** How many maps and arrays stand in one another at most, the root included. */
  depth = 0;
  readonly #hasher = new Bun.CryptoHasher("sha256");
  readonly #levels: Level[] = [];
  readonly #buffer = new Uint8Array(BUFFER_BYTES);
  #used = 0;

  constructor(root: MapNode) {
    this.#open(root);
  }

  /** Writes about so many values more; false when all are written. */
  run(values: number): boolean {
    for (let i = 0; i < values; i++) {
      const level = this.#levels.at(-1);
      if (level === undefined) return false;
      this.#step(level);
    }
    return true;
  }

  /** `sha256:` and the hash in hexadecimal; only once, when everything is written. */
  finish(): string {
    this.#byte(LINE_FEED);
    this.#flush();
    return `sha256:${this.#hasher.digest("hex")}`;
  }

  /** Writes the next value in a map or array, or its end. */
  #step(level: Level): void {
    const { node, keys } = level;
    const at = level.next++;
    if (at === (node.kind === "map" ? keys.length : node.value.length)) {
      this.#byte(CLOSERS[node.kind]);
      this.#levels.pop();
      return;
    }
    if (at > 0) this.#byte(COMMA);
    if (node.kind === "array") {
      this.#value(node.value[at]!);
      return;
    }
    const key = keys[at]!;
    this.#string(key);
    this.#byte(COLON);
    this.#value(node.value.get(key)!);
  }

  #value(node: ConfigNode): void {
    switch (node.kind) {
      case "string":
        this.#string(node.value);
        break;
      case "integer":
      case "boolean":
        this.#ascii(String(node.value));
        break;
      case "float":
        this.#ascii(Object.is(node.value, -0) ? "-0" : String(node.value));
        break;
      case "date":
        this.#string(node.value.toISOString().replace(MILLISECONDS, "Z"));
        break;
      default:
        this.#open(node);
    }
  }

  #open(node: Level["node"]): void {
    this.#byte(OPENERS[node.kind]);
    this.#levels.push({ node, keys: node.kind === "map" ? sortedKeys(node) : [], next: 0 });
    this.depth = Math.max(this.depth, this.#levels.length);
  }

  /** In quotes. */
  #string(text: string): void {
    const { length } = text;
    if (length >= SHORT_LENGTH) {
      this.#long(text);
      return;
    }
    this.#makeRoom(length + 2);
    const buffer = this.#buffer;
    let used = this.#used;
    buffer[used++] = QUOTE;
    for (let i = 0; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code >= 0x80 || PLAIN[code] === 0) {
        this.#long(text);
        return;
      }
      buffer[used++] = code;
    }
    buffer[used++] = QUOTE;
    this.#used = used;
  }

  /** The same for a string that is long or has characters that need care. */
  #long(text: string): void {
    this.#flush();
    this.#hasher.update(quoteJson(text));
  }

  /** As it is, when it is short. */
  #ascii(text: string): void {
    this.#makeRoom(text.length);
    for (let i = 0; i < text.length; i++) this.#buffer[this.#used++] = text.charCodeAt(i);
  }

  #makeRoom(bytes: number): void {
    if (this.#used + bytes > BUFFER_BYTES) this.#flush();
  }

  #byte(byte: number): void {
    this.#makeRoom(1);
    this.#buffer[this.#used++] = byte;
  }

  #flush(): void {
    if (this.#used > 0) this.#hasher.update(this.#buffer.subarray(0, this.#used));
    this.#used = 0;
  }
}

/** In order of their UTF-8 bytes, which only surrogates keep from being that of their characters. */
function sortedKeys(node: MapNode): string[] {
  const keys = [...node.value.keys()];
  return keys.some((key) => SURROGATE.test(key)) ? keys.sort(compareUtf8) : keys.sort();
}

function quoteJson(text: string): string {
  return `"${text.replace(SPECIALS, escapeJson)}"`;
}

function escapeJson(char: string): string {
  const short = SHORT_ESCAPES[char];
  return short ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function compareUtf8(a: string, b: string): number {
  for (let i = 0; ; i++) {
    if (i === a.length || i === b.length) return a.length - b.length;
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left === right) continue;
    const areSurrogates = isSurrogate(left) === isSurrogate(right);
    return areSurrogates ? left - right : isSurrogate(left) ? 1 : -1;
  }
}

function isSurrogate(unit: number): boolean {
  return (unit & 0xf800) === 0xd800;
}
