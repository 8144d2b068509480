/** A token for everyone. */

import { type Group, login, type Scenario } from "../../scenarios/scenario.ts";
import { bcrypt, secret } from "../canaries.ts";

const token = secret("token");
const wrong = secret("wrong-token");

function scenarios(): Scenario[] {
  return [
    login("right", { auth_token: token }),
    login("wrong", { auth_token: wrong }),
    login("empty", { auth_token: "" }),
    login("nothing", {}),
    login("cut short", { auth_token: token.slice(0, 8) }),
    login("as password", { pass: token }),
    login("right, with a user and a password", { auth_token: token, user: "u", pass: wrong }),
    login("right, with a name", { auth_token: token, name: "n", version: "1", lang: "x" }),
    login("wrong, with a user", { auth_token: wrong, user: "u" }),
    login("right, with an nkey", { auth_token: token, nkey: "UX" }),
    login("right, with protocol 1", { auth_token: token, protocol: 1 }),
  ];
}

export const TOKENS: readonly Group[] = [
  { name: "token", config: `authorization { token: "${token}" }`, scenarios: scenarios() },
  {
    name: "token with a hash",
    config: `authorization { token: "${bcrypt(token, "2b")}" }`,
    scenarios: scenarios(),
  },
  {
    // It would be logged as the name that it is given as.
    name: "token that is no canary",
    config: "authorization { token: shown }",
    scenarios: [
      login("as user", { user: "shown" }),
      login("as user and password", { user: "shown", pass: "shown" }),
    ],
  },
  {
    name: "token of a flag",
    config: "debug: true",
    args: ["--auth", token],
    scenarios: scenarios().slice(0, 4),
  },
  {
    name: "user and password of flags",
    config: "debug: true",
    args: ["--user", "flag", "--pass", token],
    scenarios: [
      login("right", { user: "flag", pass: token }),
      login("wrong", { user: "flag", pass: wrong }),
      login("token", { auth_token: token }),
    ],
  },
];
