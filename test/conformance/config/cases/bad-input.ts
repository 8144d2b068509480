/** What is no configuration at all, or one that nobody would write. */

import { broken, type ConfigCase, valid } from "../config-case.ts";

const bytes = (...parts: (string | readonly number[])[]): Uint8Array =>
  Buffer.concat(parts.map((part) => Buffer.from(part as string)));

const DEEP = 10_000;

export const BAD_INPUT: readonly ConfigCase[] = [
  broken("an empty file", "", "test.conf: config has no values or is empty"),
  broken("blanks only", "  \n\t\n", "test.conf: config has no values or is empty"),
  broken("a missing file", "", "open nope.conf: no such file or directory", { path: "nope.conf" }),
  broken("a missing folder", "", "no such file or directory", { path: "nope/test.conf" }),
  broken("a folder", "", "read sub: is a directory", { path: "sub", files: { "sub/": "" } }),
  broken("a file used as a folder", "", "not a directory", { path: "test.conf/x" }),
  broken("an empty path", "port: x", "open", { path: " " }),
  valid("a path with a dot", "port: 1\n", { path: "./test.conf" }),
  broken("a path with dots in an error", "foo: 1\n", "./sub/../test.conf:1:0", {
    path: "./sub/../test.conf",
    files: { "sub/": "" },
  }),
  valid("a path with blanks", "", { path: "a b.conf", files: { "a b.conf": "port: 1\n" } }),
  broken("NUL between lines", bytes("port: 1\n", [0], "foo: 1\n"), "Unexpected EOF."),
  broken("NUL after a key", bytes("port", [0], ": 1\n"), "config is invalid (test.conf:1:4)"),
  broken("NUL in a map", bytes("cluster { name: a, ", [0], " }\n"), "x"),
  broken("NUL ends a value", bytes("port: 1", [0], "2\n"), "config is invalid (test.conf:2:1)"),
  broken("NUL in a string", bytes('host: "a', [0], 'b"\n'), "Unexpected EOF."),
  broken("only a NUL", bytes([0]), "Unexpected EOF."),
  valid("invalid UTF-8 in a string", bytes('server_metadata { a: "', [0xff, 0xfe], '" }\n')),
  valid("invalid UTF-8 in a bare string", bytes("server_metadata { a: ", [0xc3, 0x28], " }\n")),
  valid("cut UTF-8 in a string", bytes('server_metadata { a: "', [0xe2, 0x82], '" }\n')),
  broken("invalid UTF-8 in a key", bytes([0xff], "a: 1\n"), "unknown field"),
  broken("invalid UTF-8 after a value", bytes("port: 1 ", [0xff], "\n"), "Parse error"),
  broken("binary", bytes([0x7f], "ELF", [2, 1, 1], " ", [3, 7]), "unknown field"),
  broken(
    "maps, a thousand deep",
    `${"a { ".repeat(1_000)}${"}".repeat(1_000)}`,
    'unknown field "a"',
  ),
  broken(
    "arrays, ten thousand deep",
    `a: ${"[".repeat(DEEP)}${"]".repeat(DEEP)}`,
    "exceeded max depth",
  ),
  valid(
    "braces around the file, ten thousand deep",
    `${"{".repeat(DEEP)}port: 1${"}".repeat(DEEP)}`,
  ),
  broken("open maps, ten thousand deep", "a { ".repeat(DEEP), "Unexpected EOF processing map."),
  broken("open arrays, ten thousand deep", `a: ${"[".repeat(DEEP)}`, "Parse error"),
  valid("a long string", `server_metadata { a: "${"x".repeat(200_000)}" }\n`),
  broken("a long key", `${"x".repeat(100_000)}: 1\n`, "unknown field"),
  broken("a long number", `port: ${"9".repeat(10_000)}\n`, "is out of the range"),
  valid(
    "many keys",
    `server_metadata {\n${Array.from({ length: 5_000 }, (_, i) => `k${i}: v`).join("\n")}\n}\n`,
  ),
  broken("XML", "<port>4222</port>\n", "config is invalid"),
  broken("YAML", "cluster:\n  name: a\n", "Expected value but found new line"),
  broken("YAML with a list", "server_tags:\n  - a\n", "Expected value but found new line"),
  broken("TOML", "[cluster]\nname = 'a'\n", "Parse error"),
  broken(
    "an assignment of the shell",
    "PORT=4222 nats-server\n",
    "Expected a top-level value to end",
  ),
];
