/** Users with a key pair, who sign the nonce. */

import {
  connect,
  type Group,
  login,
  one,
  PING,
  type Scenario,
  type Situation,
} from "../../scenarios/scenario.ts";
import { keepSecret, secret } from "../canaries.ts";
import { type Encoding, keyPair } from "../nkeys.ts";

const known = keyPair(1);
const second = keyPair(2);
const stranger = keyPair(3);
const pass = secret("beside-nkeys");
const both = { user: "named", pass };

/** A scenario of one CONNECT made from the nonce. */
function signed(name: string, options: (nonce: string) => Record<string, unknown>): Scenario {
  return one(name, ({ nonce }: Situation) => connect(options(nonce)) + PING);
}

const nkey = known.public;

function encoded(encoding: Encoding): Scenario {
  return signed(`signature in ${encoding}`, (nonce) => ({
    nkey,
    sig: known.sign(nonce, encoding),
  }));
}

const scenarios: Scenario[] = [
  encoded("base64url"),
  encoded("base64"),
  signed("another key of the list", (nonce) => ({ nkey: second.public, sig: second.sign(nonce) })),
  signed("with name and version", (nonce) => ({
    nkey,
    sig: known.sign(nonce),
    name: "n",
    lang: "x",
    version: "1",
  })),
  signed("signature by another key", (nonce) => ({ nkey, sig: second.sign(nonce) })),
  signed("a nonce that was not given", () => ({ nkey, sig: known.sign("AAAAAAAAAAAAAAA") })),
  signed("signature of the nonce's bytes", (nonce) => ({
    nkey,
    sig: known.sign(Buffer.from(nonce, "base64url").toString("latin1")),
  })),
  signed("unknown key", (nonce) => ({ nkey: stranger.public, sig: stranger.sign(nonce) })),
  signed("unknown key, right user and password", (nonce) => ({
    nkey: stranger.public,
    sig: stranger.sign(nonce),
    ...both,
  })),
  signed("right key, wrong password", (nonce) => ({
    nkey,
    sig: known.sign(nonce),
    user: "named",
    pass: secret("wrong-beside"),
  })),
  signed("wrong signature, right user and password", () => ({
    nkey,
    sig: keepSecret("wRoNgSiGnAtUrE"),
    ...both,
  })),
  signed("signature cut short", (nonce) => ({ nkey, sig: known.sign(nonce).slice(0, 60) })),
  signed("signature with more behind it", (nonce) => ({ nkey, sig: `${known.sign(nonce)}AAAA` })),
  signed("key in lower case", (nonce) => ({ nkey: nkey.toLowerCase(), sig: known.sign(nonce) })),
  signed("key cut short", (nonce) => ({ nkey: nkey.slice(0, -1), sig: known.sign(nonce) })),
  signed("twice the same", (nonce) => ({ nkey, sig: known.sign(nonce), verbose: true })),
  login("no signature", { nkey }),
  login("an empty signature", { nkey, sig: "" }),
  login("a signature that is not base64", { nkey, sig: keepSecret("!!%%nOtBaSe64%%!!") }),
  login("a signature of zeros", { nkey, sig: Buffer.alloc(64).toString("base64url") }),
  login("a signature without a key", { sig: keepSecret("oNlYsIgNaTuRe") }),
  login("an empty key", { nkey: "", sig: keepSecret("oNlYsIgNaTuRe") }),
  login("garbage for a key", { nkey: "garbage", sig: keepSecret("oNlYsIgNaTuRe") }),
  login("control bytes for a key", { nkey: "U\n\0\x1b", sig: keepSecret("oNlYsIgNaTuRe") }),
  login("__proto__ for a key", { nkey: "__proto__", sig: keepSecret("oNlYsIgNaTuRe") }),
  login("user and password", both),
  login("wrong password", { user: "named", pass: secret("wrong-beside") }),
  login("key as user", { user: nkey }),
  login("nothing", {}),
  one("PING first", PING),
];

/** A nonce whose signature needs the letters in which the alphabets differ is almost every one. */
const padded = signed("signature in padded base64url", (nonce) => ({
  nkey,
  sig: known.sign(nonce, "padded base64url").replace(/^.../, "-_-"),
}));

export const NKEYS: readonly Group[] = [
  {
    name: "nkeys",
    config: `authorization { users = [
      {nkey: ${known.public}}
      {nkey: ${second.public}, permissions: {publish: a, subscribe: b}}
      {user: named, password: "${pass}"}
    ] }`,
    scenarios: [...scenarios, padded],
  },
  {
    name: "only nkeys",
    config: `authorization { users = [ {nkey: ${known.public}} ] }`,
    scenarios: [
      encoded("base64url"),
      login("user and password", both),
      login("nothing", {}),
      {
        name: "a second CONNECT with the same signature, then with none",
        steps: [
          { send: ({ nonce }) => connect({ nkey, sig: known.sign(nonce) }) + PING },
          { send: ({ nonce }) => connect({ nkey, sig: known.sign(nonce) }) + PING },
          { send: connect({ sig: "" }) + PING },
        ],
      },
      {
        name: "a second CONNECT that keeps the signature",
        steps: [
          { send: ({ nonce }) => connect({ nkey, sig: known.sign(nonce) }) + PING },
          { send: connect({ name: "renamed" }) + PING },
        ],
      },
    ],
  },
];
