/** Limits at the limit and one beyond. */

import type { TargetOptions } from "../../support/target.ts";
import { one, PLAIN, sequence, type Transcript, VERBOSE } from "../transcript.ts";

/** For lines that are to be read at once: CONNECT has to fit too. */
const LINE = 100;
const LINE_LIMIT: TargetOptions = { maxControlLine: LINE };
const CONNECT = 'CONNECT {"verbose":false,"headers":true,"pedantic":false}\r\n';
const DEFAULT_LINE = 4096;

/** Arguments that are filled up to a length in the place of `~`. */
const LINES: Record<string, string> = {
  SUB: "SUB ~ 1",
  "SUB with a queue": "SUB foo ~ 1",
  PUB: "PUB ~ 0",
  "PUB with a reply": "PUB foo ~ 0",
  HPUB: "HPUB ~ 0 0",
  UNSUB: "UNSUB ~",
  CONNECT: 'CONNECT {"name":"~"}',
  INFO: 'INFO {"x":"~"}',
  HMSG: "HMSG ~",
  "-ERR": "-ERR ~",
  "+OK": "+OK ~",
  PING: "PING ~",
  PONG: "PONG ~",
};

/** The line with exactly this many argument bytes. */
function fill(template: string, size: number): string {
  const verb = /^\S+ /.exec(template)![0];
  return template.replace("~", "x".repeat(size - (template.length - verb.length - 1)));
}

/** What makes the operation complete. */
function rest(template: string): string {
  return /^H?PUB|^HMSG/.test(template) ? "\r\n\r\n" : "\r\n";
}

function within(template: string, size: number, options?: TargetOptions): Transcript[] {
  const label = `${template.split(" ")[0]}${/foo/.test(template) ? " with three arguments" : ""}`;
  const more = options === undefined ? {} : { options };
  return [0, 1].map((extra) =>
    one(
      `${label} of ${size + extra} bytes, the limit is ${size}`,
      `${CONNECT}${fill(template, size + extra)}${rest(template)}PING\r\n`,
      more,
    ),
  );
}

/** The same without its line end, so that the server has to judge a part. */
function partial(template: string): Transcript[] {
  const label = `${template.split(" ")[0]}${/foo/.test(template) ? " with three arguments" : ""}`;
  return [0, 1].map((extra) => ({
    ...sequence(
      `part of ${label} of ${LINE + extra} bytes, the limit is ${LINE}`,
      `${CONNECT}${fill(template, LINE + extra)}`,
      `${rest(template)}PING\r\n`,
    ),
    options: LINE_LIMIT,
  }));
}

const SUBS: TargetOptions = { maxSubscriptions: 2 };
const TOKENS: TargetOptions = { maxSubTokens: 3 };
const PAYLOAD: TargetOptions = { maxPayload: 10 };
const publish = (size: number): string => `PUB foo ${size}\r\n${"x".repeat(size)}\r\n`;
const hpublish = (header: number, total: number): string =>
  `HPUB foo ${header} ${total}\r\n${"x".repeat(total)}\r\n`;

/** Opens connections one after the other; the first one is left before the last comes. */
function connections(maxConnections: number): Transcript {
  return {
    name: `max_connections ${maxConnections}`,
    options: { maxConnections },
    steps: [
      { conn: "a", send: "PING\r\n" },
      { conn: "b", send: "PING\r\n" },
      { conn: "c", send: "PING\r\n" },
      { conn: "a", finish: true },
      { conn: "d", send: "PING\r\n" },
    ],
  };
}

export const limits: readonly Transcript[] = [
  ...Object.values(LINES).flatMap((template) => within(template, LINE, LINE_LIMIT)),
  ...Object.values(LINES).flatMap(partial),
  ...["SUB ~ 1", "PUB ~ 0", 'CONNECT {"name":"~"}'].flatMap((template) =>
    within(template, DEFAULT_LINE),
  ),
  one("leading separators do not count", `${CONNECT}SUB ${" ".repeat(200)}foo 1\r\nPING\r\n`, {
    options: LINE_LIMIT,
  }),
  one("trailing separators count", `${CONNECT}SUB foo 1${" ".repeat(100)}\r\nPING\r\n`, {
    options: LINE_LIMIT,
  }),
  one("a line at the limit with LF only", `${CONNECT}${fill("SUB ~ 1", LINE)}\nPING\r\n`, {
    options: LINE_LIMIT,
  }),
  {
    ...sequence(
      "CR at the cut of a line at the limit",
      `${CONNECT}${fill("SUB ~ 1", LINE)}\r`,
      "\nPING\r\n",
    ),
    options: LINE_LIMIT,
  },
  one("a line at the limit, byte by byte", `${fill("SUB ~ 1", 20)}\r\nPING\r\n`, {
    options: { maxControlLine: 20 },
    split: "bytes",
  }),
  one("a line over the limit, byte by byte", `${fill("SUB ~ 1", 21)}\r\nPING\r\n`, {
    options: { maxControlLine: 20 },
    split: "bytes",
  }),
  one("the limit does not hold for payloads", `${CONNECT}SUB foo 1\r\n${publish(300)}PING\r\n`, {
    options: LINE_LIMIT,
  }),
  one("max_control_line 0 is the default", `${PLAIN}${fill("SUB ~ 1", 4000)}\r\nPING\r\n`, {
    options: { maxControlLine: 0 },
  }),
  one("max_control_line below 0 refuses SUB", "PING\r\nSUB foo 1\r\nPING\r\n", {
    options: { maxControlLine: -1 },
  }),
  one("max_control_line below 0 refuses CONNECT", "PING\r\nCONNECT {}\r\nPING\r\n", {
    options: { maxControlLine: -1 },
  }),

  one("max_payload: at the limit", `${PLAIN}SUB foo 1\r\n${publish(10)}PING\r\n`, {
    options: PAYLOAD,
  }),
  one("max_payload: one beyond", `${PLAIN}SUB foo 1\r\n${publish(11)}PING\r\n`, {
    options: PAYLOAD,
  }),
  one("max_payload: only the line", `${PLAIN}PUB foo 11\r\n`, { options: PAYLOAD }),
  one("max_payload: verbose", `${VERBOSE}PUB foo 11\r\n`, { options: PAYLOAD }),
  one("max_payload: before CONNECT", "PUB foo 11\r\n", { options: PAYLOAD }),
  one(
    "max_payload: headers count, at the limit",
    `${PLAIN}SUB foo 1\r\n${hpublish(4, 10)}PING\r\n`,
    {
      options: PAYLOAD,
    },
  ),
  one("max_payload: headers count, one beyond", `${PLAIN}SUB foo 1\r\n${hpublish(4, 11)}PING\r\n`, {
    options: PAYLOAD,
  }),
  one("max_payload: headers only, one beyond", `${PLAIN}${hpublish(11, 11)}PING\r\n`, {
    options: PAYLOAD,
  }),
  one("max_payload: a bad header size goes first", `${PLAIN}HPUB foo 12 11\r\n`, {
    options: PAYLOAD,
  }),
  one(
    "max_payload: messages before the fault",
    `${PLAIN}SUB foo 1\r\n${publish(3)}PUB foo 11\r\n`,
    {
      options: PAYLOAD,
    },
  ),
  one("max_payload 0 is the default", "PUB foo 1048577\r\n", { options: { maxPayload: 0 } }),
  one("max_payload -1 is no limit", `${PLAIN}SUB foo 1\r\n${publish(1_048_600)}PING\r\n`, {
    options: { maxPayload: -1 },
  }),
  one("max_payload -1 and nine digits", `${PLAIN}PUB foo 999999999\r\nabc`, {
    options: { maxPayload: -1 },
  }),
  one("max_payload -1 and ten digits", `${PLAIN}PUB foo 1000000000\r\nabc`, {
    options: { maxPayload: -1 },
  }),

  one("max_subscriptions", `${VERBOSE}SUB a 1\r\nSUB b 2\r\nSUB c 3\r\nPUB c 1\r\nx\r\nPING\r\n`, {
    options: SUBS,
  }),
  one(
    "max_subscriptions: not closed, may be said again",
    `${PLAIN}SUB a 1\r\nSUB b 2\r\nSUB c 3\r\nSUB d 4\r\nPING\r\n`,
    {
      options: SUBS,
    },
  ),
  one(
    "max_subscriptions: UNSUB makes room",
    `${VERBOSE}SUB a 1\r\nSUB b 2\r\nUNSUB 1\r\nSUB c 3\r\nPUB c 1\r\nx\r\nPING\r\n`,
    {
      options: SUBS,
    },
  ),
  one(
    "max_subscriptions: reaching a max makes room",
    `${VERBOSE}SUB a 1\r\nSUB b 2\r\nUNSUB 1 1\r\nSUB c 3\r\nPUB a 1\r\nx\r\nSUB c 3\r\nPING\r\n`,
    {
      options: SUBS,
    },
  ),
  one(
    "max_subscriptions: counts for a duplicate sid",
    `${VERBOSE}SUB a 1\r\nSUB b 2\r\nSUB a 1\r\nPING\r\n`,
    {
      options: SUBS,
    },
  ),
  one(
    "max_subscriptions: a duplicate sid below it",
    `${VERBOSE}SUB a 1\r\nSUB a 1\r\nSUB b 2\r\nSUB c 3\r\nPING\r\n`,
    {
      options: SUBS,
    },
  ),
  one(
    "max_subscriptions: goes before the subject",
    `${VERBOSE}SUB a 1\r\nSUB b 2\r\nSUB c..d 3\r\nPING\r\n`,
    {
      options: SUBS,
    },
  ),
  one(
    "max_subscriptions: an invalid subject takes no room",
    `${VERBOSE}SUB a..b 1\r\nSUB a..b 2\r\nSUB a 1\r\nSUB b 2\r\nPING\r\n`,
    {
      options: SUBS,
    },
  ),
  one(
    "max_subscriptions: queue _sys_ goes first",
    `${VERBOSE}SUB a 1\r\nSUB b 2\r\nSUB c _sys_ 3\r\nPING\r\n`,
    {
      options: SUBS,
    },
  ),
  one(
    "max_subscriptions: a second CONNECT makes room",
    `${VERBOSE}SUB a 1\r\nSUB b 2\r\n${VERBOSE}SUB c 3\r\nSUB d 4\r\nSUB e 5\r\nPING\r\n`,
    {
      options: SUBS,
    },
  ),
  one("max_subscriptions 0 is no limit", `${VERBOSE}SUB a 1\r\nSUB b 2\r\nPING\r\n`, {
    options: { maxSubscriptions: 0 },
  }),
  one("max_subscriptions -1 is no limit", `${VERBOSE}SUB a 1\r\nSUB b 2\r\nPING\r\n`, {
    options: { maxSubscriptions: -1 },
  }),
  {
    name: "max_subscriptions is per connection",
    options: SUBS,
    steps: [
      { send: `${VERBOSE}SUB a 1\r\nSUB b 2\r\nPING\r\n` },
      { conn: "b", send: `${VERBOSE}SUB a 1\r\nSUB b 2\r\nSUB c 3\r\nPING\r\n` },
    ],
  },

  one(
    "max_sub_tokens",
    `${VERBOSE}SUB a.b.c 1\r\nSUB a.b.c.d 2\r\nPUB a.b.c.d 1\r\nx\r\nPING\r\n`,
    { options: TOKENS },
  ),
  one(
    "max_sub_tokens: wildcards count",
    `${VERBOSE}SUB a.*.> 1\r\nSUB a.*.b.> 2\r\nSUB *.*.*.* 3\r\nPING\r\n`,
    { options: TOKENS },
  ),
  one("max_sub_tokens: with a queue", `${VERBOSE}SUB a.b.c.d q 1\r\nPING\r\n`, { options: TOKENS }),
  one(
    "max_sub_tokens: empty tokens count",
    `${VERBOSE}SUB a..b.c 1\r\nSUB a..b 1\r\nSUB a.b.c. 1\r\nPING\r\n`,
    { options: TOKENS },
  ),
  one("max_sub_tokens: queue _sys_ goes first", `${VERBOSE}SUB a.b.c.d _sys_ 1\r\nPING\r\n`, {
    options: TOKENS,
  }),
  one(
    "max_sub_tokens: the sid stays free",
    `${VERBOSE}SUB a.b.c.d 1\r\nSUB a 1\r\nPUB a 1\r\nx\r\nPING\r\n`,
    { options: TOKENS },
  ),
  one("max_sub_tokens: the subject is quoted", `${VERBOSE}SUB a.b.c."\x01é\\ 1\r\nPING\r\n`, {
    options: TOKENS,
  }),
  one(
    "max_sub_tokens goes before max_subscriptions",
    `${VERBOSE}SUB a 1\r\nSUB a.b.c.d 2\r\nPING\r\n`,
    {
      options: { maxSubTokens: 3, maxSubscriptions: 1 },
    },
  ),

  ...[1, 2, 0, -1].map(connections),
  one("server name and advertised address", "PING\r\n", {
    options: { serverName: "one-two", clientAdvertise: "nats.example.com:4999" },
  }),
  one("advertised IPv6 address", "PING\r\n", {
    options: { clientAdvertise: "[2001:db8::1]:4999" },
  }),
  one("advertised IPv6 address without a port", 'CONNECT {"protocol":1}\r\nPING\r\n', {
    options: { clientAdvertise: "[2001:db8::1]" },
  }),
  one("no limit on the payload, as told after CONNECT", 'CONNECT {"protocol":1}\r\nPING\r\n', {
    options: { maxPayload: -1 },
  }),
  one("advertised host without a port", "PING\r\n", {
    options: { clientAdvertise: "nats.example.com" },
  }),
];
