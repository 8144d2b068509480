/** Random traffic of routes: valid, or slightly odd. */

import type { Prng } from "../support/prng.ts";

const NAMES = ["$G", "A", "ACC", "7", "+", "|", "\u00e9", "0"];
const SUBJECTS = ["foo", "foo.bar", "x", "7", "+", "|", "_INBOX.abc.1", "\0.\x7f", "$JS.ACK.a.b@c"];
const BODIES = ["", "hi", "\r\n", "RMSG A b 2\r\nhi\r\n", "0", "PING\r\n", "\0\xff"];

function gap(random: Prng): string {
  return random.chance(12) ? random.pick(["  ", "\t", " \t "]) : " ";
}

function lineOf(random: Prng, ...parts: readonly string[]): string {
  const line = parts.reduce((text, part) => text + gap(random) + part);
  return line + (random.chance(8) ? random.pick(["\n", " \r\n", "\t\n"]) : "\r\n");
}

function spelled(random: Prng, verb: string): string {
  return random.chance(6) ? verb.toLowerCase() : verb;
}

function size(random: Prng, value: number): string {
  return random.chance(10) ? String(value).padStart(random.between(2, 9), "0") : String(value);
}

function names(random: Prng, isLeaf: boolean, isDedicated: boolean): string[] {
  const origin = isLeaf ? [random.pick(NAMES)] : [];
  return isDedicated ? origin : [...origin, random.pick(NAMES)];
}

function message(random: Prng, isDedicated: boolean): string {
  const verb = random.pick(["RMSG", "RMSG", "HMSG", "LMSG"]);
  const headers = verb !== "RMSG" && random.chance(2) ? "NATS/1.0\r\nA: b\r\n\r\n" : "";
  const body = random.chance(10) ? "y".repeat(random.below(60)) : random.pick(BODIES);
  const reply = random.pick(["r", "_INBOX.abcdefgh.1234", "+", "7"]);
  const groups = Array.from({ length: random.between(1, 4) }, () => random.pick(["q", "w", "12"]));
  const middle = random.pick([
    [],
    [],
    [reply],
    ["|", ...groups],
    ["+", reply, ...groups],
    ["+", reply],
  ]);
  const total = size(random, headers.length + body.length);
  const sizes = verb === "RMSG" ? [total] : [size(random, headers.length), total];
  const who = names(random, verb === "LMSG", isDedicated);
  const subject = random.pick(SUBJECTS);
  const line = lineOf(random, spelled(random, verb), ...who, subject, ...middle, ...sizes);
  return `${line}${headers}${body}\r\n`;
}

function interest(random: Prng, isDedicated: boolean): string {
  const verb = random.pick(["RS+", "RS-", "LS+", "LS-"]);
  const who = names(random, verb.startsWith("L"), isDedicated);
  const weight = verb.endsWith("+") ? [String(random.below(9))] : [];
  const queue = random.chance(2) ? ["q", ...weight] : [];
  return lineOf(random, spelled(random, verb), ...who, random.pick(SUBJECTS), ...queue);
}

const ODD = [
  "RMSG foo\r\n",
  "RMSG A b c d 2\r\nhi\r\n",
  "RMSG A b + 2\r\nhi\r\n",
  "RMSG A b | 2\r\nhi\r\n",
  "RMSG A b x\r\n",
  "RMSG A b 1234567890\r\n",
  "RMSG A b 2\r\nhixx",
  "RMSG A b 2\r\nhi\n",
  "RMSG \r\n",
  "RMSG A\rb 2 2\nhi\r\n",
  "HMSG A b 3 2\r\n",
  "HMSG A b x 2\r\n",
  "HMSG A b 2\r\n",
  "LMSG o A b 0\r\n",
  "LMSG o A b r q 0 2\r\n",
  "RS+ \r\n",
  "A+ acc\r\n",
  "au acc\r\n",
  "AU acc\r\n",
  "SUB foo 1\r\n",
  "UNSUB A foo\r\n",
  "PUB foo 2\r\nhi\r\n",
  "HPUB foo 1 2\r\nhi\r\n",
  "INFO {}\r\n",
  "-ERR 'x'\r\n",
  "+OK\r\n",
  "PING\r\n",
  "PONG x\r\n",
  "MSG a 1 2\r\n",
  "\r\n",
  `RS+ A ${"s".repeat(200)}\r\n`,
  `RMSG A ${"s".repeat(195)} 0\r\n\r\n`,
];

/** Some operations in a row; one in `oddOneIn` is odd. */
export function routeTraffic(
  random: Prng,
  count: number,
  oddOneIn: number,
  isDedicated: boolean,
): string {
  const operation = (): string => {
    if (random.chance(oddOneIn)) return random.pick(ODD);
    return random.chance(3) ? interest(random, isDedicated) : message(random, isDedicated);
  };
  return Array.from({ length: count }, operation).join("");
}
