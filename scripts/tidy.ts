/**
 * House rules that neither the compiler nor the linter knows.
 *
 * Usage: bun scripts/tidy.ts
 *
 * The rules read text, not a syntax tree. They can do so because the linter has formatted every file
 * before: a function's header begins at the indentation at which its closing brace stands.
 */

import { readFileSync } from "node:fs";
import { resolve } from "node:path";

export type Rule =
  | "layers"
  | "file length"
  | "function length"
  | "file name"
  | "file header"
  | "leftover"
  | "console"
  | "hot path";

export interface Fault {
  rule: Rule;
  file: string;
  /** From 1. */
  line: number;
  /** Function in which it was found; "" outside of functions. */
  where: string;
  text: string;
}

/** Something that breaks a rule and may stay. One that is no longer needed is a fault itself. */
export interface Exception {
  rule: Rule;
  file: string;
  /** The function; absent for a whole file. */
  where?: string;
  why: string;
}

/** Every exception there is. The list may only shrink. */
const EXCEPTIONS: readonly Exception[] = [
  ...notPerMessage("src/core/sublist-cache.ts", "keeps a result for later", ["store"]),
  ...notPerMessage("src/core/sublist-cache.ts", "it grows", ["#rememberMore", "emptyEntries"]),
  ...notPerMessage("src/core/crossing/pending-replies.ts", "in steps", ["#use", "#shrink"]),
  ...notPerMessage("src/core/crossing/pending-replies.ts", "for long subjects", ["#keepText"]),
  ...notPerMessage("src/core/sublist.ts", "once per subscription", ["#changed"]),
  ...notPerMessage("src/core/sublist.ts", "for logs", ["subjectOf"]),
  ...notPerMessage("src/core/permissions/permission-set.ts", "once per user", [
    "compile",
    "treeOf",
  ]),
  ...notPerMessage("src/core/permissions/rule-tree.ts", "once per list", ["#build", "#insert"]),
  ...notPerMessage("src/core/permissions/verdict-cache.ts", "grows a few times", ["#enlarge"]),
  ...notPerMessage("src/core/permissions/reply-permits.ts", "in steps", ["#use", "#reset"]),
  ...notPerMessage("src/core/permissions/reply-permits.ts", "for long subjects", ["#keepLong"]),
  ...notPerMessage("src/net/connection.ts", "at the end", ["close"]),
  ...notPerMessage("src/net/inbound.ts", "when a peer lags", ["#consume", "#stall"]),
  ...notPerMessage("src/net/inbound.ts", "after a pause", ["rest", "resumeInput"]),
];

/** Functions of a hot file that may allocate, as they do not run for each message. */
function notPerMessage(file: string, why: string, names: readonly string[]): Exception[] {
  return names.map((where) => ({ rule: "hot path", file, where, why }));
}

/** A folder or file of `src` imports from itself and from what stands in an earlier row. */
const LAYERS: readonly (readonly string[])[] = [
  ["version.ts"],
  ["bytes"],
  ["s2"],
  ["protocol"],
  ["log"],
  ["config"],
  ["windows"],
  ["core"],
  ["accounts"],
  ["trust"],
  ["auth"],
  ["net"],
  ["kinds"],
  ["cluster"],
  ["supercluster"],
  ["process"],
  ["documents"],
  ["system"],
  ["monitor"],
  ["server"],
  ["cli"],
  ["embed.ts", "main.ts"],
];

/** The same within `src/config`. */
const CONFIG_LAYERS: readonly (readonly string[])[] = [
  ["language"],
  ["options"],
  ["schema"],
  ["validate"],
  ["unenforced.ts"],
  ["report"],
  ["files"],
  ["diff.ts"],
  ["sections/access", "sections/jetstream", "sections/tls"],
  ["sections/accounts", "sections/links", "sections/server", "sections/trust"],
  ["sections/root.ts"],
  ["load.ts"],
  ["lint"],
];

const FILE_LINES_MAX = 400;
const TEST_FILE_LINES_MAX = 600;
const FUNCTION_LINES_MAX = 70;

/** What costs memory or time for each message. Constructors may: they run once for an object. */
const HOT_PATH_BANS: readonly { name: string; pattern: RegExp }[] = [
  { name: "closure", pattern: /=>|\bfunction\b/ },
  { name: "new object", pattern: /\bnew [A-Z]/ },
  { name: "view or copy", pattern: /\.(?:slice|subarray|concat|toString)\b/ },
  { name: "spread", pattern: /\.\.\./ },
  { name: "exception handler", pattern: /\btry\b/ },
  { name: "promise", pattern: /\b(?:async|await|Promise)\b/ },
];

/** A file's text in two masks of the same length and lines, blank where the other kind stands. */
interface Masked {
  /** Code; strings, templates and regular expressions keep only their delimiters. */
  code: string;
  comments: string;
}

/** Separates code from comments. */
export function mask(text: string): Masked {
  const code = text.replace(/[^\n]/g, " ").split("");
  const comments = [...code];
  /** Brace depth of each template expression that is open. */
  const templates: number[] = [];
  let depth = 0;
  let i = 0;

  const skipTo = (end: number): void => {
    i = end < 0 ? text.length : end;
  };
  const readTemplate = (): void => {
    while (i < text.length && text[i] !== "`" && !text.startsWith("${", i)) {
      i += text[i] === "\\" ? 2 : 1;
    }
    if (text[i] === "$") templates.push(depth++);
    else code[i] = "`";
    i += text[i] === "$" ? 2 : 1;
  };
  const readQuoted = (delimiter: string): void => {
    let isInClass = false;
    code[i++] = delimiter;
    while (i < text.length && text[i] !== "\n" && (text[i] !== delimiter || isInClass)) {
      // In a regular expression a slash between brackets does not end it.
      if (delimiter === "/" && text[i] === "[") isInClass = true;
      if (text[i] === "]") isInClass = false;
      i += text[i] === "\\" ? 2 : 1;
    }
    if (text[i] === delimiter) code[i++] = delimiter;
  };

  while (i < text.length) {
    const start = i;
    const char = text[i]!;
    if (text.startsWith("//", i)) {
      skipTo(text.indexOf("\n", i));
      for (let at = start; at < i; at++) comments[at] = text[at]!;
    } else if (text.startsWith("/*", i)) {
      const end = text.indexOf("*/", i);
      skipTo(end < 0 ? end : end + 2);
      for (let at = start; at < i; at++) comments[at] = text[at]!;
    } else if (char === '"' || char === "'" || (char === "/" && beginsRegExp(code, i))) {
      readQuoted(char);
    } else if (char === "`") {
      code[i++] = char;
      readTemplate();
    } else if (char === "}" && templates.at(-1) === depth - 1) {
      depth = templates.pop()!;
      i++;
      readTemplate();
    } else {
      if (char === "{") depth++;
      if (char === "}") depth--;
      code[i++] = char;
    }
  }
  return { code: code.join(""), comments: comments.join("") };
}

/** A slash after a value divides; anywhere else it begins a regular expression. */
function beginsRegExp(code: readonly string[], at: number): boolean {
  let last = at - 1;
  while (last >= 0 && /\s/.test(code[last]!)) last--;
  if (last < 0 || !/[\w$)\]"'`]/.test(code[last]!)) return true;
  return /\b(?:return|case|typeof)$/.test(code.slice(Math.max(0, last - 8), last + 1).join(""));
}

interface FunctionSpan {
  name: string;
  /** Line indexes of the header's first line, of the line that opens the body, of the closing brace. */
  start: number;
  open: number;
  end: number;
}

const DECLARATION = /^\s*(?:export )?(?:default )?(?:async )?function\*? ?(\w+)/;
const ASSIGNMENT = /^\s*(?:export )?(?:const|let) (\w+) = .*=> \{$/;
const METHOD = /^\s+(?:(?:static|private|protected|async|override|get|set) )*\*?(#?\w+)(?:<.*>)?\(/;
const CALLBACK = /=> \{$/;
const KEYWORDS = new Set(["if", "for", "while", "switch", "catch", "return", "super", "with"]);

/** Functions with a body of their own lines, outer ones before inner ones. */
function findFunctions(lines: readonly string[]): FunctionSpan[] {
  const spans: FunctionSpan[] = [];
  for (const [start, line] of lines.entries()) {
    const name = functionName(line);
    if (name === undefined) continue;
    const indent = line.search(/\S/);
    const closes = (i: number, brace: string): boolean =>
      lines[i]!.startsWith(brace, indent) && lines[i]!.search(/\S/) === indent;
    let open = start;
    if (line.endsWith("(")) {
      open++;
      while (open < lines.length && !closes(open, ")")) open++;
    }
    if (!/(?:\)|\): .+|=>) \{$/.test(lines[open] ?? "")) continue;
    let end = open + 1;
    while (end < lines.length && !closes(end, "}")) end++;
    spans.push({ name, start, open, end });
  }
  return spans;
}

function functionName(line: string): string | undefined {
  const declared = (DECLARATION.exec(line) ?? ASSIGNMENT.exec(line))?.[1];
  if (declared !== undefined) return declared;
  if (CALLBACK.test(line)) return "callback";
  const method = METHOD.exec(line)?.[1];
  return method === undefined || KEYWORDS.has(method) ? undefined : method;
}

/** The named function around a line, or "" outside of functions. */
function enclosing(spans: readonly FunctionSpan[], line: number): string {
  const isAround = (span: FunctionSpan): boolean =>
    span.name !== "callback" && span.open < line && line < span.end;
  return spans.findLast(isAround)?.name ?? "";
}

/** Checks one file. `file` is its path from the project's root, with forward slashes. */
export function checkFile(file: string, text: string): Fault[] {
  const faults: Fault[] = [];
  const { code, comments } = mask(text);
  const lines = code.split("\n");
  const spans = findFunctions(lines);
  const report = (rule: Rule, index: number, message: string, where?: string): void => {
    const scope = where ?? enclosing(spans, index);
    faults.push({ rule, file, line: index + 1, where: scope, text: message });
  };

  checkSizes(file, text, spans, report);
  if (!/^[a-z0-9]+(?:[-.][a-z0-9]+)*\.ts$/.test(file.slice(file.lastIndexOf("/") + 1))) {
    report("file name", 0, "file names are in kebab-case");
  }
  for (const [index, line] of comments.split("\n").entries()) {
    const leftover = /\b(?:TODO|FIXME|XXX)\b/.exec(line)?.[0];
    if (leftover !== undefined) report("leftover", index, `${leftover}: do it or drop it`);
  }
  if (!file.startsWith("src/")) return faults;

  if (!text.startsWith("/**"))
    report("file header", 0, "the file does not begin by saying what it is");
  for (const [index, line] of lines.entries()) {
    if (/\bconsole\./.test(line)) report("console", index, "the server writes through its log");
  }
  checkImports(file, text, code, report);
  if (/^\/\*\*\s+(?:\* )?Hot path\./.test(text)) checkHotPath(lines, spans, report);
  return faults;
}

type Report = (rule: Rule, index: number, message: string, where?: string) => void;

function checkSizes(
  file: string,
  text: string,
  spans: readonly FunctionSpan[],
  report: Report,
): void {
  const isTest = file.startsWith("test/");
  const lines = text.replace(/\n$/, "").split("\n");
  const max = isTest ? TEST_FILE_LINES_MAX : FILE_LINES_MAX;
  if (lines.length > max)
    report("file length", max, `${lines.length} lines; ${max} is the most`, "");
  // A test's body is one callback, and reads well at any length.
  if (isTest) return;
  for (const { name, start, end } of spans) {
    const length = end - start + 1;
    if (length <= FUNCTION_LINES_MAX) continue;
    report(
      "function length",
      start,
      `${name}: ${length} lines; ${FUNCTION_LINES_MAX} is the most`,
      name,
    );
  }
}

function checkImports(file: string, text: string, code: string, report: Report): void {
  const place = placeOf(file);
  if (place.rank < 0) report("layers", 0, `${place.path} has no place in the order of layers`);
  for (const match of code.matchAll(/\b(?:from|import) ?\(?"( +)"/g)) {
    const end = match.index + match[0].length - 1;
    const specifier = text.slice(end - match[1]!.length, end);
    if (!specifier.startsWith(".")) continue;
    const index = code.slice(0, match.index).split("\n").length - 1;
    if (!/\.(?:ts|json)$/.test(specifier)) report("layers", index, `"${specifier}" lacks .ts`);
    const target = resolve("/", file, "..", specifier).slice(1);
    if (target === "package.json") continue;
    if (!target.startsWith("src/")) report("layers", index, `${target} is no part of the server`);
    else if (!mayUse(place, placeOf(target)))
      report("layers", index, `${place.path} may not use ${placeOf(target).path}`);
  }
}

/** A folder or file in the order of layers. */
interface LayerPlace {
  readonly path: string;
  /** Its row, with a fraction for that within `src/config`; -1 when it has none. */
  readonly rank: number;
}

function placeOf(file: string): LayerPlace {
  const [, folder = "", ...rest] = file.split("/");
  const rank = LAYERS.findIndex((row) => row.includes(folder));
  if (folder !== "config") return { path: `src/${folder}`, rank };
  const inner = rest.slice(0, rest[0] === "sections" ? 2 : 1).join("/");
  const row = CONFIG_LAYERS.findIndex((each) => each.includes(inner));
  const innerRank = row < 0 ? -1 : rank + row / CONFIG_LAYERS.length;
  return { path: `src/config/${inner}`, rank: innerRank };
}

function mayUse(from: LayerPlace, to: LayerPlace): boolean {
  return from.path === to.path || to.rank < from.rank;
}

function checkHotPath(
  lines: readonly string[],
  spans: readonly FunctionSpan[],
  report: Report,
): void {
  for (const [index, line] of lines.entries()) {
    const where = enclosing(spans, index);
    if (where === "" || where === "constructor") continue;
    for (const { name, pattern } of HOT_PATH_BANS) {
      if (pattern.test(line)) report("hot path", index, `${name} in ${where}`);
    }
  }
}

/** Takes out what is excepted, and adds a fault for each exception that nothing needs. */
export function applyExceptions(
  faults: readonly Fault[],
  exceptions: readonly Exception[],
): Fault[] {
  const covers = (exception: Exception, fault: Fault): boolean =>
    exception.rule === fault.rule &&
    exception.file === fault.file &&
    (exception.where === undefined || exception.where === fault.where);
  const stale = exceptions.filter((exception) => !faults.some((fault) => covers(exception, fault)));
  return [
    ...faults.filter((fault) => !exceptions.some((exception) => covers(exception, fault))),
    ...stale.map(({ rule, file, where = "" }) => ({
      rule,
      file,
      line: 1,
      where,
      text: `the exception ${where && `for ${where} `}is no longer needed`,
    })),
  ];
}

/** Checks the project's own files. */
export function checkProject(root: string): Fault[] {
  const files = [...new Bun.Glob("{src,test,scripts}/**/*.ts").scanSync(root)]
    .map((file) => file.replaceAll("\\", "/"))
    .sort();
  const faults = files.flatMap((file) =>
    checkFile(file, readFileSync(resolve(root, file), "utf8")),
  );
  return applyExceptions(faults, EXCEPTIONS);
}

if (import.meta.main) {
  const faults = checkProject(resolve(import.meta.dir, ".."));
  for (const { rule, file, line, text } of faults)
    console.error(`${file}:${line}: ${rule}: ${text}`);
  if (faults.length > 0) process.exitCode = 1;
}
