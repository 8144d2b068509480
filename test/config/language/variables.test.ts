/** References to keys read before, and to the environment. */

import { describe, expect, test } from "bun:test";
import type { ConfigNode, MapNode } from "../../../src/config/language/node.ts";
import { formatPlace } from "../../../src/config/language/source.ts";
import { findPeer } from "../../support/peer.ts";
import { Checks } from "./checks.ts";
import { digest } from "./parse.ts";
import { headlinesOf, type Plain, parse, treeOf } from "./trees.ts";

const ENVIRONMENT: Readonly<Record<string, string>> = {
  NUMBER: "21k",
  FLAG: "yes",
  EMPTY: "",
  WORD: "foo # bar",
  QUOTED: "'a b'",
  LIST: "[a, {b: 1}]",
  BLOCK: "{a: 1, b: $NUMBER, c: $a}",
  LINES: "5\nx: 6",
  OTHER: "$NUMBER",
  HASH: "$2a$10$abc",
  "P-x": "dash",
};

const MEANINGS: readonly (readonly [text: string, tree: Plain])[] = [
  ["a: 1\nb: $a", { a: 1n, b: 1n }],
  ["a: 1\nb {c: $a}", { a: 1n, b: { c: 1n } }],
  ["a: 1\nb {a: 2, c: $a, d [$a]}\ne: $a", { a: 1n, b: { a: 2n, c: 2n, d: [2n] }, e: 1n }],
  ["a: 1\na: $a", { a: 1n }],
  ["a: [1, 2 ]\nb: $a", { a: [1n, 2n], b: [1n, 2n] }],
  ["'a b': 1\na: $P-x", { "a b": 1n, a: "dash" }],
  ["a: $NUMBER, b: $FLAG; c: $EMPTY", { a: 21000n, b: true, c: "" }],
  ["a: $WORD\nb: $QUOTED\nc: $LINES", { a: "foo", b: "a b", c: 5n }],
  ["a: $LIST\nb: [$OTHER]", { a: ["a", { b: 1n }], b: [21000n] }],
  ["a: $BLOCK", { a: { a: 1n, b: 21000n, c: 1n } }],
  ["NUMBER: x\na: $NUMBER", { NUMBER: "x", a: "x" }],
  ["a: $HASH", { a: "$2a$10$abc" }],
];

const CYCLES = { A: "$B", B: "$A", SELF: "[$SELF]", FAR: "{x: $SELF}" };
const BROKEN = { JUNK: "5 6", OPEN: "[1, 2", QUOTE: '{a: "', LOST: "{x: $NOWHERE}", GONE: "5kbi" };

const NEVER = "can not be found";
const FAULTS: readonly (readonly [text: string, headline: string])[] = [
  ["a: $b\nb: 1", `variable reference for 'b' on line 1 ${NEVER}`],
  ["b {c: 1}\na: $c", `variable reference for 'c' on line 2 ${NEVER}`],
  ["a: $number", `variable reference for 'number' on line 1 ${NEVER}`],
  ["a: $GONE", `variable reference for 'GONE' on line 1 ${NEVER}`],
  ["a: $SELF", `${line("SELF")}${line("SELF")}variable reference cycle for 'SELF'`],
  ["a: $A", `${line("A")}${line("B")}${line("A")}variable reference cycle for 'A'`],
  ["a: $FAR", `${line("FAR")}${line("SELF")}${line("SELF")}variable reference cycle for 'SELF'`],
  [
    "a: $JUNK",
    `${line("JUNK")}Parse error on line 1: 'Expected a top-level value to end with a new line, comment or EOF, but got '6' instead.'`,
  ],
  [
    "a: $OPEN",
    `${line("OPEN")}Parse error on line 1: 'Expected an array value terminator "," or an array terminator "]", but got '\0' instead.'`,
  ],
  ["a: $QUOTE", `${line("QUOTE")}config is invalid (:1:8)`],
  ["a: $LOST", `${line("LOST")}variable reference for 'NOWHERE' on line 1 ${NEVER}`],
];

function line(name: string): string {
  return `variable reference for '${name}' on line 1 could not be parsed: `;
}

function child(node: ConfigNode, ...names: string[]): ConfigNode {
  return names.reduce((parent, name) => (parent as MapNode).value.get(name)!, node);
}

describe("a variable", () => {
  for (const [text, tree] of MEANINGS) {
    test(JSON.stringify(text), () => {
      expect(treeOf(text, { environment: ENVIRONMENT })).toEqual(tree);
    });
  }

  for (const [text, headline] of FAULTS) {
    test(`${JSON.stringify(text)} is refused`, () => {
      const environment = { ...CYCLES, ...BROKEN };
      expect(headlinesOf(`${text}\nz: 1 y`, { environment })).toEqual([
        headline,
        expect.stringContaining("but got 'y' instead"),
      ]);
    });
  }

  test("marks the key that it refers to as used", () => {
    const { root } = parse("a: 1\nb: {c: $a}\nd: 2");
    const used = ["a", "b", "d"].map((name) => child(root, name).used);
    expect(used).toEqual([true, false, false]);
  });

  test("stands where its own key does, and what it holds where that was written", () => {
    const { root } = parse("a: {b: 1}\n c: $a\nd: $E", { environment: { E: "{f: 1}" } });
    const place = (...names: string[]): string => formatPlace(child(root, ...names));
    expect(place("c")).toBe("a.conf:2:2");
    expect(place("c", "b")).toBe("a.conf:1:4");
    expect(place("d")).toBe("a.conf:3:1");
    expect(place("d", "f")).toBe("$E:1:1");
  });

  test("cannot multiply a value without end", () => {
    const rows = Array.from({ length: 60 }, (_, i) => `a${i + 1}: [$a${i}, $a${i}]`);
    const [problem, ...others] = headlinesOf(["a0: [x]", ...rows].join("\n"));
    expect(problem).toMatch(
      /^variable reference for 'a\d+' on line \d+ makes the configuration too large$/,
    );
    expect(others).toEqual([]);
  });
});

const peer = findPeer();

describe.skipIf(peer === undefined)("nats-server agrees about variables", () => {
  test("that mean something", async () => {
    await using checks = await Checks.create(peer!, ENVIRONMENT);
    for (const [text] of MEANINGS) {
      const file = `resolver {\ntype: mem\n${text}\n}\n`;
      const { root } = parse(file, { environment: ENVIRONMENT });
      const expected = { kind: "valid", digest: digest(root) };
      expect([text, await checks.check(file)]).toEqual([text, expected as never]);
    }
  }, 30_000);

  test("that do not", async () => {
    await using checks = await Checks.create(peer!, { ...CYCLES, ...BROKEN });
    for (const [text, headline] of FAULTS) {
      const expected = { kind: "unreadable", headline };
      expect([text, await checks.check(text)]).toEqual([text, expected as never]);
    }
  }, 30_000);
});
