import { expect, test } from "bun:test";
import { hashBytes } from "../../src/bytes/hash.ts";
import type { MatchResult } from "../../src/core/match-result.ts";
import { QueueNames } from "../../src/core/queue-names.ts";
import { Sublist } from "../../src/core/sublist.ts";
import { Subscriptions } from "../../src/core/subscriptions.ts";
import { type Prng, withSeed } from "../support/prng.ts";

/** A sublist beside the simplest thing that does the same: a list that is walked each time. */
class Pair {
  readonly owner = { slot: 1, firstSub: 0, subCount: 0 };
  readonly queues = new QueueNames();
  readonly subs = new Subscriptions(this.queues);
  readonly sublist = new Sublist(this.subs);
  readonly naive = new Map<number, { pattern: string[]; queue: string }>();
  #nextSid = 1;

  insert(pattern: string, queue: string): number {
    const subject = Buffer.from(pattern);
    const sid = Buffer.from(String(this.#nextSid++));
    const queueId = queue === "" ? 0 : this.queues.acquire(queue);
    const id = this.subs.create(this.owner, queueId, sid, 0, sid.length);
    this.sublist.insert(id, subject, 0, subject.length);
    this.naive.set(id, { pattern: pattern.split("."), queue });
    return id;
  }

  remove(id: number): void {
    this.sublist.remove(id);
    this.subs.destroy(this.owner, id);
    this.naive.delete(id);
  }

  /** Matches in both and compares: plain ids as a set, each queue group as a set. */
  check(subject: string): void {
    const bytes = Buffer.from(subject);
    const hash = hashBytes(bytes, 0, bytes.length);
    const found = groupsOf(this.sublist.match(bytes, 0, bytes.length, hash), (id) => {
      return this.naive.get(id)?.queue ?? "gone";
    });
    const tokens = subject.split(".");
    const expected = new Map<string, number[]>();
    for (const [id, { pattern, queue }] of this.naive) {
      if (!matches(pattern, tokens)) continue;
      expected.set(queue, [...(expected.get(queue) ?? []), id]);
    }
    const sorted = [...expected].map(([queue, ids]) => `${queue}: ${ids.sort((a, b) => a - b)}`);
    expect(`${subject} ${found.sort()}`).toBe(`${subject} ${sorted.sort()}`);
  }
}

function matches(pattern: readonly string[], tokens: readonly string[]): boolean {
  if (tokens.includes("")) return false;
  for (const [i, token] of pattern.entries()) {
    if (token === ">") return tokens.length > i;
    if (i >= tokens.length || (token !== "*" && token !== tokens[i])) return false;
  }
  return pattern.length === tokens.length;
}

function groupsOf(result: MatchResult, queueOf: (id: number) => string): string[] {
  const list = (ids: Int32Array): string => `${[...ids].sort((a, b) => a - b)}`;
  const groups =
    result.plainCount > 0 ? [`: ${list(result.plain.subarray(0, result.plainCount))}`] : [];
  let start = 0;
  for (let group = 0; group < result.groupCount; group++) {
    const ids = result.queue.subarray(start, result.groupEnds[group]);
    groups.push(`${queueOf(ids[0]!)}: ${list(ids)}`);
    start = result.groupEnds[group]!;
  }
  return groups;
}

const LONG = "a-token-that-does-not-fit-into-its-record-in-the-tree";
const TOKENS = ["a", "b", "c", "dd", LONG];

function randomSubject(random: Prng, wildcards: boolean): string {
  const length = 1 + random.below(4);
  const tokens = Array.from({ length }, (_, i) => {
    if (wildcards && random.chance(5)) return "*";
    return wildcards && i === length - 1 && random.chance(6) ? ">" : random.pick(TOKENS);
  });
  return tokens.join(".");
}

test("matches what a plain list matches, through churn and cached results", () =>
  withSeed((random) => {
    const pair = new Pair();
    const hot = Array.from({ length: 12 }, () => randomSubject(random, false));
    for (let step = 0; step < 6000; step++) {
      const grow = pair.naive.size < 20 || (pair.naive.size < 300 && random.chance(2));
      if (grow) {
        pair.insert(randomSubject(random, true), random.pick(["", "", "q1", "q2"]));
      } else {
        pair.remove(random.pick([...pair.naive.keys()]));
      }
      // Twice, so that the result is admitted to the cache and read from it.
      const subject = random.chance(3) ? randomSubject(random, false) : random.pick(hot);
      pair.check(subject);
      pair.check(subject);
    }
    expect(pair.sublist.stats.cacheHits).toBeGreaterThan(1000);
    for (const id of [...pair.naive.keys()]) pair.remove(id);
    expect(pair.sublist.stats).toMatchObject({ subscriptions: 0, nodes: 0 });
    for (const subject of hot) pair.check(subject);
    expect(pair.queues.highest).toBeLessThanOrEqual(2);
  }));

test("a cached result survives unrelated changes and notices related ones", () => {
  const pair = new Pair();
  pair.insert("hot.subject", "");
  for (let i = 0; i < 3; i++) pair.check("hot.subject");
  const hits = pair.sublist.stats.cacheHits;
  for (let i = 0; i < 50; i++) {
    pair.insert(`other.${i}.*`, "");
    pair.insert(`literal.${i}`, "");
    pair.check("hot.subject");
  }
  expect(pair.sublist.stats.cacheHits).toBe(hits + 50);
  pair.insert("hot.*", "");
  pair.check("hot.subject");
  // More wildcard changes than are remembered between two uses.
  for (let i = 0; i < 100; i++) pair.insert(`many.${i}.>`, "");
  pair.insert("*.subject", "q");
  pair.check("hot.subject");
});

test("a flood of subjects stays within the cache's bounds and pushes no wrong result out", () => {
  const pair = new Pair();
  pair.insert("flood.*", "");
  pair.insert("flood.7", "workers");
  for (let i = 0; i < 40_000; i++) {
    const subject = Buffer.from(`flood.${i}`);
    const hash = hashBytes(subject, 0, subject.length);
    for (let again = 0; again < 3; again++) {
      expect(pair.sublist.match(subject, 0, subject.length, hash).plainCount).toBe(1);
    }
  }
  expect(pair.sublist.stats.cacheEntries).toBeLessThanOrEqual(8_192);
  pair.check("flood.7");
  pair.check("flood.39999");
});

test("publish subjects with wildcard characters are plain text, empty tokens match nobody", () => {
  const pair = new Pair();
  for (const pattern of [">", "a.*", "a.>", "*.b", "a.b"]) pair.insert(pattern, "");
  for (const subject of ["a.*", "a.>", "*", ">", "a", "a.b", "*.b", "a..b", ".a", "a.", ""]) {
    pair.check(subject);
    pair.check(subject);
  }
});

test("a subscription's subject is rebuilt from the tree", () => {
  const pair = new Pair();
  for (const subject of ["a", "a.b.c", "*.>", `x.${LONG}.*`, ">"]) {
    expect(pair.sublist.subjectOf(pair.insert(subject, ""))).toBe(subject);
  }
});
