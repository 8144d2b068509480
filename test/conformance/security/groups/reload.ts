/** What happens to connected clients, and to new ones, when the rules change. */

import {
  connect,
  type Group,
  PING,
  pub,
  type Scenario,
  type Step,
} from "../../scenarios/scenario.ts";
import { bcrypt, secret } from "../canaries.ts";
import { keyPair } from "../nkeys.ts";

const pass = secret("before");
const other = secret("after");
const key = keyPair(9);
const proxy = keyPair(10);

const open = "debug: true";
const single = (password: string): string => `authorization { user: u, password: "${password}" }`;
const token = (text: string): string => `authorization { token: "${text}" }`;

/** The text of a list of users, each with the same password and what else is given. */
function users(...entries: readonly string[]): string {
  return `users = [ ${entries.map((each) => `{user: ${each.replace(/^\w+/, (name) => `${name}, password: "${pass}"`)}}`).join("\n")} ]`;
}

const list = (...entries: readonly string[]): string => `authorization { ${users(...entries)} }`;

/** A connection that is there before the reload. */
function before(options: Record<string, unknown>, then = "", conn = "a"): Step {
  return { conn, send: connect(options) + then + PING };
}

function after(then = "", conn = "a"): Step {
  return { conn, send: then + PING };
}

/** One that comes after the reload. */
function late(options: Record<string, unknown>, then = "", conn = "late"): Step {
  return { conn, send: connect(options) + then + PING };
}

function reload(name: string, from: string, to: string, first: Step[], then: Step[]): Scenario {
  return { name, config: from, steps: [...first, { reload: to }, ...then] };
}

const u = { user: "u", pass };
const v = { user: "v", pass };

const identities: Scenario[] = [
  reload("nothing changed", list("u"), list("u"), [before(u)], [after(), late(u)]),
  reload(
    "a user removed",
    list("u", "v"),
    list("v"),
    [before(u, "SUB a 1\r\n"), before(v, "SUB a 1\r\n", "b")],
    [after(pub("a")), after("", "b"), late(u), late(v, "", "more")],
  ),
  reload("a user added", list("u"), list("u", "v"), [before(u)], [after(), late(v)]),
  reload(
    "the password of a user changed",
    list("u", "v"),
    `authorization { users = [ {user: u, password: "${other}"}, {user: v, password: "${pass}"} ] }`,
    [before(u), before(v, "", "b")],
    [after(), after("", "b"), late(u), late({ user: "u", pass: other }, "", "more")],
  ),
  reload(
    "the password is now hashed",
    list("u"),
    `authorization { users = [ {user: u, password: "${bcrypt(pass)}"} ] }`,
    [before(u)],
    [after(), late(u)],
  ),
  reload(
    "the single password changed",
    single(pass),
    single(other),
    [before(u)],
    [after(), late(u), late({ user: "u", pass: other }, "", "more")],
  ),
  reload(
    "the single user changed",
    single(pass),
    `authorization { user: w, password: "${pass}" }`,
    [before(u)],
    [after(), late(u), late({ user: "w", pass }, "", "more")],
  ),
  reload(
    "a single user becomes a list with it",
    single(pass),
    list("u"),
    [before(u)],
    [after(), late(u)],
  ),
  reload(
    "a list becomes a single user of it",
    list("u"),
    single(pass),
    [before(u)],
    [after(), late(u)],
  ),
  reload(
    "the token changed",
    token(pass),
    token(other),
    [before({ auth_token: pass })],
    [after(), late({ auth_token: pass }), late({ auth_token: other }, "", "more")],
  ),
  reload(
    "a token in place of a user",
    single(pass),
    token(pass),
    [before(u)],
    [after(), late(u), late({ auth_token: pass }, "", "more")],
  ),
  reload(
    "authorization newly required",
    open,
    single(pass),
    [before({}), before(u, "", "b"), { conn: "c", send: PING }],
    [after(), after("", "b"), after("", "c"), late({}), late(u, "", "more")],
  ),
  reload(
    "authorization no longer required",
    single(pass),
    open,
    [before(u)],
    [after(), late({}), late({ user: "x", pass: other }, "", "more")],
  ),
  reload(
    "a list newly required",
    open,
    list("u"),
    [before({}), before(u, "", "b")],
    [after(), after("", "b"), late(u)],
  ),
  reload(
    "a configuration that is refused",
    single(pass),
    "authorization { user: u, token: t }",
    [before(u)],
    [after(), late(u)],
  ),
  reload(
    "one that has not logged in yet",
    list("u"),
    list("v"),
    [{ conn: "a", send: "" }],
    [after(connect(u)), late(v)],
  ),
  reload(
    "half a CONNECT over the reload",
    list("u"),
    list("v"),
    [{ conn: "a", send: connect(u).slice(0, 20) }],
    [{ conn: "a", send: connect(u).slice(20) + PING }],
  ),
  {
    name: "an nkey removed",
    config: `authorization { users = [ {nkey: ${key.public}}, {user: v, password: "${pass}"} ] }`,
    steps: [
      { send: ({ nonce }) => connect({ nkey: key.public, sig: key.sign(nonce) }) + PING },
      before(v, "", "b"),
      { reload: list("v") },
      after(),
      after("", "b"),
      late({ nkey: key.public }),
    ],
  },
  {
    name: "an nkey added",
    config: list("v"),
    steps: [
      before(v, "", "b"),
      {
        reload: `authorization { users = [ {nkey: ${key.public}}, {user: v, password: "${pass}"} ] }`,
      },
      after("", "b"),
      {
        conn: "late",
        send: ({ nonce }) => connect({ nkey: key.public, sig: key.sign(nonce) }) + PING,
      },
    ],
  },
  {
    name: "an nkey that stays",
    config: `authorization { users = [ {nkey: ${key.public}} ] }`,
    steps: [
      { send: ({ nonce }) => connect({ nkey: key.public, sig: key.sign(nonce) }) + PING },
      { reload: `authorization { users = [ {nkey: ${key.public}, permissions: {publish: a}} ] }` },
      after(pub("b")),
    ],
  },
];

const guest = "no_auth_user: u";

const others: Scenario[] = [
  reload(
    "no_auth_user added",
    list("u"),
    `${guest}\n${list("u")}`,
    [before(u)],
    [after(), late({})],
  ),
  reload(
    "no_auth_user removed",
    `${guest}\n${list("u", "v")}`,
    list("u", "v"),
    [before({}), { conn: "b", send: PING }, before(u, "", "c")],
    [after(), after("", "b"), after("", "c"), late({})],
  ),
  reload(
    "no_auth_user changed",
    `${guest}\n${list("u", "v")}`,
    `no_auth_user: v\n${list("u", "v")}`,
    [before({}), { conn: "b", send: PING }],
    [after(), after("", "b"), late({})],
  ),
  reload(
    "the user that is no_auth_user removed",
    `${guest}\n${list("u", "v")}`,
    `no_auth_user: v\n${list("v")}`,
    [before({})],
    [after(), late({})],
  ),
  reload(
    "the timeout changed",
    `authorization { timeout: 30, ${users("u")} }`,
    `authorization { timeout: 0.3, ${users("u")} }`,
    [before(u)],
    [after(), { conn: "late", until: "end" }],
  ),
  reload(
    "a kind of connection forbidden",
    list("u"),
    list("u, allowed_connection_types: [WEBSOCKET]"),
    [before(u)],
    [after(), late(u)],
  ),
  reload(
    "a proxy required",
    `proxies { trusted = [{key: ${proxy.public}}] }\n${list("u")}`,
    `proxies { trusted = [{key: ${proxy.public}}] }\n${list("u, proxy_required: true")}`,
    [before(u)],
    [after(), late(u)],
  ),
  {
    name: "the key of a proxy removed",
    config: `proxies { trusted = [{key: ${proxy.public}}, {key: ${key.public}}] }\n${list("u")}`,
    steps: [
      { send: ({ nonce }) => connect({ ...u, proxy_sig: proxy.sign(nonce) }) + PING },
      { conn: "b", send: ({ nonce }) => connect({ ...u, proxy_sig: key.sign(nonce) }) + PING },
      before(u, "", "c"),
      { reload: `proxies { trusted = [{key: ${key.public}}] }\n${list("u")}` },
      after(),
      after("", "b"),
      after("", "c"),
      { conn: "late", send: ({ nonce }) => connect({ ...u, proxy_sig: proxy.sign(nonce) }) + PING },
    ],
  },
];

const subs = "SUB a 1\r\nSUB b 2\r\nSUB a.b q 3\r\nSUB > 4\r\n";
const probe = `${pub("a")}${pub("b")}${pub("a.b")}`;

/** A user whose permissions change. */
function narrowing(name: string, from: string, to: string, first = subs, then = probe): Scenario {
  return reload(
    name,
    list(`u${from}`),
    list(`u${to}`),
    [before(u, first)],
    [after(then), late(u, then)],
  );
}

const permissions: Scenario[] = [
  narrowing("permissions given", "", ", permissions: {publish: a, subscribe: b}"),
  narrowing("permissions taken away", ", permissions: {publish: a, subscribe: b}", ""),
  narrowing("publish narrowed", ", permissions: {publish: [a, b]}", ", permissions: {publish: a}"),
  narrowing("publish widened", ", permissions: {publish: a}", ', permissions: {publish: ">"}'),
  narrowing(
    "subscribe narrowed",
    ', permissions: {subscribe: ">"}',
    ", permissions: {subscribe: [a, b]}",
  ),
  narrowing(
    "subscribe widened",
    ", permissions: {subscribe: a}",
    ', permissions: {subscribe: ">"}',
  ),
  narrowing(
    "a deny added",
    ', permissions: {subscribe: ">"}',
    ', permissions: {subscribe: {allow: ">", deny: [a, "a.b q"]}}',
  ),
  narrowing(
    "a deny that filters added",
    ', permissions: {subscribe: ">"}',
    ', permissions: {subscribe: {allow: ">", deny: b}}',
    "SUB > 1\r\n",
  ),
  narrowing("a deny removed", ", permissions: {subscribe: {deny: b}}", "", "SUB > 1\r\n"),
  narrowing(
    "responses allowed",
    ", permissions: {publish: a}",
    ", permissions: {publish: a, allow_responses: true}",
  ),
  narrowing(
    "several denied",
    "",
    ', permissions: {subscribe: {deny: ">"}}',
    "SUB a 1\r\nSUB b 2\r\n",
  ),
  narrowing(
    "control bytes in a subject that is denied",
    "",
    ', permissions: {subscribe: {deny: ">"}}',
    'SUB x"\x1b\\ s\x07 1\r\n',
  ),
  reload(
    "default_permissions changed",
    `authorization { default_permissions: {subscribe: [a, b]}, ${users("u")} }`,
    `authorization { default_permissions: {subscribe: a}, ${users("u")} }`,
    [before(u, "SUB a 1\r\nSUB b 2\r\n")],
    [after(probe), late(u, "SUB b 1\r\n")],
  ),
  reload(
    "default_permissions added",
    list("u"),
    `authorization { default_permissions: {subscribe: a}, ${users("u")} }`,
    [before(u, "SUB a 1\r\nSUB b 2\r\n")],
    [after(probe)],
  ),
  reload(
    "default_permissions of another user",
    `authorization { default_permissions: {subscribe: a}, ${users("u, permissions: {subscribe: b}")} }`,
    `authorization { default_permissions: {subscribe: c}, ${users("u, permissions: {subscribe: b}")} }`,
    [before(u, "SUB b 2\r\n")],
    [after(probe)],
  ),
  reload(
    "permissions of two users",
    list("u", "v"),
    list("u, permissions: {subscribe: {deny: a}}", "v"),
    [before(u, "SUB a 1\r\n"), before(v, "SUB a 1\r\n", "b")],
    [after(pub("a")), after("", "b")],
  ),
  reload(
    "permissions of a named connection",
    list("u"),
    list("u, permissions: {subscribe: {deny: a}}"),
    [before({ ...u, name: "n", version: "1" }, "SUB a 1\r\nSUB a g 2\r\n")],
    [after(pub("a"))],
  ),
  reload(
    "permissions of no_auth_user",
    `${guest}\n${list("u")}`,
    `${guest}\n${list("u, permissions: {publish: b, subscribe: {deny: a}}")}`,
    [before({}, "SUB a 1\r\n"), { conn: "b", send: `SUB a 1\r\n${PING}` }],
    [after(pub("a")), after(pub("a"), "b")],
  ),
];

export const RELOAD: readonly Group[] = [
  { name: "reload, identities", config: "", isIsolated: true, scenarios: identities },
  { name: "reload, other rules", config: "", isIsolated: true, scenarios: others },
  { name: "reload, permissions", config: "", isIsolated: true, scenarios: permissions },
];
