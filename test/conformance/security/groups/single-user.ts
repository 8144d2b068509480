/** One user and one password for everyone, and what comes in place of a CONNECT. */

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

const user = "single";
const pass = secret("single");
const wrong = secret("wrong");
const right = { user, pass };

const logins: Scenario[] = [
  login("right user and password", right),
  login("verbose and pedantic", { ...right, verbose: true, pedantic: true }),
  login("wrong user", { user: "other", pass }),
  login("user in another case", { user: "SINGLE", pass }),
  login("wrong password", { user, pass: wrong }),
  login("password cut short", { user, pass: keepSecret(pass.slice(0, -1)) }),
  login("password with more behind it", { user, pass: `${pass}x` }),
  login("password with a NUL behind it", { user, pass: `${pass}\0` }),
  login("user without password", { user }),
  login("user with an empty password", { user, pass: "" }),
  login("only the password", { pass }),
  login("empty user with the password", { user: "", pass }),
  login("nothing", {}),
  login("password as token", { auth_token: pass }),
  login("user, password and a token", { ...right, auth_token: secret("extra-token") }),
  login("user, password and an nkey", {
    ...right,
    nkey: "UNKNOWN",
    sig: keepSecret("NoSiGnAtUrE"),
  }),
  login("JWT without operators", { jwt: keepSecret("eyJ0eXAiOiJKV1QifQ.e30.cAnArYsIg") }),
  login("right with a JWT", { ...right, jwt: keepSecret("eyJ0eXAiOiJKV1QifQ.e31.cAnArYsIg") }),
  login("right with an account", { ...right, account: "A" }),
  login("right with a new account", { ...right, new_account: true }),
  login("right with new_account false", { ...right, new_account: false }),
  login("wrong with an account", { user, pass: wrong, account: "A" }),
  login("right with protocol 1", { ...right, protocol: 1 }),
  login("right with protocol 2", { ...right, protocol: 2 }),
  login("wrong with protocol 2", { user, pass: wrong, protocol: 2 }),
  login("right, no responders without headers", { ...right, no_responders: true }),
  login("wrong, no responders without headers", { user, pass: wrong, no_responders: true }),
  login("right with a proxy signature", { ...right, proxy_sig: keepSecret("PrOxYsIgNaTuRe") }),
];

const labels: Scenario[] = [
  login("name, language and version", { ...right, name: "n", lang: "go", version: "1.2" }),
  login("wrong with name and version", {
    user,
    pass: wrong,
    name: "n",
    lang: "go",
    version: "1.2",
  }),
  login("a very long name", { ...right, name: "n".repeat(3_000) }),
  login("a very long wrong user", { user: "u".repeat(3_000), pass: wrong }),
  login("control bytes in the name", { ...right, name: 'a\tb\r\nc\x1b[31m\0d"e\\' }),
  login("control bytes in the language", { ...right, lang: "\n[1] x [INF] y", version: "\x7f" }),
  login("control bytes in the user", { user: 'a\tb\r\nc\x1b[31m\0d"e\\', pass: wrong }),
  login("line separators in the user", { user: "a\u2028b\u0085c\u200bd\ufeff", pass: wrong }),
  login("emoji in the user", { user: "ü😀", pass: wrong }),
  login("percent signs in the user", { user: "%s%d%!v", pass: wrong }),
  login("percent signs in the name", { ...right, name: "%s%d%!v" }),
];

const json: Scenario[] = [
  one(
    "keys in upper case",
    `CONNECT {"USER":"${user}","PASS":"${pass}","VERBOSE":false}\r\n${PING}`,
  ),
  one(
    "the last of two passwords",
    `CONNECT {"user":"${user}","pass":"x","pass":"${pass}"}\r\n${PING}`,
  ),
  one("null for the password", `CONNECT {"user":"${user}","pass":null}\r\n${PING}`),
  one("a number for the password", `CONNECT {"user":"${user}","pass":12345}\r\n${PING}`),
  one("a list for the user", `CONNECT {"user":["${user}"],"pass":"${pass}"}\r\n${PING}`),
  one("an object for the password", `CONNECT {"user":"${user}","pass":{"a":"${pass}"}}\r\n${PING}`),
  one("text for verbose", `CONNECT {"user":"${user}","pass":"${pass}","verbose":"x"}\r\n${PING}`),
  one("a list for the options", `CONNECT []\r\n${PING}`),
  one("null for the options", `CONNECT null\r\n${PING}`),
  one("no options", `CONNECT \r\n${PING}`),
  one("a number for what servers ask for", `CONNECT {"import":{"allow":12345}}\r\n${PING}`),
  one("a number in what servers ask for", `CONNECT {"export":{"deny":["a",12345]}}\r\n${PING}`),
  one("a list for what servers ask for", `CONNECT {"import":[]}\r\n${PING}`),
  one("a fraction for the protocol", `CONNECT {"protocol":1.5}\r\n${PING}`),
  one("text for the protocol", `CONNECT {"protocol":"1"}\r\n${PING}`),
  one("a key in upper case with a number", `CONNECT {"PASS":12345}\r\n${PING}`),
  one("a number for the options", `CONNECT 12345\r\n${PING}`),
  one("INFO with a wrong type", `INFO {"port":"x"}\r\n${PING}`),
  one("a trailing comma", `CONNECT {"user":"${user}","pass":"${pass}",}\r\n${PING}`),
  one("a password without quotes", `CONNECT {"user":"${user}","pass":${pass}}\r\n${PING}`),
  one(
    "options cut off after the password",
    `CONNECT {"user":"${user}","pass":"${pass}"\r\n${PING}`,
  ),
  one("something after the options", `CONNECT {"user":"${user}","pass":"${pass}"} x\r\n${PING}`),
  one(
    "names of the prototype chain",
    `CONNECT {"__proto__":{"user":"${user}","pass":"${pass}"},"constructor":1,"toString":{}}\r\n${PING}`,
  ),
  one(
    "the same beside what is right",
    `CONNECT {"__proto__":{"verbose":true},"constructor":null,"user":"${user}","pass":"${pass}","verbose":false}\r\n${PING}`,
  ),
  one("escapes in the user", `CONNECT {"user":"\\u0073ingle","pass":"${pass}"}\r\n${PING}`),
  one(
    "bytes that are not UTF-8 in the user",
    Buffer.concat([
      Buffer.from('CONNECT {"user":"a'),
      Buffer.of(0xff),
      Buffer.from(`b"}\r\n${PING}`),
    ]),
  ),
  one("lower-case verb", `connect {"user":"${user}","pass":"${pass}"}\r\nping\r\n`),
  one("no space after the verb", `CONNECT{"user":"${user}","pass":"${pass}"}\r\n${PING}`),
  one("only a line feed", `CONNECT {"user":"${user}","pass":"${pass}","verbose":false}\n${PING}`),
];

const firstOperations: Scenario[] = [
  one("PING first", PING),
  one("PONG first", `PONG\r\n${PING}`),
  one("SUB first", `SUB a 1\r\n${PING}`),
  one("UNSUB first", `UNSUB 1\r\n${PING}`),
  one("PUB first", pub("a") + PING),
  one("HPUB first", `HPUB a 12 13\r\nNATS/1.0\r\n\r\nx\r\n${PING}`),
  one("INFO first", `INFO {}\r\n${PING}`),
  one("+OK first", `+OK\r\n${PING}`),
  one("-ERR first", `-ERR 'x'\r\n${PING}`),
  one("MSG first", `MSG a 1 1\r\nx\r\n${PING}`),
  one("an empty line first", `\r\n${connect(right)}${PING}`),
  one("a space first", ` ${connect(right)}${PING}`),
  one("CONxx", `CONxx {}\r\n${PING}`),
  one("COM", `COM\r\n${PING}`),
  one("c alone, then a line end", `c\r\n${PING}`),
  one("a request for a web page", `GET / HTTP/1.1\r\nHost: x\r\n\r\n${PING}`),
  one("garbage", Buffer.from("00ff80fe0a0d0a50494e470d0a", "hex")),
  one("a TLS handshake", Buffer.from("160301002f0100002b0303", "hex")),
  one("a line that never ends", "C".repeat(10)),
  one("more than a control line", `CONNECT {"name":"${"x".repeat(5_000)}"}\r\n${PING}`),
  one("more than a control line, unfinished", `CONNECT {"pass":"${pass}${"x".repeat(5_000)}`),
  one("all in one packet, wrong", `${connect({ user, pass: wrong })}${pub("a")}SUB a 1\r\n${PING}`),
  {
    name: "byte by byte",
    steps: [{ send: connect(right), split: "bytes" }, { send: PING }],
  },
  {
    name: "wrong, byte by byte",
    steps: [{ send: connect({ user, pass: wrong }), split: "bytes" }, { send: PING }],
  },
  { name: "nothing, and gone", steps: [{ finish: true }] },
  { name: "half a CONNECT, and gone", steps: [{ send: 'CONNECT {"pass":', finish: true }] },
];

const again: Scenario[] = [
  one(
    "CONNECT twice: subscriptions are dropped",
    `${connect(right)}SUB a 1\r\n${PING}${connect(right)}${pub("a")}SUB a 1\r\n${pub("a")}${PING}`,
  ),
  {
    name: "a second CONNECT with a wrong password",
    steps: [
      { send: `${connect(right)}SUB a 1\r\n${PING}` },
      { send: connect({ user, pass: wrong }) + PING },
    ],
  },
  {
    name: "a second CONNECT keeps what it does not name",
    steps: [
      { send: connect({ ...right, name: "n" }) + PING },
      { send: `CONNECT {"verbose":true}\r\n${PING}` },
    ],
  },
  {
    name: "a second CONNECT with an empty password",
    steps: [{ send: connect(right) + PING }, { send: `CONNECT {"pass":""}\r\n${PING}` }],
  },
  {
    name: "a second CONNECT with another name",
    steps: [
      { send: connect({ ...right, name: "one", version: "1" }) + PING },
      { send: connect({ ...right, name: "two", version: "2" }) + PING },
    ],
  },
];

const hashed = secret("hashed");
/** bcrypt looks at this many bytes. */
const BCRYPT_BYTES = 72;

export const SINGLE_USER: readonly Group[] = [
  {
    name: "single user",
    config: `authorization { user: ${user}, password: "${pass}" }`,
    scenarios: [...logins, ...labels, ...json, ...firstOperations, ...again],
  },
  {
    name: "single user with a hash",
    config: `authorization { user: ${user}, password: "${bcrypt(hashed)}" }`,
    scenarios: [
      login("right", { user, pass: hashed }),
      login("wrong password", { user, pass: wrong }),
      login("wrong user", { user: "other", pass: hashed }),
      login("empty password", { user, pass: "" }),
      login("a password longer than bcrypt reads", { user, pass: "x".repeat(BCRYPT_BYTES + 1) }),
      login("a NUL behind the password", { user, pass: `${hashed}\0` }),
      {
        name: "operations behind CONNECT in one packet",
        steps: [{ send: `${connect({ user, pass: hashed })}SUB a 1\r\n${pub("a")}${PING}` }],
      },
      {
        name: "wrong, operations behind CONNECT in one packet",
        steps: [{ send: `${connect({ user, pass: wrong })}SUB a 1\r\n${pub("a")}${PING}` }],
      },
      {
        name: "a second CONNECT behind the first in one packet",
        steps: [
          {
            send: connect({ user, pass: hashed }) + connect({ user, pass: wrong }) + PING,
          },
        ],
      },
      {
        name: "CONNECT, and gone",
        steps: [{ send: connect({ user, pass: hashed }), finish: true }],
      },
    ],
  },
];
