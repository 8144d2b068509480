/** HPUB and HMSG. */

import { one, PLAIN, STRICT, sequence, type Transcript, VERBOSE } from "../transcript.ts";

const SUB = `${PLAIN}SUB foo 1\r\n`;

/** Sends these arguments with six bytes of headers and payload. */
function args(text: string): Transcript {
  return one(`arguments ${JSON.stringify(text)}`, `${SUB}HPUB ${text}\r\nabcdhi\r\nPING\r\n`);
}

const message = (headers: string, payload: string, reply = ""): string =>
  `HPUB foo ${reply}${headers.length} ${headers.length + payload.length}\r\n${headers}${payload}\r\n`;

const plainReceiver = 'CONNECT {"verbose":false,"headers":false}\r\n';

export const headers: readonly Transcript[] = [
  one("headers and payload", `${SUB}${message("NATS/1.0\r\nA: b\r\n\r\n", "hi")}PING\r\n`),
  one("with a reply", `${SUB}${message("NATS/1.0\r\nA: b\r\n\r\n", "hi", "bar ")}PING\r\n`),
  one("empty payload", `${SUB}${message("NATS/1.0\r\n\r\n", "")}PING\r\n`),
  one("status line", `${SUB}${message("NATS/1.0 503 No\r\n\r\n", "")}PING\r\n`),
  one("the block is opaque: no version", `${SUB}HPUB foo 4 6\r\nabcdhi\r\nPING\r\n`),
  one("the block is opaque: no blank line", `${SUB}${message("NATS/1.0\r\nA: b", "hi")}PING\r\n`),
  one("the block is opaque: one byte", `${SUB}${message("N", "")}PING\r\n`),
  one("the block is opaque: another version", `${SUB}${message("NATS/9.9\r\n\r\n", "x")}PING\r\n`),
  one("UTF-8 in the block", `${SUB}HPUB foo 22 23\r\nNATS/1.0\r\nA: é→\r\n\r\nx\r\nPING\r\n`),
  one(
    "a key that only begins like Nats-Trace-Dest",
    `${SUB}${message("NATS/1.0\r\nNats-Trace-Destination: x\r\n\r\n", "hi")}PING\r\n`,
  ),
  one("byte by byte", `${SUB}${message("NATS/1.0\r\nA: b\r\n\r\n", "hi", "bar ")}PING\r\n`, {
    split: "bytes",
  }),
  sequence("in parts", `${SUB}HPUB foo 1`, "2 14\r\nNATS/", "1.0\r\n\r", "\nhi\r", "\nPING\r\n"),
  one("verbose", `${VERBOSE}SUB foo 1\r\n${message("NATS/1.0\r\n\r\n", "hi")}PING\r\n`),
  one("verbose and pedantic", `${STRICT}SUB > 1\r\nHPUB foo.* 4 6\r\nabcdhi\r\nPING\r\n`),
  one("reserved subject", `${VERBOSE}HPUB _GR_.x 4 6\r\nabcdhi\r\nPING\r\n`),
  one("reserved reply", `${VERBOSE}SUB foo 1\r\nHPUB foo _R_.x 4 6\r\nabcdhi\r\nPING\r\n`),

  ...["foo 4 6", "foo 04 06", "foo 0 6", "foo 00 6", "foo 6 6", "foo 000000004 000000006"].map(
    args,
  ),
  ...["foo bar 4 6", "foo\tbar\t4\t6", "foo  bar \t 4  6 \t "].map(args),
  ...["foo 7 6", "foo 5 2", "foo -1 6", "foo 4 -6", "foo x 6", "foo 4 x", "foo 4.0 6"].map(args),
  ...["foo 0000000004 6", "foo 4 0000000006", "foo +4 6", "foo 4 6666666"].map(args),
  ...["", "foo", "foo 6", "foo bar baz 4 6", "4 6"].map(args),
  one("total 0", `${SUB}HPUB foo 0 0\r\n\r\nPING\r\n`),
  one("any case", `${SUB}hPuB foo 4 6\r\nabcdhi\r\nPING\r\n`),
  one("LF only", `${SUB}HPUB foo 4 6\nabcdhi\r\nPING\r\n`),
  one("CR inside", `${SUB}HPUB foo 4\r 6\r\nabcdhi\r\nPING\r\n`),
  one("verb alone", `${SUB}HPUB\r\nPING\r\n`),
  one("no separator", `${SUB}HPUBfoo 4 6\r\nabcdhi\r\nPING\r\n`),
  one("too short", `${SUB}HPUB foo 4 9\r\nabcdhi\r\nPING\r\n`),
  one("too long", `${SUB}HPUB foo 4 5\r\nabcdhi\r\nPING\r\n`),

  {
    name: "a receiver without headers gets none",
    steps: [
      { conn: "b", send: `${plainReceiver}SUB foo 1\r\nPING\r\n` },
      {
        send: `${PLAIN}${message("NATS/1.0\r\nA: b\r\n\r\n", "hi")}${message("abcd", "", "r ")}${message("abcd", "x", "r ")}PING\r\n`,
      },
    ],
  },
  {
    name: "receivers with and without headers",
    steps: [
      { conn: "b", send: `${plainReceiver}SUB foo 1\r\nPING\r\n` },
      { conn: "c", send: `${VERBOSE}SUB foo 22\r\nPING\r\n` },
      { send: `${PLAIN}${message("NATS/1.0\r\nA: b\r\n\r\n", "0123456789")}PING\r\n` },
      { send: "PUB foo 2\r\nhi\r\nPING\r\n" },
    ],
  },
  {
    name: "a receiver that never sent CONNECT",
    steps: [
      { conn: "b", send: "SUB foo 1\r\nPING\r\n" },
      { send: `${PLAIN}${message("NATS/1.0\r\nA: b\r\n\r\n", "hi", "r ")}PING\r\n` },
    ],
  },
  {
    name: "queue member without headers",
    steps: [
      { conn: "b", send: `${plainReceiver}SUB foo q 1\r\nPING\r\n` },
      { send: `${PLAIN}${message("NATS/1.0\r\nA: b\r\n\r\n", "hi")}PING\r\n` },
    ],
  },
  one("refused without headers in CONNECT", `${plainReceiver}HPUB foo 4 6\r\nabcdhi\r\nPING\r\n`),
  one("refused by the server", `${VERBOSE}HPUB foo 4 6\r\nabcdhi\r\nPING\r\n`, {
    options: { noHeaderSupport: true },
  }),
];
