/** What a misspelt name was probably meant to be. */

import { describe, expect, test } from "bun:test";
import type { Section } from "../../src/config/schema/section.ts";
import { didYouMean, editDistance } from "../../src/config/schema/suggest.ts";
import { ROOT } from "../../src/config/sections/root.ts";

const KNOWN = ["port", "host", "max_payload", "max_pending", "ping_interval"];

/** Every block there is, by its path. */
function sections(section: Section<never>, path: string, found: Map<string, Section<never>>) {
  if ([...found.values()].includes(section)) return found;
  found.set(path, section);
  for (const field of section.fields) {
    if (field.section !== undefined) sections(field.section, `${path}.${field.names[0]}`, found);
  }
  return found;
}

describe("a suggestion", () => {
  test.each([
    ["prot", "port"],
    ["por", "port"],
    ["porrt", "port"],
    ["pott", "port"],
    ["PROT", "port"],
    ["hots", "host"],
    ["maxpayload", "max_payload"],
    ["max-payload", "max_payload"],
    ["max_paylod", "max_payload"],
    ["pingInterval", "ping_interval"],
  ])("for %s is %s", (name, meant) => {
    expect(didYouMean(name, KNOWN)).toBe(`did you mean "${meant}"?`);
  });

  test.each(["x", "", "authorization"])("is not made for %j", (name) => {
    expect(didYouMean(name, KNOWN)).toBeUndefined();
  });

  test("is not made for a name that is absurdly long", () => {
    expect(didYouMean("p".repeat(100_000), KNOWN)).toBeUndefined();
  });

  test("is the closest name, and the first of those that are equally close", () => {
    expect(didYouMean("max_pay", ["max_ray_", "max_pay_"])).toBe('did you mean "max_pay_"?');
    expect(didYouMean("max_pay", ["max_day", "max_ray"])).toBe('did you mean "max_day"?');
    expect(didYouMean("max_pay", [])).toBeUndefined();
  });

  test.each([...sections(ROOT as Section<never>, "", new Map())])(
    "is made for each option of the block %j with a letter too much or too little",
    (_, section) => {
      const names = section.fields.flatMap((field) => field.names);
      for (const name of names.filter(({ length }) => length > 3)) {
        for (const typo of [`${name}x`, name.slice(0, -1), name.slice(1)]) {
          if (names.includes(typo)) continue;
          const suggested = /"(.*)"/.exec(didYouMean(typo, names) ?? "")?.[1] ?? "";
          // Another name may be as close.
          expect([typo, names.includes(suggested)]).toEqual([typo, true]);
          expect(editDistance(typo, suggested)).toBe(1);
        }
      }
    },
  );
});

test.each([
  ["", "", 0],
  ["a", "", 1],
  ["", "abc", 3],
  ["abc", "abc", 0],
  ["abc", "acb", 1],
  ["abc", "axc", 1],
  ["abcd", "badc", 2],
  ["kitten", "sitting", 3],
])("the distance of %j and %j is %d", (from, to, distance) => {
  expect(editDistance(from, to)).toBe(distance);
  expect(editDistance(to, from)).toBe(distance);
});
