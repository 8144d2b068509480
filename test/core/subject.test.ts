import { describe, expect, test } from "bun:test";
import {
  countTokens,
  hasWildcard,
  isValidLiteralSubject,
  isValidSubject,
  matchesPattern,
  tokenEnd,
} from "../../src/core/subject.ts";
import { matchesNaively } from "../support/naive-matcher.ts";
import { withSeed } from "../support/prng.ts";

/** Calls a function with a subject that stands amid other bytes, dots and wildcards among them. */
function within<T>(subject: string, call: (buf: Uint8Array, start: number, end: number) => T): T[] {
  return [
    ["", ""],
    ["x.", ".y"],
    [">", "*"],
    ["*.", ".>"],
  ].map(([before, after]) => {
    const prefix = Buffer.from(before!);
    const bytes = Buffer.from(subject);
    const buf = Buffer.concat([prefix, bytes, Buffer.from(after!)]);
    return call(buf, prefix.length, prefix.length + bytes.length);
  });
}

function expectWithin(
  subject: string,
  call: (buf: Uint8Array, start: number, end: number) => unknown,
  expected: unknown,
): void {
  expect({ subject, results: within(subject, call) }).toEqual({
    subject,
    results: [expected, expected, expected, expected],
  });
}

const LITERALS = [
  "a",
  "foo",
  "foo.bar",
  "a.b.c.d",
  "f*",
  "*f",
  "f>",
  ">f",
  "**",
  ">>",
  "*>",
  "a.b*.c",
];
const ODD_LITERALS = ["\u00e9.\u{1f600}", "\0", " ", "a b", "_INBOX.x", "$SYS.>x", "a\r"];
const WILDCARDS = ["*", ">", "*.*", "foo.*", "*.foo", "foo.*.bar", "foo.>", "*.>", "a.*.c.>"];
const REST_NOT_LAST = [">.a", "a.>.b", ">.>", ">.*"];
const EMPTY_TOKENS = ["", ".", "..", ".a", "a.", "a..b", "a...b", ".*", ">.", "*..>", "a.b."];

describe("a subject may be subscribed to", () => {
  test("when it has no empty token and `>` only at its end", () => {
    for (const subject of [...LITERALS, ...ODD_LITERALS, ...WILDCARDS]) {
      expectWithin(subject, isValidSubject, true);
    }
    for (const subject of [...REST_NOT_LAST, ...EMPTY_TOKENS]) {
      expectWithin(subject, isValidSubject, false);
    }
  });
});

describe("a pedantic client may publish to a subject", () => {
  test("when it is valid and has no wildcard token", () => {
    for (const subject of [...LITERALS, ...ODD_LITERALS]) {
      expectWithin(subject, isValidLiteralSubject, true);
    }
    for (const subject of [...WILDCARDS, ...REST_NOT_LAST, ...EMPTY_TOKENS]) {
      expectWithin(subject, isValidLiteralSubject, false);
    }
  });
});

describe("tokens", () => {
  test("are wildcards only when they stand alone", () => {
    for (const subject of [...WILDCARDS, ...REST_NOT_LAST, ".*", "a..>"]) {
      expectWithin(subject, hasWildcard, true);
    }
    for (const subject of [...LITERALS, ...ODD_LITERALS, "", ".", "a..b"]) {
      expectWithin(subject, hasWildcard, false);
    }
  });

  test("are counted by the dots between them", () => {
    const counts = { a: 1, "a.b": 2, "a.b.c": 3, "*.>": 2, "": 1, ".": 2, "a..b": 3 };
    for (const [subject, count] of Object.entries(counts)) {
      expectWithin(subject, countTokens, count);
    }
  });

  test("end at the next dot or at the end of the range", () => {
    const buf = Buffer.from("foo.bar.baz");
    expect([0, 2, 3, 4, 8].map((start) => tokenEnd(buf, start, 10))).toEqual([3, 3, 3, 7, 10]);
    expect(tokenEnd(buf, 4, 4)).toBe(4);
  });
});

describe("a pattern matches a subject", () => {
  const matches = (pattern: string, subject: string): boolean[] =>
    within(subject, (buf, start, end) => matchesPattern(buf, start, end, Buffer.from(pattern)));

  const MATCHING = [
    ["a", "a"],
    ["a.b.c", "a.b.c"],
    ["*", "a"],
    ["*", "*"],
    ["*", ">"],
    ["*.b", "a.b"],
    ["a.*", "a.*"],
    ["a.*", "a.>"],
    ["a.*.c", "a.b.c"],
    [">", "a"],
    [">", "a.b.c"],
    ["a.>", "a.b"],
    ["a.>", "a.b.c"],
    ["*.>", "a.b.c"],
    ["a*", "a*"],
    [">.a", ">.a"],
  ] as const;

  const DIFFERENT = [
    ["a", "b"],
    ["a", "aa"],
    ["aa", "a"],
    ["a", "a.b"],
    ["a.b", "a"],
    ["*", "a.b"],
    ["*.*", "a"],
    ["*.*", "a.b.c"],
    ["a.>", "a"],
    ["a.>", "b.c"],
    ["*.>", "a"],
    ["a.*.c", "a.b.d"],
    ["a*", "ab"],
    [">b", "ab"],
    [">.a", "x.a"],
  ] as const;

  test("token by token", () => {
    for (const [pattern, subject] of MATCHING) {
      expect([pattern, subject, ...matches(pattern, subject)]).not.toContain(false);
    }
    for (const [pattern, subject] of DIFFERENT) {
      expect([pattern, subject, ...matches(pattern, subject)]).not.toContain(true);
    }
  });

  test("exactly when the naive matcher says so", () =>
    withSeed((random) => {
      const tokens = ["a", "b", "ab", "*", ">"];
      const draw = (): string[] =>
        Array.from({ length: random.between(1, 5) }, () => random.pick(tokens));
      let count = 0;
      for (let round = 0; round < 20_000; round++) {
        const pattern = draw();
        // `>` anywhere else is refused before it becomes a pattern.
        if (pattern.slice(0, -1).includes(">")) continue;
        const subject = random.chance(2)
          ? draw()
          : pattern.map((token) => (token === "*" ? random.pick(tokens) : token));
        const expected = matchesNaively(pattern, subject);
        if (expected) count++;
        const pair = [pattern.join("."), subject.join(".")] as const;
        expect([...pair, matches(...pair)[1]]).toEqual([...pair, expected]);
      }
      expect(count).toBeGreaterThan(1000);
    }));
});
