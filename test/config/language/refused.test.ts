/** What nats-server refuses is refused here in its words, with the place that they leave out. */

import { describe, expect, test } from "bun:test";
import { REFUSED, REFUSED_OTHERWISE } from "./refused.ts";
import { headlinesOf, parse, placeOf } from "./trees.ts";

describe("a syntax error", () => {
  for (const { text, line, message, at } of REFUSED) {
    test(JSON.stringify(text), () => {
      const [problem] = parse(text).problems;
      expect(headlinesOf(text)[0]).toBe(`Parse error on line ${line}: '${message}'`);
      expect(placeOf(problem!)[0]).toBe(at);
    });
  }
});

describe("another error", () => {
  for (const [text, headline] of REFUSED_OTHERWISE) {
    test(JSON.stringify(text.slice(0, 40)), () => {
      expect(headlinesOf(text)[0]).toBe(headline);
    });
  }
});
