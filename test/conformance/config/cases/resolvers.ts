/** Account resolvers: their folders, and what they are told. */

import { accepts, broken, type ConfigCase, refuses, valid } from "../config-case.ts";

const RESOLVER = "should be MEM or  URL(";

export const RESOLVERS: readonly ConfigCase[] = [
  valid("a resolver's dir below others", "resolver { type: full, dir: a/b/c }\n"),
  valid("a resolver's dir that ends with a slash", "resolver { type: cache, dir: 'a//b/' }\n"),
  valid("a resolver's dir that is there", "resolver { type: full, dir: d }\n", {
    files: { "d/": "" },
  }),
  broken(
    "a dir in a file",
    "resolver { type: full, dir: test.conf/a }\n",
    "mkdir test.conf: not a",
  ),
  broken("a dir under a file", "resolver { type: full, dir: test.conf/a/b }\n", "test.conf: not a"),
  broken("a file as dir", "resolver { type: cache, dir: test.conf }\n", [
    "dir needs to point to an accessible directory",
    "mkdir test.conf: not a directory",
  ]),
  broken("no dir", "resolver { type: cache }\n", [
    "dir has no value and needs to point to a directory",
    "mkdir : no such file or directory",
  ]),
  broken(
    "a dir that cannot be made",
    "resolver { type: full, dir: /proc/x/y }\n",
    "mkdir /proc/x:",
  ),
  broken("a dir with a zero byte", 'resolver { type: full, dir: "a\\x00" }\n', "invalid argument"),
  refuses(
    "resolver { type: cache, dir: d, interval: '1s', allow_delete: true, hard_delete: true }",
    [
      "CACHE does not accept sync",
      "CACHE does not accept allow_delete",
      "CACHE does not accept hard_delete",
    ],
  ),
  refuses("resolver { type: full, dir: d, ttl: '1s', hard_delete: false }", [
    "FULL does not accept ttl",
    "hard_delete has no effect without delete",
  ]),
  refuses("resolver { type: full, dir: d, timeout: '0s' }", "Fetch timeout 0s is too smal"),
  refuses("resolver { type: cache, dir: d, timeout: '-1.5s' }", "Fetch timeout -1.5s is too smal"),
  refuses("resolver { type: full, dir: d, timeout: '5' }", 'missing unit in duration "5"'),
  refuses("resolver { type: full, dir: d, timeout: x, ttl: y }", 'invalid duration "y"'),
  refuses("resolver { type: mem, ttl: x }", 'time: invalid duration "x"'),
  refuses("resolver { dir: d }", RESOLVER),
  accepts("resolver { type: Cache, dir: d, limit: -1 }"),
  accepts("resolver { type: memory, timeout: '0s' }"),
  accepts("resolver: 'URL(http://memory/)'"),
  accepts("resolver: '  url( \"http://h/\" )  '"),
  accepts("resolver: 'URL(http://a b/)'"),
  accepts("resolver: curl"),
  refuses("resolver: 'URL(http://[a/)'", 'error parsing account resolver url ["http://[a/"]'),
  refuses("resolver: 'URL(:)'", 'error parsing account resolver url [":"]'),
  refuses("resolver: []", "error parsing operator resolver, wrong type []interface {}"),
  broken("the place of a trusted key", "trusted: [\n  nope,\n  nope2\n]\n", [
    ':3:3: trust key "nope" required',
    ':3:3: trust key "nope2" required',
  ]),
  broken("the place of a domain", "default_js_domain {\n  A: 1\n}\n", ":1:0: interface conversion"),
];
