/** Operations that servers send, coming from a client; connections that end in the middle. */

import { bytes, one, PLAIN, type Transcript, VERBOSE } from "../transcript.ts";

function followed(text: string, connect = PLAIN): Transcript {
  const mode = connect === VERBOSE ? ", verbose" : "";
  return one(`${JSON.stringify(text)}${mode}`, `${connect}${text}PING\r\n`);
}

/** Half closes after these bytes. */
function cutOff(text: string): Transcript {
  return {
    name: `end of the connection after ${JSON.stringify(text)}`,
    steps: [{ send: `${VERBOSE}SUB > 1\r\n${text}`, finish: true }],
  };
}

/** Subjects that Go's quoting shows in different ways. */
const QUOTED: Record<string, string | readonly number[]> = {
  "quotes and backslash": "a\"b\\c'd`e",
  "control characters": [1, 7, 8, 0x0b, 0x0c, 0x1b, 0x1f, 0x7f],
  NUL: [0],
  "Latin letters": "éÀßÿ",
  "C1 controls and soft hyphen": "\u0080\u0085\u009f\u00ad",
  "no-break and other spaces": "\u00a0\u2000\u2028\u2029\u3000",
  "zero width and marks": "\u200b\u200e\u0301\ufeff",
  "other planes": "😀\u{10ffff}\u{e0001}\u{1f1e6}",
  "private use and unassigned": "\ue000\u0378\ufffe",
  "replacement character": "\ufffd",
  "invalid UTF-8": [0xff, 0x80, 0xc3, 0x28, 0xe2, 0x82],
  "overlong and surrogates": [0xc0, 0xaf, 0xed, 0xa0, 0x80, 0xf4, 0x90, 0x80, 0x80],
  "Arabic, Chinese, Thai": "ش中ก",
};

const quoted = Object.entries(QUOTED).map(([name, subject]) =>
  one(
    `quoting: ${name}`,
    bytes(
      `${PLAIN}PUB _GR_.`,
      subject,
      " 1\r\nx\r\nPUB foo _R_.",
      subject,
      " 1\r\nx\r\nSUB ",
      subject,
      " _sys_ 1\r\nPING\r\n",
    ),
  ),
);

export const errors: readonly Transcript[] = [
  ...["-ERR 'x'\r\n", "-ERR x\r\n", "-ERR\tx\r\n", "-ERR  \r\n", "-ERR \r\n", "-ERR 'x'\n"].map(
    (t) => followed(t),
  ),
  ...["-ERR\r\n", "-ERRx\r\n", "-err 'x'\r\n", "-eRr 'Stale Connection'\r\n", "- ERR 'x'\r\n"].map(
    (t) => followed(t),
  ),
  ...["+OK\r\n", "+ok\r\n", "+OKjunk\r\n", "+OK junk\n", "+OK\n", "+okjunk\r\n", "+O K\r\n"].map(
    (t) => followed(t),
  ),
  followed("+OK\r\n", VERBOSE),
  ...[
    "INFO {}\r\n",
    "INFO{}\r\n",
    "info {}\r\n",
    "INFO\t{}\r\n",
    "INFO {}\n",
    "INFO  {} \t\r\n",
  ].map((t) => followed(t)),
  ...[
    "INFO {} x\r\n",
    "INFO xx\r\n",
    "INFO\r\n",
    "INFO \r\n",
    "INFO null\r\n",
    "INFO []\r\n",
    'INFO ""\r\n',
  ].map((t) => followed(t)),
  ...[
    'INFO {"server_id":1}\r\n',
    'INFO {"max_payload":1}\r\n',
    'INFO {"port":"x"}\r\n',
    "INFO {\r\n",
  ].map((t) => followed(t)),
  ...[
    'INFO {"connect_urls":["a:1"]}\r\n',
    'INFO {"connect_urls":[1]}\r\n',
    'INFO {"x":{}}\r\n',
  ].map((t) => followed(t)),
  followed("INFO {}\r\n", VERBOSE),
  one("INFO before CONNECT", "INFO {}\r\nPING\r\n"),
  one(
    "INFO does not change max_payload",
    `${PLAIN}INFO {"max_payload":1}\r\nSUB foo 1\r\nPUB foo 5\r\nhello\r\nPING\r\n`,
  ),
  ...[
    "HMSG foo 1 4 4\r\n\r\n",
    "HMSG x\r\n\r\n",
    "hmsg x\n\r\n",
    "HMSG\tfoo 1 r 12 14\r\n\r\n",
  ].map((t) => followed(t)),
  ...[
    "HMSG foo 1 4 4\r\nabcd\r\n",
    "HMSG foo 1 4 4\r\n",
    "HMSG foo\r\n\n",
    "HMSG\r\n\r\n",
    "HMSG \r\n\r\n",
  ].map((t) => followed(t)),
  ...["HMSG foo 1 4 4\r\n\r\n", "HMSG x\r\n\r\n"].map((t) => followed(t, VERBOSE)),
  one(
    "HMSG and everything is subscribed to",
    `${VERBOSE}SUB > 1\r\nHMSG foo 1 4 4\r\n\r\nPING\r\n`,
  ),
  one("HMSG without headers", 'CONNECT {"verbose":false}\r\nHMSG foo 1 4 4\r\n\r\nPING\r\n'),
  one("HMSG, pedantic", 'CONNECT {"headers":true}\r\nHMSG foo 1 4 4\r\n\r\nPING\r\n'),
  one(
    "HMSG after PUB with a reply",
    `${VERBOSE}SUB > 1\r\nPUB foo bar 2\r\nhi\r\nHMSG x\r\n\r\nPING\r\n`,
  ),
  one("MSG from a client", `${PLAIN}MSG foo 1 2\r\nhi\r\nPING\r\n`),

  ...[
    "",
    "PING\r\n",
    "PING\r\nPING",
    "PUB foo 2\r\nhi\r\n",
    "PUB foo 2\r\nhi\r",
    "PUB foo 2\r\nhi",
  ].map(cutOff),
  ...[
    "PUB foo 5\r\nhi",
    "PUB foo",
    "SUB bar 2",
    "SUB bar 2\r",
    "UNSUB 1\nPUB foo 1\r\nx\r\n",
    "XXX",
  ].map(cutOff),
  ...["PI", "-ERR 'x'\r\nPING\r\n", "CONNECT {", "PUB foo 2\r\nhi\r\nPING\r\nXXX\r\n"].map(cutOff),
  { name: "end of the connection at once", steps: [{ finish: true }] },
  { name: "end of the connection before CONNECT", steps: [{ send: "PING\r\n", finish: true }] },

  one(
    "queue _sys_",
    `${VERBOSE}SUB foo _sys_ 1\r\nSUB foo _SYS_ 2\r\nSUB foo _sys_x 3\r\nSUB foo _sys_ 2\r\nPING\r\n`,
  ),
  one("queue _sys_ with an invalid subject", `${VERBOSE}SUB foo..bar _sys_ 1\r\nPING\r\n`),
  one("subject _sys_ is free", `${VERBOSE}SUB _sys_ 1\r\nPUB _sys_ 1\r\na\r\nPING\r\n`),
  ...quoted,
];
