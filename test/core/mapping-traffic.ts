/** What a running server makes of published subjects, and random mappings to ask it about. */

import { startConfigured } from "../support/peer.ts";
import type { Prng } from "../support/prng.ts";
import { Wire } from "../support/wire.ts";
import { binary } from "./mapping-model.ts";

const FRAME = /MSG ([^ \r\n\t]*) 1 (\d+)\r\n/y;
const ANSWER_DEADLINE_MS = 20_000;

export interface MappedSource {
  readonly source: string;
  readonly destination: string;
}

/** A configuration that maps so, one mapping a line from the second on. */
export function mappingConfig(mappings: readonly MappedSource[]): string {
  const rows = mappings.map(
    ({ source, destination }) => `  ${JSON.stringify(source)}: ${JSON.stringify(destination)}`,
  );
  return `mappings {\n${rows.join("\n")}\n}\n`;
}

/**
 * Publishes to each subject, one after the other.
 *
 * @param subjects one character per byte, as in the answer.
 * @returns the subject under which each message came; null when it did not.
 */
export async function publishAll(
  port: number,
  subjects: readonly string[],
): Promise<(string | null)[]> {
  const wire = await Wire.connect(port);
  try {
    const lines = subjects.map((subject, index) => {
      const payload = String(index);
      return `PUB ${subject} ${payload.length}\r\n${payload}\r\n`;
    });
    await wire.send('CONNECT {"verbose":false}\r\nSUB > 1\r\nPING\r\n');
    if (!(await wire.waitFor("PONG\r\n"))) throw new Error(`no connection: ${wire.text}`);
    const start = wire.received.length;
    await wire.send(Buffer.from(`${lines.join("")}PING\r\n`, "latin1"));
    const isOver = (): boolean => wire.received.subarray(-6).toString("latin1") === "PONG\r\n";
    if (!(await wire.waitFor(() => wire.received.length > start && isOver(), ANSWER_DEADLINE_MS))) {
      throw new Error(`no answer: ${wire.text.slice(-200)}`);
    }
    return readMessages(wire.text.slice(start), subjects.length);
  } finally {
    wire.close();
  }
}

function readMessages(text: string, count: number): (string | null)[] {
  const subjects = new Array<string | null>(count).fill(null);
  let at = 0;
  while (at < text.length) {
    FRAME.lastIndex = at;
    const frame = FRAME.exec(text);
    if (frame === null) {
      // A first PING is answered with an INFO too.
      at = text.indexOf("\r\n", at) + 2;
      if (at === 1) break;
      continue;
    }
    const bodyAt = at + frame[0].length;
    const bodyEnd = bodyAt + Number(frame[2]);
    subjects[Number(text.slice(bodyAt, bodyEnd))] = frame[1]!;
    at = bodyEnd + 2;
  }
  return subjects;
}

/** The same for a server of this binary that is started for it. */
export async function askServer(
  binary: string,
  config: string,
  subjects: readonly string[],
): Promise<(string | null)[]> {
  await using server = await startConfigured(binary, config);
  return await publishAll(server.port, subjects);
}

const LITERALS = ["a", "orders", "x-y", "é", "$abc", "$", "{{", "*a", ">b", "日本", "{{a}"];
const SEPARATORS = ["-", "--", "é", "ab", "", "=>", "*"];
const NUMBERS = ["0", "1", "2", "3", "5", "-1", "+2", "100", " 2 ", "2147483647", "-2147483648"];
const ODD_NUMBERS = [
  "",
  "x",
  "1.",
  "0x1",
  "-2147483649",
  "2147483648",
  "-4294967296",
  "1,2",
  "1e3",
  "9".repeat(20),
  `-${"9".repeat(20)}`,
];
const TOKENS = [
  "a",
  "ab-cd",
  "--x--y-",
  "éèà",
  "a日本b",
  "-",
  "--",
  "*",
  "abcdefgh",
  "12",
  ">",
  "=",
];

/** A mapping whose source begins with this token; it may be one that no server takes. */
export function randomMapping(random: Prng, prefix: string): MappedSource {
  const source = [prefix];
  for (let left = random.below(5); left > 0; left--) {
    source.push(random.chance(3) ? random.pick(LITERALS) : "*");
  }
  const isOpen = random.chance(3);
  const destination = random.chance(4) ? [] : [`to${prefix}`];
  for (let left = random.between(1, 5); left > 0; left--) {
    const stars = source.filter((token) => token === "*").length;
    destination.push(random.chance(4) ? random.pick(LITERALS) : randomCall(random, stars));
  }
  if (isOpen) {
    source.push(">");
    destination.push(">");
  }
  return { source: source.join("."), destination: destination.join(".") };
}

function randomCall(random: Prng, stars: number): string {
  const index = String(random.chance(20) ? random.below(3) - 1 : random.between(1, stars || 1));
  const number = random.pick(random.chance(12) ? ODD_NUMBERS : NUMBERS);
  const letter = (name: string): string =>
    random.chance(2) ? name : name[0]!.toUpperCase() + name.slice(1);
  const call = (name: string, ...args: string[]): string => {
    const space = random.chance(6) ? " " : "";
    return `{{${space}${letter(name)}${space}(${args.join(random.pick([",", ", "]))})${space}}}`;
  };
  switch (random.below(10)) {
    case 0:
      return `$${index}`;
    case 1:
      return call("wildcard", index);
    case 2:
      return call("partition", number);
    case 3:
      return call("partition", number, index, ...(random.chance(2) ? [index, "1"] : []));
    case 4:
      return call("split", index, random.pick(SEPARATORS));
    case 5:
      return call("left", index, number);
    case 6:
      return call("right", index, number);
    case 7:
      return `x${call("wildcard", index)}`;
    default:
      return call(
        random.pick(["splitFromLeft", "splitFromRight", "sliceFromLeft", "sliceFromRight"]),
        index,
        number,
      );
  }
}

/** A subject, one character per byte, that often but not always matches. */
export function randomSubject(random: Prng, source: string): string {
  const tokens = source.split(".").flatMap((token) => {
    if (token === "*") return [randomToken(random)];
    if (token === ">") return Array.from({ length: random.below(4) }, () => randomToken(random));
    return [random.chance(30) ? randomToken(random) : binary(token)];
  });
  if (random.chance(15)) tokens.push(randomToken(random));
  if (random.chance(20)) tokens.pop();
  return tokens.join(".") || "-";
}

function randomToken(random: Prng): string {
  if (random.chance(40)) return "";
  if (!random.chance(3)) return binary(random.pick(TOKENS));
  // What ends a subject on the wire stays out, and the dot.
  const bytes = random.bytes(random.between(1, 12)).filter((byte) => !isDelimiter(byte));
  return Buffer.from(bytes).toString("latin1") || "z";
}

function isDelimiter(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d || byte === 0x2e;
}
