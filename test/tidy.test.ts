/** Each house rule can fail, and fails only where it should. */

import { describe, expect, test } from "bun:test";
import { resolve } from "node:path";
import { applyExceptions, checkFile, checkProject, type Fault, mask } from "../scripts/tidy.ts";

const HEADER = "/** What this is. */\n";
const HOT = "/** Hot path. What this is. */\n";

function rules(file: string, text: string): string[] {
  return checkFile(file, text).map((fault) => fault.rule);
}

/** A method of a class, with this body. */
function inMethod(body: string): string {
  return `export class Thing {\n  onMessage(size: number): void {\n    ${body}\n  }\n}\n`;
}

function lines(count: number): string {
  return "let a = 1;\n".repeat(count);
}

test("this project keeps its own rules", () => {
  expect(checkProject(resolve(import.meta.dir, ".."))).toEqual([]);
});

test("a clean file has no faults", () => {
  expect(rules("src/net/turn.ts", HEADER + inMethod("this.size = size | 0;"))).toEqual([]);
});

describe("layers", () => {
  const check = (file: string, specifier: string): string[] =>
    rules(file, `${HEADER}import { a } from "${specifier}";\n`);

  test("a folder may use itself and what is below", () => {
    expect(check("src/net/turn.ts", "./outbound.ts")).toEqual([]);
    expect(check("src/net/turn.ts", "../core/sink.ts")).toEqual([]);
    expect(check("src/main.ts", "./cli/cli.ts")).toEqual([]);
    expect(check("src/version.ts", "../package.json")).toEqual([]);
    expect(check("src/net/turn.ts", "node:fs")).toEqual([]);
  });

  test("a folder may not use what is above or beside it", () => {
    expect(check("src/core/sink.ts", "../net/turn.ts")).toEqual(["layers"]);
    expect(check("src/bytes/ascii.ts", "../log/logger.ts")).toEqual(["layers"]);
    expect(check("src/cli/cli.ts", "../main.ts")).toEqual(["layers"]);
  });

  test("folders of the configuration have an order among themselves", () => {
    const links = "src/config/sections/links/urls.ts";
    expect(check(links, "./compression.ts")).toEqual([]);
    expect(check(links, "../tls/tls.ts")).toEqual([]);
    expect(check(links, "../../schema/reader.ts")).toEqual([]);
    expect(check(links, "../../../protocol/nkeys.ts")).toEqual([]);
    expect(check("src/config/load.ts", "./sections/root.ts")).toEqual([]);
    expect(check("src/server/server.ts", "../config/load.ts")).toEqual([]);
    expect(check(links, "../trust/trust.ts")).toEqual(["layers"]);
    expect(check(links, "../root.ts")).toEqual(["layers"]);
    expect(check("src/config/language/lexer.ts", "../schema/reader.ts")).toEqual(["layers"]);
    expect(check("src/config/validate/cluster.ts", "../lint/lint.ts")).toEqual(["layers"]);
    expect(check("src/config/lint/lint.ts", "../../server/server.ts")).toEqual(["layers"]);
  });

  test("types, re-exports and dynamic imports count", () => {
    const target = '"../net/turn.ts"';
    const core = "src/core/sink.ts";
    expect(rules(core, `${HEADER}import type { Turn } from ${target};\n`)).toEqual(["layers"]);
    expect(rules(core, `${HEADER}export { Turn } from ${target};\n`)).toEqual(["layers"]);
    expect(rules(core, `${HEADER}import ${target};\n`)).toEqual(["layers"]);
    expect(rules(core, `${HEADER}const a = await import(${target});\n`)).toEqual(["layers"]);
    expect(rules(core, `${HEADER}import {\n  Turn,\n} from ${target};\n`)).toEqual(["layers"]);
  });

  test("an import in a comment or a string is none", () => {
    expect(rules("src/core/sink.ts", `${HEADER}// import "../net/turn.ts"\n`)).toEqual([]);
    expect(rules("src/core/sink.ts", `${HEADER}a = 'from "../net/turn.ts"';\n`)).toEqual([]);
  });

  test("a path outside of the server, or without .ts, is a fault", () => {
    expect(check("src/core/sink.ts", "../../scripts/tidy.ts")).toEqual(["layers"]);
    expect(check("src/core/sink.ts", "./subject")).toEqual(["layers"]);
  });

  test("a folder that has no place in the order is a fault", () => {
    expect(rules("src/helpers/thing.ts", HEADER)).toEqual(["layers"]);
    expect(rules("src/config/helpers/thing.ts", HEADER)).toEqual(["layers"]);
  });
});

describe("sizes", () => {
  test("a source file has 400 lines at most, a test 600", () => {
    expect(rules("src/net/turn.ts", HEADER + lines(399))).toEqual([]);
    expect(rules("src/net/turn.ts", HEADER + lines(400))).toEqual(["file length"]);
    expect(rules("scripts/build.ts", lines(401))).toEqual(["file length"]);
    expect(rules("test/turn.test.ts", lines(600))).toEqual([]);
    expect(rules("test/turn.test.ts", lines(601))).toEqual(["file length"]);
  });

  test("a function has 70 lines at most, however it is written", () => {
    const body = lines(69);
    const shapes = [
      ["function thing(): void {\n", "}\n"],
      ["export async function thing(\n  a: number,\n): Promise<void> {\n", "}\n"],
      ["export const thing = (a: number): number => {\n", "};\n"],
      ["class Thing {\n  #thing<T>(visit: (a: T) => void): void {\n", "  }\n}\n"],
      ["class Thing {\n  static get thing(): number {\n", "  }\n}\n"],
      ["visit((a) => {\n", "});\n"],
    ] as const;
    for (const [opening, closing] of shapes) {
      expect(rules("src/net/turn.ts", HEADER + opening + body + closing)).toEqual([
        "function length",
      ]);
    }
    const short = HEADER + shapes[0][0] + lines(68) + shapes[0][1];
    expect(rules("src/net/turn.ts", short)).toEqual([]);
  });

  test("a block that is no function may be long", () => {
    const block = `class Thing {\n  a = 1;\n${lines(80)}}\nif (size > 1) {\n${lines(80)}}\n`;
    expect(rules("src/net/turn.ts", HEADER + block)).toEqual([]);
  });

  test("a test's body may be long", () => {
    expect(rules("test/turn.test.ts", `test("x", () => {\n${lines(100)}});\n`)).toEqual([]);
  });
});

describe("small rules", () => {
  test("file names are in kebab-case", () => {
    expect(rules("src/net/writeTurn.ts", HEADER)).toEqual(["file name"]);
    expect(rules("test/write-turn.test.ts", "")).toEqual([]);
  });

  test("a source file begins by saying what it is", () => {
    expect(rules("src/net/turn.ts", "let a = 1;\n")).toEqual(["file header"]);
  });

  test("work left for later is found in comments only", () => {
    const word = ["FIX", "ME"].join("");
    expect(rules("scripts/build.ts", `// ${word}: later\n`)).toEqual(["leftover"]);
    expect(rules("test/turn.test.ts", `/*\n * ${word}\n */\n`)).toEqual(["leftover"]);
    expect(rules("scripts/build.ts", `const word = "${word}";\n`)).toEqual([]);
  });

  test("the server does not write to the console", () => {
    expect(rules("src/net/turn.ts", `${HEADER}console.log(1);\n`)).toEqual(["console"]);
    expect(rules("scripts/build.ts", "console.log(1);\n")).toEqual([]);
  });
});

describe("hot path", () => {
  const banned = [
    "visit(() => size);",
    "visit(function () {});",
    "this.last = new Message(size);",
    "this.last = buf.subarray(0, size);",
    "this.last = Uint8Array.prototype.slice.call(buf, 0, size);",
    'this.last = buf.toString("utf8", 0, size);',
    "visit(...sizes);",
    "try {",
    "await visit(size);",
  ];

  test("nothing in a hot file's functions may cost something for each message", () => {
    for (const line of banned) {
      expect(checkFile("src/net/turn.ts", HOT + inMethod(line))).toEqual([
        expect.objectContaining({ rule: "hot path", line: 4, where: "onMessage" }),
      ]);
    }
  });

  test("other files may", () => {
    for (const line of banned) {
      expect(rules("src/net/turn.ts", HEADER + inMethod(line))).toEqual([]);
    }
  });

  test("so may constructors, fields and the module itself", () => {
    const text = `${HOT}const POOL = new Pool(() => 1);
export class Thing {
  readonly turn = new Turn();

  constructor() {
    this.last = new Message();
  }
}
`;
    expect(rules("src/net/turn.ts", text)).toEqual([]);
  });

  test("a loop's body belongs to the function around it", () => {
    const loop = "for (const a of sizes) {\n      this.last = new Message(a);\n    }";
    expect(checkFile("src/net/turn.ts", HOT + inMethod(loop))).toMatchObject([
      { rule: "hot path", where: "onMessage" },
    ]);
  });
});

describe("exceptions", () => {
  const fault: Fault = {
    rule: "hot path",
    file: "src/net/turn.ts",
    line: 7,
    where: "onMessage",
    text: "new object in onMessage",
  };
  const exception = { rule: fault.rule, file: fault.file, where: "onMessage", why: "once" };

  test("an exception covers its rule in its place", () => {
    expect(applyExceptions([fault], [exception])).toEqual([]);
    const elsewhere = { ...fault, where: "onClose" };
    expect(applyExceptions([fault, elsewhere], [exception])).toEqual([elsewhere]);
    const other = { ...fault, rule: "console" as const };
    expect(applyExceptions([fault, other], [exception])).toEqual([other]);
  });

  test("an exception that nothing needs is a fault", () => {
    expect(applyExceptions([], [exception])).toMatchObject([
      { rule: "hot path", file: "src/net/turn.ts", where: "onMessage" },
    ]);
  });
});

describe("code and comments", () => {
  const code = (text: string): string => mask(text).code.replaceAll(/ +/g, " ").trim();

  test("strings, templates and regular expressions are blanked", () => {
    expect(code('a = "x // y" + b;')).toBe('a = " " + b;');
    expect(code("a = 'it\\'s' + b;")).toBe("a = ' ' + b;");
    expect(code('a = /[/]"\\//.test(b);')).toBe("a = / /.test(b);");
    expect(code("a = b / c / d;")).toBe("a = b / c / d;");
    expect(code("return /x/;")).toBe("return / /;");
  });

  test("expressions in templates are code", () => {
    expect(code(`\`x \${a({ b: \`\${c}\` })} y\` + d;`)).toBe("` a({ b: ` c ` }) ` + d;");
  });

  test("comments are kept apart, line for line", () => {
    const masked = mask("a; // one\n/* two\n   three */ b;\n");
    expect(masked.comments.split("\n").map((line) => line.trim())).toEqual([
      "// one",
      "/* two",
      "three */",
      "",
    ]);
    expect(masked.code.split("\n").map((line) => line.trim())).toEqual(["a;", "", "b;", ""]);
  });
});
