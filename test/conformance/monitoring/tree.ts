/**
 * JSON as it was written: numbers and texts in their own spelling, members in their order. What is
 * parsed in the usual way has lost the difference between `2` and `2.0`, and the order of keys that
 * are numbers.
 */

export type Tree =
  | { readonly kind: "object"; readonly members: readonly (readonly [string, Tree])[] }
  | { readonly kind: "array"; readonly items: readonly Tree[] }
  | { readonly kind: "text" | "number" | "word"; readonly raw: string };

export type Indent = "" | "  " | "   ";

const TOKEN =
  /\s*([{}[\],:]|"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|true|false|null)\s*/y;

/** @throws Error for what is no JSON. */
export function parseTree(text: string): Tree {
  const parser = new Parser(text);
  const tree = parser.value();
  parser.end();
  return tree;
}

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): Tree {
    const token = this.#next();
    if (token === "{") return { kind: "object", members: this.#list("}", () => this.#member()) };
    if (token === "[") return { kind: "array", items: this.#list("]", () => this.value()) };
    if (token.startsWith('"')) return { kind: "text", raw: token };
    if (/^[a-z]/.test(token)) return { kind: "word", raw: token };
    if (/^[-\d]/.test(token)) return { kind: "number", raw: token };
    throw this.#error();
  }

  end(): void {
    if (this.#at < this.#text.length) throw this.#error();
  }

  #member(): readonly [string, Tree] {
    const name = this.#next();
    if (!name.startsWith('"') || this.#next() !== ":") throw this.#error();
    return [name.slice(1, -1), this.value()];
  }

  #list<T>(close: string, item: () => T): T[] {
    const found: T[] = [];
    if (this.#peek() === close) {
      this.#next();
      return found;
    }
    for (;;) {
      found.push(item());
      const token = this.#next();
      if (token === close) return found;
      if (token !== ",") throw this.#error();
    }
  }

  #peek(): string {
    const at = this.#at;
    const token = this.#next();
    this.#at = at;
    return token;
  }

  #next(): string {
    TOKEN.lastIndex = this.#at;
    const match = TOKEN.exec(this.#text);
    if (match === null) throw this.#error();
    this.#at = TOKEN.lastIndex;
    return match[1]!;
  }

  #error(): Error {
    return new Error(`no JSON from character ${this.#at} on: ${this.#text.slice(0, 200)}`);
  }
}

/** As Go writes it: with a line for each member and item, or without any space. */
export function renderTree(tree: Tree, indent: Indent, outer = ""): string {
  if (tree.kind !== "object" && tree.kind !== "array") return tree.raw;
  const [open, close] = tree.kind === "object" ? "{}" : "[]";
  const inner = outer + indent;
  const parts =
    tree.kind === "array"
      ? tree.items.map((item) => renderTree(item, indent, inner))
      : tree.members.map(([name, member]) => {
          return `"${name}":${indent && " "}${renderTree(member, indent, inner)}`;
        });
  if (parts.length === 0) return `${open}${close}`;
  if (indent === "") return `${open}${parts.join(",")}${close}`;
  return `${open}\n${inner}${parts.join(`,\n${inner}`)}\n${outer}${close}`;
}

/** The member of an object, if it is one and has it. */
export function memberOf(tree: Tree, name: string): Tree | undefined {
  if (tree.kind !== "object") return undefined;
  return tree.members.find(([each]) => each === name)?.[1];
}
