/** Subjects as the real server maps them, and as this one does. */

import { describe, expect, test } from "bun:test";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SubjectMapping } from "../../src/config/options/accounts.ts";
import { Mappings } from "../../src/core/mapping/mappings.ts";
import { checkMapping, TransformError } from "../../src/protocol/subject-transform.ts";
import { findPeer } from "../support/peer.ts";
import { type Prng, withSeed } from "../support/prng.ts";
import { mappedSubject } from "./mapping-model.ts";
import {
  askServer,
  type MappedSource,
  mappingConfig,
  randomMapping,
  randomSubject,
} from "./mapping-traffic.ts";

const peer = findPeer("sid");
const compare = peer === undefined ? describe.skip : describe;

const MAPPINGS = 400;
const SUBJECTS_EACH = 15;
const SAMPLES = 4_000;

const REFUSAL = /\.conf:(\d+):\d+: Error adding mapping for .* : (.*)/g;

function show(value: unknown): string {
  return JSON.stringify(value);
}

function mappingsOf(pairs: readonly MappedSource[]): Mappings {
  const list = pairs.map(({ source, destination }) => ({
    subject: source,
    destinations: [{ subject: destination, weight: 100, cluster: "" }],
  }));
  const mappings = new Mappings(list, "");
  expect(mappings.count).toBe(pairs.length);
  return mappings;
}

/** Under which subject this server would deliver; null when it would not. */
function delivered(mappings: Mappings, subject: string): string | null {
  const mapped = mappedSubject(mappings, subject);
  // The real server delivers nothing under a subject with an empty token.
  return mapped?.split(".").includes("") ? null : mapped;
}

/** Why a mapping is refused; "" when it is not. */
function refusal({ source, destination }: MappedSource): string {
  try {
    checkMapping(source, destination);
    return "";
  } catch (error) {
    if (error instanceof TransformError) return error.message;
    throw error;
  }
}

/** What the real server says to each mapping; "" when nothing. */
async function theirRefusals(pairs: readonly MappedSource[]): Promise<string[]> {
  const folder = await mkdtemp(join(tmpdir(), "nats-test-"));
  try {
    const file = join(folder, "nats-server.conf");
    await writeFile(file, mappingConfig(pairs));
    const { stderr } = Bun.spawnSync([peer!, "-t", "-c", file]);
    const refusals = pairs.map(() => "");
    for (const [, line, message] of stderr.toString().matchAll(REFUSAL)) {
      refusals[Number(line) - 2] = message!;
    }
    return refusals;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function expectSame(pairs: readonly MappedSource[], subjects: readonly string[]) {
  const theirs = await askServer(peer!, mappingConfig(pairs), subjects);
  const mappings = mappingsOf(pairs);
  for (const [index, subject] of subjects.entries()) {
    const pair = pairs.find(({ source }) => subject.startsWith(source.split(".")[0]!));
    const what = `${show(subject)} by ${show(pair)}: `;
    expect(what + show(delivered(mappings, subject))).toBe(what + show(theirs[index]));
  }
  return theirs;
}

function randomPairs(random: Prng): MappedSource[] {
  const pairs: MappedSource[] = [];
  while (pairs.length < MAPPINGS) {
    const pair = randomMapping(random, `m${pairs.length}`);
    if (refusal(pair) === "" && !isUpToChance(pair)) pairs.push(pair);
  }
  return pairs;
}

/**
 * nats-server takes the mappings in any order, and has split the subject only if a wildcard came before
 * the literal: then a partition of the whole subject is one of nothing.
 */
function isUpToChance({ source, destination }: MappedSource): boolean {
  return !/[*>]/.test(source) && /partition *\([^,]*\)/i.test(destination);
}

/** How many percent of the answers are this one. */
function percent(answers: readonly (string | null)[], wanted: string | null): number {
  return (answers.filter((each) => each === wanted).length * 100) / answers.length;
}

compare("the real server maps", () => {
  test("random subjects by random mappings alike", async () => {
    await withSeed(async (random) => {
      const pairs = randomPairs(random);
      const subjects = pairs.flatMap(({ source }) =>
        Array.from({ length: SUBJECTS_EACH }, () => randomSubject(random, source)),
      );
      const answers = await expectSame(pairs, subjects);
      const isMapped = (answer: string | null, at: number): boolean =>
        answer !== null && answer !== subjects[at];
      expect(answers.filter(isMapped).length).toBeGreaterThan(subjects.length / 4);
    });
  }, 30_000);

  test("or refuses random mappings alike", async () => {
    await withSeed(async (random) => {
      const pairs = Array.from({ length: 1_000 }, (_, at) => randomMapping(random, `m${at}`));
      const theirs = await theirRefusals(pairs);
      expect(new Set(theirs).size).toBeGreaterThan(10);
      for (const [index, pair] of pairs.entries()) {
        const what = `${show(pair)}: `;
        expect(what + refusal(pair)).toBe(what + theirs[index]);
      }
    });
  });

  test("everything, and what is published with wildcards, alike", async () => {
    const wild = ["foo", "*", "a.*", ">", "a.>", "a..b", "b.*.c", "b.x.>", "b.*", "b.>"];
    await expectSame([{ source: ">", destination: "x.>" }], wild);
    const pairs = [
      { source: "a.*", destination: "to.$1" },
      { source: "b.*.>", destination: "to.$1.>" },
    ];
    await expectSame(pairs, [...wild, "a.", "a", "b.x.", "b..x", "b.x.*.y", ".a", "a.b.c"]);
    // A token that begins with a star stands for any, and is none of the destination's.
    await expectSame([{ source: "*foo", destination: "x" }], ["foo", "*", "afoo", ">", "a.b"]);
  });

  test("a literal that is alone to the partition of nothing", async () => {
    const pairs = [{ source: "foo", destination: "bar.{{partition(10)}}" }];
    expect(await expectSame(pairs, ["foo", "x"])).toEqual(["bar.1", "x"]);
  });

  test("by weights and clusters alike", async () => {
    const config = `
      cluster { name: X, listen: "127.0.0.1:-1" }
      mappings {
        some: [ { dest: to, weight: 70 } ]
        lossy: [ { dest: lossy, weight: 20 }, { dest: to, weight: 30 } ]
        scoped: [ { dest: near, weight: 40, cluster: X }, { dest: far, weight: 100 } ]
        other: [ { dest: near, weight: 40, cluster: Y }, { dest: far, weight: 100 } ]
        lost: [ { dest: lost, weight: 50, cluster: Y } ]
        dice: "to.{{random(4)}}"
      }`;
    const list: SubjectMapping[] = [
      row("some", ["to", 70]),
      row("lossy", ["lossy", 20], ["to", 30]),
      row("scoped", ["near", 40, "X"], ["far", 100]),
      row("other", ["near", 40, "Y"], ["far", 100]),
      row("lost", ["lost", 50, "Y"]),
      row("dice", ["to.{{random(4)}}", 100]),
    ];
    const expected: [string, Record<string, number>][] = [
      ["some", { to: 70, some: 30 }],
      ["lossy", { lossy: 20, to: 30, null: 50 }],
      ["scoped", { near: 40, scoped: 60 }],
      ["other", { far: 100 }],
      ["lost", { null: 100 }],
      ["dice", { "to.0": 25, "to.1": 25, "to.2": 25, "to.3": 25 }],
    ];
    const subjects = expected.flatMap(([subject]) => new Array<string>(SAMPLES).fill(subject));
    const theirs = await askServer(peer!, config, subjects);
    const mappings = new Mappings(list, "X");
    const ours = subjects.map((subject) => delivered(mappings, subject));
    for (const [index, [subject, shares]] of expected.entries()) {
      for (const answers of [theirs, ours]) {
        const own = answers.slice(index * SAMPLES, (index + 1) * SAMPLES);
        expect(new Set(own.map(String))).toEqual(new Set(Object.keys(shares)));
        for (const [to, share] of Object.entries(shares)) {
          const got = percent(own, to === "null" ? null : to);
          const isNear = Math.abs(got - share) < 6;
          expect(`${subject} to ${to}: ${isNear ? share : got}`).toBe(
            `${subject} to ${to}: ${share}`,
          );
        }
      }
    }
  }, 30_000);
});

type Target = readonly [subject: string, weight: number, cluster?: string];

function row(subject: string, ...targets: readonly Target[]): SubjectMapping {
  const destinations = targets.map(([to, weight, cluster = ""]) => ({
    subject: to,
    weight,
    cluster,
  }));
  return { subject, destinations };
}
