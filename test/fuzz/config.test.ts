/** Random configurations: nothing crashes the parser, and nats-server reads them alike. */

import { describe, expect, test } from "bun:test";
import { Parsing } from "../../src/config/language/parsing.ts";
import { headline } from "../../src/config/language/problem.ts";
import { Source } from "../../src/config/language/source.ts";
import { Checks } from "../config/language/checks.ts";
import { digest } from "../config/language/parse.ts";
import { type Plain, parse, readFile, toPlain, treeOf } from "../config/language/trees.ts";
import { findPeer } from "../support/peer.ts";
import { type Prng, withSeed } from "../support/prng.ts";
import { printTree, randomTree } from "./config-trees.ts";

const SOON_MS = 2_000;

/** Pieces that mean something to the lexer, at least somewhere. */
const SIGNS = "abz019 \t\n\r{}[](),;:='\"\\#/$.-\0".split("");
const VALUES = "true|off|12|1k|5kb|3kbi|-7|1.5|1.2.3.4:5|2020-01-02T03:04:05Z|2020-".split("|");
const STRINGS = "'x'|\"y\"|\\n|\\q|\\x41|(\nt\n)\n|é|\u00a0|\u2028|$a|$Z|$LIST|$2a$11$x".split("|");
const PARTS = "a: |b = |c |: 1\n|d: $a\n|{ |}\n|[ | ]\n|\r\n|# c\n|// c\n|[1]|[1 ]|[a, b]".split(
  "|",
);
const LINES = "include |include x.inc\n|cluster {\n|routes = [\n".split("|");
const PIECES = [...SIGNS, ...VALUES, ...STRINGS, ...PARTS, ...LINES];
const ENVIRONMENT = { LIST: "[1, {x: y}]", Z: "$LIST" };
const FILES = { "x.inc": "inc: 5\nb: [q]\n" };
const SURROUNDINGS = { environment: ENVIRONMENT, files: FILES };

function pieces(random: Prng, count: number): Buffer {
  const parts = Array.from({ length: count }, () =>
    random.chance(40) ? random.bytes(1) : Buffer.from(random.pick(PIECES)),
  );
  return Buffer.concat(parts);
}

/** A few bytes changed, taken out or put in. */
function mutated(random: Prng, text: string): Buffer {
  let bytes = Buffer.from(text);
  for (let i = random.between(1, 3); i > 0; i--) {
    const at = random.below(bytes.length + 1);
    const replaced = random.below(3);
    const piece = random.chance(2) ? pieces(random, 1) : Buffer.alloc(0);
    bytes = Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at + replaced)]);
  }
  return bytes;
}

/** A text for a map in which nats-server lets any key stand. */
function asEntries(random: Prng): Buffer {
  const tree = randomTree(random, 3);
  const text = printTree(random, tree);
  const bytes = random.chance(3) ? pieces(random, random.between(1, 12)) : mutated(random, text);
  // The order of keys that are not UTF-8 is that of bytes which a string does not keep.
  return Buffer.from(bytes.toString());
}

function inSteps(text: Buffer, items: number): { tree: Plain; headlines: string[] } {
  const parsing = new Parsing(
    new Source("a.conf", text),
    (name) => (ENVIRONMENT as Record<string, string>)[name],
  );
  for (let progress = parsing.run(items); progress !== "done"; progress = parsing.run(items)) {
    if (progress === "more") continue;
    parsing.supply(readFile(parsing.wanted, FILES));
  }
  return { tree: toPlain(parsing.root), headlines: parsing.problems.map(headline) };
}

describe("a random text", () => {
  test("is parsed soon, whatever it is", () =>
    withSeed((random) => {
      for (let round = 0; round < 3000; round++) {
        const text = random.chance(4)
          ? random.bytes(random.below(300))
          : pieces(random, random.below(200));
        const start = performance.now();
        const { root, problems } = parse(text, SURROUNDINGS);
        digest(root);
        for (const problem of problems) {
          expect(problem.place!.offset).toBeLessThanOrEqual(problem.place!.source.bytes.length);
          expect(headline(problem)).not.toBe("");
        }
        expect(performance.now() - start).toBeLessThan(SOON_MS);
      }
    }));

  test("means the same when it is parsed a piece at a time", () =>
    withSeed((random) => {
      for (let round = 0; round < 500; round++) {
        const text = asEntries(random);
        const whole = parse(text, SURROUNDINGS);
        expect(inSteps(text, random.between(1, 5))).toEqual({
          tree: toPlain(whole.root),
          headlines: whole.problems.map(headline),
        });
      }
    }));
});

describe("a random tree", () => {
  test("is read back, however it was written", () =>
    withSeed((random) => {
      for (let round = 0; round < 3000; round++) {
        const tree = randomTree(random, 4);
        const text = printTree(random, tree);
        let got: Plain;
        try {
          got = treeOf(text);
        } catch (error) {
          throw new Error(`${JSON.stringify(text)}: ${(error as Error).message}`);
        }
        expect([text, got]).toEqual([text, tree]);
      }
    }));

  test("has the same digest in any order and spelling", () =>
    withSeed((random) => {
      for (let round = 0; round < 500; round++) {
        const tree = randomTree(random, 4);
        const digests = [1, 2].map(() => digest(parse(printTree(random, tree)).root));
        expect(digests[0]).toBe(digests[1]!);
      }
    }));
});

const peer = findPeer();

describe.skipIf(peer === undefined)("nats-server", () => {
  test(
    "reads random files alike",
    () =>
      withSeed(async (random) => {
        await using checks = await Checks.create(peer!, ENVIRONMENT);
        for (const [path, text] of Object.entries(FILES)) await checks.write(path, text);
        const seen = { valid: 0, wrong: 0, unreadable: 0 };
        for (let round = 0; round < 150; round++) {
          const entries = asEntries(random);
          const isWhole = random.chance(4);
          const text = isWhole
            ? entries
            : Buffer.concat([
                Buffer.from("resolver {\ntype: mem\n"),
                entries,
                Buffer.from("\n}\n"),
              ]);
          const verdict = await checks.check(text);
          seen[verdict.kind]++;
          const { root, problems } = parse(text, SURROUNDINGS);
          const first = problems[0];
          const ours =
            first !== undefined
              ? { kind: "unreadable", headline: headline(first) }
              : verdict.kind === "wrong"
                ? { kind: "wrong" }
                : { kind: "valid", digest: digest(root) };
          expect([text.toString("latin1"), ours]).toEqual([text.toString("latin1"), verdict]);
        }
        expect(seen.valid).toBeGreaterThan(5);
        expect(seen.unreadable).toBeGreaterThan(5);
      }),
    60_000,
  );
});
