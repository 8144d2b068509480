/** Random traffic: valid, slightly odd, mutated, or nothing but noise. */

import type { Prng } from "../support/prng.ts";

const SUBJECTS = [
  "foo",
  "foo.bar",
  "a.b.c",
  "x",
  "7",
  "12 ",
  "\u00e9",
  "\0",
  "_INBOX.1",
  "$NRG.a",
  "foo.*",
];
const TOKENS = ["foo", "*", ">", "a", "bar", "", "7"];

function subject(random: Prng): string {
  if (random.chance(2)) return random.pick(SUBJECTS).trim();
  const tokens = Array.from({ length: random.between(1, 5) }, () => random.pick(TOKENS));
  return tokens.join(".") || "s";
}

/** What stands between two arguments. */
function gap(random: Prng): string {
  return random.chance(6) ? random.pick(["  ", "\t", " \t ", "\t\t"]) : " ";
}

function lineEnd(random: Prng): string {
  return random.chance(6) ? random.pick(["\n", " \r\n", "\t\n"]) : "\r\n";
}

/** A verb in some mixture of cases. */
function spelled(random: Prng, verb: string): string {
  if (!random.chance(5)) return verb;
  return [...verb].map((letter) => (random.chance(2) ? letter.toLowerCase() : letter)).join("");
}

function joined(random: Prng, ...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").reduce((line, part) => line + gap(random) + part);
}

/** Longest body: with headers in front it still fits the smallest limit that tests set, 3,000. */
const BODY_BYTES_MAX = 2900;

function payload(random: Prng): string {
  if (random.chance(4)) return "";
  if (random.chance(10)) return random.bytes(random.between(1, BODY_BYTES_MAX)).toString("latin1");
  return random.pick(["hello", "\r\n", "PUB foo 5\r\nhello\r\n", "0", "PING\r\n", "\0\xff"]);
}

/** A size as clients write it, or with zeros in front. */
function size(random: Prng, value: number): string {
  return random.chance(8) ? String(value).padStart(random.between(2, 9), "0") : String(value);
}

function publish(random: Prng): string {
  const reply = random.chance(3) ? subject(random) : "";
  const body = payload(random);
  if (random.chance(2)) {
    const line = joined(
      random,
      spelled(random, "PUB"),
      subject(random),
      reply,
      size(random, body.length),
    );
    return `${line}${lineEnd(random)}${body}\r\n`;
  }
  const headers = random.chance(4) ? "" : `NATS/1.0\r\nA: ${random.below(1000)}\r\n\r\n`;
  const sizes = [size(random, headers.length), size(random, headers.length + body.length)];
  const line = joined(random, spelled(random, "HPUB"), subject(random), reply, ...sizes);
  return `${line}${lineEnd(random)}${headers}${body}\r\n`;
}

function subscribe(random: Prng): string {
  const queue = random.chance(3) ? random.pick(["q", "workers", "_sys_"]) : "";
  const sid = String(random.below(20));
  const verb = spelled(random, "SUB");
  return joined(random, verb, subject(random), queue, sid) + lineEnd(random);
}

function unsubscribe(random: Prng): string {
  const max = random.chance(2) ? random.pick(["1", "2", "5", "0", "x", "9999999999"]) : "";
  const verb = spelled(random, "UNSUB");
  return joined(random, verb, String(random.below(20)), max) + lineEnd(random);
}

function connect(random: Prng): string {
  const options = ["verbose", "pedantic", "echo", "headers"].map(
    (name) => `"${name}":${name === "headers" || random.chance(2)}`,
  );
  const json = `{${options.join(",")},"protocol":${random.below(2)}}`;
  return spelled(random, "CONNECT") + gap(random) + json + lineEnd(random);
}

function other(random: Prng): string {
  const verb = spelled(random, random.pick(["PING", "PONG", "+OK", "PING junk", "PONG\t"]));
  return verb + lineEnd(random);
}

/** An operation that a client may send. */
export function validOperation(random: Prng): string {
  return random.pick([publish, publish, publish, subscribe, subscribe, unsubscribe, other])(random);
}

/** An operation that is refused, or that few would expect to be accepted. */
function oddOperation(random: Prng): string {
  return random.pick([
    "PUB foo\r\n",
    "PUB a b c 1\r\n",
    "PUB foo -1\r\n",
    "PUB foo 1234567890\r\n",
    "PUB foo 99999\r\nx",
    "PUB foo 2\r\nhi\n",
    "PUB foo 2\r\nhixx",
    "PUB a\rb 2\r\nhi\r\n",
    "HPUB foo 5 2\r\n",
    "HPUB foo 1\r\n",
    "HPUB foo x 1\r\n",
    "SUB \r\n",
    "SUB foo\r 12\n",
    "SUB foo bar baz 1\r\n",
    "UNSUB\r\n",
    "CONNECT\r\n",
    "CONNECT{}\n",
    "INFO {}\r\n",
    "INFO xx\r\n",
    "-ERR 'x'\r\n",
    "HMSG foo 1 1 1\r\n\r\n",
    "HMSG foo\r\nx\r\n\r\n",
    "\r\n",
    " PING\r\n",
    "MSG foo 1 2\r\nhi\r\n",
    `SUB ${"s".repeat(random.between(190, 210))} 1\r\n`,
    `PUB ${"s".repeat(random.between(190, 210))} 0\r\n\r\n`,
  ]);
}

/** Some operations in a row; now and then one of them is odd. */
export function traffic(random: Prng, count: number, oddOneIn: number): string {
  const operations = Array.from({ length: count }, () =>
    random.chance(oddOneIn) ? oddOperation(random) : validOperation(random),
  );
  return (random.chance(2) ? connect(random) : "") + operations.join("");
}

/** Flips, overwrites, inserts, deletes, doubles or cuts off some bytes. */
export function mutated(random: Prng, bytes: Buffer, times: number): Buffer {
  let result = Buffer.from(bytes);
  for (let i = 0; i < times && result.length > 1; i++) {
    const at = random.below(result.length);
    const end = Math.min(at + random.between(1, 24), result.length);
    const [before, after] = [result.subarray(0, at), result.subarray(at)];
    switch (random.below(6)) {
      case 0:
        result[at]! ^= 1 << random.below(8);
        break;
      case 1:
        result[at] = random.pick([0, 9, 10, 13, 32, 0x30, 0x39, 0xff, random.below(256)]);
        break;
      case 2:
        result = Buffer.concat([before, random.bytes(random.between(1, 8)), after]);
        break;
      case 3:
        result = Buffer.concat([before, result.subarray(end)]);
        break;
      case 4:
        result = Buffer.concat([result.subarray(0, end), after]);
        break;
      default:
        if (random.chance(4)) result = Buffer.from(before);
    }
  }
  return result;
}

/** What somebody might send who means no good, or means nothing at all. */
export function attack(random: Prng): Buffer {
  if (random.chance(8)) return random.bytes(random.between(1, 2000));
  const valid = Buffer.from(traffic(random, random.between(1, 30), 40), "latin1");
  return mutated(random, valid, random.between(0, 6));
}
