/** Long lists of rules, and what is remembered of their answers. */

import { describe, expect, test } from "bun:test";
import { hashBytes } from "../../src/bytes/hash.ts";
import { RuleTree } from "../../src/core/permissions/rule-tree.ts";
import { UNKNOWN, VERDICTS_MAX, VerdictCache } from "../../src/core/permissions/verdict-cache.ts";
import { withSeed } from "../support/prng.ts";

describe("a long list of rules", () => {
  const rules = Array.from({ length: 10_000 }, (_, i) => `tenant.${i}.${i % 3 === 0 ? ">" : "*"}`);
  const tree = new RuleTree("publish allow", rules);
  const find = (subject: string): number => {
    const buf = Buffer.from(subject);
    tree.match(buf, 0, buf.length, "", true);
    return tree.plain;
  };

  test("is answered by each rule of it", () => {
    for (const i of [0, 1, 2, 4999, 9999]) {
      expect(find(`tenant.${i}.x`)).toBe(i + 1);
      expect(find(`tenant.${i}.x.y`)).toBe(i % 3 === 0 ? i + 1 : 0);
    }
    expect([find("tenant.10000.x"), find("tenant"), find("x")]).toEqual([0, 0, 0]);
  });

  test("costs no more than a short one", () => {
    const short = new RuleTree("publish allow", rules.slice(0, 10));
    const subjects = rules.map((rule) => Buffer.from(rule.replace(/[*>]$/, "x")));
    const measure = (asked: RuleTree): number => {
      let best = Number.POSITIVE_INFINITY;
      for (let round = 0; round < 5; round++) {
        const before = performance.now();
        for (const buf of subjects) asked.match(buf, 0, buf.length, "", false);
        best = Math.min(best, performance.now() - before);
      }
      return best;
    };
    const few = measure(short);
    // A scan of the list would take a thousand times as long.
    expect(measure(tree)).toBeLessThan(few * 50);
  });

  test("with many equal and queue rules keeps the first of each", () => {
    const many = Array.from({ length: 5000 }, (_, i) => `foo q${i % 2500}`);
    const queues = new RuleTree("subscribe allow", ["foo", ...many, "foo", "foo *.x", "foo"]);
    const buf = Buffer.from("foo");
    queues.match(buf, 0, 3, "q2499", true);
    expect([queues.plain, queues.queued, queues.namesQueue]).toEqual([1, 2501, true]);
    queues.match(buf, 0, 3, "a.x", true);
    expect(queues.queued).toBe(5003);
    queues.match(buf, 0, 3, "q", true);
    expect(queues.queued).toBe(0);
  });

  test("is not confused by tokens that are deeper, longer or split elsewhere", () => {
    const long = "t".repeat(5000);
    const odd = new RuleTree("publish deny", [`a.${long}`, "ab.c", "a.bc", "*.*.*.x"]);
    const finds = (subject: string): number => {
      const buf = Buffer.from(subject);
      odd.match(buf, 0, buf.length, "", true);
      return odd.plain;
    };
    expect(finds(`a.${long}`)).toBe(1);
    expect(finds(`a.${long}t`)).toBe(0);
    expect([finds("ab.c"), finds("a.bc"), finds("abc"), finds("a.b.c")]).toEqual([2, 3, 0, 0]);
    expect(finds("a.bc.d.x")).toBe(4);
    expect(finds("a.".repeat(2000).concat("x"))).toBe(0);
  });
});

/** Two texts of one length with the same hash; the hash is another in each process. */
function collidingTexts(): [string, string] {
  const seen = new Map<number, string>();
  for (let i = 1_000_000; ; i++) {
    const text = String(i);
    const buf = Buffer.from(text);
    const hash = hashBytes(buf, 0, buf.length);
    const known = seen.get(hash);
    if (known !== undefined && known.length === text.length) return [known, text];
    seen.set(hash, text);
  }
}

test("a token is told from another one with the same hash", () => {
  const [a, b] = collidingTexts();
  const matches = (rules: string[], subject: string): number => {
    const buf = Buffer.from(subject);
    const tree = new RuleTree("publish allow", rules);
    tree.match(buf, 0, buf.length, "", true);
    return tree.plain;
  };
  expect([matches([`x.${a}`], `x.${b}`), matches([`x.${a}`, `x.${b}`], `x.${b}`)]).toEqual([0, 2]);
});

describe("the cache of verdicts", () => {
  const ask = (cache: VerdictCache, subject: string, verdict: (text: string) => number): number => {
    const buf = Buffer.from(`  ${subject} `);
    const hash = hashBytes(buf, 2, buf.length - 1);
    const known = cache.find(buf, 2, buf.length - 1, hash);
    if (known === UNKNOWN) cache.keep(buf, 2, buf.length - 1, hash, verdict(subject));
    return known;
  };

  test("gives back what was kept, and nothing for other subjects of the same hash", () => {
    const cache = new VerdictCache();
    const [a, b] = [Buffer.from("foo.a"), Buffer.from("foo.b")];
    cache.keep(a, 0, 5, 77, 1);
    expect(cache.find(a, 0, 5, 77)).toBe(1);
    expect(cache.find(b, 0, 5, 77)).toBe(UNKNOWN);
    expect(cache.find(a, 0, 4, 77)).toBe(UNKNOWN);
    cache.keep(b, 0, 5, 77, 2);
    expect([UNKNOWN, 2]).toContain(cache.find(b, 0, 5, 77));
    expect(cache.find(a, 0, 5, 77)).toBe(1);
  });

  test("stays within its bounds and is never wrong, whatever is asked", () =>
    withSeed((random) => {
      const cache = new VerdictCache();
      const verdict = (text: string): number => 1 + (text.length % 2);
      expect(cache.size).toBe(0);
      let hits = 0;
      for (let i = 0; i < 30_000; i++) {
        const number = random.chance(2) ? random.below(50) : random.below(1_000_000);
        const subject = `${"s".repeat(random.pick([1, 30, 41, 42, 100]))}.${number}`;
        const known = ask(cache, subject, verdict);
        if (known === UNKNOWN) continue;
        hits++;
        expect(known).toBe(verdict(subject));
      }
      expect(cache.size).toBe(VERDICTS_MAX * 64);
      expect(hits).toBeGreaterThan(3000);
    }));

  test("holds the subjects in use against a flood of others", () => {
    const cache = new VerdictCache();
    const hot = Array.from({ length: 20 }, (_, i) => `orders.${i}.created`);
    let missed = 0;
    for (let i = 0; i < 20_000; i++) {
      ask(cache, `_INBOX.abcdef.${i}`, () => 1);
      if (ask(cache, hot[i % hot.length]!, () => 2) === UNKNOWN) missed++;
    }
    expect(missed).toBeLessThan(2000);
  });

  test("is small for few subjects", () => {
    const cache = new VerdictCache();
    for (let i = 0; i < 1000; i++) ask(cache, `orders.${i % 4}`, () => 1);
    expect(cache.size).toBe(1024);
  });
});
