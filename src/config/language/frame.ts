/** One file, or the value of one environment variable, in the course of being parsed. */

import { TOO_DEEP } from "./depth.ts";
import {
  ARRAY_END,
  ARRAY_START,
  BOOLEAN,
  DATE,
  END,
  FAULT,
  type Fault,
  FLOAT,
  INCLUDE,
  INTEGER,
  KEY,
  MAP_END,
  MAP_START,
  NOTHING,
  STRING,
  STRING_WITH_BRACKET,
  VARIABLE,
} from "./items.ts";
import type { ConfigNode } from "./node.ts";
import type { Notes } from "./notes.ts";
import { type Mark, RecoveringLexer } from "./recovering-lexer.ts";
import { HINT_BRACKET } from "./scalar-lexer.ts";
import { readDate, readFloat, readInteger } from "./scalars.ts";
import type { Source } from "./source.ts";

const TRUE = /^(?:true|yes|on)$/i;

/** So deep the text is followed. nats-server takes minutes for that, and refuses it. */
const NESTING_MAX = 100_000;

type Kind = ConfigNode["kind"];
type Value = ConfigNode["value"];
type Container = ConfigNode[] | Map<string, ConfigNode>;

/** What is wrong in a frame's text, and where. */
export interface Mistake {
  readonly text: string;
  readonly offset: number;
  readonly hint?: string | undefined;
  /** There is no sense in reading on. */
  readonly isFinal?: boolean;
}

/** An array whose end seems to have become part of a number's text. */
interface Suspect {
  readonly mark: Mark;
  readonly containers: number;
  readonly keys: number;
  readonly items: number;
}

/** All nodes have one shape, whatever they hold. */
class Node {
  readonly kind: Kind;
  readonly value: Value;
  readonly source: Source;
  readonly offset: number;
  used = false;

  constructor(kind: Kind, value: Value, source: Source, offset: number) {
    this.kind = kind;
    this.value = value;
    this.source = source;
    this.offset = offset;
  }
}

export class Frame {
  readonly source: Source;
  readonly root = new Map<string, ConfigNode>();
  /** What is wrong; whoever reads it empties it. */
  readonly mistakes: Mistake[] = [];
  readonly #notes: Notes;
  readonly #lexer: RecoveringLexer;
  readonly #containers: Container[] = [this.root];
  #container: Container = this.root;
  /** Keys whose values are still to come, and where they stand. */
  readonly #keys: string[] = [];
  readonly #keyOffsets: number[] = [];
  readonly #suspects: Suspect[] = [];
  /** The last item was a key. */
  #hasBareKey = false;

  constructor(source: Source, notes: Notes) {
    this.source = source;
    this.#notes = notes;
    this.#lexer = new RecoveringLexer(source.bytes);
  }

  /** Text of the last item: the name of a variable or the path of a file. */
  get value(): string {
    return this.#lexer.value;
  }

  /** How far the text has been read. */
  get reached(): number {
    return this.#lexer.reached;
  }

  get offset(): number {
    return this.#lexer.offset;
  }

  /** Where the value at the last item is said to be: at its key, or in an array where it is. */
  get valueOffset(): number {
    const ofKey = Array.isArray(this.#container) ? undefined : this.#keyOffsets.at(-1);
    return ofKey ?? this.offset;
  }

  /** Reads the text as the value of a key. */
  startWithValue(key: string): void {
    this.#lexer.startWithValue();
    this.#pushKey(key, 0);
  }

  /**
   * Takes items until one needs more than this text, something is wrong, or `limit` were taken.
   * @returns END, VARIABLE, INCLUDE, FAULT or NOTHING.
   */
  read(limit: number): number {
    const lexer = this.#lexer;
    for (let i = 0; i < limit; i++) {
      const item = lexer.next();
      if (lexer.fault !== null) return this.#refuse(lexer.fault, item);
      if (item === KEY) this.#pushKey(lexer.value, lexer.offset);
      else if (item === END || item === VARIABLE || item === INCLUDE) return item;
      else {
        this.#take(item);
        if (this.mistakes.length > 0) return FAULT;
      }
    }
    return NOTHING;
  }

  /**
   * Puts a value under the last key, or into the array that is open.
   * @returns undefined when there is no key for it.
   */
  set(kind: Kind, value: Value, offset: number): ConfigNode | undefined {
    this.#hasBareKey = false;
    const container = this.#container;
    if (Array.isArray(container)) {
      const item = new Node(kind, value, this.source, offset) as ConfigNode;
      container.push(item);
      return item;
    }
    const key = this.#keys.pop();
    const at = this.#keyOffsets.pop();
    if (key === undefined || at === undefined) return undefined;
    const node = new Node(kind, value, this.source, at) as ConfigNode;
    const earlier = container.get(key);
    if (earlier !== undefined) this.#notes.replace(key, earlier, node);
    container.set(key, node);
    return node;
  }

  /** Leaves out the value that should stand here. */
  skipValue(): void {
    this.#hasBareKey = false;
    if (Array.isArray(this.#container)) return;
    this.#keys.pop();
    this.#keyOffsets.pop();
  }

  /** Puts the keys of an included file into the map that is open. */
  merge(entries: ReadonlyMap<string, ConfigNode>): void {
    this.#hasBareKey = false;
    const container = this.#container;
    if (Array.isArray(container)) return;
    for (const [key, node] of entries) container.set(key, node);
  }

  /** The value of a key that was read already, in the maps around from the inside out. */
  find(name: string): ConfigNode | undefined {
    for (let i = this.#containers.length - 1; i >= 0; i--) {
      const container = this.#containers[i]!;
      const node = Array.isArray(container) ? undefined : container.get(name);
      if (node !== undefined) return node;
    }
    return undefined;
  }

  /** The key at the end of the text that has no value; a closing brace may stand there. */
  get keyWithoutValue(): string | undefined {
    const key = this.#hasBareKey ? this.#keys.at(-1) : undefined;
    return key === "}" ? undefined : key;
  }

  #pushKey(key: string, offset: number): void {
    this.#keys.push(key);
    this.#keyOffsets.push(offset);
    this.#hasBareKey = true;
  }

  #take(item: number): void {
    const { value, offset } = this.#lexer;
    switch (item) {
      case STRING_WITH_BRACKET:
        this.#suspect();
        this.set("string", value, offset);
        break;
      case STRING:
        this.set("string", value, offset);
        break;
      case BOOLEAN:
        this.set("boolean", TRUE.test(value), offset);
        break;
      case INTEGER:
        this.#setInteger(value, offset);
        break;
      case FLOAT:
        this.#setOr("float", readFloat(value), offset);
        break;
      case DATE:
        this.#setOr("date", readDate(value), offset);
        break;
      case ARRAY_START:
        this.#open([], offset);
        break;
      case MAP_START:
        this.#open(new Map(), offset);
        break;
      case ARRAY_END:
        this.#close("array", offset);
        break;
      case MAP_END:
        this.#close("map", offset);
        break;
    }
  }

  #setInteger(text: string, offset: number): void {
    const reading = readInteger(text);
    // Its key is left for the next value that has none, as nats-server leaves it.
    if (reading === undefined) this.#hasBareKey = false;
    else this.#setOr("integer", reading, offset);
  }

  #setOr(kind: Kind, reading: { value: Value } | { error: string }, offset: number): void {
    if ("value" in reading) this.set(kind, reading.value, offset);
    else {
      this.mistakes.push({ text: reading.error, offset });
      this.skipValue();
    }
  }

  #open(container: Container, offset: number): void {
    this.#hasBareKey = false;
    this.#containers.push(container);
    this.#container = container;
    if (this.#containers.length > NESTING_MAX)
      this.mistakes.push({ ...TOO_DEEP, offset, isFinal: true });
  }

  #close(kind: "array" | "map", offset: number): void {
    const container = this.#container;
    this.#containers.pop();
    this.#container = this.#containers.at(-1) ?? this.root;
    const last = this.#suspects.at(-1);
    if (last !== undefined && last.containers > this.#containers.length) this.#suspects.pop();
    this.set(kind, container as Value, offset);
  }

  /** Remembers an array that may have been meant to end here. */
  #suspect(): void {
    const items = this.#container;
    if (!Array.isArray(items)) return;
    this.#suspects.push({
      mark: this.#lexer.mark(),
      containers: this.#containers.length,
      keys: this.#keys.length,
      items: items.length,
    });
  }

  #refuse(fault: Fault, item: number): number {
    const lexer = this.#lexer;
    const suspect = item === FAULT ? this.#suspects[0] : undefined;
    this.mistakes.push({
      text: `Parse error on line ${this.source.lineAt(fault.end)}: '${fault.message}'`,
      offset: suspect === undefined ? fault.offset : suspect.mark.bracket,
      hint: suspect === undefined ? fault.hint : HINT_BRACKET,
    });
    lexer.fault = null;
    if (suspect !== undefined) this.#rewind(suspect);
    else if (item !== FAULT) this.#take(item);
    else {
      const closer = lexer.recover();
      if (this.#hasBareKey && !lexer.awaitsValue) this.skipValue();
      if (closer !== NOTHING) this.#take(closer);
    }
    return FAULT;
  }

  /** Goes back to where an array was meant to end, and takes it to end there. */
  #rewind({ mark, containers, keys, items }: Suspect): void {
    this.#lexer.rewind(mark);
    this.#containers.length = containers;
    this.#container = this.#containers.at(-1) ?? this.root;
    if (Array.isArray(this.#container)) this.#container.length = items;
    this.#keys.length = keys;
    this.#keyOffsets.length = keys;
    this.#suspects.length = 0;
    this.#hasBareKey = false;
  }
}
