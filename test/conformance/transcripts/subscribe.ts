/** SUB: its arguments, sids, subject rules and what a subject matches. */

import { bytes, one, PLAIN, sequence, type Transcript, VERBOSE } from "../transcript.ts";

/** Subscribes with these arguments, then publishes to foo. */
function args(text: string): Transcript {
  return one(
    `arguments ${JSON.stringify(text)}`,
    `${VERBOSE}SUB ${text}\r\nPUB foo 2\r\nhi\r\nPING\r\n`,
  );
}

function invalid(subject: string): Transcript {
  return one(
    `subject ${JSON.stringify(subject)} is checked`,
    `${VERBOSE}SUB ${subject} 1\r\nSUB foo 1\r\nPUB foo 2\r\nhi\r\nPING\r\n`,
  );
}

const PUBLISHED = [
  ...["foo", "bar", "f", "foo.bar", "foo.baz", "bar.foo", "foo.bar.baz", "foo.bar.baz.qux"],
  ...["foo.*", "foo.>", "*", ">", "*.bar", "foo.*.baz", "foo*", "f*", "**", "foo.b*", ">>"],
  ...["foo..bar", ".foo", "foo.", ".", "foo.bar.", "FOO", "foo.BAR"],
];

/** Subscribes to a pattern and publishes a fixed set of subjects. */
function matches(pattern: string): Transcript {
  const publishes = PUBLISHED.map((subject) => `PUB ${subject} 1\r\na\r\n`).join("");
  return one(
    `what ${JSON.stringify(pattern)} matches`,
    `${PLAIN}SUB ${pattern} 1\r\n${publishes}PING\r\n`,
  );
}

/** Things that are long enough not to be kept where short ones are, and have to outlive other input. */
const LONG = ["t".repeat(20), "u".repeat(60), "v".repeat(300), "w".repeat(2000)];

function outlives(subject: string, queue: string, sid: string): Transcript {
  const filler = `PUB other 400\r\n${"z".repeat(400)}\r\nPING\r\n`;
  return sequence(
    `subject of ${subject.length}, queue of ${queue.length}, sid of ${sid.length} bytes`,
    `${PLAIN}SUB ${subject} ${queue} ${sid}\r\nSUB ${subject}.* ${sid}2\r\n${filler}`,
    filler,
    `PUB ${subject} 1\r\na\r\nPUB ${subject}.${subject} ${subject} 1\r\nb\r\n${filler}`,
    `UNSUB ${sid}\r\n${filler}`,
    `PUB ${subject} 1\r\na\r\nPUB ${subject}.x 1\r\nb\r\n${filler}`,
    `UNSUB ${sid}2\r\n${filler}`,
    `PUB ${subject} 1\r\na\r\nPUB ${subject}.x 1\r\nb\r\n${filler}`,
  );
}

const PUBLISH = "PUB foo 2\r\nhi\r\nPING\r\n";

export const subscribe: readonly Transcript[] = [
  ...["foo 1", "foo q 1", "foo a b 1", "foo q 1 2 3", "foo", ""].map(args),
  ...["\tfoo\t1", " foo  1", "foo 1 ", "foo 1\t \t", "  foo \t q \t\t 1  "].map(args),
  ...["foo abc", "foo -1", "foo 0", "foo 007", "foo 99999999999999999999", "foo a-b!@#$%^&*()"].map(
    args,
  ),
  ...["foo .", "foo *", "foo é", `foo ${"s".repeat(300)}`, "foo '\"", "foo {}"].map(args),
  ...["foo\r 1", "foo \r1", "foo\r1", "\rfoo 1", "foo q\r 1"].map(args),
  one("verb alone", `${PLAIN}SUB\r\nPING\r\n`),
  one("verb and LF", `${PLAIN}SUB\nPING\r\n`),
  one("any case", `${PLAIN}sUb foo 1\r\n${PUBLISH}`),
  one("no separator", `${PLAIN}SUBfoo 1\r\n${PUBLISH}`),
  one("LF only", `${PLAIN}SUB foo 1\n${PUBLISH}`),
  one("LF only with a trailing space", `${PLAIN}SUB foo 1 \n${PUBLISH}`),
  one("CR before a sid of two digits, LF only", `${PLAIN}SUB foo\r 12\n${PUBLISH}`),
  one("CR before a sid of two digits, CR LF", `${PLAIN}SUB foo\r 12\r\n${PUBLISH}`),
  one("CR before a sid of one digit, LF only", `${PLAIN}SUB foo\r 1\n${PUBLISH}`),
  one("CR twice before LF", `${PLAIN}SUB foo 12\r\r\n${PUBLISH}`),
  one("arguments on the line after LF", `${PLAIN}SUB \nfoo 1\r\n${PUBLISH}`),
  one("arguments on the line after CR LF", `${PLAIN}SUB \r\nfoo 1\r\n${PUBLISH}`),
  one("byte by byte", `${VERBOSE}SUB foo q 12\r\n${PUBLISH}`, { split: "bytes" }),
  sequence("CR, then cut", `${PLAIN}SUB fo\ro`, `bar 12\r\n${PUBLISH}`),
  sequence("CR at the cut", `${PLAIN}SUB foo 12\r`, `\n${PUBLISH}`),
  sequence("CR dropped in a later part", `${PLAIN}SUB fo`, `o\r 12\n${PUBLISH}`),
  sequence(
    "cut at each argument",
    `${PLAIN}SUB `,
    "foo",
    " ",
    "q",
    " ",
    "1",
    "2\r",
    `\n${PUBLISH}`,
  ),

  ...["foo.", ".foo", "foo..bar", ".", "..", ">.foo", "foo.>.bar", "foo.>.", ">.>", "*."].map(
    invalid,
  ),
  ...["foo.*", "foo.>", "*", ">", "*.*", "*.>", "foo*", "f>o", "**", ">>", "foo.*bar"].map(invalid),
  one(
    "no check of byte values",
    bytes(
      `${VERBOSE}SUB a`,
      [0, 0xc3, 0xa9, 0xff, 0x0c, 0x0b, 0x7f],
      "b 1\r\n",
      "PUB a",
      [...[0, 0xc3, 0xa9, 0xff, 0x0c, 0x0b, 0x7f]],
      "b 1\r\nx\r\nPING\r\n",
    ),
  ),
  one(
    "300 tokens",
    `${PLAIN}SUB ${"a.".repeat(299)}> 1\r\nPUB ${"a.".repeat(299)}b 1\r\nx\r\nPING\r\n`,
  ),
  one("invalid subject with a queue", `${VERBOSE}SUB a..b q 1\r\nPING\r\n`),

  ...["foo", "foo.bar", "*", ">", "foo.*", "foo.>", "*.bar", "*.*", "*.>", "foo.*.baz"].map(
    matches,
  ),
  ...["*.*.*", "foo.bar.>", "foo*", "f*", "**", "foo.b*", ">>", "foo.bar.baz.qux", "*.*.*.>"].map(
    matches,
  ),

  one(
    "duplicate sid: the first subscription stays",
    `${VERBOSE}SUB foo 1\r\nSUB bar 1\r\nPUB foo 1\r\na\r\nPUB bar 1\r\nb\r\nPING\r\n`,
  ),
  one(
    "duplicate sid: with an invalid subject",
    `${VERBOSE}SUB foo 1\r\nSUB a..b 1\r\nPUB foo 1\r\na\r\nPING\r\n`,
  ),
  one(
    "duplicate sid: the same subject is delivered once",
    `${PLAIN}SUB foo 1\r\nSUB foo 1\r\n${PUBLISH}`,
  ),
  one(
    "duplicate sid: not in the queue group of the second",
    `${PLAIN}SUB foo 1\r\nSUB foo q 1\r\n${PUBLISH}${PUBLISH}`,
  ),
  one(
    "sids are compared as bytes",
    `${PLAIN}SUB foo 1\r\nSUB bar 01\r\nPUB bar 1\r\na\r\nPING\r\n`,
  ),
  ...LONG.slice(0, 3).map((long) => outlives(long, "q", "1")),
  ...LONG.slice(0, 3).map((long) => outlives("foo", long, "1")),
  ...LONG.map((long) => outlives("foo", "q", long)),
  ...LONG.slice(0, 3).map((long) => outlives(`a.${long}.b`, long, long)),
  one(
    "a subscription does not see what came before it",
    `${PLAIN}PUB foo 1\r\na\r\nSUB foo 1\r\nPUB foo 1\r\nb\r\nPING\r\n`,
  ),
  one(
    "several subscriptions, one subject",
    `${PLAIN}SUB foo 1\r\nSUB foo 2\r\nSUB foo 3\r\n${PUBLISH}`,
    {
      unordered: true,
    },
  ),
  one(
    "overlapping patterns each get a copy",
    `${PLAIN}SUB foo.bar 1\r\nSUB foo.* 2\r\nSUB foo.> 3\r\nSUB *.bar 4\r\nSUB > 5\r\nSUB *.* 6\r\nSUB bar 7\r\nPUB foo.bar r 2\r\nhi\r\nPING\r\n`,
    { unordered: true },
  ),
  one(
    "order of messages to one subscription",
    `${PLAIN}SUB foo.* 1\r\n${Array.from({ length: 50 }, (_, i) => `PUB foo.${i % 7} ${String(i).length}\r\n${i}\r\n`).join("")}PING\r\n`,
  ),
  one(
    "500 subscriptions",
    `${PLAIN}${Array.from({ length: 500 }, (_, i) => `SUB s.${i} ${i}\r\n`).join("")}PUB s.0 1\r\na\r\nPUB s.499 1\r\nb\r\nPUB s.500 1\r\nc\r\nPING\r\n`,
  ),
  one(
    "subscribe and publish turn by turn",
    `${PLAIN}SUB a.* 1\r\nPUB a.b 1\r\n1\r\nSUB a.b 2\r\nUNSUB 1\r\nPUB a.b 1\r\n2\r\nUNSUB 2\r\nPUB a.b 1\r\n3\r\nSUB > 3\r\nPUB a.b 1\r\n4\r\nPING\r\n`,
  ),
];
