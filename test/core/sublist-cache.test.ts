/** What the cache keeps, what it forgets, and that it is never wrong. */

import { describe, expect, test } from "bun:test";
import { MatcherPair } from "./matcher-pair.ts";

/** Changes of wildcard subscriptions that an entry may have missed and still be checked against. */
const LOG_LENGTH = 64;
/** Ids in all kept results together. */
const IDS_MAX = 1 << 20;

/** Tells how often a match of this subject is answered from the cache. */
function hits(pair: MatcherPair, subject: string, times = 1): number {
  const before = pair.sublist.stats.cacheHits;
  for (let i = 0; i < times; i++) {
    const { actual, expected } = pair.answers(subject);
    expect(actual).toBe(expected);
  }
  return pair.sublist.stats.cacheHits - before;
}

/** A pair in whose cache the subject is. */
function cached(subject: string): MatcherPair {
  const pair = new MatcherPair();
  pair.insert(subject);
  pair.match(subject);
  pair.match(subject);
  expect(hits(pair, subject)).toBe(1);
  return pair;
}

describe("a subject is kept", () => {
  test("when it misses a second time", () => {
    const pair = new MatcherPair();
    expect(hits(pair, "a")).toBe(0);
    expect(pair.sublist.stats.cacheEntries).toBe(0);
    expect(hits(pair, "a")).toBe(0);
    expect(pair.sublist.stats.cacheEntries).toBe(1);
    expect(hits(pair, "a")).toBe(1);
  });

  test("not when it is used once, however many there are", () => {
    const pair = new MatcherPair();
    pair.insert("_INBOX.>");
    for (let i = 0; i < 5000; i++) hits(pair, `_INBOX.${i}`);
    expect(pair.sublist.stats.cacheEntries).toBe(0);
  });

  test("not when it is empty, as it is never found again", () => {
    const pair = new MatcherPair();
    expect(hits(pair, "", 6)).toBe(0);
    expect(pair.sublist.stats.cacheEntries).toBe(0);
  });

  test("also when nobody wants it", () => {
    const pair = new MatcherPair();
    expect(hits(pair, "nobody", 5)).toBe(3);
  });
});

describe("changes of literal subscriptions", () => {
  test("to the subject itself drop its result", () => {
    const pair = cached("a.b");
    const id = pair.insert("a.b", "workers");
    expect(hits(pair, "a.b")).toBe(0);
    expect(hits(pair, "a.b", 3)).toBeGreaterThan(0);
    pair.remove(id);
    expect(hits(pair, "a.b")).toBe(0);
  });

  test("to other subjects leave it, however many they are", () => {
    const pair = cached("a.b");
    const ids = Array.from({ length: 500 }, (_, i) => pair.insert(`a.b.${i}`));
    for (const id of ids) pair.remove(id);
    expect(hits(pair, "a.b")).toBe(1);
  });
});

describe("changes of wildcard subscriptions", () => {
  const related = ["a.*", "*.b", "*.*", "a.>", ">", "*.>"];
  const unrelated = ["a", "*", "b.*", "*.a", "a.b.*", "a.b.>", "*.*.*", "*.a.>", "b.>"];

  for (const subject of related) {
    test(`to ${subject} drop the result of a.b`, () => {
      const pair = cached("a.b");
      const id = pair.insert(subject);
      expect(hits(pair, "a.b")).toBe(0);
      expect(hits(pair, "a.b", 3)).toBeGreaterThan(0);
      pair.remove(id);
      expect(hits(pair, "a.b")).toBe(0);
    });
  }

  for (const subject of unrelated) {
    test(`to ${subject} leave the result of a.b`, () => {
      const pair = cached("a.b");
      const id = pair.insert(subject);
      expect(hits(pair, "a.b")).toBe(1);
      pair.remove(id);
      expect(hits(pair, "a.b")).toBe(1);
    });
  }

  test("are remembered up to the length of the log", () => {
    for (const changes of [1, LOG_LENGTH - 1, LOG_LENGTH]) {
      const pair = cached("a.b");
      for (let i = 0; i < changes; i++) pair.insert(`other.${i}.*`);
      expect(hits(pair, "a.b")).toBe(1);
    }
  });

  test("beyond the length of the log make a result unsure, and it goes", () => {
    for (const changes of [LOG_LENGTH + 1, LOG_LENGTH * 2, LOG_LENGTH * 5 + 3]) {
      const pair = cached("a.b");
      for (let i = 0; i < changes; i++) pair.insert(`other.${i}.*`);
      expect(hits(pair, "a.b")).toBe(0);
      expect(hits(pair, "a.b", 3)).toBeGreaterThan(0);
    }
  });

  test("are noticed wherever in the log they stand", () => {
    for (let place = 0; place < LOG_LENGTH; place++) {
      const pair = cached("a.b");
      for (let i = 0; i < LOG_LENGTH; i++) pair.insert(i === place ? "a.*" : `other.${i}.*`);
      expect(hits(pair, "a.b")).toBe(0);
    }
  });

  test("that were checked once are not counted again", () => {
    const pair = cached("a.b");
    for (let i = 0; i < LOG_LENGTH * 3; i++) {
      pair.insert(`other.${i}.*`);
      expect(hits(pair, "a.b")).toBe(1);
    }
  });
});

describe("the cache is bounded", () => {
  test("in subjects, and stays right beyond that", () => {
    const pair = new MatcherPair();
    pair.insert("flood.*");
    pair.insert("flood.7", "workers");
    for (let i = 0; i < 30_000; i++) {
      const subject = `flood.${i}`;
      for (let again = 0; again < 3; again++) expect(pair.match(subject).plainCount).toBe(1);
    }
    const { cacheEntries } = pair.sublist.stats;
    expect(cacheEntries).toBeLessThanOrEqual(16_384);
    expect(cacheEntries).toBeGreaterThan(1000);
    expect(hits(pair, "flood.7", 4)).toBeGreaterThan(1);
    pair.insert("flood.>");
    for (let i = 0; i < 30_000; i += 501) hits(pair, `flood.${i}`, 2);
  });

  test("in ids, and begins anew when they are too many", () => {
    const pair = new MatcherPair();
    const receivers = 4096;
    for (let i = 0; i < receivers; i++) pair.insert("wide.*");
    const fitting = IDS_MAX / receivers;
    // Once more than it takes: a miss may be forgotten when there is room for more of them.
    const keep = (i: number): void => {
      for (let time = 0; time < 3; time++) pair.match(`wide.${i}`);
    };
    for (let i = 0; i < fitting; i++) keep(i);
    expect(pair.sublist.stats.cacheEntries).toBe(fitting);
    keep(fitting);
    expect(pair.sublist.stats.cacheEntries).toBe(1);
    expect(hits(pair, "wide.0", 3)).toBeGreaterThan(0);
    expect(hits(pair, `wide.${fitting}`)).toBe(1);
  });
});

test("a result that is being read stays as it is while subscriptions come and go", () => {
  const pair = cached("a.b");
  for (let i = 0; i < 40; i++) pair.insert("a.b", i % 2 === 0 ? "" : "q");
  pair.match("a.b");
  pair.match("a.b");
  const result = pair.match("a.b");
  const before = [[...result.plain], [...result.queue], [...result.groupEnds]];
  for (const id of pair.naive.ids) pair.remove(id);
  pair.insert("a.b");
  hits(pair, "a.b", 3);
  expect([[...result.plain], [...result.queue], [...result.groupEnds]]).toEqual(before);
});

test("a cache that is turned off keeps nothing, and is no less right", () => {
  const pair = new MatcherPair(false);
  pair.insert("a.*");
  for (let i = 0; i < 5; i++) pair.match("a.b");
  expect(pair.sublist.stats.cacheEntries).toBe(0);
  expect(hits(pair, "a.b", 3)).toBe(0);
});
