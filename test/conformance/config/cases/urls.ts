/** URLs of other servers: what is one, and what is one twice. */

import { accepts, type ConfigCase, refuses } from "../config-case.ts";

const VALID = [
  "",
  "nats://h",
  " nats://h:1 ",
  "NATS://h:1",
  "nats://:1",
  "nats://h:",
  "nats://h:1:2",
  "nats://a@b@c:1",
  "nats://a:b@c:1",
  "nats://a%20b:c%2f@d:1",
  "nats://[::1]:1",
  "nats://[fe80::1%25en0]:1",
  "nats://[::ffff:1.2.3.4]:1",
  "nats://a%c3%a9b:1",
  "nats://h:1?%zz",
  "nats:h:1",
  "localhost:6222",
  "//h:1",
  "h",
];

const INVALID = [
  ":",
  "127.0.0.1:6222",
  "na_ts://h:1",
  "nats://h:-1",
  "nats://h:abc",
  "nats://h:%31",
  "nats://h h:1",
  "nats://h^:1",
  "nats://h%41:1",
  "nats://h%zz:1",
  "nats://[::1",
  "nats://[::1]x",
  "nats://[1.2.3.4]:1",
  "nats://x[::1]:1",
  "nats://[fe80::1%en0]:1",
  "nats://[::1::]:1",
  "nats://a^:b@c:1",
  "nats://a%z:b@c:1",
  "nats://h/%zz",
  "nats://h#%zz",
];

const routes = (...urls: string[]): string =>
  `cluster { routes: [${urls.map((url) => `'${url}'`).join(", ")}] }`;
const remotes = (...urls: string[]): string =>
  `leafnodes { remotes: [${urls.map((url) => `{url: '${url}'}`).join(", ")}] }`;
const proxy = (urls: string, options: string): string =>
  `leafnodes { remotes: [ {urls: [${urls}], proxy { ${options} }} ] }`;

export const URL_CASES: readonly ConfigCase[] = [
  ...VALID.map((url) => accepts(routes(url))),
  ...INVALID.map((url) => refuses(routes(url), "error parsing route url")),
  accepts("gateway { gateways: [ {url: ' nats://h ', urls: [' nats://h', 'nats://h']} ] }"),
  refuses(routes("nats://h:x", "nats://h", "nats://h"), [
    "error parsing route url",
    "Duplicate route entry detected",
  ]),
  refuses(`cluster { routes: ["nats://h\\"", "nats://h\\""] }`, '"nats://h\\""'),
  refuses("cluster { routes: nats://h }", "is string, not []interface {}"),
  ...["nats://h", "nats://a:b@h", "NATS://a@h", "nats://h/a b%2f|?q#f g", "nats://h\u00e9/%41"].map(
    (url) => refuses(remotes(url, url), "duplicate remote urls="),
  ),
  refuses(remotes("NATS://h", "nats://h"), 'duplicate remote urls=["nats://h"]'),
  accepts(remotes("nats://a:b@h", "nats://a:c@h")),
  refuses("leafnodes { remotes: [ {}, {} ] }", 'duplicate remote urls=[], account="$G"'),
  refuses("leafnodes { remotes: [ {urls: [1 ]} ] }", "is int64, not string"),
  accepts(proxy("'ws://h', 'nats://i'", "url: 'http://p'")),
  accepts(proxy("'nats://i'", "url: 'https://p'")),
  accepts(proxy("'ws://h'", "")),
  accepts(proxy("'ws://h'", "timeout: '0s'")),
  accepts("leafnodes { remotes: [ {url: 'wss://h', tls {}, proxy { url: 'http://p' }} ] }"),
  refuses(proxy("'wss://h/a b'", "url: 'http://p'"), "remote URL wss://h/a%20b requires TLS"),
  refuses(proxy("'ws://h'", "url: 'http://p:x'"), 'invalid proxy URL: parse "http://p:x": invalid'),
  refuses(proxy("'ws://h'", "url: 'http:///p'"), "proxy URL must specify a host"),
  refuses(proxy("'ws://h'", "url: 'http://p', timeout: '-1s'"), "proxy timeout must be >= 0"),
  ...["username: a", "password: a", "timeout: 1s"].map((option) =>
    refuses(proxy("'ws://h'", option), "proxy URL must be specified when other proxy options"),
  ),
  refuses(proxy("'ws://h'", "timeout: 5"), [
    'invalid use of field "proxy timeout"',
    "proxy URL must be specified when other proxy options are set",
  ]),
];
