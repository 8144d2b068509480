/** The sublist must answer at every moment what the naive matcher answers. */

import { describe, expect, test } from "bun:test";
import { type Prng, withSeed } from "../support/prng.ts";
import { MatcherPair } from "./matcher-pair.ts";

/** 36 bytes: one more than a node holds in place. */
const LONG = "a-token-that-does-not-fit-in-a-node.";
const LONG_TOKEN = LONG.replace(".", "x");
const FITTING_TOKEN = LONG_TOKEN.slice(1);
const OTHER_LONG_TOKEN = `${LONG_TOKEN.slice(0, -1)}y`;

interface Shape {
  tokens: readonly string[];
  queues: readonly string[];
  depthMax: number;
  subscriptionsMax: number;
}

const SHAPES: Readonly<Record<string, Shape>> = {
  "few tokens, many collisions": {
    tokens: ["a", "b"],
    queues: ["", "", "q"],
    depthMax: 4,
    subscriptionsMax: 60,
  },
  "long tokens and wildcards as parts of tokens": {
    tokens: ["a", "a*", ">b", "**", LONG_TOKEN, FITTING_TOKEN, OTHER_LONG_TOKEN],
    queues: ["", "workers"],
    depthMax: 3,
    subscriptionsMax: 120,
  },
  "many queue groups": {
    tokens: ["a", "b", "c"],
    queues: ["", "q1", "q2", "q3", "*", "a..b", "q".repeat(300)],
    depthMax: 3,
    subscriptionsMax: 200,
  },
  "deep subjects": {
    tokens: ["x", "y"],
    queues: ["", "q"],
    depthMax: 40,
    subscriptionsMax: 80,
  },
};

function randomSubject(random: Prng, { tokens, depthMax }: Shape): string {
  return Array.from({ length: random.between(1, depthMax) }, () => random.pick(tokens)).join(".");
}

/** A subject to subscribe to; often the pattern of a known one, so that something matches. */
function randomPattern(random: Prng, shape: Shape, known: readonly string[]): string {
  const base = random.chance(2) ? random.pick(known) : randomSubject(random, shape);
  const tokens = base.split(".").map((token) => (random.chance(4) ? "*" : token));
  if (!random.chance(4)) return tokens.join(".");
  return [...tokens.slice(0, random.below(tokens.length)), ">"].join(".");
}

/** A subject to publish to; now and then one that no client should use. */
function randomPublish(random: Prng, shape: Shape): string {
  const subject = randomSubject(random, shape);
  if (!random.chance(8)) return subject;
  return random.pick([
    `${subject}.*`,
    `${subject}.>`,
    `*.${subject}`,
    `${subject}.`,
    `.${subject}`,
  ]);
}

function expectSame(pair: MatcherPair, subject: string): void {
  const { actual, expected } = pair.answers(subject);
  expect(actual).toBe(expected);
}

describe("under churn the sublist matches what the naive matcher matches", () => {
  for (const [name, shape] of Object.entries(SHAPES)) {
    test(`with ${name}`, () =>
      withSeed((random) => {
        const pair = new MatcherPair();
        const hot = Array.from({ length: 12 }, () => randomPublish(random, shape));
        for (let step = 0; step < 2500; step++) {
          const mayGrow = pair.naive.count < shape.subscriptionsMax && random.below(10) < 6;
          if (mayGrow || pair.naive.count === 0) {
            pair.insert(randomPattern(random, shape, hot), random.pick(shape.queues));
          } else {
            pair.remove(random.pick(pair.naive.ids));
          }
          // Bursts without a match in between outrun the log of wildcard changes.
          if (step % 500 < 150) continue;
          // Twice in a row is what admits a subject to the cache; the third is answered from it.
          const subject = random.pick(hot);
          for (let again = random.below(3); again >= 0; again--) expectSame(pair, subject);
          expectSame(pair, randomPublish(random, shape));
        }
        for (const subject of hot) expectSame(pair, subject);
        expect(pair.sublist.stats.cacheHits).toBeGreaterThan(100);
      }));
  }
});

describe("when everything is removed nothing is left", () => {
  for (const [name, shape] of Object.entries(SHAPES)) {
    test(`with ${name}`, () =>
      withSeed((random) => {
        const pair = new MatcherPair();
        for (let round = 0; round < 3; round++) {
          for (let i = 0; i < 300; i++) {
            const subject = randomSubject(random, shape);
            pair.insert(randomPattern(random, shape, [subject]), random.pick(shape.queues));
            if (i % 10 === 0) expect(pair.sublist.stats.nodes).toBe(pair.naive.countNodes());
          }
          while (pair.naive.count > 0) {
            pair.remove(random.pick(pair.naive.ids));
            if (random.chance(10)) expect(pair.sublist.stats.nodes).toBe(pair.naive.countNodes());
          }
          expect(pair.sublist.stats).toMatchObject({ subscriptions: 0, nodes: 0 });
          expect(pair.subs.pool.count).toBe(0);
          expect(pair.owner).toEqual({ slot: 1, firstSub: 0, subCount: 0 });
        }
      }));
  }
});

test("the numbers for monitoring follow what happens", () => {
  const pair = new MatcherPair();
  const ids = ["a.b", "a.*", "a.>", "c"].map((subject) => pair.insert(subject));
  pair.remove(ids[3]!);
  for (let i = 0; i < 5; i++) pair.match("a.b");
  pair.match("unknown");
  expect(pair.sublist.stats).toEqual({
    subscriptions: 3,
    nodes: 4,
    inserts: 4,
    removes: 1,
    matches: 6,
    cacheEntries: 1,
    // The first two miss, the second of them is kept.
    cacheHits: 3,
  });
});

test("a subscription's subject can be read back", () => {
  const pair = new MatcherPair();
  const deep = Array.from({ length: 300 }, (_, i) => `token${i}`).join(".");
  const subjects = [
    "a",
    "*",
    ">",
    "a.*.>",
    LONG_TOKEN,
    `${LONG_TOKEN}.${LONG_TOKEN}.>`,
    deep,
    "a*",
  ];
  for (const subject of subjects) {
    expect(pair.sublist.subjectOf(pair.insert(subject)).toString()).toBe(subject);
  }
});

test("a subject of thousands of tokens is matched by every kind of pattern", () => {
  const pair = new MatcherPair();
  const tokens = new Array<string>(2000).fill("t");
  pair.insert(tokens.join("."));
  pair.insert(tokens.map(() => "*").join("."));
  pair.insert([...tokens.slice(1), ">"].join("."));
  pair.insert(tokens.slice(1).join("."));
  expectSame(pair, tokens.join("."));
  expect(pair.match(tokens.join(".")).plainCount).toBe(3);
});

test("wildcards in a published subject are plain tokens, empty tokens match nobody", () => {
  const pair = new MatcherPair();
  for (const subject of [">", "*", "a.*", "a.>", "*.b", "a.b"]) pair.insert(subject);
  for (const subject of ["a.*", "a.>", "*", ">", "a", "a.b", "*.b", "a..b", ".a", "a.", ".", ""]) {
    for (let again = 0; again < 3; again++) expectSame(pair, subject);
  }
});

test("subjects of any bytes are kept apart", () => {
  const pair = new MatcherPair();
  const subjects = ["\0", "\0\0", "\u00e9.\u{1f600}", "a\r", "a b", "a\u2024b"];
  for (const subject of subjects) pair.insert(subject);
  for (const subject of subjects) {
    expectSame(pair, subject);
    expect(pair.match(subject).plainCount).toBe(1);
  }
});

test("members of one queue group meet across patterns, those of another name do not", () => {
  const pair = new MatcherPair();
  for (const subject of ["a.b", "a.*", ">", "*.b", "a.b"]) pair.insert(subject, "g");
  pair.insert("a.b", "h");
  const result = pair.match("a.b");
  expect([result.groupCount, result.idCount, result.plainCount]).toEqual([2, 6, 0]);
  expectSame(pair, "a.b");
});
