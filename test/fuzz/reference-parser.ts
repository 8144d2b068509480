/**
 * The client protocol in the plainest way, to compare the parser with.
 *
 * It reads input that is there as a whole, one line at a time, as text with one character per byte.
 * Everything it knows is in the tables below; it shares nothing with the parser it is to judge.
 */

export interface ReferenceSettings {
  maxControlLine: number;
  maxPayload: number;
  headersAllowed: boolean;
}

/** Verbs followed by arguments; those in the second row need no space before them. */
const WITH_ARGUMENTS = /^(pub|hpub|hmsg|sub|unsub|-err)[ \t]+/i;
const WITH_JSON = /^(connect|info)[ \t]*/i;
const WITHOUT_ARGUMENTS = /^(ping|pong|\+ok)/i;
/** Every beginning of a verb: input that ends in one is merely incomplete. */
const BEGINNING =
  /^(p(u(b[ \t]*)?|in?|on?)?|h(p(u(b[ \t]*)?)?|m(s(g[ \t]*)?)?)?|s(u(b[ \t]*)?)?|u(n(s(u(b[ \t]*)?)?)?)?|c(o(n(n(ec?)?)?)?)?|i(nf?)?|\+o?|-(e(r(r[ \t]*)?)?)?)?$/i;
const SIZE = /^[0-9]{1,9}$/;

/** What the input means, in the words of the recorder; the last entry may be a fault. */
export function readReference(input: string, settings: ReferenceSettings): string[] {
  const seen: string[] = [];
  let rest = input;
  while (rest !== "") {
    const step = readOperation(rest, settings);
    if (step === "incomplete") return seen;
    seen.push(...step.seen);
    if (step.length === 0) return seen;
    rest = rest.slice(step.length);
  }
  return seen;
}

/** What an operation means and how long it is; length 0 after a fault. */
export type Step = { seen: string[]; length: number } | "incomplete";

export function fault(text: string): Step {
  return { seen: [`fault: ${text}`], length: 0 };
}

function readOperation(input: string, settings: ReferenceSettings): Step {
  const bare = WITHOUT_ARGUMENTS.exec(input);
  if (bare !== null) return readBare(bare[1]!.toUpperCase(), input);
  const match = WITH_ARGUMENTS.exec(input) ?? WITH_JSON.exec(input);
  if (match === null) return BEGINNING.test(input) ? "incomplete" : fault("unknown operation");

  const start = match[0].length;
  if (start === input.length) return "incomplete";
  // The first byte of the arguments is one of them even if it is a line feed.
  const lineEnd = input.indexOf("\n", start + 1);
  const isLong = (length: number): boolean => length > settings.maxControlLine;
  if (lineEnd < 0) {
    const soFar = input.slice(start);
    const dropped = soFar.slice(1).includes("\r") ? 1 : 0;
    return isLong(soFar.length - dropped) ? fault("control line too long") : "incomplete";
  }
  const line = input.slice(start, lineEnd);
  const args = line.slice(1).includes("\r") ? line.slice(0, -1) : line;
  if (isLong(args.length)) return fault("control line too long");
  const verb = match[1]!.toUpperCase();
  if (verb === "HMSG") return readBody(["", 0, 0, " 0\r\n"], "", input, lineEnd + 1, true);
  if (verb === "PUB" || verb === "HPUB") {
    return readPublish(verb, args, input, lineEnd + 1, settings);
  }
  return { seen: [`${verb} <${args}>`], length: lineEnd + 1 };
}

function readBare(verb: string, input: string): Step {
  const end = input.indexOf("\n", verb.length);
  if (end < 0) return "incomplete";
  return { seen: verb === "+OK" ? [] : [verb], length: end + 1 };
}

export function readPublish(
  verb: "PUB" | "HPUB",
  args: string,
  input: string,
  bodyStart: number,
  { headersAllowed, maxPayload }: ReferenceSettings,
): Step {
  if (verb === "HPUB" && !headersAllowed) return fault("headers not supported");
  const name = verb.toLowerCase();
  const tokens = args.split(/[ \t]+/).filter((token) => token !== "");
  const sizes = tokens.splice(verb === "PUB" ? -1 : -2);
  if (tokens.length < 1 || tokens.length > 2 || sizes.length < (verb === "PUB" ? 1 : 2)) {
    return fault(`${name} arguments`);
  }
  const [headerText, totalText] = verb === "PUB" ? ["0", sizes[0]!] : [sizes[0]!, sizes[1]!];
  if (!SIZE.test(headerText)) return fault("hpub header size");
  if (!SIZE.test(totalText)) return fault(verb === "PUB" ? "pub size" : "hpub total size");
  const [header, total] = [Number(headerText), Number(totalText)];
  if (header > total) return fault("hpub header size above total");
  if (total > maxPayload) return fault("payload too large");
  const [subject, reply = ""] = tokens;
  const parts = [subject, reply, header > 0 ? headerText : "", totalText];
  const tail = ` ${parts
    .slice(1)
    .filter((part) => part !== "")
    .join(" ")}\r\n`;
  return readBody([subject!, header, total, tail], reply, input, bodyStart, false);
}

export function readBody(
  [subject, header, total, tail]: [string, number, number, string],
  reply: string,
  input: string,
  bodyStart: number,
  mustBeWhole: boolean,
): Step {
  const end = bodyStart + total;
  for (const [at, expected] of [
    [end, "\r"],
    [end + 1, "\n"],
  ] as const) {
    if (at >= input.length) return mustBeWhole ? fault("unknown operation") : "incomplete";
    if (input[at] !== expected) return fault("unknown operation");
  }
  const body = input.slice(bodyStart, end + 2);
  const kind = header > 0 ? `HPUB ${header}/` : "PUB ";
  const shown =
    body.length <= 100
      ? JSON.stringify(body)
      : `${body.length} bytes ${Bun.hash(Buffer.from(body, "latin1")).toString(16)}`;
  return {
    seen: [`${kind}${total} <${subject}><${reply}>${JSON.stringify(tail)}${shown}`],
    length: end + 2,
  };
}
