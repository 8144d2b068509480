/** PUB: its arguments, its payload, and the subjects a client may publish to. */

import { bytes, one, PEDANTIC, PLAIN, STRICT, type Transcript, VERBOSE } from "../transcript.ts";

const SUB = `${PLAIN}SUB foo 1\r\n`;
const ALL = `${PLAIN}SUB > 1\r\n`;

/** Publishes one byte to a subject that everything is subscribed to. */
function to(subject: string, connect = PLAIN): Transcript {
  const mode = connect === PLAIN ? "" : connect === STRICT ? ", pedantic and verbose" : ", verbose";
  return one(
    `subject ${JSON.stringify(subject)}${mode}`,
    `${connect}SUB > 1\r\nPUB ${subject} 1\r\na\r\nPING\r\n`,
  );
}

/** Publishes with a reply subject. */
function replyTo(reply: string): Transcript {
  return one(
    `reply ${JSON.stringify(reply)}`,
    `${VERBOSE}SUB > 1\r\nPUB foo ${reply} 1\r\na\r\nPING\r\n`,
  );
}

/** Sends a size with a payload of two bytes. */
function size(text: string): Transcript {
  return one(`size ${JSON.stringify(text)}`, `${SUB}PUB foo ${text}\r\nhi\r\nPING\r\n`);
}

export const publish: readonly Transcript[] = [
  one("payload", `${SUB}PUB foo 5\r\nhello\r\nPING\r\n`),
  one("empty payload", `${SUB}PUB foo 0\r\n\r\nPING\r\n`),
  one("reply", `${SUB}PUB foo bar 5\r\nhello\r\nPING\r\n`),
  one("payload with CR LF", `${SUB}PUB foo 6\r\na\r\nb\r\n\r\nPING\r\n`),
  one("payload that looks like protocol", `${SUB}PUB foo 10\r\nPING\r\nPUB \r\nPING\r\n`),
  one(
    "payload of all byte values",
    bytes(`${SUB}PUB foo 256\r\n`, [...Array(256).keys()], "\r\nPING\r\n"),
  ),
  one("byte by byte", `${SUB}PUB foo bar 5\r\nhello\r\nPUB foo 0\r\n\r\nPING\r\n`, {
    split: "bytes",
  }),
  one("payload in three parts", `${SUB}PUB foo 5\r\nhello\r\nPING\r\n`, {
    split: [PLAIN.length + 24, PLAIN.length + 27],
  }),
  one("cut between payload and CR LF", `${SUB}PUB foo 5\r\nhello\r\nPING\r\n`, {
    split: [PLAIN.length + 27, PLAIN.length + 28],
  }),
  one("64 KiB payload", `${SUB}PUB foo 65536\r\n${"0123456789abcdef".repeat(4096)}\r\nPING\r\n`),
  one("1 MiB payload", `${SUB}PUB foo 1048576\r\n${"x".repeat(1024 * 1024)}\r\nPING\r\n`),
  one("payload never finished", `${SUB}PUB foo 10\r\nhello`),

  one("any case", `${SUB}pUb foo 2\r\nhi\r\nPING\r\n`),
  one("tabs", `${SUB}PUB\tfoo\tbar\t2\r\nhi\r\nPING\r\n`),
  one("many separators", `${SUB}PUB \t  foo \t bar  \t 2 \t \r\nhi\r\nPING\r\n`),
  one("LF only", `${SUB}PUB foo 2\nhi\r\nPING\r\n`),
  one("trailing space and LF only", `${SUB}PUB foo 2 \nhi\r\nPING\r\n`),
  one("CR inside the subject", `${ALL}PUB fo\ro 2\r\nhi\r\nPING\r\n`),
  one("CR inside the subject, LF only", `${ALL}PUB fo\ro 23\nhi\r\nPING\r\n`),
  one("CR before the size", `${ALL}PUB foo \r2\r\nhi\r\nPING\r\n`),
  one("CR after the size", `${ALL}PUB foo 2\r\r\nhi\r\nPING\r\n`),
  one("LF before the subject", `${ALL}PUB \nfoo 2\r\nhi\r\nPING\r\n`),
  one("no separator", `${SUB}PUBfoo 2\r\nhi\r\nPING\r\n`),
  one("verb alone", `${SUB}PUB\r\nPING\r\n`),
  one("verb and a space", `${SUB}PUB \r\nPING\r\n`),
  one("one argument", `${SUB}PUB foo\r\nPING\r\n`),
  one("only a size", `${SUB}PUB 2\r\nhi\r\nPING\r\n`),
  one("four arguments", `${SUB}PUB foo bar baz 2\r\nhi\r\nPING\r\n`),
  one("five arguments", `${SUB}PUB a b c d 2\r\nhi\r\nPING\r\n`),
  one("payload shorter than said", `${SUB}PUB foo 5\r\nhi\r\nPING\r\nPING\r\n`),
  one("payload longer than said", `${SUB}PUB foo 1\r\nhi\r\nPING\r\n`),
  one("payload ends with LF only", `${SUB}PUB foo 2\r\nhi\nPING\r\n`),
  one("payload ends with CR only", `${SUB}PUB foo 2\r\nhi\rPING\r\n`),
  one("payload ends with LF CR", `${SUB}PUB foo 2\r\nhi\n\rPING\r\n`),
  one("what comes before a fault is processed", `${SUB}PUB foo 1\r\na\r\nPUB foo 1\r\nbXPING\r\n`),

  ...["2", "02", "0002", "000000002", "0000000002", "1", "3", "0", "00"].map(size),
  ...["-1", "+2", "2.0", "0x2", "2e0", "two", "2,", "\u0662", "12345678", "123456789"].map(size),
  ...["1234567890", "99999999999999999999", "1048577"].map(size),
  one("size 1048576 is not refused", `${SUB}PUB foo 1048576\r\nhi`),
  one("too large, nothing follows", `${SUB}PUB foo 1048577\r\n`),

  ...["foo.bar.baz", "f", "$SYS.x", "$JS.API.INFO", "_INBOX.a.b", "_R_.x", "$KV.b.k"].map((s) =>
    to(s),
  ),
  ...["foo.*", "foo.>", "*", ">", "foo.*.bar", ">.foo", "foo*", "f>o"].map((s) => to(s)),
  ...["foo..bar", ".foo", "foo.", ".", "..", "foo...bar"].map((s) => to(s)),
  ...["foo.*", "foo.>", ">", "foo*", "foo.>.bar"].map((s) => to(s, STRICT)),
  ...["foo..bar", ".foo", "foo.", ".", "foo.bar"].map((s) => to(s, STRICT)),
  ...["_GR_.x", "_GR_.", "_GR_", "_GR_.a.b", "$GR.x", "_gr_.x"].map((s) => to(s, VERBOSE)),
  ...["$NRG.x", "$NRG.", "$NRG", "$NRG.R.abc", "$nrg.x"].map((s) => to(s, VERBOSE)),
  ...["_GR_.*", "$NRG.>", "$NRG..x"].map((s) => to(s, STRICT)),
  ...["_R_.x", "_R_.", "_R_", "_R_.a.b.c"].map(replyTo),
  ...["$JS.ACK.x", "$JS.ACK.", "$JS.ACK", "$JS.ACK.a.b", "$JS.API.x"].map(replyTo),
  ...["_GR_.x", "_GR_.", "_GR_", "$GR.x", "$NRG.x", "$SYS.x"].map(replyTo),
  ...["foo.*", ">", "a..b", ".a", "a.", "rep"].map(replyTo),

  one(
    "subject with NUL, UTF-8, 0xFF and form feed",
    bytes(`${ALL}PUB a`, [0, 0xc3, 0xa9, 0xff, 0x0c, 0x0b], "b 1\r\na\r\nPING\r\n"),
  ),
  one(
    "subject of a single 0xFF, pedantic",
    bytes(`${PEDANTIC}SUB > 1\r\nPUB `, [0xff], " 1\r\na\r\nPING\r\n"),
  ),
  one(
    "UTF-8 subjects match by bytes",
    `${PLAIN}SUB é.* 1\r\nPUB é.ü 1\r\na\r\nPUB e.u 1\r\nb\r\nPING\r\n`,
  ),
  one("300 tokens", `${ALL}PUB ${"a.".repeat(299)}a 1\r\na\r\nPING\r\n`),
  one("long subject", `${ALL}PUB ${"a".repeat(4000)} 1\r\na\r\nPING\r\n`),
  one("pedantic checks the subject only", `${PEDANTIC}SUB > 1\r\nPUB foo a..b 1\r\na\r\nPING\r\n`),
  one("verbose without interest", `${VERBOSE}PUB nobody 1\r\na\r\nPING\r\n`),
  one(
    "verbose: +OK before the delivery",
    `${VERBOSE}SUB foo 1\r\nSUB bar 1\r\nPUB foo 1\r\na\r\nPUB bar 1\r\nb\r\nPING\r\n`,
  ),
  one(
    "many in one write",
    `${ALL}${Array.from({ length: 200 }, (_, i) => `PUB s.${i} 3\r\n${100 + i}\r\n`).join("")}PING\r\n`,
  ),
];
