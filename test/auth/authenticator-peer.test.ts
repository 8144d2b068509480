/** The same logins at the real server and at our authenticator: who is in, and what the log says. */

import { describe, expect, test } from "bun:test";
import { hashSync } from "bcrypt-ts";
import { NkeyKind } from "../../src/protocol/nkeys.ts";
import { type KeyPair, keyPair } from "../conformance/security/nkeys.ts";
import { optionsOf } from "../support/options-of.ts";
import { findPeer } from "../support/peer.ts";
import { type Connect, LoginPeer } from "./login-peer.ts";
import { authenticatorFor, recordLogin } from "./logins.ts";

const peer = findPeer();
const [U1, U2] = [keyPair(1), keyPair(2)];
const [PROXY, STRANGER] = [keyPair(3), keyPair(4)];
const ACCOUNT = keyPair(5, NkeyKind.Account);

const HASH = "$2a$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW";
/** Its password. */
const HASHED = "secret";

const SALT = "abcdefghijklmnopqrstuu";
const PLAIN = HASH.slice(7 + SALT.length);
const LONG = "x".repeat(72);
/** Names, hashes, and passwords that might be taken for the right ones. */
const HASHES: readonly (readonly [string, string, ...string[]])[] = [
  ["2b", HASH.replace("2a", "2b"), "Secret", "secret ", "secret\0"],
  ["2y", HASH.replace("2a", "2y"), "secret\0x", ""],
  ["2x", HASH.replace("2a", "2x")],
  ["2", HASH.replace("2a", "2")],
  ["2c", HASH.replace("2a", "2c")],
  ["3a", HASH.replace("2a", "3a")],
  ["short", HASH.slice(0, -1)],
  ["long", `${HASH}more`],
  ["cost 3", HASH.replace("$04$", "$03$")],
  ["cost 32", HASH.replace("$04$", "$32$")],
  ["cost +4", HASH.replace("$04$", "$+4$")],
  ["salt", HASH.replace("abc", "ab!")],
  ["salt with spare bits", HASH.replace(SALT, `${SALT.slice(0, -1)}v`)],
  ["hash", HASH.replace(PLAIN, `!${PLAIN.slice(1)}`)],
  ["only a beginning", "$2a$04$", ""],
  ["72", hashSync(LONG, 4), LONG, `${LONG}y`, LONG.slice(1)],
  ["73", hashSync(`${LONG}y`, 4), LONG, `${LONG}z`, `${LONG}y`],
  ["empty", hashSync("", 4), "", "\0", "\0\0", " "],
  ["NUL", hashSync("a\0b", 4), "a\0b", "a", "a\0", "a\0b\0a\0b"],
  ["repeated", hashSync("ab", 4), "ab", "ab\0ab", "abab"],
  ["unicode", hashSync("pä€😀", 4), "pä€😀", "pä€", "pä€😀".normalize("NFD")],
];

interface Table {
  readonly config: string;
  readonly logins: Readonly<Record<string, Connect>>;
}

function signed(pair: KeyPair, change: (signature: string) => string = (text) => text): Connect {
  return (nonce) => ({ nkey: pair.public, sig: change(pair.sign(nonce)) });
}

/** The last character of a signature has bits that mean nothing. */
function nextCharacter(char: string): string {
  return String.fromCharCode(char.charCodeAt(0) + 1);
}

const NKEY_LOGINS: Readonly<Record<string, Connect>> = {
  base64url: signed(U1),
  base64: (nonce) => ({ nkey: U1.public, sig: U1.sign(nonce, "base64") }),
  "line breaks": signed(U1, (text) => text.replace(/.{20}/g, "$&\r\n")),
  spaces: signed(U1, (text) => ` ${text}`),
  "base64 with line breaks": (nonce) => ({
    nkey: U1.public,
    sig: U1.sign(nonce, "base64").replace("==", "=\n=\n"),
  }),
  "too much padding": (nonce) => ({ nkey: U1.public, sig: `${U1.sign(nonce, "base64")}=` }),
  "spare bits": signed(U1, (text) => text.slice(0, -1) + nextCharacter(text.at(-1)!)),
  "cut by one": signed(U1, (text) => text.slice(0, -1)),
  "cut by two": signed(U1, (text) => text.slice(0, -2)),
  "one character": signed(U1, () => "A"),
  "line break only": signed(U1, () => "\n"),
  "no signature": { nkey: U1.public },
  "of another text": () => ({ nkey: U1.public, sig: U1.sign("x") }),
  "of another key": (nonce) => ({ nkey: U1.public, sig: U2.sign(nonce) }),
  "unknown key": signed(U2),
  "cut key": (nonce) => ({ nkey: U1.public.slice(0, -1), sig: U1.sign(nonce) }),
  "key in lower case": (nonce) => ({ nkey: U1.public.toLowerCase(), sig: U1.sign(nonce) }),
  "account key": signed(ACCOUNT),
  "no key": {},
  "no key, signature": (nonce) => ({ sig: U1.sign(nonce) }),
  "unknown key, right user": { nkey: U2.public, user: "a", pass: "p" },
  "right user": { user: "a", pass: "p" },
  "too long": signed(U1, (text) => text + text),
  enormous: signed(U1, () => "A".repeat(4000)),
  "not base64": signed(U1, () => "ü".repeat(86)),
};

const TABLES: Readonly<Record<string, Table>> = {
  "nothing is asked": {
    config: "",
    logins: { nothing: {}, user: { user: "a", pass: "b" }, "proxy signature": { proxy_sig: "x" } },
  },
  token: {
    config: 'authorization { token: "s3cr3t" }',
    logins: {
      right: { auth_token: "s3cr3t" },
      wrong: { auth_token: "s3cr3T" },
      shorter: { auth_token: "s3cr3" },
      longer: { auth_token: "s3cr3tt" },
      none: {},
      "as password": { pass: "s3cr3t" },
      "as user": { user: "s3cr3t" },
      "with user": { user: "x", pass: "y", auth_token: "s3cr3t" },
      "with key": { nkey: U1.public, auth_token: "s3cr3t" },
    },
  },
  "single user": {
    config: "authorization { user: a, password: p }",
    logins: {
      right: { user: "a", pass: "p" },
      "wrong password": { user: "a", pass: "P" },
      "no password": { user: "a" },
      "wrong user": { user: "b", pass: "p" },
      "no user": { pass: "p" },
      nothing: {},
      "user in upper case": { user: "A", pass: "p" },
    },
  },
  "single user without password": {
    config: "authorization { user: a }",
    logins: { right: { user: "a" }, "with password": { user: "a", pass: "p" }, nothing: {} },
  },
  users: {
    config:
      "authorization { users = [ {user: a, password: p}, {user: b}, {user: __proto__, password: q}," +
      " {user: constructor, password: r}, {user: 'ü ü', password: 'päss'} ] }",
    logins: {
      right: { user: "a", pass: "p" },
      "wrong password": { user: "a", pass: "q" },
      "without password": { user: "b" },
      "password where there is none": { user: "b", pass: "x" },
      unknown: { user: "c", pass: "p" },
      "unknown without password": { user: "toString" },
      nothing: {},
      "password only": { pass: "p" },
      token: { auth_token: "p" },
      __proto__: { user: "__proto__", pass: "q" },
      constructor: { user: "constructor", pass: "r" },
      "constructor, wrong": { user: "constructor", pass: "p" },
      unicode: { user: "ü ü", pass: "päss" },
      "unicode, composed otherwise": { user: "ü ü".normalize("NFD"), pass: "päss" },
      key: { nkey: U1.public, user: "a", pass: "p" },
      jwt: { jwt: "x.y.z", user: "a", pass: "p" },
      NUL: { user: "a\0", pass: "p" },
    },
  },
  bcrypt: {
    config: `authorization { users = [ {user: a, password: "${HASH}"}, {user: b, password: p} ] }`,
    logins: {
      right: { user: "a", pass: HASHED },
      wrong: { user: "a", pass: "Secret" },
      hash: { user: "a", pass: HASH },
      empty: { user: "a" },
      unknown: { user: "c", pass: HASHED },
      plain: { user: "b", pass: "p" },
    },
  },
  "bcrypt hashes of all kinds": {
    config: `authorization { users = [ ${HASHES.map(([name, hash]) => `{user: "${name}", password: "${hash}"}`).join(", ")} ] }`,
    logins: Object.fromEntries(
      HASHES.flatMap(([user, hash, ...passwords]) =>
        [HASHED, hash, ...passwords].map((pass, i) => [`${user} ${i}`, { user, pass }]),
      ),
    ),
  },
  "bcrypt token": {
    config: `authorization { token: "${HASH}" }`,
    logins: {
      right: { auth_token: HASHED },
      wrong: { auth_token: "x" },
      hash: { auth_token: HASH },
    },
  },
  no_auth_user: {
    config:
      "authorization { users = [ {user: a, password: p}, {user: b, password: q} ] }\nno_auth_user: a",
    logins: {
      nothing: {},
      "password only": { pass: "p" },
      "token only": { auth_token: "x" },
      "key only": { nkey: U1.public },
      "its name only": { user: "a" },
      "its name and password": { user: "a", pass: "p" },
      other: { user: "b", pass: "q" },
      jwt: { jwt: "x" },
    },
  },
  "no_auth_user with a key": {
    config: `authorization { users = [ {nkey: ${U1.public}}, {nkey: ${U2.public}}, {user: b, password: q} ] }\nno_auth_user: ${U1.public}`,
    logins: {
      nothing: {},
      "its key": { nkey: U1.public },
      "other key": { nkey: U2.public },
      "other key, signed": signed(U2),
      "password only": { pass: "p" },
      user: { user: "b", pass: "q" },
      "wrong user": { user: "c", pass: "q" },
    },
  },
  "no_auth_user for another kind of connection": {
    config:
      "authorization { users = [ {user: a, password: p, allowed_connection_types: [WEBSOCKET]} ] }\n" +
      "no_auth_user: a",
    logins: { nothing: {}, named: { user: "a", pass: "p" } },
  },
  nkeys: {
    config: `authorization { users = [ {nkey: ${U1.public}}, {user: a, password: p} ] }`,
    logins: NKEY_LOGINS,
  },
  "connection types": {
    config:
      `authorization { users = [ {user: a, allowed_connection_types: [MQTT, STANDARD]},` +
      ` {user: b, allowed_connection_types: [MQTT]},` +
      ` {nkey: ${U1.public}, allowed_connection_types: [STANDARD]},` +
      ` {nkey: ${U2.public}, allowed_connection_types: [WEBSOCKET]} ] }`,
    logins: {
      allowed: { user: "a" },
      refused: { user: "b" },
      "allowed key": signed(U1),
      "refused key": signed(U2),
    },
  },
  proxies: {
    config:
      `proxies { trusted = [ {key: ${PROXY.public}} ] }\n` +
      `authorization { users = [ {user: a, password: p}, {user: b, password: q, proxy_required: true},` +
      ` {nkey: ${U1.public}, proxy_required: true} ] }`,
    logins: {
      "not needed": { user: "a", pass: "p" },
      needed: { user: "b", pass: "q" },
      "needed, wrong password": { user: "b", pass: "x" },
      there: (nonce) => ({ user: "b", pass: "q", proxy_sig: PROXY.sign(nonce) }),
      "there, wrong password": (nonce) => ({ user: "b", pass: "x", proxy_sig: PROXY.sign(nonce) }),
      "there, not needed": (nonce) => ({ user: "a", pass: "p", proxy_sig: PROXY.sign(nonce) }),
      stranger: (nonce) => ({ user: "a", pass: "p", proxy_sig: STRANGER.sign(nonce) }),
      "standard base64": (nonce) => ({
        user: "b",
        pass: "q",
        proxy_sig: PROXY.sign(nonce, "base64"),
      }),
      "no base64": { user: "a", pass: "p", proxy_sig: "!" },
      cut: (nonce) => ({ user: "a", pass: "p", proxy_sig: PROXY.sign(nonce).slice(0, 40) }),
      "of another text": { user: "a", pass: "p", proxy_sig: PROXY.sign("x") },
      "key without": signed(U1),
      "key with": (nonce) => ({
        nkey: U1.public,
        sig: U1.sign(nonce),
        proxy_sig: PROXY.sign(nonce),
      }),
      unknown: { user: "c", pass: "q" },
    },
  },
  "users of accounts": {
    config:
      `accounts { A { users = [ {user: a, password: p}, {nkey: ${PROXY.public}} ] }\n` +
      "B { users = [ {user: b, password: q, connection_types: [MQTT]}, {user: c, password: r} ] } }\n" +
      "no_auth_user: c",
    logins: {
      right: { user: "a", pass: "p" },
      "right, and an account": { user: "a", pass: "p", jwt: "x" },
      wrong: { user: "a", pass: "q" },
      "of the other account": { user: "c", pass: "r" },
      "for MQTT": { user: "b", pass: "q" },
      "a key": (nonce) => ({ nkey: PROXY.public, sig: PROXY.sign(nonce) }),
      "an unknown key": (nonce) => ({ nkey: STRANGER.public, sig: STRANGER.sign(nonce) }),
      nothing: {},
      "a password alone": { pass: "r" },
      "a token": { auth_token: "r" },
    },
  },
  "users of an account and of the block": {
    config:
      "accounts { A { users = [ {user: a, password: p} ] } }\n" +
      "authorization { users = [ {user: b, password: q} ] }",
    logins: { nothing: {}, a: { user: "a", pass: "p" }, b: { user: "b", pass: "q" } },
  },
  "only users of the system": {
    config: "accounts { $SYS { users = [ {user: s, password: p} ] } }",
    logins: {
      nothing: {},
      right: { user: "s", pass: "p" },
      wrong: { user: "s", pass: "q" },
      "no password": { user: "s" },
      unknown: { user: "x", pass: "p" },
      "a password alone": { pass: "p" },
      "a token": { auth_token: "p" },
    },
  },
  "only users of the system, under another name": {
    config: "system_account: X, accounts { X { users = [ {user: s, password: p} ] } }",
    logins: { nothing: {}, right: { user: "s", pass: "p" }, wrong: { user: "s", pass: "q" } },
  },
  "only a system account without users": {
    config: "accounts { $SYS {} }",
    logins: { nothing: {}, unknown: { user: "x", pass: "p" } },
  },
  "users of the system, and a block": {
    config:
      "accounts { $SYS { users = [ {user: s, password: p} ] } }, authorization { timeout: 1 }",
    logins: { nothing: {}, right: { user: "s", pass: "p" }, wrong: { user: "s", pass: "q" } },
  },
  "users of the system, and of the block": {
    config:
      "accounts { $SYS { users = [ {user: s, password: p} ] } }\n" +
      "authorization { users = [ {user: a, password: p} ] }",
    logins: { nothing: {}, right: { user: "a", pass: "p" } },
  },
  "users of the system, and one more account": {
    config: "accounts { $SYS { users = [ {user: s, password: p} ] }, A {} }",
    logins: { nothing: {}, right: { user: "s", pass: "p" } },
  },
  "users of another account only": {
    config: "accounts { A { users = [ {user: a, password: p} ] } }",
    logins: { nothing: {}, right: { user: "a", pass: "p" } },
  },
  "proxies without users": {
    config: `proxies { trusted = [ {key: ${PROXY.public}} ] }`,
    logins: {
      nothing: {},
      trusted: (nonce) => ({ proxy_sig: PROXY.sign(nonce) }),
      stranger: (nonce) => ({ proxy_sig: STRANGER.sign(nonce) }),
    },
  },
  "proxy for the single user": {
    config:
      `proxies { trusted = [ {key: ${PROXY.public}} ] }\n` +
      "authorization { user: a, password: p, proxy_required: true }",
    logins: {
      without: { user: "a", pass: "p" },
      "without, wrong": { user: "b", pass: "p" },
      with: (nonce) => ({ user: "a", pass: "p", proxy_sig: PROXY.sign(nonce) }),
      "with, wrong": (nonce) => ({ user: "a", pass: "x", proxy_sig: PROXY.sign(nonce) }),
    },
  },
};

describe.skipIf(peer === undefined)("logins are as at the real server", () => {
  for (const [name, { config, logins }] of Object.entries(TABLES)) {
    test(name, async () => {
      await using real = await LoginPeer.start(peer!, config);
      const authenticator = await authenticatorFor(await optionsOf(`port: 0\n${config}`));
      for (const [title, connect] of Object.entries(logins)) {
        const expected = await real.login(connect);
        const nonce = authenticator.needsNonce ? authenticator.createNonce() : "";
        const fields = typeof connect === "function" ? connect(nonce) : connect;
        const record = await recordLogin(authenticator, fields, { nonce });
        expect({ title, ...record }).toEqual({ title, ...expected });
      }
      authenticator.stop();
    });
  }
});
