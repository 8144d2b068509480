/** Several connections. */

import { NO_ECHO, PLAIN, type Transcript, VERBOSE } from "../transcript.ts";

const subscriber = `${PLAIN}SUB foo.* 1\r\nPING\r\n`;

export const multiConnection: readonly Transcript[] = [
  {
    name: "one publishes, one receives",
    steps: [
      { conn: "b", send: subscriber },
      { send: `${PLAIN}PUB foo.bar 5\r\nhello\r\nPUB foo.bar r 0\r\n\r\nPING\r\n` },
    ],
  },
  {
    name: "one publishes, three receive",
    steps: [
      { conn: "b", send: subscriber },
      { conn: "c", send: `${VERBOSE}SUB > 2\r\nPING\r\n` },
      { conn: "d", send: "SUB foo.bar 3\r\nPING\r\n" },
      { send: `${PLAIN}PUB foo.bar 5\r\nhello\r\nPUB bar 1\r\nx\r\nPING\r\n` },
    ],
  },
  {
    name: "request and reply",
    steps: [
      { conn: "b", send: `${PLAIN}SUB svc 1\r\nPING\r\n` },
      { send: `${PLAIN}SUB _INBOX.x.* 9\r\nPUB svc _INBOX.x.1 3\r\nask\r\nPING\r\n` },
      { conn: "b", send: "PUB _INBOX.x.1 6\r\nanswer\r\nPING\r\n" },
      { send: "PING\r\n" },
    ],
  },
  {
    name: "two publishers, one after the other",
    steps: [
      { conn: "b", send: subscriber },
      { send: `${PLAIN}PUB foo.1 1\r\na\r\nPING\r\n` },
      { conn: "c", send: `${PLAIN}PUB foo.2 1\r\nb\r\nPING\r\n` },
      { send: "PUB foo.3 1\r\nc\r\nPING\r\n" },
    ],
  },
  {
    name: "sids belong to a connection",
    steps: [
      { conn: "b", send: `${PLAIN}SUB foo 1\r\nPING\r\n` },
      { conn: "c", send: `${PLAIN}SUB bar 1\r\nPING\r\n` },
      { conn: "c", send: "UNSUB 1\r\nPING\r\n" },
      { send: `${PLAIN}PUB foo 1\r\na\r\nPUB bar 1\r\nb\r\nPING\r\n` },
    ],
  },
  {
    name: "a connection that left gets nothing and harms nobody",
    steps: [
      { conn: "b", send: subscriber },
      { conn: "c", send: subscriber },
      { conn: "b", finish: true },
      { send: `${PLAIN}PUB foo.bar 1\r\na\r\nPING\r\n` },
    ],
  },
  {
    name: "what was sent before leaving is delivered",
    steps: [
      { conn: "b", send: subscriber },
      { send: `${PLAIN}PUB foo.bar 1\r\na\r\nPUB foo.baz 1\r\nb\r\n`, finish: true },
      { conn: "b", send: "PING\r\n" },
    ],
  },
  {
    name: "what was sent before a fault is delivered",
    steps: [
      { conn: "b", send: subscriber },
      { send: `${PLAIN}PUB foo.bar 1\r\na\r\nPUB foo.baz 1\r\nbXXX`, until: "end" },
      { conn: "b", send: "PING\r\n" },
    ],
  },
  {
    name: "a message is delivered before its last byte only if complete",
    steps: [
      { conn: "b", send: subscriber },
      { send: `${PLAIN}PUB foo.bar 5\r\nhel` },
      { send: "lo" },
      { send: "\r" },
      { send: "\nPING\r\n" },
    ],
  },
  {
    name: "interest that appears while a message is coming in",
    steps: [
      { send: `${PLAIN}PUB foo.bar 5\r\nhel` },
      { conn: "b", send: subscriber },
      { send: "lo\r\nPING\r\n" },
    ],
  },
  {
    name: "interest that goes while a message is coming in",
    steps: [
      { conn: "b", send: subscriber },
      { send: `${PLAIN}PUB foo.bar 5\r\nhel` },
      { conn: "b", send: "UNSUB 1\r\nPING\r\n" },
      { send: "lo\r\nPING\r\n" },
    ],
  },
  {
    name: "echo is a matter of the publisher",
    steps: [
      { conn: "b", send: `${NO_ECHO}SUB foo 1\r\nPING\r\n` },
      { send: `${NO_ECHO}SUB foo 1\r\nPUB foo 1\r\na\r\nPING\r\n` },
      { conn: "b", send: "PUB foo 1\r\nb\r\nPING\r\n" },
    ],
  },
  {
    name: "a second CONNECT drops only its own subscriptions",
    steps: [
      { conn: "b", send: subscriber },
      { send: `${PLAIN}SUB foo.* 1\r\nPING\r\n` },
      { send: `${PLAIN}PUB foo.bar 1\r\na\r\nPING\r\n` },
    ],
  },
  {
    name: "the receiver's options decide how a message looks",
    steps: [
      { conn: "b", send: "SUB foo 1\r\nPING\r\n" },
      { conn: "c", send: `${VERBOSE}SUB foo 1\r\nPING\r\n` },
      { conn: "d", send: 'CONNECT {"verbose":false,"headers":false}\r\nSUB foo 1\r\nPING\r\n' },
      { send: `${PLAIN}HPUB foo r 12 14\r\nNATS/1.0\r\n\r\nhi\r\nPUB foo 0\r\n\r\nPING\r\n` },
    ],
  },
  {
    name: "a reserved subject reaches nobody",
    steps: [
      { conn: "b", send: `${PLAIN}SUB > 1\r\nPING\r\n` },
      {
        send: `${PLAIN}PUB _GR_.x 1\r\na\r\nPUB $NRG.x 1\r\nb\r\nPUB x _R_.x 1\r\nc\r\nPUB y 1\r\nd\r\nPING\r\n`,
      },
    ],
  },
  {
    name: "nothing of the server's own is seen on >",
    steps: [
      { conn: "b", send: `${PLAIN}SUB > 1\r\nSUB $SYS.> 2\r\nPING\r\n` },
      { conn: "c", send: `${PLAIN}SUB x 1\r\nPING\r\n` },
      { conn: "c", finish: true },
      { conn: "b", send: "PING\r\n" },
    ],
  },
  {
    name: "an unauthorised service of the server has no responders",
    steps: [{ send: `${PLAIN}SUB r 1\r\nPUB $SYS.REQ.SERVER.PING r 0\r\n\r\nPING\r\n` }],
  },
  {
    name: "1 MiB from one to another",
    steps: [
      { conn: "b", send: subscriber },
      { send: `${PLAIN}PUB foo.bar 1048576\r\n${"0123456789abcdef".repeat(65536)}\r\nPING\r\n` },
      { conn: "b", send: "PING\r\n" },
    ],
  },
  {
    name: "a thousand messages from one to another",
    steps: [
      { conn: "b", send: subscriber },
      {
        send: `${PLAIN}${Array.from({ length: 1000 }, (_, i) => `PUB foo.${i} 4\r\n${1000 + i}\r\n`).join("")}PING\r\n`,
      },
      { conn: "b", send: "PING\r\n" },
    ],
  },
];
