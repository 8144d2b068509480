/** What people see of a problem: the line, a caret under the right character, and no secret. */

import { beforeAll, describe, expect, test } from "bun:test";
import type { Problem } from "../../src/config/language/problem.ts";
import { Source } from "../../src/config/language/source.ts";
import { excerptOf } from "../../src/config/report/excerpt.ts";
import { learnOptions } from "../../src/config/report/known-keys.ts";
import { renderProblem, sortProblems } from "../../src/config/report/render.ts";
import { ROOT } from "../../src/config/sections/root.ts";

beforeAll(() => learnOptions(ROOT as never));

/** The place of `mark` in a file of that text. */
function placeOf(text: string, mark: string): { source: Source; offset: number } {
  const bytes = Buffer.from(text);
  return { source: new Source("nats.conf", bytes), offset: bytes.indexOf(mark) };
}

function errorAt(text: string, mark: string, message = "bad"): Problem {
  return { severity: "error", place: placeOf(text, mark), text: message };
}

describe("a problem", () => {
  test("begins with nats-server's line, shows where it is, and what may help", () => {
    const problem = { ...errorAt("a: 1\nb: 2\n  prot: 4222\n", "prot"), hint: "did you mean x?" };
    expect(renderProblem(problem).split("\n")).toEqual([
      "nats.conf:3:3: bad",
      "  3 |   prot: 4222",
      "    |   ^",
      "    = did you mean x?",
    ]);
  });

  test("that nats-server gives no place is given one on the next line", () => {
    const problem = { ...errorAt("x: [1]\n", "["), unplaced: true, text: "Parse error on line 1" };
    expect(renderProblem(problem).split("\n")).toEqual([
      "Parse error on line 1",
      "   --> nats.conf:1:3",
      "  1 | x: [1]",
      "    |    ^",
    ]);
  });

  test("whose exact place nats-server does not know points there all the same", () => {
    const place = placeOf("jetstream {\n limits { a: x }\n}\n", "jetstream");
    const at = { source: place.source, offset: place.source.bytes.indexOf("a:") };
    const text = renderProblem({ severity: "error", place, at, text: "wrong type" });
    expect(text.split("\n").slice(0, 3)).toEqual([
      "nats.conf:1:0: wrong type",
      "  2 |  limits { a: x }",
      "    |           ^",
    ]);
  });

  test("without a place is its text", () => {
    expect(renderProblem({ severity: "warning", place: null, text: "empty" })).toBe("empty");
  });

  test("of our own is marked as advice", () => {
    const problem: Problem = { ...errorAt("a: 1", "a"), severity: "lint" };
    expect(renderProblem(problem)).toStartWith("nats.conf:1:0: lint: bad\n");
  });

  test("keeps tabs in front of the caret", () => {
    const lines = renderProblem(errorAt("\t\tx: 1", "x")).split("\n");
    expect(lines[2]).toBe("    | \t\t^");
  });

  test("warnings come first, advice last, each in the file's order", () => {
    const text = "a b c d";
    const sorted = sortProblems([
      { ...errorAt(text, "a"), severity: "lint" },
      errorAt(text, "d"),
      { ...errorAt(text, "c"), severity: "warning" },
      errorAt(text, "b"),
    ]);
    expect(sorted.map(({ place }) => place?.offset)).toEqual([4, 2, 6, 0]);
  });
});

describe("an excerpt", () => {
  const SECRET = "T0pS3cr3t";
  const lines = [
    `password: ${SECRET} # x`,
    `pass = "${SECRET} \\" ${SECRET}" # x`,
    `{user: a, pasword: '${SECRET}', x: 1}`,
    `"token" : "${SECRET}" # x`,
    `auth_token ${SECRET} # x`,
    `routes: [nats://user:${SECRET}@host:1 x]`,
    `nkey: SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY # x`,
    `x: SUACSSL3UAHUDXKFSNVUZRF5UHPMWZ6BFDTJ7M6USDXIEDNPPQYYYCU3VY`,
    `key: ${SECRET} # x`,
    `encryption_key: "${SECRET}" # x`,
    `passwrd:${SECRET} x`,
  ];
  test.each(lines)("shows no secret: %s", (line) => {
    for (const mark of [line[0]!, "x"]) {
      const { text } = excerptOf(placeOf(line, mark));
      expect(text).not.toContain(SECRET);
      expect(text).not.toContain("SUACSSL3");
      expect(text).toContain("****");
    }
  });

  const SPREAD = [
    `{ password:\n  ${SECRET} x }`,
    `password\n${SECRET} x`,
    `password:\n\n${SECRET} x`,
    `token: "a\n${SECRET}\\q" x`,
    `token: 'a\nb\n${SECRET} x`,
    `pass: (\n${SECRET} x\n)\n`,
  ];
  test.each(SPREAD)("shows no secret whose key stands lines before: %j", (text) => {
    const { text: shown, caret } = excerptOf(placeOf(text, "x"));
    expect(shown).toBe("****");
    expect(caret).toBe(0);
  });

  test.each([
    "password: a\nport: x",
    "# what stands here is no key\nport: x",
    "a: 1 // key\nport: x",
    'token: "a\nb"\nport: x',
    "token: (\na\n)\nport: x",
    "key_file\nport: x",
  ])("shows what follows the lines of a secret: %j", (text) => {
    expect(excerptOf(placeOf(text, "x")).text).toBe("port: x");
  });

  test("points at the same character though a secret before it is shorter", () => {
    const { text, caret } = excerptOf(placeOf(`{pass: ${SECRET}${SECRET}, x: 1}`, "x:"));
    expect(text.slice(caret)).toBe("x: 1}");
  });

  test("points at the mask when the place is within the secret", () => {
    const { text, caret } = excerptOf(placeOf(`pass: ${SECRET}!, x: 1`, "!"));
    expect(text.slice(caret)).toStartWith("****");
  });

  test.each(["cert_file: /a/b", "key_file: './x'", "credentials: a.creds", "password: $SECRET"])(
    "paths and variables are no secrets: %s",
    (line) => {
      expect(excerptOf(placeOf(line, ":")).text).toBe(line);
    },
  );

  test("of a long line is a piece of it", () => {
    const line = `${"a:1,".repeat(1000)}here: 1${",b:2".repeat(1000)}`;
    const { text, caret } = excerptOf(placeOf(line, "here"));
    expect(text.length).toBeLessThan(130);
    expect(text.slice(caret)).toStartWith("here: 1,b:2");
    expect(text).toStartWith("…a:1,a:1");
    expect(text).toEndWith(",b:2,…");
  });

  test("can drive no terminal", () => {
    const { text, caret } = excerptOf(placeOf("\x1b: [\0], \x9b: 3, x: 1", "x"));
    expect(text).toBe("\u241b: [\u2400], \u2421: 3, x: 1");
    expect(text[caret]).toBe("x");
  });

  test("counts characters, not bytes", () => {
    const { text, caret } = excerptOf(placeOf("ärger: x", "x"));
    expect(text.slice(caret)).toBe("x");
  });
});
