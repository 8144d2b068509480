/** What else decides who may connect: the clock, the kind of connection, a proxy; and no rules. */

import { NkeyKind } from "../../../../src/protocol/nkeys.ts";
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

const pass = secret("access");
const right = { user: "u", pass };
const nkey = keyPair(5);
const proxy = keyPair(6);
const secondProxy = keyPair(7, NkeyKind.Server);
const foreign = keyPair(8);

const timeouts: Group = {
  name: "authorization timeout",
  config: `authorization { user: u, password: "${pass}", timeout: 0.3 }`,
  scenarios: [
    { name: "nothing", steps: [{ until: "end" }] },
    { name: "half a CONNECT", steps: [{ send: 'CONNECT {"user":"u",', until: "end" }] },
    { name: "a letter", steps: [{ send: "C", until: "end" }] },
    {
      name: "half a CONNECT, the rest too late",
      steps: [{ send: 'CONNECT {"user":"u",', until: "end" }, { send: `"pass":"${pass}"}\r\n` }],
    },
    {
      name: "the rest in time",
      steps: [
        { send: connect(right).slice(0, 20), listenMs: 100 },
        { send: connect(right).slice(20) + PING },
      ],
    },
    {
      name: "in time, then silent",
      steps: [{ send: connect(right) + PING }, { listenMs: 400 }, { send: PING }],
    },
    login("wrong", { user: "u", pass: secret("access-wrong") }),
  ],
};

const timeoutsWithGuest: Group = {
  name: "authorization timeout with no_auth_user",
  config: `no_auth_user: g\nauthorization { timeout: 0.3, users = [ {user: g}, {user: u, password: "${pass}"} ] }`,
  scenarios: [
    { name: "nothing", steps: [{ until: "end" }] },
    { name: "half a PING", steps: [{ send: "PI", listenMs: 500 }, { send: "NG\r\n" }] },
    { name: "half a CONNECT", steps: [{ send: "CONNECT {", until: "end" }] },
    { name: "PING, then silent", steps: [{ send: PING }, { listenMs: 400 }, { send: PING }] },
  ],
};

const types: Group = {
  name: "connection types",
  config: `authorization { users = [
    {user: all, password: "${pass}"}
    {user: none, password: "${pass}", allowed_connection_types: []}
    {user: standard, password: "${pass}", allowed_connection_types: [standard, WEBSOCKET]}
    {user: web, password: "${pass}", allowed_connection_types: WEBSOCKET}
    {user: mqtt, password: "${bcrypt(pass)}", connection_types: [MQTT, LEAFNODE]}
    {user: process, password: "${pass}", clients: [IN_PROCESS]}
    {nkey: ${nkey.public}, allowed_connection_types: [LEAFNODE]}
  ] }`,
  scenarios: [
    ...["all", "none", "standard", "web", "mqtt", "process"].map((user) =>
      login(user, { user, pass }),
    ),
    login("web, wrong", { user: "web", pass: secret("access-wrong") }),
    one("nkey", ({ nonce }) => connect({ nkey: nkey.public, sig: nkey.sign(nonce) }) + PING),
    {
      name: "a second CONNECT as one who may not",
      steps: [
        { send: connect({ user: "all", pass }) + PING },
        { send: connect({ user: "web", pass }) + PING },
      ],
    },
  ],
};

/** The same for each way in which a proxy can be asked for. */
function proxied(user: Record<string, unknown>): Scenario[] {
  const signed = (name: string, by: (nonce: string) => string): Scenario =>
    one(name, ({ nonce }) => connect({ ...user, proxy_sig: by(nonce) }) + PING);
  return [
    login("no signature", user),
    login("an empty signature", { ...user, proxy_sig: "" }),
    signed("right", (nonce) => proxy.sign(nonce)),
    signed("right, by the second key", (nonce) => secondProxy.sign(nonce)),
    signed("right, in base64", (nonce) => proxy.sign(nonce, "base64")),
    signed("right, in padded base64url", (nonce) => proxy.sign(nonce, "padded base64url")),
    signed("by a key that is not trusted", (nonce) => foreign.sign(nonce)),
    signed("of another nonce", () => proxy.sign("AAAAAAAAAAAAAAA")),
    signed("cut short", (nonce) => proxy.sign(nonce).slice(0, 40)),
    signed("garbage", () => keepSecret("%%pRoXyGaRbAgE%%")),
    signed("base64 that is no signature", () => keepSecret("pRoXyNoSiGnAtUrE")),
  ];
}

const trusted = `proxies { trusted = [ {key: ${proxy.public}}, {key: ${secondProxy.public}} ] }`;

const proxies: Group[] = [
  {
    name: "proxies, required of a user",
    config: `${trusted}
      authorization { users = [
        {user: required, password: "${pass}", proxy_required: true}
        {user: free, password: "${pass}"}
        {nkey: ${nkey.public}, proxy_required: true}
      ] }`,
    scenarios: [
      ...proxied({ user: "required", pass }),
      ...proxied({ user: "free", pass }).map(({ name, steps }) => ({
        name: `free: ${name}`,
        steps,
      })),
      one(
        "wrong password, right signature",
        ({ nonce }) =>
          connect({
            user: "required",
            pass: secret("access-wrong"),
            proxy_sig: proxy.sign(nonce),
          }) + PING,
      ),
      login("wrong password, no signature", { user: "required", pass: secret("access-wrong") }),
      one(
        "nkey without proxy",
        ({ nonce }) => connect({ nkey: nkey.public, sig: nkey.sign(nonce) }) + PING,
      ),
      one(
        "nkey with proxy",
        ({ nonce }) =>
          connect({ nkey: nkey.public, sig: nkey.sign(nonce), proxy_sig: proxy.sign(nonce) }) +
          PING,
      ),
    ],
  },
  {
    name: "proxies, required of the single user",
    config: `${trusted}\nauthorization { user: u, password: "${pass}", proxy_required: true }`,
    scenarios: [
      ...proxied(right),
      login("wrong password", { user: "u", pass: secret("access-wrong") }),
    ],
  },
  {
    name: "proxies, required with a token",
    config: `${trusted}\nauthorization { token: "${pass}", proxy_required: true }`,
    scenarios: proxied({ auth_token: pass }).slice(0, 4),
  },
  {
    name: "proxies, of users who log in without CONNECT",
    config: `${trusted}\nno_auth_user: g
      authorization { users = [ {user: g, proxy_required: true}, {user: u, password: "${pass}"} ] }`,
    scenarios: [one("PING first", PING), login("an empty CONNECT", {}), login("another", right)],
  },
  {
    name: "proxies without authorization",
    config: trusted,
    scenarios: [...proxied({}).slice(0, 5), one("PING first", PING)],
  },
];

const open: Group = {
  name: "no authorization",
  config: "debug: true",
  scenarios: [
    login("user and password", right),
    login("token", { auth_token: pass }),
    login("nkey", { nkey: nkey.public, sig: keepSecret("oPeNsIg") }),
    login("user, token and nkey", { ...right, auth_token: pass, nkey: "UX" }),
    login("JWT", { jwt: keepSecret("eyJ0eXAiOiJKV1QifQ.e30.oPeN") }),
    login("account", { account: "A" }),
    login("new account", { new_account: true }),
    login("a name and protocol 1", { name: "n", version: "1", lang: "l", protocol: 1 }),
    login("a proxy signature", { proxy_sig: keepSecret("oPeNpRoXy") }),
    one("no CONNECT", `SUB a 1\r\n${pub("a")}${PING}`),
    one("bytes that are no CONNECT", `CONNECT {"pass":"${pass}" x}\r\n${PING}`),
    one("the password in a broken verb", `CONNEC {"pass":"${pass}"}\r\n${PING}`),
    one("the password behind an unknown verb", `x {"pass":"${keepSecret("bEhInD")}"}\r\n${PING}`),
    {
      name: "names that change",
      steps: [{ send: connect({ user: "one" }) + PING }, { send: connect({ user: "two" }) + PING }],
    },
  ],
};

export const ACCESS: readonly Group[] = [timeouts, timeoutsWithGuest, types, ...proxies, open];
