/** Connections with TLS, with identities of all kinds, and with all kinds of ends. */

import { newKey, userJwt } from "../../../support/jwt.ts";
import { ANY_SUITE, certificate, TLS12, TLS13 } from "../../security/tls.ts";
import { type Case, pages } from "../case.ts";
import type { Stage } from "../stage.ts";
import { CONNECTIONS, EVERY_PAGE } from "./questions.ts";

const FILES =
  'cert_file: "CERTS/server.pem", key_file: "CERTS/server.key", ca_file: "CERTS/ca.pem"';
const SUITE = ["-ciphersuites", "TLS_AES_128_GCM_SHA256"];

async function secure(stage: Stage): Promise<void> {
  await stage.client("modern", { lang: "x" }, "SUB foo 1\r\n", {
    args: [...TLS13, ...SUITE, ...certificate("client", "client")],
  });
  await stage.client("older", {}, "SUB foo 1\r\nPUB foo 2\r\nhi\r\n", {
    args: [...TLS12, "-cipher", "ECDHE-ECDSA-AES256-GCM-SHA384", ...certificate("all")],
  });
  const gone = { args: [...TLS13, ...SUITE, ...certificate("multi")] };
  await (await stage.client("gone", {}, "", gone)).leave();
  const plain = await stage.socket("plain");
  await plain.last("CONNECT {}\r\nPING\r\n");
}

export const SECURE: Case = {
  name: "TLS with certificates of clients",
  config: `tls {${FILES}, verify: true, timeout: 5}`,
  play: secure,
  questions: [...CONNECTIONS, ...pages("/varz", "/connz", "/connz?state=closed", "/accstatz")],
};

export const MAPPED: Case = {
  name: "TLS first, and users by their certificates",
  config: `tls {${FILES}, verify_and_map: true, handshake_first: true}
https: "127.0.0.1:-1"
authorization {users: [{user: "CN=plain-cn"}, {user: "m@all.com"}]}`,
  isHttps: true,
  async play(stage) {
    const args = (name: string): string[] => [
      ...TLS13,
      ...ANY_SUITE.slice(0, 1),
      SUITE[1]!,
      ...certificate(name),
    ];
    await stage.client("plain", {}, "SUB foo 1\r\n", { isFirst: true, args: args("cn") });
    await stage.client("mail", {}, "", { isFirst: true, args: args("all") });
    await (await stage.client("gone", {}, "", { isFirst: true, args: args("cn") })).leave();
  },
  questions: [...CONNECTIONS, ...pages("/varz", "/connz?user=CN%3Dplain-cn", "/healthz", "/nope")],
};

const KEY = newKey("U", 9);
const STRANGER = newKey("U", 10);

function signed(key: typeof KEY): (nonce: string) => object {
  return (nonce) => ({ nkey: key.publicKey, sig: key.sign(nonce).toString("base64url") });
}

export const IDENTITIES: Case = {
  name: "users and keys",
  config: `authorization {
  users: [{user: u, password: secret}, {nkey: ${KEY.publicKey}},
    {user: bcrypt, password: "$2a$04$8pGQKBpr4ICmXRiIP7CkPuxRhx8JqBL5k4NFGS7LnVa9YkYuPI9ZK"}]
}
no_auth_user: u`,
  async play(stage) {
    await stage.client("user", { user: "u", pass: "secret" }, "SUB foo 1\r\n");
    await stage.client("key", signed(KEY), "SUB foo 1\r\n");
    await stage.client("nobody", {}, "SUB foo 1\r\n");
    await stage.refused("wrong", { user: "u", pass: "no" });
    await stage.refused("stranger", signed(STRANGER));
    await stage.refused("forger", { nkey: KEY.publicKey, sig: "AAAA" });
    await (await stage.client("gone", signed(KEY))).leave();
  },
  questions: [
    ...CONNECTIONS,
    ...pages("/varz", "/connz?user=u", `/connz?user=${KEY.publicKey}&auth=1`, "/accountz?acc=$G"),
    ...pages("/connz?user=u&state=closed&auth=1"),
  ],
};

export const TOKEN: Case = {
  name: "a token",
  config: "authorization {token: s3cret, timeout: 0.3}\nmax_connections: 3",
  async play(stage) {
    await stage.client("one", { auth_token: "s3cret" });
    await stage.refused("wrong", { auth_token: "no" });
    await stage.refused("jwt", { jwt: userJwt(KEY, newKey("A", 11)), sig: "AAAA" });
    await (await stage.socket("silent")).ends();
    await stage.client("two", { auth_token: "s3cret" });
    await stage.client("three", { auth_token: "s3cret" });
    await (await stage.socket("excess")).ends();
  },
  questions: [...CONNECTIONS, ...pages("/varz", "/connz?user=[REDACTED]&auth=1")],
};

const ENDS: Readonly<Record<string, string>> = {
  verb: "NONSENSE\r\n",
  payload: `PUB x ${2 ** 12}\r\n`,
  line: `PUB ${"x".repeat(700)} 1\r\n`,
  size: "PUB x y z 1\r\n",
  negative: "PUB x -1\r\n",
  sub: "SUB\r\n",
};

export const ENDINGS: Case = {
  name: "ends of connections",
  config:
    "max_payload: 1024\nmax_control_line: 512\nping_interval: 200ms\nping_max: 1\nmax_closed_clients: 8",
  async play(stage) {
    for (const [name, lines] of Object.entries(ENDS)) {
      await (await stage.client(name, {}, "SUB a 1\r\nSUB b q 2\r\n")).last(lines);
    }
    await (await stage.socket("unnamed")).last(
      'CONNECT {"no_responders":true,"headers":false}\r\n',
    );
    await (await stage.socket("json")).last("CONNECT {bad}\r\n");
    await (await stage.socket("hpub")).last("HPUB x 1 2\r\n\r\n\r\n");
    // Answers no PING.
    await (await stage.client("stale", { lang: "x" })).ends();
    await (await stage.client("last")).leave();
  },
  questions: [
    ...CONNECTIONS,
    ...pages("/connz?state=closed", "/connz?state=closed&limit=2", "/varz"),
  ],
};

export const SLOW: Case = {
  name: "a slow consumer",
  config: "max_pending: 1MB\nmax_payload: 1MB\naccounts {A {users: [{user: a, password: a}]}}",
  chances: [
    { path: /(^|\.)slow_consumers$/, as: "positive", why: "once or more for one client" },
    { path: /(^|\.)stalled_clients$/, as: "integer", why: "how fast the kernel is" },
    { path: /slow_consumer_stats\.clients$/, as: "positive", why: "as slow_consumers" },
    { path: /(^|\.|_)(msgs|bytes)$/, as: "integer", why: "how much the kernel takes" },
    { path: /(^|\.)pending_bytes$/, as: "integer", why: "how much the kernel takes" },
    { path: /(^|\.)stalls$/, as: "integer", why: "how fast the kernel is" },
  ],
  async play(stage) {
    await stage.deaf("deaf", { user: "a", pass: "a" }, "SUB big 1\r\nSUB other 2\r\n");
    const writer = await stage.client("writer", { user: "a", pass: "a" });
    const message = `PUB big ${2 ** 20}\r\n${"x".repeat(2 ** 20)}\r\n`;
    for (let i = 0; i < 12; i++) await writer.say(message);
    await stage.shows("/connz?state=closed", /Slow Consumer/);
  },
  questions: pages("/connz?state=closed&subs=detail&auth=1", "/accstatz", "/accstatz?unused=1"),
};

export const OVERDUE: Case = {
  ...SLOW,
  name: "a consumer that takes too long",
  config: `write_deadline: 300ms
max_pending: 64MB
max_payload: 1MB
accounts {A {users: [{user: a, password: a}]}}`,
};

export const ZONE: Case = {
  name: "another time zone, and a base path",
  config: "http_base_path: mon/",
  env: { TZ: "America/New_York" },
  async play(stage) {
    await stage.client("used", {}, "SUB foo 1\r\nPUB foo 0\r\n\r\n");
    await stage.client("unused");
    await (await stage.client("gone", {}, "SUB foo 1\r\n")).leave();
    await (await stage.client("idle")).leave();
  },
  questions: [
    ...EVERY_PAGE.map(({ path }) => ({ path: `/mon${path}` })),
    ...CONNECTIONS.map(({ path }) => ({ path: `/mon${path}` })),
    ...pages("/varz", "/", "/mon/", "/mon/nope"),
  ],
};

export const RELOADED: Case = {
  name: "reloads",
  config: "accounts {A {users: [{user: a, password: a}, {user: b, password: b}]}, B {}}",
  async play(stage) {
    await stage.client("a", { user: "a", pass: "a" }, "SUB foo 1\r\n");
    const b = await stage.client("b", { user: "b", pass: "b" }, "SUB foo 1\r\n");
    await stage.reload(`server_tags: [one]
max_payload: 2KB
accounts {A {users: [{user: a, password: a}], mappings: {x: y}}, C {exports: [{stream: "s.>"}]}}`);
    await b.ends();
    await stage.reload("server_tags: [two]\nmax_payload: 3KB\naccounts {A {nonsense: 1}}");
  },
  chances: [
    { path: /(^|\.)num_(inserts|removes)$/, as: "integer", why: "a reload there puts all in anew" },
  ],
  questions: [
    ...EVERY_PAGE,
    ...CONNECTIONS,
    ...pages("/accountz?acc=A", "/accountz?acc=B", "/accountz?acc=C", "/subsz?subs=1&acc=A"),
  ],
};
