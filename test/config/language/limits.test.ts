/** Configurations that would make a simple reader crash, hang or fill the memory. */

import { describe, expect, test } from "bun:test";
import { DigestWriter } from "../../../src/config/language/digest.ts";
import { headlinesOf, parse } from "./trees.ts";

const SOON_MS = 5_000;

function nested(levels: number, open: string, close: string): string {
  return `a: ${open.repeat(levels)}x${close.repeat(levels)}\n`;
}

describe("nesting", () => {
  test("costs no stack", () => {
    for (const [open, close] of [
      ["[", "]"],
      ["{a:", "}"],
    ] as const) {
      const { root, problems } = parse(nested(90_000, open, close));
      expect(problems).toEqual([]);
      const writer = new DigestWriter(root);
      while (writer.run(1000));
      expect(writer.depth).toBe(90_001);
    }
    expect(parse(`${"{".repeat(200_000)}a: 1${"}".repeat(200_000)}`).problems).toEqual([]);
  });

  test("without end is refused", () => {
    for (const [open, close] of [
      ["[", "]"],
      ["{a:", "}"],
    ] as const) {
      expect(headlinesOf(nested(1_000_000, open, close))).toEqual([
        "json: error calling MarshalJSON for type *conf.token: exceeded max depth",
      ]);
    }
  });

  test("that is not closed is one problem", () => {
    expect(headlinesOf(`a: ${"[".repeat(50_000)}`)).toHaveLength(1);
    expect(headlinesOf(`a: ${"{a:".repeat(50_000)}`)).toHaveLength(1);
    expect(headlinesOf("{".repeat(50_000))).toEqual([]);
  });
});

describe("time", () => {
  test.each([
    ["faults", "a: 1 x\n".repeat(200_000)],
    ["one long line of faults", `a [${" b c".repeat(300_000)}]`],
    ["arrays that numbers keep open", "a: [1]\n".repeat(200_000)],
    ["faults in arrays that numbers keep open", "a [\nx [1]\n, \n".repeat(100_000)],
    ["quotes that are not closed", "a: x 'b\n".repeat(200_000)],
    ["escapes", `a: "${"\\q\\x4\n".repeat(200_000)}"`],
    ["a block that does not end", `a: (${"\n )".repeat(500_000)}`],
    ["undefined variables", "a: $x\n".repeat(200_000)],
    ["references to a large value", `a [${"x,".repeat(100_000)}]\n${"b: $a\n".repeat(1000)}`],
    ["unclosed maps", "a { b: 1 ]\n".repeat(20_000)],
  ])("does not run away on %s", (_name, text) => {
    const start = performance.now();
    parse(text);
    expect(performance.now() - start).toBeLessThan(SOON_MS);
  });
});
