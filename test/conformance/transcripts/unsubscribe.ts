/** UNSUB, at once and after a number of messages. */

import { one, PLAIN, sequence, type Transcript, VERBOSE } from "../transcript.ts";

const message = (text: string): string => `PUB foo ${text.length}\r\n${text}\r\n`;
const THREE = `${message("x")}${message("yy")}${message("zzz")}`;

/** Sends these arguments after a subscription with sid 1 has got one message. */
function args(text: string): Transcript {
  return one(
    `arguments ${JSON.stringify(text)}`,
    `${VERBOSE}SUB foo 1\r\n${message("first")}UNSUB ${text}\r\n${THREE}PING\r\n`,
  );
}

export const unsubscribe: readonly Transcript[] = [
  ...["1", "2", "01", "1 1", "1 2", "1 3", "1 4", "1 100"].map(args),
  ...["1 0", "1 00", "1 02", "1 000000002", "1 0000000002", "1 999999999", "1 9999999999"].map(
    args,
  ),
  ...["1 -1", "1 +2", "1 abc", "1 2x", "1 2.0", "1 0x2", "1 *", "1 \u0662"].map(args),
  ...["", "1 2 3", "1 2 3 4", "\t1\t2", " 1  2 ", "1 \t", "2 1", "2 x"].map(args),
  ...["1\r", "1\r2", "\r1", "1 2\r", "1 \r2"].map(args),
  one("verb alone", `${PLAIN}UNSUB\r\nPING\r\n`),
  one("no separator", `${PLAIN}UNSUB1\r\nPING\r\n`),
  one("any case", `${PLAIN}SUB foo 1\r\nuNsUb 1\r\n${THREE}PING\r\n`),
  one("LF only", `${PLAIN}SUB foo 1\r\nUNSUB 1 2\n${THREE}PING\r\n`),
  one(
    "sid of several digits with CR inside, LF only",
    `${PLAIN}SUB foo 12\r\nUNSUB \r12\n${THREE}PING\r\n`,
  ),
  one("sid on the line after LF", `${PLAIN}SUB foo 1\r\nUNSUB \n1\r\n${THREE}PING\r\n`),
  one("byte by byte", `${VERBOSE}SUB foo 1\r\nUNSUB 1 2\r\n${THREE}PING\r\n`, { split: "bytes" }),
  one("unknown sid, verbose", `${VERBOSE}UNSUB 99\r\nUNSUB 99 5\r\nPING\r\n`),
  one("unknown sid, before CONNECT", "UNSUB 99\r\nPING\r\n"),
  one("without CONNECT", `SUB foo 1\r\nUNSUB 1 1\r\n${THREE}PING\r\n`),
  one(
    "a max given before the sid is subscribed has no effect",
    `${PLAIN}UNSUB 1 1\r\nSUB foo 1\r\n${THREE}PING\r\n`,
  ),

  one(
    "max counts from the subscription on",
    `${PLAIN}SUB foo 1\r\n${THREE}UNSUB 1 4\r\n${THREE}PING\r\n`,
  ),
  one("max already reached", `${PLAIN}SUB foo 1\r\n${THREE}UNSUB 1 3\r\n${THREE}PING\r\n`),
  one("max already passed", `${PLAIN}SUB foo 1\r\n${THREE}UNSUB 1 2\r\n${THREE}PING\r\n`),
  one(
    "a later max replaces: higher",
    `${PLAIN}SUB foo 1\r\nUNSUB 1 1\r\nUNSUB 1 3\r\n${THREE}${THREE}PING\r\n`,
  ),
  one(
    "a later max replaces: lower",
    `${PLAIN}SUB foo 1\r\nUNSUB 1 5\r\n${message("a")}UNSUB 1 2\r\n${THREE}PING\r\n`,
  ),
  one(
    "a later max replaces: none",
    `${PLAIN}SUB foo 1\r\nUNSUB 1 5\r\n${message("a")}UNSUB 1\r\n${THREE}PING\r\n`,
  ),
  one(
    "a later max of 0 ends it",
    `${PLAIN}SUB foo 1\r\nUNSUB 1 5\r\nUNSUB 1 0\r\n${THREE}PING\r\n`,
  ),
  one(
    "the sid is free afterwards",
    `${PLAIN}SUB foo 1\r\nUNSUB 1\r\nSUB bar 1\r\n${THREE}PUB bar 1\r\nb\r\nPING\r\n`,
  ),
  one(
    "the sid is free after max messages",
    `${PLAIN}SUB foo 1\r\nUNSUB 1 1\r\n${message("a")}SUB foo 1\r\n${THREE}PING\r\n`,
  ),
  one(
    "the count starts again with a new subscription",
    `${PLAIN}SUB foo 1\r\n${THREE}UNSUB 1\r\nSUB foo 1\r\nUNSUB 1 2\r\n${THREE}PING\r\n`,
  ),
  one(
    "a duplicate SUB does not reset the count",
    `${PLAIN}SUB foo 1\r\nUNSUB 1 2\r\n${message("a")}SUB foo 1\r\n${THREE}PING\r\n`,
  ),
  one(
    "max of a wildcard counts all subjects",
    `${PLAIN}SUB > 1\r\nUNSUB 1 2\r\nPUB a 1\r\n1\r\nPUB b 1\r\n2\r\nPUB c 1\r\n3\r\nPING\r\n`,
  ),
  one(
    "each subscription has its own count",
    `${PLAIN}SUB foo 1\r\nSUB foo 2\r\nUNSUB 1 1\r\nUNSUB 2 2\r\n${THREE}PING\r\n`,
    {
      unordered: true,
    },
  ),
  one("max of a queue subscription", `${PLAIN}SUB foo q 1\r\nUNSUB 1 2\r\n${THREE}PING\r\n`),
  one("+OK comes before the deliveries", `${VERBOSE}SUB foo 1\r\nUNSUB 1 1\r\n${THREE}PING\r\n`),
  one(
    "echo off: own messages do not count",
    `CONNECT {"verbose":false,"echo":false}\r\nSUB foo 1\r\nUNSUB 1 1\r\n${THREE}PING\r\n`,
  ),
  sequence(
    "in several writes",
    `${PLAIN}SUB foo 1\r\nPING\r\n`,
    `${message("a")}PING\r\n`,
    "UNSUB 1 3\r\nPING\r\n",
    `${THREE}PING\r\n`,
  ),
  {
    name: "max reached by messages of another connection",
    steps: [
      { conn: "b", send: `${VERBOSE}SUB foo 1\r\nUNSUB 1 2\r\nPING\r\n` },
      { send: `${PLAIN}${THREE}PING\r\n` },
      { conn: "b", send: "SUB foo 1\r\nPING\r\n" },
      { send: `${THREE}PING\r\n` },
    ],
  },
  {
    name: "UNSUB between messages of another connection",
    steps: [
      { conn: "b", send: `${PLAIN}SUB foo 1\r\nSUB foo.bar 2\r\nPING\r\n` },
      { send: `${PLAIN}${message("a")}PING\r\n` },
      { conn: "b", send: "UNSUB 1\r\nPING\r\n" },
      { send: `${message("b")}PUB foo.bar 1\r\nc\r\nPING\r\n` },
    ],
  },
];
