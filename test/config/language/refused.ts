/** Texts that nats-server refuses, and what it says. */

/** `at` is where the problem is shown, as `line:column` with columns counted as nats-server does. */
export interface Refusal {
  readonly text: string;
  readonly line: number;
  readonly message: string;
  readonly at: string;
}

const TOP = (got: string): string =>
  `Expected a top-level value to end with a new line, comment or EOF, but got '${got}' instead.`;
const BLOCK = (got: string): string =>
  `Expected a block-level value to end with a new line, comment or EOF, but got '${got}' instead.`;
const MAP = (got: string): string =>
  `Expected a map value terminator "," or a map terminator "}", but got '${got}' instead.`;
const ARRAY = (got: string): string =>
  `Expected an array value terminator "," or an array terminator "]", but got '${got}' instead.`;
const ESCAPE = (got: string): string =>
  `Invalid escape character '${got}'. Only the following escape characters are allowed: \\xXX, \\t, \\n, \\r, \\", \\\\.`;
const INCLUDE = (found: string): string => `Expected include value but found ${found}`;

type Row = readonly [text: string, line: number, message: string, at: string];

const ROWS: readonly Row[] = [
  ["a: 1 b", 1, TOP("b"), "1:5"],
  ["a: 1 é", 1, TOP("é"), "1:5"],
  ["a: 'b'c", 1, TOP("c"), "1:6"],
  ["a: {} {}", 1, TOP("{"), "1:6"],
  ["a: 1.5k", 1, TOP("k"), "1:6"],
  ["a: 1.5e3", 1, TOP("e"), "1:6"],
  ["a: -10x", 1, TOP("x"), "1:6"],
  ["a: 1.2.3.4b", 1, TOP("b"), "1:10"],
  ["a: (\nb\n)\n c: d e", 4, TOP("e"), "4:7"],
  ["{a: 1 b}", 1, BLOCK("b"), "1:6"],
  ["{a: 1", 1, BLOCK("\0"), "1:0"],
  ["\n{{a: 1}", 2, "Expected a block-level to end with a '}', but got '\0' instead.", "2:1"],
  ["{{a: 1} b: 2}", 1, "Expected a block-level to end with a '}', but got 'b' instead.", "1:8"],
  ["m {a: 1 b}", 1, MAP("b"), "1:8"],
  ["m {a: [] ]}", 1, MAP("]"), "1:9"],
  ["m {a:", 1, MAP("\0"), "1:2"],
  ["m [a b]", 1, ARRAY("b"), "1:5"],
  ["m [a;b]", 1, ARRAY(";"), "1:4"],
  ["m [a}", 1, ARRAY("}"), "1:4"],
  ["m [", 1, ARRAY("\0"), "1:2"],
  ["m [a", 1, ARRAY("\0"), "1:2"],
  ["m [,a]", 1, "Unexpected array value terminator ','.", "1:3"],
  ["m [a,,b]", 1, "Unexpected array value terminator ','.", "1:5"],
  ["m [a\n,b]", 2, "Unexpected array value terminator ','.", "2:1"],
  ["m [/a]", 1, "Unexpected array value terminator ','.", "1:3"],
  ["m {a:, b: 1}", 1, 'Unexpected map value terminator ",".', "1:5"],
  [": 1", 1, "Unexpected key separator ':'", "1:0"],
  ["a: 1\n = 1", 2, "Unexpected key separator '='", "2:2"],
  ["m { :1}", 1, "Unexpected key separator ':'.", "1:4"],
  ["m {]}", 1, "Unexpected array end ']' processing map.", "1:3"],
  ["a:\n", 2, "Expected value but found new line", "1:2"],
  ["a:\r", 1, "Expected value but found new line", "1:2"],
  ["/", 1, "Unexpected EOF.", "1:0"],
  ["{/", 1, "Unexpected EOF.", "1:1"],
  ["\0", 1, "Unexpected EOF.", "1:0"],
  ["a: 1\n\0", 2, "Unexpected EOF.", "2:1"],
  ['"a', 1, "Unexpected EOF.", "1:0"],
  ["'a\n", 2, "Unexpected EOF.", "1:0"],
  ["a: 'b\nc: d", 2, "Unexpected EOF.", "1:3"],
  ['a: "b\nc: d\n', 3, "Unexpected EOF.", "1:3"],
  ["m {", 1, "Unexpected EOF processing map.", "1:2"],
  ["m {\n a: 1\n", 3, "Unexpected EOF processing map.", "1:2"],
  ["m {a", 1, "Unexpected EOF processing map key.", "1:2"],
  ["m {'a", 1, "Unexpected EOF processing quoted map key.", "1:2"],
  ['m {"a', 1, "Unexpected EOF processing double quoted map key.", "1:2"],
  ["a: (b\n", 2, "Unexpected EOF processing block.", "1:3"],
  ["a: (b\r\n)\r\n", 3, "Unexpected EOF processing block.", "1:3"],
  ["a: (b\n )\n", 3, "Unexpected EOF processing block.", "1:3"],
  ["a: (b\n) \n", 3, "Unexpected EOF processing block.", "1:3"],
  ['a: "b\\q"', 1, ESCAPE("q"), "1:5"],
  ["a: C:\\dir", 1, ESCAPE("d"), "1:5"],
  ["a: b\\\n", 2, ESCAPE("\\n"), "1:4"],
  ["a: b\\", 1, ESCAPE("\0"), "1:4"],
  ['a: "\\xzz"', 1, "Expected two hexadecimal digits after '\\x', but got 'zz'", "1:4"],
  ['a: "\\x4', 1, "Expected two hexadecimal digits after '\\x', but got 'x4'", "1:4"],
  ['a: "\\x4\n"', 2, "Expected two hexadecimal digits after '\\x', but hit end of line", "1:4"],
  ["a: .5", 1, "Floats must start with a digit", "1:3"],
  ["a: -.5", 1, "Floats must start with a digit, not '.'.", "1:4"],
  ["a: 1.", 1, "Floats must have a digit after the '.', but got '\0' instead.", "1:5"],
  ["a: 1.\n", 2, "Floats must have a digit after the '.', but got '\\n' instead.", "1:5"],
  ["a: -b", 1, "Expected a digit but got 'b'.", "1:4"],
  ["a: -\n", 2, "Expected a digit but got '\\n'.", "1:4"],
  ["a: 10-20", 1, "All ISO8601 dates must be in full Zulu form.", "1:5"],
  ["a: 2020-x", 1, "Expected digit in ISO8601 datetime, but found 'x' instead.", "1:8"],
  ["a: 2020-01-01 ", 1, "Expected 'T' in ISO8601 datetime, but found ' ' instead.", "1:13"],
  ["include [a]", 1, INCLUDE("start of an array"), "1:8"],
  ["include {a}", 1, INCLUDE("start of a map"), "1:8"],
  ["include (a)", 1, INCLUDE("start of a block"), "1:8"],
  ["include 1", 1, INCLUDE("start of a number"), "1:8"],
  ["include -a", 1, INCLUDE("start of a number"), "1:8"],
  ["include \\a", 1, INCLUDE("escape sequence"), "1:8"],
  ["include\n'a'", 2, INCLUDE("new line"), "1:7"],
  ["include 'a", 1, "Unexpected EOF in quoted include", "1:8"],
  ['m { INCLUDE "a', 1, "Unexpected EOF in double quoted include", "1:12"],
];

/** Syntax errors. */
export const REFUSED: readonly Refusal[] = ROWS.map(([text, line, message, at]) => ({
  text,
  line,
  message,
  at,
}));

/** Errors without a line of their own. */
export const REFUSED_OTHERWISE: readonly (readonly [text: string, headline: string])[] = [
  ["port", "config is invalid (a.conf:1:4)"],
  ["a: 1\nport \n", "config is invalid (a.conf:3:1)"],
  ["port: '", "config is invalid (a.conf:1:7)"],
  ['port: "\\t', "config is invalid (a.conf:1:8)"],
  ['a\n"b\nc\n\\n', "config is invalid (a.conf:4:3)"],
  ["a\0b", "config is invalid (a.conf:1:1)"],
  ["a: 9223372036854775808", "integer '9223372036854775808' is out of the range"],
  ["a: -9223372036854775809k", "integer '-9223372036854775809k' is out of the range"],
  ["a: 5\u0663", "expected integer, but got '5\u0663'"],
  ["a: \u0663.5", "expected float, but got '\u0663.5'"],
  [`a: ${"9".repeat(310)}.0`, `float '${"9".repeat(310)}.0' is out of the range`],
  ["a: 2020-02-30T00:00:00Z", "expected Zulu formatted DateTime, but got '2020-02-30T00:00:00Z'"],
  ["a: 2020-01-01T24:00:00Z", "expected Zulu formatted DateTime, but got '2020-01-01T24:00:00Z'"],
  ["a: 1\n\nb: $x", "variable reference for 'x' on line 3 can not be found"],
  ["a: $A\nA: 1", "variable reference for 'A' on line 1 can not be found"],
  [`a: $${"{A}"}`, "variable reference for '{A' on line 1 can not be found"],
  [
    "include nosuch.conf",
    "error parsing include file 'nosuch.conf', open nosuch.conf: no such file or directory",
  ],
];
