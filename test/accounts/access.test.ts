/** Which export an import is about, however many there are. */

import { expect, test } from "bun:test";
import { exportFor } from "../../src/accounts/access.ts";
import { emptyDefinition } from "../../src/accounts/definition.ts";
import { Prng } from "../support/prng.ts";
import { exported } from "./tenants.ts";

test("the export of its subject counts, else the first wider one of its kind", () => {
  const prng = new Prng();
  const kinds = ["stream", "service"] as const;
  const subject = (): string => {
    const tokens = Array.from({ length: prng.between(1, 3) }, () =>
      prng.pick(["a", "b", "c", "*"]),
    );
    return [...tokens, ...(prng.below(4) === 0 ? [">"] : [])].join(".");
  };
  for (let round = 0; round < 300; round++) {
    const exports = Array.from({ length: 40 }, () => exported(prng.pick(kinds), subject()));
    const [kind, wanted] = [prng.pick(kinds), subject()];
    // Too few of them to be looked up in another way than one by one.
    const alone = exports.map((each) => ({ ...emptyDefinition("A"), exports: [each] }));
    const found = alone.flatMap((each) => exportFor(each, kind, wanted) ?? []);
    const own = found.find((each) => each.subject === wanted);
    const expected = own ?? found[0] ?? null;
    const account = { ...emptyDefinition("A"), exports };
    expect([prng.seed, exportFor(account, kind, wanted)]).toEqual([prng.seed, expected]);
    expect(exportFor(account, kind, wanted)).toBe(expected);
  }
});
