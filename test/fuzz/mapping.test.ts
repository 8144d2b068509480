/** Random mappings of random bytes, against a model; and that nothing is written out of bounds. */

import { expect, test } from "bun:test";
import { hashBytes } from "../../src/bytes/hash.ts";
import { Mappings } from "../../src/core/mapping/mappings.ts";
import { SubjectTransform } from "../../src/core/mapping/subject-transform.ts";
import { checkMapping, TransformError } from "../../src/protocol/subject-transform.ts";
import { mappedSubject, modelMatches, modelTransform } from "../core/mapping-model.ts";
import { randomMapping, randomSubject } from "../core/mapping-traffic.ts";
import { type Prng, withSeed } from "../support/prng.ts";

const TRANSFORMS = 2_000;
const SUBJECTS_EACH = 20;
/** Stands around what may be written. */
const FENCE = 0xa5;
const FENCE_BYTES = 16;

function tryCompile(source: string, destination: string): SubjectTransform | null {
  try {
    checkMapping(source, destination);
    return SubjectTransform.compile(source, destination);
  } catch (error) {
    if (error instanceof TransformError) return null;
    throw error;
  }
}

/** Dots and wildcards are frequent, all other bytes may stand anywhere. */
function anyBytes(random: Prng): string {
  const bytes = random.bytes(random.below(24));
  for (let i = 0; i < bytes.length; i++)
    if (random.chance(4)) bytes.write(random.pick([".", "*", ">", "a"]), i);
  return bytes.toString("latin1");
}

/** Writes between fences, from the middle of a buffer. */
function write(transform: SubjectTransform, subject: string): string {
  const input = Buffer.from(`>>${subject}.*`, "latin1");
  const max = transform.maxLength(subject.length);
  const out = Buffer.alloc(max + FENCE_BYTES * 2, FENCE);
  const end = transform.write(input, 2, 2 + subject.length, out, FENCE_BYTES);
  expect(end).toBeLessThanOrEqual(FENCE_BYTES + max);
  expect(out.subarray(0, FENCE_BYTES).every((byte) => byte === FENCE)).toBe(true);
  expect(out.subarray(FENCE_BYTES + max).every((byte) => byte === FENCE)).toBe(true);
  return out.toString("latin1", FENCE_BYTES, end);
}

test("transforms write what the model says, within their length", async () => {
  await withSeed((random) => {
    let made = 0;
    let matched = 0;
    while (made < TRANSFORMS) {
      const { source, destination } = randomMapping(random, random.pick(["a", "*", "*b", "é"]));
      const transform = tryCompile(source, destination);
      if (transform === null) continue;
      made++;
      for (let i = 0; i < SUBJECTS_EACH; i++) {
        const subject = random.chance(4) ? anyBytes(random) : randomSubject(random, source);
        const bytes = Buffer.from(`.${subject}*`, "latin1");
        const what = `${JSON.stringify(subject)} by ${source} -> ${destination}: `;
        const matches = transform.matches(bytes, 1, 1 + subject.length);
        expect(what + matches).toBe(what + modelMatches(source, subject));
        // Also of what does not match nothing may break.
        const written = write(transform, subject);
        if (!matches) continue;
        matched++;
        expect(what + written).toBe(what + modelTransform(source, destination, subject));
      }
    }
    expect(matched).toBeGreaterThan((made * SUBJECTS_EACH) / 4);
  });
}, 30_000);

test("a subject has the mapping that trying each in turn finds, also when asked again", async () => {
  await withSeed((random) => {
    for (let round = 0; round < 20; round++) {
      const pairs = Array.from({ length: random.between(1, 40) }, () => {
        const tokens = Array.from({ length: random.between(1, 3) }, () =>
          random.pick(["a", "b", "*"]),
        );
        return [...tokens, ...(random.chance(4) ? [">"] : [])].join(".");
      });
      const sources = [...new Set(pairs)];
      const mappings = new Mappings(
        sources.map((subject, index) => ({
          subject,
          destinations: [
            { subject: `to.${index}${/>$/.test(subject) ? ".>" : ""}`, weight: 100, cluster: "" },
          ],
        })),
        "",
      );
      for (let i = 0; i < 1_000; i++) {
        const tokens = Array.from({ length: random.between(1, 4) }, () =>
          random.pick(["a", "b", "c", "*", ">"]),
        );
        const subject = tokens.join(".");
        const literal = sources.indexOf(subject);
        const isLiteral = literal >= 0 && !/[*>]/.test(subject);
        const first = sources.findIndex((source) => modelMatches(source, subject));
        const index = isLiteral ? literal : first;
        const source = sources[index];
        const tail = source?.endsWith(">") ? tokens.slice(source.split(".").length - 1) : [];
        const expected = source === undefined ? subject : ["to", index, ...tail].join(".");
        const what = `${subject} of ${sources}: `;
        expect(what + mappedSubject(mappings, subject)).toBe(what + expected);
        const bytes = Buffer.from(subject);
        const found = mappings.find(bytes, 0, bytes.length, hashBytes(bytes, 0, bytes.length));
        expect(found?.source).toBe(source);
      }
    }
  });
}, 30_000);
