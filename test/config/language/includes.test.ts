/** Files that include others. */

import { describe, expect, test } from "bun:test";
import { readConfigFile } from "../../../src/config/files/config-files.ts";
import { headline } from "../../../src/config/language/problem.ts";
import { formatPlace } from "../../../src/config/language/source.ts";
import { findPeer } from "../../support/peer.ts";
import { Checks } from "./checks.ts";
import { digest } from "./parse.ts";
import { headlinesOf, type Plain, parse, treeOf } from "./trees.ts";

const FILES: Readonly<Record<string, string>> = {
  "b.conf": "b: 1\nm: {c: 2}",
  "b,c.conf": "b: comma",
  "two words.conf": "b: words",
  "=": "b: equals",
  "sub/d.conf": "include e.conf",
  "sub/e.conf": "e: 1\ninclude ../b.conf",
  "abs/x.conf": "b: absolute",
  "seen.conf": "d: $mine",
  "bad.conf": "f: 1\ng: 2 3\nh: 4\n",
  "worse.conf": "include bad.conf\ni: $nowhere",
  "cut.conf": "j: 1\nk",
  "loop.conf": "include sub/../loop2.conf",
  "loop2.conf": "l: 1\ninclude loop.conf",
};

const MEANINGS: readonly (readonly [text: string, tree: Plain])[] = [
  ["include b.conf", { b: 1n, m: { c: 2n } }],
  ["b: 5\ninclude b.conf\nm: 6", { b: 1n, m: 6n }],
  ["x {include 'b.conf'}", { x: { b: 1n, m: { c: 2n } } }],
  [
    "x {include b.conf\n}\n{Include b.conf;d: 3}",
    { x: { b: 1n, m: { c: 2n } }, b: 1n, m: { c: 2n }, d: 3n },
  ],
  ['INCLUDE\t "two words.conf"\na: 1', { b: "words", a: 1n }],
  ["include b,c.conf", { b: "comma" }],
  ["include b.conf'", { b: 1n, m: { c: 2n } }],
  ["include =", { b: "equals" }],
  ["include: b.conf", { include: "b.conf" }],
  ["include=b.conf", { include: "b.conf" }],
  ["'include' b.conf", { include: "b.conf" }],
  ["x: [include, b.conf]", { x: ["include", "b.conf"] }],
  ["include sub/d.conf", { e: 1n, b: 1n, m: { c: 2n } }],
  ["include /abs/x.conf", { b: "absolute" }],
  ["include ./sub//..//b.conf", { b: 1n, m: { c: 2n } }],
  ["include b.conf\nd: $b", { b: 1n, m: { c: 2n }, d: 1n }],
];

describe("an include", () => {
  for (const [text, tree] of MEANINGS) {
    test(JSON.stringify(text), () => {
      expect(treeOf(text, { files: FILES })).toEqual(tree);
    });
  }

  test("names its own file in places, and not its includer's variables", () => {
    const { root } = parse("include sub/e.conf", { files: FILES });
    const e = root.value.get("e")!;
    const b = root.value.get("b")!;
    expect([formatPlace(e), formatPlace(b)]).toEqual(["sub/e.conf:1:0", "b.conf:1:0"]);
    expect(headlinesOf("mine: 1\ninclude seen.conf", { files: FILES })).toEqual([
      "error parsing include file 'seen.conf', variable reference for 'mine' on line 1 can not be found",
    ]);
  });

  test("that cannot be read is refused, and the rest is read", () => {
    expect(
      headlinesOf("include no.conf\nx { include sub/no.conf }\na: b c", { files: FILES }),
    ).toEqual([
      "error parsing include file 'no.conf', open no.conf: no such file or directory",
      "error parsing include file 'sub/no.conf', open sub/no.conf: no such file or directory",
      expect.stringContaining("Parse error on line 3"),
    ]);
  });

  test("passes on all that is wrong in its file", () => {
    const inBad = "error parsing include file 'bad.conf', Parse error on line 2: ";
    const { problems } = parse("include worse.conf\na: b c", { files: FILES });
    expect(problems.map(({ text }) => text)).toEqual([
      expect.stringContaining(`error parsing include file 'worse.conf', ${inBad}`),
      "error parsing include file 'worse.conf', variable reference for 'nowhere' on line 2 can not be found",
      expect.stringContaining("Parse error on line 2"),
    ]);
    expect(formatPlace(problems[0]!.place!)).toBe("bad.conf:2:6");
    expect(headlinesOf("include cut.conf", { files: FILES })).toEqual([
      "error parsing include file 'cut.conf', config is invalid (cut.conf:2:2)",
    ]);
  });

  test("of a file that is being read already is refused with the way it went", () => {
    expect(headlinesOf("a: 1\ninclude loop.conf", { files: FILES })).toEqual([
      "error parsing include file 'loop.conf', error parsing include file 'sub/../loop2.conf', " +
        "error parsing include file 'loop.conf', include cycle: loop.conf -> loop2.conf -> loop.conf",
    ]);
    expect(headlinesOf("include ./a.conf")).toEqual([
      "error parsing include file './a.conf', include cycle: a.conf -> a.conf",
    ]);
  });

  test("can be repeated, but not without end", () => {
    expect(treeOf("include b.conf\nx {include b.conf}", { files: FILES })).toMatchObject({ b: 1n });
    const files: Record<string, string> = { "d30.conf": "" };
    for (let i = 0; i < 30; i++) files[`d${i}.conf`] = `include d${i + 1}.conf\n`.repeat(2);
    const headlines = headlinesOf("include d0.conf", { files });
    expect(headlines).toEqual([expect.stringContaining("included files are too large together")]);
  });

  test("in an environment variable is read from the working directory", () => {
    const environment = { E: "{include b.conf}", F: "{include no.conf}" };
    expect(treeOf("a: $E", { environment, files: FILES })).toEqual({ a: { b: 1n, m: { c: 2n } } });
    expect(headlinesOf("a: $F", { environment, files: FILES })).toEqual([
      "variable reference for 'F' on line 1 could not be parsed: error parsing include file 'no.conf', " +
        "error opening config file: open no.conf: no such file or directory",
    ]);
  });
});

const REFUSED = [
  "include no.conf",
  "include ''",
  "include sub",
  "include bad.conf",
  "include worse.conf",
  "include cut.conf",
  "mine: 1\ninclude seen.conf",
];

const peer = findPeer();

describe.skipIf(peer === undefined)("nats-server agrees about includes", () => {
  test("that mean something", async () => {
    await using checks = await Checks.create(peer!);
    for (const [path, text] of Object.entries(FILES)) await checks.write(path, text);
    for (const [text] of MEANINGS) {
      const file = `resolver {\ntype: mem\n${text}\n}\n`;
      const expected = {
        kind: "valid",
        digest: digest(parse(file, { files: FILES }).root),
      } as const;
      expect([text, await checks.check(file)]).toEqual([text, expected]);
    }
  }, 30_000);

  test("that cannot be read", async () => {
    await using checks = await Checks.create(peer!);
    for (const [path, text] of Object.entries(FILES)) await checks.write(path, text);
    for (const text of REFUSED) {
      await checks.write("a.conf", text);
      const ours = await readConfigFile(`${checks.folder}/a.conf`, {});
      const theirs = await checks.checkFile(`${checks.folder}/a.conf`);
      expect([text, theirs]).toEqual([
        text,
        { kind: "unreadable", headline: headline(ours.problems[0]!) },
      ]);
    }
  }, 30_000);
});
