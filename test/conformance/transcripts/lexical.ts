/** How bytes become operations: case, separators, line ends, verbs cut short. */

import { bytes, one, PLAIN, sequence, type Transcript, VERBOSE } from "../transcript.ts";

const VERBS = [
  "PUB",
  "HPUB",
  "SUB",
  "UNSUB",
  "PING",
  "PONG",
  "CONNECT",
  "INFO",
  "HMSG",
  "+OK",
  "-ERR",
];

/** Every beginning of a verb followed by these bytes, each on a connection of its own. */
function prefixes(verb: string, next: string): Transcript {
  const cuts = Array.from(verb, (_, index) => verb.slice(0, index + 1));
  return {
    name: `beginnings of ${verb} followed by ${JSON.stringify(next)}`,
    steps: cuts.map((cut) => ({ conn: cut, send: `${cut}${next}` })),
  };
}

/** An operation with each byte of its verb wrong in turn. */
function misspelled(verb: string): Transcript {
  return {
    name: `${verb} with one letter wrong`,
    steps: Array.from(verb, (_, index) => {
      const wrong = `${verb.slice(0, index)}_${verb.slice(index + 1)}`;
      return { conn: wrong, send: `${wrong} foo 1\r\n` };
    }),
  };
}

function leading(text: string): Transcript {
  return one(`${JSON.stringify(text)} before a verb`, `${PLAIN}${text}PING\r\n`);
}

/** Sends an operation that no client may send, or that does not exist. */
function unknown(text: string | Uint8Array): Transcript {
  const name = JSON.stringify(Buffer.from(text).toString("latin1"));
  return one(`not an operation: ${name}`, Buffer.concat([Buffer.from(PLAIN), Buffer.from(text)]));
}

const MIXED = [
  'CONNECT {"verbose":true,"headers":true,"pedantic":false}\r\n',
  "SUB foo.* q 12\r\n",
  "PUB foo.bar rep.1 5\r\nhello\r\n",
  "HPUB foo.baz 12 14\r\nNATS/1.0\r\n\r\nhi\r\n",
  "PONG\r\n",
  "+OK\r\n",
  'INFO {"a":1}\r\n',
  "UNSUB 12 2\r\n",
  "PUB foo.bar 0\r\n\r\n",
  "PING\r\n",
].join("");

export const lexical: readonly Transcript[] = [
  ...VERBS.map((verb) => prefixes(verb, "X foo 1\r\n")),
  ...VERBS.map((verb) => prefixes(verb, "\r\n")),
  ...VERBS.map((verb) => prefixes(verb, "\n")),
  ...VERBS.map((verb) => prefixes(verb, "\t\r\n")),
  ...VERBS.map(misspelled),
  ...[" ", "\t", "\r", "\n", "\r\n", "\0", ".", "\u00a0", "\ufeff"].map(leading),
  one("empty line between operations", `${PLAIN}PING\r\n\r\nPING\r\n`),
  one("empty line after a payload", `${PLAIN}PUB foo 2\r\nhi\r\n\r\nPING\r\n`),
  one("only CR LF", "\r\n"),
  one("only LF", "\n"),
  ...[
    "RMSG foo 1\r\n",
    "RS+ $G foo\r\n",
    "RS- $G foo\r\n",
    "LS+ foo\r\n",
    "A+ $G\r\n",
    "A- $G\r\n",
  ].map(unknown),
  ...["MSG foo 1 2\r\nhi\r\n", "QUIT\r\n", "hello\r\n", "OK\r\n", "ERR 'x'\r\n", "CLOSE\r\n"].map(
    unknown,
  ),
  ...["PUBX foo 2\r\nhi\r\n", "SUBX foo 1\r\n", "SUBSCRIBE foo 1\r\n", "UNSUBSCRIBE 1\r\n"].map(
    unknown,
  ),
  ...[
    "PING",
    "GET / HTTP/1.1\r\nHost: x\r\n\r\n",
    "POST / HTTP/1.1\r\n\r\n",
    "PUT / HTTP/1.1\r\n",
  ].map(unknown),
  ...[
    "STATS\r\n",
    "HEAD / HTTP/1.1\r\n",
    "HELLO\r\n",
    "INFX\r\n",
    "-OK\r\n",
    "+ERR\r\n",
    "+\r\n",
  ].map(unknown),
  ...[bytes([0x16, 3, 1, 2, 0, 1, 0]), bytes([0xff, 0xfe]), bytes([0xc3, 0xa9]), bytes([0])].map(
    unknown,
  ),

  one("everything at once", `${MIXED}`),
  one("everything byte by byte", MIXED, { split: "bytes" }),
  one(
    "everything in lower case",
    MIXED.replaceAll(/^[A-Z]+(?=[ \r])/gm, (verb) => verb.toLowerCase()),
  ),
  one(
    "everything with LF only",
    MIXED.replaceAll(/^((?:SUB|PUB|UNSUB|CONNECT|INFO).*)\r\n/gm, "$1\n"),
  ),
  ...[2, 3, 5, 7, 11].map((every) =>
    one(`everything in parts of ${every * 4 + 1} bytes`, MIXED, {
      split: Array.from(
        { length: Math.floor(MIXED.length / (every * 4 + 1)) },
        (_, i) => (i + 1) * (every * 4 + 1),
      ),
    }),
  ),
  sequence(
    "cut after a verb",
    `${VERBOSE}SUB`,
    " foo 1\r\nPUB",
    " foo 2\r\nhi\r\nPI",
    "NG\r",
    "\n",
  ),
  sequence("cut in a size", `${VERBOSE}SUB foo 1\r\nPUB foo 1`, "0\r\n01234", "56789\r\nPING\r\n"),
  sequence(
    "cut after the payload",
    `${VERBOSE}SUB foo 1\r\nPUB foo 2\r\nhi`,
    "\r",
    "\n",
    "PING\r\n",
  ),
  sequence(
    "cut after CR of an argument line",
    `${VERBOSE}SUB foo 1\r`,
    "\nPUB foo 2\r",
    "\nhi\r\nPING\r\n",
  ),
  sequence(
    "wrong byte after a cut payload",
    `${VERBOSE}SUB foo 1\r\nPUB foo 2\r\nhi`,
    "X\r\nPING\r\n",
  ),
  sequence(
    "wrong byte after the CR of a cut payload",
    `${VERBOSE}PUB foo 2\r\nhi\r`,
    "X\r\nPING\r\n",
  ),
  sequence(
    "CR in a publish line, then cut",
    `${PLAIN}SUB > 1\r\nPUB fo\ro`,
    "bar 2\r\nhi\r\nPING\r\n",
  ),
  sequence(
    "CR in a size, cut after it",
    `${PLAIN}SUB > 1\r\nPUB foo 1\r`,
    "0\r\n0123456789\r\nPING\r\n",
  ),
  sequence("cut after an HMSG line", `${PLAIN}HMSG foo 1 4 4\r\n`, "\r\nPING\r\n"),
  sequence("cut before the LF that ends HMSG", `${PLAIN}HMSG foo 1 4 4\r\n\r`, "\nPING\r\n"),
  sequence("cut in an HMSG line", `${PLAIN}HMSG foo 1`, " 4 4\r\n\r\nPING\r\n"),
  sequence("cut before the LF of an HMSG line", `${PLAIN}HMSG foo 1 4 4\r`, "\n\r\nPING\r\n"),
  sequence(
    "cut after an HMSG line, message before",
    `${PLAIN}PUB a b 1\r\nx\r\nHMSG x\r\n`,
    "\r\nPING\r\n",
  ),
  sequence("CR in CONNECT, cut after it", 'CONNECT {"verbose":\r', "false}\nPING\r\n"),
];
