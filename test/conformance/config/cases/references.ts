/** Variables, the environment and included files. */

import { accepts, broken, type ConfigCase, refuses, valid } from "../config-case.ts";

const env = (value: string) => ({ env: { VALUE: value } });

export const VARIABLES: readonly ConfigCase[] = [
  accepts("p: 4222\nport: $p"),
  accepts("http_port: 8222\nport: $http_port"),
  accepts("p: 4222\ncluster { port: $p }"),
  accepts("cluster { p: 4222, port: $p }"),
  accepts("p: 1\nhost: h\nmax_subs: $p\ncluster { p: 2, port: $p }"),
  accepts("perms { publish: a }\nauthorization { users: [{user: u, permissions: $perms}] }"),
  accepts("tags: [a, b]\nserver_tags: $tags"),
  accepts("t: yes\ndebug: $t"),
  accepts("a: 5s\nb: $a\nping_interval: $b"),
  accepts("a-b.c: 1\nport: $a-b.c"),
  refuses("port: $p\np: 4222", "variable reference for 'p' on line 1 can not be found"),
  refuses("p: 4222\nport: $P", "variable reference for 'P' on line 2 can not be found"),
  // biome-ignore lint/suspicious/noTemplateCurlyInString: a brace is part of a variable's name
  refuses("p: 4222\nport: ${p}", "variable reference for '{p"),
  refuses("p: 4222\nport: $p-1", "variable reference for 'p-1' on line 2 can not be found"),
  refuses("cluster { p: 1 }\nport: $p", "variable reference for 'p' on line 2 can not be found"),
  refuses("port: $", "variable reference for '' on line 1 can not be found"),
  refuses("\n\nport: $NO_SUCH_VARIABLE\n", "on line 3 can not be found"),
  refuses("a: $a", "variable reference for 'a' on line 1 can not be found"),
  refuses("p: 4222", 'unknown field "p"'),
  refuses("p: 4222\nport: $p\nq: 1", 'unknown field "q"'),
  refuses("cluster { p: 1 }", 'unknown field "p"'),
  accepts("cluster { p: 1, port: $p }"),
  accepts("mqtt { p: 1, port: $p }"),
  accepts("websocket { p: 1, port: $p, no_tls: true }"),
  accepts("authorization { t: x, token: $t }"),
  refuses("tls { t: 2, timeout: $t }", 'error parsing tls config, unknown field "t"'),
  refuses("ocsp { m: auto, mode: $m }", "error parsing ocsp config: unsupported field"),
  refuses(
    "mappings { a: { w: 1, dest: b, weight: $w } }",
    'Unknown field "w" for mapping destination',
  ),
  refuses("t: 'x'\nport: $t", "interface {} is string, not int64"),
  refuses("x: [a]\nport: $x", "interface {} is []interface {}, not int64"),
  refuses("x { a: b }\nport: $x", "interface {} is map[string]interface {}, not int64"),
  valid("a variable in an array", "u { user: a }\nauthorization { users: [$u] }\n"),
  valid(
    "a variable map in accounts is no account",
    "accounts { shared { users: [{user: a}] }, A: $shared }\n",
  ),
  valid(
    "a variable of an account's users",
    "users = [ {user: a, pass: b} ]\naccounts { A { users: $users } }\n",
  ),
  valid("a number as a variable in data", "n: '5'\nserver_metadata { a: $n }\n"),
  broken("an array's items do not define variables", "x: [ {p: 1} ]\nport: $p\n", "'p' on line 2"),
];

export const ENVIRONMENT: readonly ConfigCase[] = [
  ...["4222", " 4222 ", "4k", "4222 # comment", "4222\nmore: 1", "4222,", "-1"].map((value) =>
    accepts(`port: $VALUE # ${value.replace("\n", " ")}`, env(value)),
  ),
  valid("the environment gives a boolean", "debug: $VALUE\n", env("yes")),
  valid("the environment gives a quoted string", "server_metadata { a: $VALUE }\n", env('"a b"')),
  valid("the environment gives nothing", "server_name: $VALUE\n", env("")),
  valid("the environment refers to itself", "port: $VALUE\n", {
    env: { VALUE: "$OTHER", OTHER: "4222" },
  }),
  valid("the file comes before the environment", "VALUE: 1\nport: $VALUE\n", env("2")),
  broken("the environment gives a text", "port: $VALUE\n", "is string, not int64", env("abc")),
  broken("the environment gives a number", "server_name: $VALUE\n", "not string", env("7")),
  broken("the environment gives two words", "host: $VALUE\n", "could not be parsed", env("a b")),
  broken("the environment gives an open quote", "host: $VALUE\n", "could not be parsed", env('"a')),
  broken(
    "the environment gives a missing variable",
    "host: $VALUE\n",
    "can not be found",
    env("$NOPE"),
  ),
  broken("a cycle of one", "host: $VALUE\n", "variable reference cycle for 'VALUE'", env("$VALUE")),
  broken("a cycle of two", "host: $VALUE\n", "variable reference cycle for", {
    env: { VALUE: "$OTHER", OTHER: "$VALUE" },
  }),
  broken("the environment does not see the file", "x: 1\nhost: $VALUE\n", "'x'", env("$x")),
  broken("a map from the environment", "cluster: $VALUE\n", "runtime error", env("{nope: 1}")),
  valid("a good map from the environment", "cluster: $VALUE\n", env("{name: a}")),
  broken(
    "a wrong type in a map from the environment",
    "cluster: $VALUE\n",
    "int64",
    env("{name: 1 }"),
  ),
  broken("tags from the environment", "server_tags: $VALUE\n", "unsupported type", env("[a, b]")),
  valid("users from the environment", "authorization { users: $VALUE }\n", env("[{user: a}]")),
  valid(
    "a password from the environment",
    "authorization { user: u, pass: $VALUE }\n",
    env("s3cr3t"),
  ),
  broken("a numeric password", "authorization { user: u, pass: $VALUE }\n", "int64", env("1234")),
];

export const INCLUDES: readonly ConfigCase[] = [
  valid("bare path", "include a.conf\n", { files: { "a.conf": "port: 1\n" } }),
  valid("path in single quotes", "include 'a.conf'\n", { files: { "a.conf": "port: 1\n" } }),
  valid("path in double quotes", 'include "a.conf"\n', { files: { "a.conf": "port: 1\n" } }),
  valid("upper case", "INCLUDE a.conf\n", { files: { "a.conf": "port: 1\n" } }),
  valid("in a map", "cluster { include a.conf }\n", { files: { "a.conf": "name: a\n" } }),
  valid("in a map, followed by a comment", "cluster {\n  include ./a.conf # hello\n}\n", {
    files: { "a.conf": "name: a\n" },
  }),
  valid("from a folder", "include sub/a.conf\n", {
    files: { "sub/a.conf": "include b.conf\n", "sub/b.conf": "port: 2\n" },
  }),
  valid("from the folder above", "include sub/a.conf\n", {
    files: { "sub/a.conf": "include ../b.conf\n", "b.conf": "port: 2\n" },
  }),
  valid("twice", "include a.conf\ncluster { include b.conf }\ninclude a.conf\n", {
    files: { "a.conf": "port: 1\n", "b.conf": "name: a\n" },
  }),
  valid("later keys win", "port: 1\ninclude a.conf\n", { files: { "a.conf": "port: 2\n" } }),
  valid("keys after it win", "include a.conf\nport: 1\n", { files: { "a.conf": "port: x\n" } }),
  valid("variables of the included file", "include a.conf\nport: $p\n", {
    files: { "a.conf": "p: 7\n" },
  }),
  valid("an empty file", "port: 1\ninclude a.conf\n", { files: { "a.conf": "" } }),
  valid("semicolon after the path", "include a.conf; port: 2\n", {
    files: { "a.conf": "debug: true\n" },
  }),
  broken("a comma belongs to the path", "include a.conf, port: 2\n", "a.conf,", {
    files: { "a.conf": "debug: true\n" },
  }),
  broken(
    "variables of the including file",
    "p: 7\ninclude a.conf\n",
    "variable reference for 'p'",
    {
      files: { "a.conf": "port: $p\n" },
    },
  ),
  broken("an absolute path is looked up in the folder", "include /a.conf\n", ["/a.conf"], {
    files: { "b.conf": "" },
  }),
  valid("an absolute path of the folder", "include /a.conf\n", {
    files: { "a.conf": "port: 1\n" },
  }),
  broken("a missing file", "port: 1\ninclude a.conf\n", "no such file or directory"),
  broken("a folder", "include a\n", "is a directory", { files: { "a/": "" } }),
  broken(
    "a syntax error in it",
    "include a.conf\n",
    "error parsing include file 'a.conf', Parse error",
    {
      files: { "a.conf": "port: 'x\n" },
    },
  ),
  broken(
    "an error in it has its place",
    "port: 1\ninclude sub/a.conf\n",
    "sub/a.conf:2:3: unknown",
    {
      files: { "sub/a.conf": "debug: true\n  foo: 1\n" },
    },
  ),
  broken("a wrong type in it", "include a.conf\n", "a.conf:1:0: interface", {
    files: { "a.conf": "port: x\n" },
  }),
  broken("in an array", "server_tags: [ include a.conf ]\n", "Parse error", {
    files: { "a.conf": "a\n" },
  }),
  refuses("include: a.conf", 'unknown field "include"'),
  refuses("include = a.conf", "open"),
  refuses('"include" a.conf', 'unknown field "include"'),
  refuses("include", "config is invalid"),
  refuses("include [a]", "Expected include value but found start of an array"),
  refuses("include {a}", "Expected include value but found start of a map"),
  refuses("include (a)", "Expected include value but found start of a block"),
  refuses("include 1", "Expected include value but found start of a number"),
  refuses("include -1", "Expected include value but found start of a number"),
  refuses("include \\a", "Expected include value but found escape sequence"),
  refuses("include \na.conf", "Expected include value but found new line"),
  refuses("include 'a.conf", "Unexpected EOF in quoted include"),
  refuses('include "a.conf', "Unexpected EOF in double quoted include"),
];
