/** What nats-server accepts means the same here. */

import { describe, expect, test } from "bun:test";
import { FILES, STRINGS, STRUCTURE, VALUES } from "./accepted.ts";
import { treeOf } from "./trees.ts";

for (const [name, cases] of Object.entries({ STRUCTURE, VALUES, STRINGS })) {
  describe(`${name.toLowerCase()} in a map`, () => {
    for (const [text, tree] of cases) {
      test(JSON.stringify(text), () => {
        expect(treeOf(`m {\nx: 0\n${text}\n}\n`)).toEqual({ m: { x: 0n, ...(tree as object) } });
      });
    }
  });
}

describe("a file", () => {
  for (const [text, tree] of FILES) {
    test(JSON.stringify(text), () => {
      expect(treeOf(text)).toEqual(tree);
    });
  }
});
