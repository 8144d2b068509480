/** PING, PONG, and the server's own PINGs. */

import { one, PLAIN, type Transcript, VERBOSE } from "../transcript.ts";

const KEEPALIVE = { pingIntervalMs: 250, pingMax: 2 };

/** Between two PINGs something is sent, and the look for the second one is taken, half-way. */
const SLOW = { pingIntervalMs: 400, pingMax: 5 };

/** Sends something between two PINGs; does it hold the second one back? */
function activity(text: string): Transcript {
  return {
    name: `does ${JSON.stringify(text)} hold the next PING back?`,
    options: SLOW,
    steps: [
      { send: `${PLAIN}SUB foo 1\r\n`, until: /PING\r\n/ },
      { send: "PONG\r\n", listenMs: 200 },
      { send: text, listenMs: 400 },
    ],
  };
}

export const pings: readonly Transcript[] = [
  one("PING before CONNECT", "PING\r\n"),
  one("three in one write", "PING\r\nPING\r\nPING\r\n"),
  one("any case", `${PLAIN}pInG\r\n`),
  one("text after PING", `${PLAIN}PING xxx yy\r\n`),
  one("text glued to PING", `${PLAIN}PINGxxx yy\r\nPING\r\n`),
  one("text longer than a control line", `${PLAIN}PING${"x".repeat(200)}\r\nPING\r\n`, {
    options: { maxControlLine: 64 },
  }),
  one("PING without CR", `${PLAIN}PING\nPING\r\n`),
  one("PING with CR inside", `${PLAIN}PI\rNG\r\nPING\r\n`),
  one("PING with CR before text", `${PLAIN}PING\rabc\r\nPING\r\n`),
  one("PING with two CR", `${PLAIN}PING\r\r\nPING\r\n`),
  one("partial PING is not answered", `${PLAIN}PING\r`),
  one("PING cut short", `${PLAIN}PIN\r\nPING\r\n`),
  one("PING is never answered with +OK", `${VERBOSE}PING\r\nPONG\r\nPING\r\n`),
  one("byte by byte", `${PLAIN}PING\r\nPING\r\n`, { split: "bytes" }),
  one("PONG without a PING", `${PLAIN}PONG\r\nPING\r\n`),
  one("PONG with text, any case", `${PLAIN}pOnGxx yy\r\nPONG zz\nPING\r\n`),
  one("PONG before CONNECT", "PONG\r\nPING\r\n"),
  one("PO and something else", `${PLAIN}POX\r\nPING\r\n`),
  one("first PING after CONNECT with protocol 1", 'CONNECT {"protocol":1}\r\nPING\r\nPING\r\n'),
  one("first PING with protocol 0", 'CONNECT {"protocol":0}\r\nPING\r\nPING\r\n'),
  one("PING before CONNECT does not count", 'PING\r\nCONNECT {"protocol":1}\r\nPING\r\nPING\r\n'),
  one(
    "connect_info after a second CONNECT raises the protocol",
    'CONNECT {"protocol":0}\r\nPING\r\nCONNECT {"protocol":1}\r\nPING\r\nPING\r\n',
  ),
  one(
    "connect_info only once with two CONNECT",
    'CONNECT {"protocol":1}\r\nPING\r\nCONNECT {"protocol":1}\r\nPING\r\n',
  ),
  one(
    "connect_info comes behind messages",
    'CONNECT {"protocol":1,"verbose":true}\r\nSUB foo 1\r\nPUB foo 1\r\na\r\nPING\r\nPUB foo 1\r\nb\r\n',
  ),
  one("connect_info with server options", 'CONNECT {"protocol":1,"verbose":false}\r\nPING\r\n', {
    options: { serverName: "one", maxPayload: 1000, clientAdvertise: "adv.example.com:4999" },
  }),
  one("connect_info without headers", 'CONNECT {"protocol":1,"verbose":false}\r\nPING\r\n', {
    options: { noHeaderSupport: true },
  }),
  {
    name: "stale connection",
    options: KEEPALIVE,
    steps: [{ send: PLAIN, until: "end" }],
  },
  {
    name: "stale connection with ping_max 1",
    options: { pingIntervalMs: 200, pingMax: 1 },
    steps: [{ send: PLAIN, until: "end" }],
  },
  {
    name: "stale connection with ping_max 3",
    options: { pingIntervalMs: 150, pingMax: 3 },
    steps: [{ send: PLAIN, until: "end" }],
  },
  {
    name: "stale connection without CONNECT",
    options: KEEPALIVE,
    steps: [{ until: "end" }],
  },
  {
    name: "PONG keeps the connection",
    options: KEEPALIVE,
    steps: [
      { send: PLAIN, until: /PING\r\n/ },
      { send: "PONG\r\n", until: /(PING\r\n){2}/ },
      { send: "PONG\r\n", until: /(PING\r\n){3}/ },
      { send: "PONG\r\n", until: /(PING\r\n){4}/ },
      { finish: true },
    ],
  },
  {
    name: "one PONG answers all PINGs so far",
    options: KEEPALIVE,
    steps: [
      { send: PLAIN, until: /(PING\r\n){2}/ },
      { send: "PONG\r\n", until: "end" },
    ],
  },
  {
    name: "+OK from the client is no sign of life",
    options: KEEPALIVE,
    steps: [
      { send: PLAIN, until: /PING\r\n/ },
      { send: "+OK\r\n", until: /(PING\r\n){2}/ },
      { send: "+OK\r\n", until: "end" },
    ],
  },
  {
    name: "the client's own PING does not answer the server's",
    options: KEEPALIVE,
    steps: [
      { send: PLAIN, until: /PING\r\n/ },
      { send: "PING\r\n", until: /PONG\r\n/ },
      { until: "end" },
    ],
  },
  ...["", "PUB foo 1\r\na\r\n", "PUB bar 1\r\na\r\n", "SUB bar 2\r\n", "UNSUB 1\r\n"].map(activity),
  ...["UNSUB 9\r\n", "PING\r\n", "PONG\r\n", "+OK\r\n", "INFO {}\r\n"].map(activity),
  ...["HPUB foo 4 4\r\nabcd\r\n", "PUB _GR_.x 1\r\na\r\n", "SUB a..b 2\r\n", "SUB foo 1\r\n"].map(
    activity,
  ),
  {
    name: "does a message to the client hold the next PING back?",
    options: SLOW,
    steps: [
      { conn: "b", send: `${PLAIN}SUB foo 1\r\n`, until: /PING\r\n/ },
      { conn: "b", send: "PONG\r\n", listenMs: 200 },
      { send: `${PLAIN}PUB foo 1\r\na\r\n`, listenMs: 300 },
    ],
  },
  {
    name: "activity without a measured round trip does not hold the first PING back",
    options: SLOW,
    steps: [{ send: PLAIN }, { send: "PUB foo 0\r\n\r\n", listenMs: 600 }],
  },
  {
    name: "a second CONNECT starts the clock again",
    options: SLOW,
    steps: [
      { send: PLAIN, until: /PING\r\n/ },
      { send: "PONG\r\n", listenMs: 200 },
      { send: PLAIN, listenMs: 300 },
    ],
  },
  {
    name: "CONNECT starts the clock again",
    options: { pingIntervalMs: 1_000, pingMax: 2 },
    steps: [{ listenMs: 700 }, { send: PLAIN, listenMs: 600 }],
  },
  {
    name: "the first PING comes at most two seconds after CONNECT",
    steps: [{ send: PLAIN, listenMs: 1_800 }, { listenMs: 900 }],
  },
  { name: "no PING before CONNECT for the whole interval", steps: [{ listenMs: 2_700 }] },
];
