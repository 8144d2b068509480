/** Documents in Go's words, beside a second implementation that takes no short cuts. */

import { describe, expect, test } from "bun:test";
import {
  encodeGo,
  encodeGoInSlices,
  type GoIndent,
  GoMap,
  type GoValue,
} from "../../src/documents/go-document.ts";
import { type Prng, withSeed } from "../support/prng.ts";

const INDENTS: readonly GoIndent[] = ["", "  ", "   "];
const DEPTH = 4;

describe("a document", () => {
  test("is laid out as Go does it", () => {
    const value = {
      a: 1,
      none: undefined,
      list: [],
      map: new GoMap([]),
      empty: {},
      deep: [{ x: [] }],
    };
    expect(encodeGo(value, "").toString()).toBe(
      '{"a":1,"list":[],"map":{},"empty":{},"deep":[{"x":[]}]}',
    );
    expect(encodeGo(value, "   ").toString()).toBe(
      '{\n   "a": 1,\n   "list": [],\n   "map": {},\n   "empty": {},\n   "deep": [\n      {\n' +
        '         "x": []\n      }\n   ]\n}',
    );
    expect(encodeGo({}, "  ").toString()).toBe("{}");
    expect(encodeGo({ none: undefined }, "  ").toString()).toBe("{}");
    expect(encodeGo([null, true, "x"], "  ").toString()).toBe('[\n  null,\n  true,\n  "x"\n]');
  });

  test("has no bare HTML, and no halves of characters", () => {
    const text = '<a> & \u2028\u2029\b\f\n\r\t\v\x01\x7f"\\/é😀\ud800x\udc00\\ud800';
    expect(encodeGo(text, "").toString()).toBe(
      '"\\u003ca\\u003e \\u0026 \\u2028\\u2029\\b\\f\\n\\r\\t\\u000b\\u0001\x7f\\"\\\\/é😀\ufffdx\ufffd\\\\ud800"',
    );
    expect(encodeGo("\\ud800", "").toString()).toBe('"\\\\ud800"');
  });

  test("has numbers of 64 bits, and floats in their shortest form", () => {
    const numbers = [18446744073709551615n, -1n, 0.5, 1e21, 1e-7, 123456789012345680000, 1e-6, 2];
    expect(encodeGo(numbers, "").toString()).toBe(
      "[18446744073709551615,-1,0.5,1e+21,1e-7,123456789012345680000,0.000001,2]",
    );
  });

  test("has maps in the order of their keys' bytes", () => {
    const keys = [
      "b",
      "10",
      "9",
      "B",
      "é",
      "\uffff",
      "😀",
      "",
      "__proto__",
      "toJSON",
      "a/b",
      "a.b",
    ];
    const map = new GoMap(keys.map((key) => [key, 1] as const));
    const sorted = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    const expected = `{${sorted.map((key) => `${JSON.stringify(key)}:1`).join(",")}}`;
    expect(encodeGo(map, "").toString()).toBe(expected);
    const plain = new GoMap([
      ["b", 1],
      ["__proto__", 2],
      ["a", { x: new GoMap([]) }],
    ]);
    expect(encodeGo({ m: plain }, "").toString()).toBe('{"m":{"__proto__":2,"a":{"x":{}},"b":1}}');
  });

  test("is the same as by a second implementation", async () => {
    await withSeed(async (random) => {
      for (let i = 0; i < 2000; i++) {
        const value = randomStruct(random, DEPTH);
        for (const indent of INDENTS) {
          const expected = slow(value, indent, "\n");
          expect(encodeGo(value, indent).toString()).toBe(expected);
          if (i % 20 === 0) {
            expect((await encodeGoInSlices(value, indent)).toString()).toBe(expected);
          }
        }
      }
    });
  });

  test("with long lists is encoded bit by bit", async () => {
    const list = Array.from({ length: 3000 }, (_, i) => ({ subject: `<${i}>`, deep: { i: [i] } }));
    const value = { a: 1, list, none: undefined, short: [1], last: new GoMap([["9", list[0]!]]) };
    for (const indent of INDENTS) {
      let others = 0;
      const timer = setInterval(() => others++, 0);
      const sliced = await encodeGoInSlices(value, indent);
      clearInterval(timer);
      expect(sliced.equals(encodeGo(value, indent))).toBeTrue();
      expect(others).toBeGreaterThan(0);
    }
  });
});

const TEXTS = [
  "",
  "a",
  "<",
  "\u2028",
  "\ud800",
  "é",
  "😀",
  '"',
  "\\",
  "\\ud800",
  "\n",
  "a.b.>",
  "0",
];
const KEYS = ["a", "b", "c<d", "e", "10", "9", "__proto__"];

function randomValue(random: Prng, depth: number): GoValue {
  switch (random.below(depth === 0 ? 5 : 8)) {
    case 0:
      return Array.from({ length: random.below(4) }, () => random.pick(TEXTS)).join("");
    case 1:
      return random.int32();
    case 2:
      return random.chance(3) ? BigInt(random.int32()) ** 2n : random.int32() / 1000;
    case 3:
      return random.chance(2);
    case 4:
      return null;
    case 5:
      return Array.from({ length: random.below(4) }, () => randomValue(random, depth - 1));
    case 6:
      return randomStruct(random, depth - 1);
    default: {
      const keys = new Set(Array.from({ length: random.below(5) }, () => random.pick(KEYS)));
      return new GoMap([...keys].map((key) => [key, randomValue(random, depth - 1)] as const));
    }
  }
}

function randomStruct(random: Prng, depth: number): { [field: string]: GoValue | undefined } {
  const fields = ["x", "y", "z"].slice(0, random.below(4));
  const values = fields.map((name) => {
    return [name, random.chance(5) ? undefined : randomValue(random, depth)] as const;
  });
  return Object.fromEntries(values);
}

/** Character by character. */
function slow(value: GoValue | undefined, indent: string, line: string): string {
  if (value instanceof GoMap) return members(value.entries, indent, line);
  if (Array.isArray(value)) {
    const inner = `${line}${indent}`;
    const items = value.map((item) => slow(item, indent, inner));
    return block("[", "]", items, indent, line);
  }
  if (typeof value === "object" && value !== null) {
    return members(Object.entries(value), indent, line);
  }
  return typeof value === "string" ? quoted(value) : String(value);
}

function members(
  all: readonly (readonly [string, GoValue | undefined])[],
  indent: string,
  line: string,
): string {
  const items = all
    .filter(([, member]) => member !== undefined)
    .map(([name, member]) => {
      const text = slow(member, indent, `${line}${indent}`);
      return `${quoted(name)}:${indent === "" ? "" : " "}${text}`;
    });
  return block("{", "}", items, indent, line);
}

function block(
  open: string,
  close: string,
  items: readonly string[],
  indent: string,
  line: string,
): string {
  if (items.length === 0) return open + close;
  if (indent === "") return open + items.join(",") + close;
  return `${open}${line}${indent}${items.join(`,${line}${indent}`)}${line}${close}`;
}

const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

function quoted(text: string): string {
  let out = '"';
  for (const char of text) {
    const code = char.codePointAt(0)!;
    const isHalf = code >= 0xd800 && code <= 0xdfff;
    const isEscaped = code < 0x20 || "<>&\u2028\u2029".includes(char);
    if (SHORT[char] !== undefined) out += SHORT[char];
    else if (isEscaped) out += `\\u${code.toString(16).padStart(4, "0")}`;
    else out += isHalf ? "\ufffd" : char;
  }
  return `${out}"`;
}
