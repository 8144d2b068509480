/** A user for those who do not log in, before CONNECT and with one. */

import {
  connect,
  type Group,
  login,
  one,
  PING,
  pub,
  type Scenario,
} from "../../scenarios/scenario.ts";
import { bcrypt, keepSecret, secret } from "../canaries.ts";
import { keyPair } from "../nkeys.ts";

const pass = secret("guest");
const known = secret("known");
const key = keyPair(4);

const permissions = "{publish: [open, a], subscribe: [open, a]}";

function scenarios(): Scenario[] {
  return [
    login("an empty CONNECT", {}),
    login("protocol 1", { protocol: 1 }),
    login("protocol 1, a name", { protocol: 1, name: "n", version: "1", lang: "x" }),
    login("only a password", { pass }),
    login("only a wrong password", { pass: known }),
    login("only a token", { auth_token: keepSecret("tOkEn.guest") }),
    login("the user itself without password", { user: "guest" }),
    login("the user itself", { user: "guest", pass }),
    login("another user", { user: "known", pass: known }),
    login("another user, wrong", { user: "known", pass }),
    login("an unknown user", { user: "unknown" }),
    login("an unknown nkey", { nkey: key.public, sig: keepSecret("sIgNaTuRe.guest") }),
    login("what it may not do", {}, `SUB b 1\r\n${pub("b")}SUB a 2\r\n${pub("a")}${PING}`),
    login("verbose", { verbose: true }, `SUB a 1\r\n${pub("a")}${PING}`),
    one("PING first", PING),
    one("ping in lower case", "ping\r\n"),
    one("SUB first", `SUB a 1\r\n${pub("a")}${PING}`),
    one("sub in lower case", `sub a 1\r\npub a 1\r\nx\r\nping\r\n`),
    one("PUB first", pub("a") + PING),
    one("PUB of what it may not first", pub("b") + PING),
    one("SUB of what it may not first", `SUB b 1\r\n${PING}`),
    one("an empty PUB first", `PUB a 0\r\n\r\n${PING}`),
    one("HPUB first", `HPUB a 12 13\r\nNATS/1.0\r\n\r\nx\r\n${PING}`),
    one("UNSUB first", `UNSUB 1\r\n${PING}`),
    one("PONG first", `PONG\r\n${PING}`),
    one("INFO first", `INFO {}\r\n${PING}`),
    one("+OK first", `+OK\r\n${PING}`),
    one("-ERR first", `-ERR 'x'\r\n${PING}`),
    one("garbage first", `garbage\r\n${PING}`),
    one("an empty line first", `\r\n${PING}`),
    one("CONxx", `CONxx\r\n${PING}`),
    one("a control line too long first", `SUB ${"a".repeat(5_000)} 1\r\n${PING}`),
    one("a payload too large first", `PUB a 9999999\r\n${PING}`),
    { name: "PUB in pieces", steps: [{ send: pub("a"), split: "bytes" }, { send: PING }] },
    { name: "PING in pieces", steps: [{ send: PING, split: "bytes" }] },
    {
      name: "first without CONNECT, then with one",
      steps: [
        { send: `SUB a 1\r\n${PING}` },
        { send: `${connect({ user: "known", pass: known })}SUB b 2\r\n${pub("b")}${PING}` },
      ],
    },
    {
      name: "first without CONNECT, then with a wrong one",
      steps: [{ send: `SUB a 1\r\n${PING}` }, { send: connect({ user: "known" }) + PING }],
    },
    {
      name: "first without CONNECT, then with an empty one",
      steps: [
        { send: `SUB a 1\r\n${PING}` },
        { send: `${connect()}${pub("a")}SUB a 1\r\n${pub("a")}${PING}` },
      ],
    },
  ];
}

function config(entry: string, more = ""): string {
  return `no_auth_user: guest
    authorization { ${more} users = [
      {user: guest, ${entry}, permissions: ${permissions}}
      {user: known, password: "${known}"}
    ] }`;
}

export const NO_AUTH_USER: readonly Group[] = [
  {
    name: "no_auth_user",
    config: config(`password: "${pass}"`),
    scenarios: scenarios(),
  },
  {
    name: "no_auth_user with a hash",
    config: config(`password: "${bcrypt(pass)}"`),
    scenarios: scenarios().filter(({ name }) => /CONNECT|itself|^PING first|^SUB first/.test(name)),
  },
  {
    name: "no_auth_user without a password",
    config: `no_auth_user: guest\nauthorization { users = [ {user: guest} ] }`,
    scenarios: scenarios().filter(({ name }) => /empty CONNECT|itself|only|^PING first/.test(name)),
  },
  {
    name: "no_auth_user that is an nkey",
    config: `no_auth_user: ${key.public}
      authorization { users = [
        {nkey: ${key.public}, permissions: ${permissions}}
        {user: known, password: "${known}"}
      ] }`,
    scenarios: [
      login("an empty CONNECT", {}),
      login("protocol 1", { protocol: 1 }),
      login("the key itself without signature", { nkey: key.public }),
      login("the key itself, wrong signature", {
        nkey: key.public,
        sig: keepSecret("wRoNg.guest"),
      }),
      login("only a password", { pass }),
      login("only a token", { auth_token: keepSecret("tOkEn.guest") }),
      login("another user", { user: "known", pass: known }),
      login("what it may not do", {}, `SUB b 1\r\n${pub("b")}SUB a 2\r\n${pub("a")}${PING}`),
      one("PING first", PING),
      one("SUB first", `SUB a 1\r\n${PING}`),
    ],
  },
  {
    name: "no_auth_user who may not use this kind of connection",
    config: config(`password: "${pass}", allowed_connection_types: [WEBSOCKET]`),
    scenarios: [
      login("an empty CONNECT", {}),
      login("another user", { user: "known", pass: known }),
      one("PING first", PING),
      one("SUB first", `SUB a 1\r\n${PING}`),
    ],
  },
];
