/** The 503 answer to a request that nobody takes. */

import { NO_ECHO, one, PLAIN, type Transcript, VERBOSE } from "../transcript.ts";

const REQUEST = "PUB nope rep.1 0\r\n\r\n";

export const noResponders: readonly Transcript[] = [
  one("503", `${PLAIN}SUB rep.1 7\r\n${REQUEST}PING\r\n`),
  one("reply subscription is a wildcard", `${PLAIN}SUB rep.* 7\r\n${REQUEST}PING\r\n`),
  one(
    "long subject in the header",
    `${PLAIN}SUB rep.* 7\r\nPUB ${"x".repeat(300)} rep.1 0\r\n\r\nPING\r\n`,
  ),
  one("UTF-8 subject in the header", `${PLAIN}SUB rep.* 7\r\nPUB é→ rep.1 0\r\n\r\nPING\r\n`),
  one(
    "wildcard subject",
    `${PLAIN}SUB rep.* 7\r\nPUB nope.* rep.1 0\r\n\r\nPUB nope..x rep.1 0\r\n\r\nPING\r\n`,
  ),
  one("with a payload", `${PLAIN}SUB rep.* 7\r\nPUB nope rep.1 5\r\nhello\r\nPING\r\n`),
  one("with headers", `${PLAIN}SUB rep.* 7\r\nHPUB nope rep.1 4 9\r\nabcdhello\r\nPING\r\n`),
  one(
    "verbose: +OK first",
    'CONNECT {"headers":true,"no_responders":true,"pedantic":false}\r\nSUB rep.* 7\r\nPUB nope rep.1 0\r\n\r\nPING\r\n',
  ),
  one(
    "pedantic",
    'CONNECT {"headers":true,"no_responders":true}\r\nSUB rep.* 7\r\nPUB nope.* rep.1 0\r\n\r\nPING\r\n',
  ),
  one("not asked for", `${VERBOSE}SUB rep.1 7\r\n${REQUEST}PING\r\n`),
  one(
    "no reply subject",
    `${PLAIN}SUB > 7\r\nUNSUB 7 1\r\nPUB a 0\r\n\r\nPUB nope 0\r\n\r\nPING\r\n`,
  ),
  one("no subscription to the reply", `${PLAIN}SUB other 7\r\n${REQUEST}PING\r\n`),
  one("reply subscription in a queue", `${PLAIN}SUB rep.1 q 7\r\n${REQUEST}PING\r\n`),
  one(
    "reply subscription in a queue and a plain one",
    `${PLAIN}SUB rep.1 q 7\r\nSUB rep.* 8\r\n${REQUEST}PING\r\n`,
  ),
  one(
    "only one of two reply subscriptions",
    `${PLAIN}SUB rep.1 7\r\nSUB rep.1 7\r\nSUB other 8\r\n${REQUEST}${REQUEST}PING\r\n`,
  ),
  one(
    "the request itself is taken by the reply subscription",
    `${PLAIN}SUB > 7\r\n${REQUEST}PING\r\n`,
  ),
  one(
    "reply subject equal to the subject",
    `${PLAIN}SUB nope 1\r\nPUB nope nope 0\r\n\r\nPING\r\n`,
  ),
  one(
    "invalid reply subject",
    `${PLAIN}SUB > 7\r\nUNSUB 7 1\r\nPUB a a..b 0\r\n\r\nPUB b a..b 0\r\n\r\nPING\r\n`,
  ),
  one(
    "reply subject with a wildcard",
    `${PLAIN}SUB rep.* 7\r\nPUB nope rep.* 0\r\n\r\nPUB nope rep.> 0\r\n\r\nPING\r\n`,
  ),
  one("reserved reply subject", `${PLAIN}SUB > 7\r\nPUB nope _R_.x 0\r\n\r\nPING\r\n`),
  one("reserved subject", `${PLAIN}SUB rep.* 7\r\nPUB _GR_.x rep.1 0\r\n\r\nPING\r\n`),
  one(
    "does not count for UNSUB max",
    `${PLAIN}SUB rm 11\r\nUNSUB 11 1\r\nPUB nope rm 0\r\n\r\nPUB rm 1\r\nx\r\nPUB rm 1\r\ny\r\nPING\r\n`,
  ),
  one(
    "after UNSUB of the responder",
    `${PLAIN}SUB rep.* 7\r\nSUB svc 8\r\nPUB svc rep.1 0\r\n\r\nUNSUB 8\r\nPUB svc rep.2 0\r\n\r\nPING\r\n`,
  ),
  one(
    "after max messages of the responder",
    `${PLAIN}SUB rep.* 7\r\nSUB svc 8\r\nUNSUB 8 1\r\nPUB svc rep.1 0\r\n\r\nPUB svc rep.2 0\r\n\r\nPING\r\n`,
  ),
  one(
    "a queue responder",
    `${PLAIN}SUB rep.* 7\r\nSUB svc q 8\r\nPUB svc rep.1 0\r\n\r\nUNSUB 8\r\nPUB svc rep.2 0\r\n\r\nPING\r\n`,
  ),
  one(
    "echo off: own subscription is no responder",
    `${NO_ECHO}SUB foo 1\r\nSUB r 2\r\nPUB foo r 2\r\nhi\r\nPING\r\n`,
  ),
  one(
    "echo off: own queue subscription is no responder",
    `${NO_ECHO}SUB foo q 1\r\nSUB r 2\r\nPUB foo r 2\r\nhi\r\nPING\r\n`,
  ),
  one(
    "turned off by a second CONNECT",
    `${PLAIN}CONNECT {"no_responders":false}\r\nSUB rep.1 7\r\n${REQUEST}PING\r\n`,
  ),
  one(
    "turned on by a second CONNECT",
    `${VERBOSE}CONNECT {"no_responders":true}\r\nSUB rep.1 7\r\n${REQUEST}PING\r\n`,
  ),
  one("byte by byte", `${PLAIN}SUB rep.1 7\r\n${REQUEST}PING\r\n`, { split: "bytes" }),
  {
    name: "echo off: a responder on another connection",
    steps: [
      { conn: "b", send: `${PLAIN}SUB foo 1\r\nPING\r\n` },
      { send: `${NO_ECHO}SUB foo 1\r\nSUB r 2\r\nPUB foo r 2\r\nhi\r\nPING\r\n` },
    ],
  },
  {
    name: "the reply subscription of another connection gets nothing",
    steps: [
      { conn: "b", send: `${PLAIN}SUB rep.* 1\r\nPING\r\n` },
      { send: `${PLAIN}${REQUEST}PING\r\n` },
    ],
  },
  {
    name: "both have a reply subscription",
    steps: [
      { conn: "b", send: `${PLAIN}SUB rep.* 1\r\nPING\r\n` },
      { send: `${PLAIN}SUB rep.* 2\r\n${REQUEST}PING\r\n` },
    ],
  },
  {
    name: "responder answers, leaves, and is missed",
    steps: [
      { conn: "b", send: `${PLAIN}SUB svc 1\r\nPING\r\n` },
      { send: `${PLAIN}SUB rep.* 2\r\nPUB svc rep.1 3\r\nask\r\nPING\r\n` },
      { conn: "b", send: "PUB rep.1 6\r\nanswer\r\nPING\r\n" },
      { conn: "b", finish: true },
      { send: "PUB svc rep.2 3\r\nask\r\nPING\r\n" },
    ],
  },
  {
    name: "a responder that asked for no_responders itself",
    steps: [
      { conn: "b", send: `${PLAIN}SUB svc 1\r\nSUB back 2\r\nPING\r\n` },
      { send: `${VERBOSE}PUB svc back 3\r\nask\r\nPUB nope back 3\r\nask\r\nPING\r\n` },
      { conn: "b", send: "PUB gone back 0\r\n\r\nPING\r\n" },
    ],
  },
];
