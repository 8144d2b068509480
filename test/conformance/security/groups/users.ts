/** Several users, with passwords of every kind. */

import { connect, type Group, login, PING, pub, type Scenario } from "../../scenarios/scenario.ts";
import { bcrypt, keepSecret, secret } from "../canaries.ts";

const plain = secret("plain");
const hashed = secret("bcrypt");
const wrong = secret("wrong-user");
const long = keepSecret("LoNg.".repeat(40));
const uni = keepSecret("pässwörd😀.uNi");
/** bcrypt looks at the first 72 bytes. */
const seventyTwo = keepSecret("72bYtEs.".repeat(9));

const users: readonly (readonly [user: string, password: string | undefined])[] = [
  ["plain", plain],
  ["none", undefined],
  ["2a", bcrypt(hashed, "2a")],
  ["2b", bcrypt(hashed, "2b")],
  ["2y", bcrypt(hashed, "2y")],
  ["2x", bcrypt(hashed, "2x")],
  ["2c", bcrypt(hashed, "2c")],
  ["malformed", keepSecret("$2a$04$tOoShOrT")],
  ["no-cost", keepSecret("$2a$xx$nOtAhAsH")],
  ["cost-too-low", bcrypt(hashed).replace("$04$", "$03$")],
  ["72", bcrypt(seventyTwo)],
  ["long", long],
  ["Ünicode", uni],
  ["unicode hash", bcrypt(uni)],
  ["__proto__", plain],
  ["constructor", plain],
  ["with space", plain],
  ["dotted.name", plain],
  ["dollar", keepSecret("$dOlLaR$1")],
];

const entries = users.map(([user, password]) => {
  const rest = password === undefined ? "" : `, password: ${JSON.stringify(password)}`;
  return `  {user: ${JSON.stringify(user)}${rest}}`;
});

const hashes: Scenario[] = ["2a", "2b", "2y", "2x", "2c", "cost-too-low"].flatMap((user) => [
  login(`${user}, right`, { user, pass: hashed }),
  login(`${user}, wrong`, { user, pass: wrong }),
]);

const stored: Scenario[] = ["2a", "2c", "malformed", "no-cost"].map((user) =>
  login(`${user}, the hash as password`, { user, pass: users.find(([name]) => name === user)![1] }),
);

const scenarios: Scenario[] = [
  login("right", { user: "plain", pass: plain }),
  login("wrong password", { user: "plain", pass: wrong }),
  login("password of another user", { user: "plain", pass: hashed }),
  login("unknown user", { user: "unknown", pass: plain }),
  login("no user", { pass: plain }),
  login("nothing", {}),
  login("token", { auth_token: plain }),
  login("user without a password, none given", { user: "none" }),
  login("user without a password, an empty one given", { user: "none", pass: "" }),
  login("user without a password, one given", { user: "none", pass: wrong }),
  ...hashes,
  ...stored,
  login("72 bytes", { user: "72", pass: seventyTwo }),
  login("more than 72 bytes", { user: "72", pass: `${seventyTwo}more` }),
  login("71 bytes", { user: "72", pass: seventyTwo.slice(0, -1) }),
  login("a long password", { user: "long", pass: long }),
  login("a long password with another end", { user: "long", pass: `${long.slice(0, -1)}x` }),
  login("unicode", { user: "Ünicode", pass: uni }),
  login("unicode, decomposed", { user: "Ünicode".normalize("NFD"), pass: uni }),
  login("unicode and a hash", { user: "unicode hash", pass: uni }),
  login("__proto__", { user: "__proto__", pass: plain }),
  login("__proto__, wrong", { user: "__proto__", pass: wrong }),
  login("constructor", { user: "constructor", pass: plain }),
  login("toString, which is no user", { user: "toString", pass: plain }),
  login("hasOwnProperty without a password", { user: "hasOwnProperty" }),
  login("a space in the name", { user: "with space", pass: plain }),
  login("a dot in the name", { user: "dotted.name", pass: plain }),
  login("a password that begins like a hash", { user: "dollar", pass: "$dOlLaR$1" }),
  {
    name: "another user with a second CONNECT",
    steps: [
      { send: `${connect({ user: "plain", pass: plain, name: "n" })}SUB a 1\r\n${PING}` },
      { send: `${connect({ user: "2a", pass: hashed })}${pub("a")}${PING}` },
      { send: `${connect({ user: "none", pass: "" })}SUB a 1\r\n${pub("a")}${PING}` },
    ],
  },
  {
    name: "messages between users",
    steps: [
      { conn: "a", send: `${connect({ user: "plain", pass: plain })}SUB a.> 1\r\n${PING}` },
      {
        conn: "b",
        send: `${connect({ user: "2b", pass: hashed })}${pub("a.b", "hi", "r")}${PING}`,
      },
      { conn: "a", send: PING },
    ],
  },
];

export const USERS: readonly Group[] = [
  {
    name: "users",
    config: `authorization { users = [\n${entries.join("\n")}\n] }`,
    scenarios,
  },
];
