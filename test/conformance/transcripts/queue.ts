/**
 * Queue groups. Which member gets a message is random, so the members are such that only one can
 * take it, or they end after one message each and the deliveries are compared without their order.
 */

import { NO_ECHO, one, PLAIN, type Transcript } from "../transcript.ts";

const message = "PUB foo 2\r\nhi\r\n";

export const queue: readonly Transcript[] = [
  one("one member", `${PLAIN}SUB foo q 1\r\n${message}${message}PING\r\n`),
  one("member and plain subscription", `${PLAIN}SUB foo 1\r\nSUB foo q 2\r\n${message}PING\r\n`),
  one("plain subscriptions come first", `${PLAIN}SUB foo q 2\r\nSUB foo 1\r\n${message}PING\r\n`),
  one("two groups get one copy each", `${PLAIN}SUB foo q 1\r\nSUB foo r 2\r\n${message}PING\r\n`, {
    unordered: true,
  }),
  one(
    "one copy for a group of three",
    `${PLAIN}SUB foo q 1\r\nSUB foo q 2\r\nSUB foo q 3\r\nUNSUB 1 1\r\nUNSUB 2 1\r\nUNSUB 3 1\r\n${message.repeat(3)}${message}PING\r\n`,
    {
      unordered: true,
    },
  ),
  one(
    "one group across patterns",
    `${PLAIN}SUB foo.bar g 1\r\nSUB foo.* g 2\r\nSUB > g 3\r\nUNSUB 1 1\r\nUNSUB 2 1\r\nUNSUB 3 1\r\n${"PUB foo.bar 2\r\nhi\r\n".repeat(4)}PING\r\n`,
    {
      unordered: true,
    },
  ),
  one(
    "groups are told apart by bytes",
    `${PLAIN}SUB foo g 1\r\nSUB foo G 2\r\nSUB foo g. 3\r\n${message}PING\r\n`,
    {
      unordered: true,
    },
  ),
  ...["*", ">", "a..b", ".", "a.b", "foo", "1", "é", "_sys", "$SYS"].map((name) =>
    one(
      `queue name ${JSON.stringify(name)}`,
      `${PLAIN}SUB foo ${name} 1\r\nSUB foo ${name} 2\r\nUNSUB 1 1\r\nUNSUB 2 1\r\n${message.repeat(3)}PING\r\n`,
      {
        unordered: true,
      },
    ),
  ),
  one(
    "a wildcard member matches as usual",
    `${PLAIN}SUB foo.* q 1\r\nPUB foo.bar 1\r\na\r\nPUB foo 1\r\nb\r\nPUB foo.bar.baz 1\r\nc\r\nPING\r\n`,
  ),
  one(
    "a member that left is not chosen",
    `${PLAIN}SUB foo q 1\r\nSUB foo q 2\r\nUNSUB 1\r\n${message.repeat(8)}PING\r\n`,
  ),
  one(
    "a member that reached its max is not chosen",
    `${PLAIN}SUB foo q 1\r\nUNSUB 1 1\r\n${message}SUB foo q 2\r\n${message.repeat(8)}PING\r\n`,
  ),
  one(
    "echo off: own members are skipped",
    `${NO_ECHO}SUB foo q 1\r\nSUB foo q 2\r\n${message}PING\r\n`,
  ),
  one(
    "reply and headers",
    `${PLAIN}SUB foo q 1\r\nPUB foo r 2\r\nhi\r\nHPUB foo r 4 6\r\nabcdhi\r\nPING\r\n`,
  ),
  one(
    "same sid in two groups: the first stays",
    `${PLAIN}SUB foo q 1\r\nSUB foo r 1\r\n${message}PING\r\n`,
  ),
  {
    name: "echo off: the member on another connection gets all",
    steps: [
      { conn: "b", send: `${PLAIN}SUB foo q 5\r\nPING\r\n` },
      { send: `${NO_ECHO}SUB foo q 1\r\n${message.repeat(10)}PING\r\n` },
    ],
  },
  {
    name: "a connection that left is not chosen",
    steps: [
      { conn: "b", send: `${PLAIN}SUB foo q 5\r\nPING\r\n` },
      { conn: "c", send: `${PLAIN}SUB foo q 6\r\nPING\r\n` },
      { conn: "b", finish: true },
      { send: `${PLAIN}${message.repeat(10)}PING\r\n` },
    ],
  },
  {
    name: "a connection that was closed for a fault is not chosen",
    steps: [
      { conn: "b", send: `${PLAIN}SUB foo q 5\r\nPING\r\n` },
      { conn: "c", send: `${PLAIN}SUB foo q 6\r\nPING\r\n` },
      { conn: "b", send: "XXX\r\n", until: "end" },
      { send: `${PLAIN}${message.repeat(10)}PING\r\n` },
    ],
  },
  {
    name: "members on three connections, one message each",
    unordered: true,
    steps: [
      { conn: "b", send: `${PLAIN}SUB foo q 1\r\nUNSUB 1 1\r\nPING\r\n` },
      { conn: "c", send: `${PLAIN}SUB foo q 1\r\nUNSUB 1 1\r\nPING\r\n` },
      { conn: "d", send: `${PLAIN}SUB foo q 1\r\nUNSUB 1 1\r\nPING\r\n` },
      { send: `${PLAIN}${message.repeat(5)}PING\r\n` },
    ],
  },
];
