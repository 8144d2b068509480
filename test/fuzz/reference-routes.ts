/**
 * The protocol of routes in the plainest way, to compare the parser with. As for clients it reads text
 * that is there as a whole, with one character per byte.
 */

import { fault, readPublish, type Step } from "./reference-parser.ts";

export interface RouteReferenceSettings {
  maxControlLine: number;
  isDedicated: boolean;
}

const SIZE = /^[0-9]{1,9}$/;
const BARE = ["ping", "pong", "+ok"];
const JSON_VERBS = ["connect", "info"];
/** Place in the list is the number of the interest; the last two are spelled in two ways. */
const INTEREST = ["rs+", "rs-", "ls+", "ls-", "a+", "a-", "au"];
const MESSAGES = ["rmsg", "hmsg", "lmsg"];
const SPACED = [...INTEREST, ...MESSAGES, "pub", "hpub", "sub", "unsub", "-err"];

/** What the input means, in the words of the recorder of routes; the last entry may be a fault. */
export function readRouteReference(input: string, settings: RouteReferenceSettings): string[] {
  const seen: string[] = [];
  for (let rest = input; rest !== ""; ) {
    const step = readOperation(rest, settings);
    if (step === "incomplete") return seen;
    seen.push(...step.seen);
    if (step.length === 0) return seen;
    rest = rest.slice(step.length);
  }
  return seen;
}

/** The verb at the beginning, "" for none, or null when more is needed to tell. */
function verbOf(input: string): string | null {
  // Of all letters only this one must be small.
  if (/^aU/i.test(input) && input[1] === "U") return "";
  const text = input.slice(0, 8).toLowerCase();
  for (const verb of [...BARE, ...JSON_VERBS]) if (text.startsWith(verb)) return verb;
  for (const verb of SPACED)
    if (/^[ \t]/.test(text.slice(verb.length)) && text.startsWith(verb)) return verb;
  const all = [...BARE, ...JSON_VERBS, ...SPACED];
  return all.some((verb) => verb.startsWith(text)) ? null : "";
}

function readOperation(input: string, settings: RouteReferenceSettings): Step {
  const verb = verbOf(input);
  if (verb === null) return "incomplete";
  if (verb === "") return fault("unknown operation");
  if (BARE.includes(verb)) {
    const end = input.indexOf("\n", verb.length);
    if (end < 0) return "incomplete";
    return { seen: verb === "+ok" ? [] : [verb.toUpperCase()], length: end + 1 };
  }
  const gap = /^[ \t]*/.exec(input.slice(verb.length))![0];
  const start = verb.length + gap.length;
  if (start === input.length) return "incomplete";
  const lineEnd = input.indexOf("\n", start + 1);
  const text = input.slice(start, lineEnd < 0 ? input.length : lineEnd);
  const hasReturn = text.slice(1).includes("\r");
  const args = hasReturn ? text.slice(0, -1) : text;
  if (args.length > settings.maxControlLine) return fault("control line too long");
  if (lineEnd < 0) return "incomplete";
  return readLine(verb, args, input, lineEnd + 1, settings);
}

function readLine(
  verb: string,
  args: string,
  input: string,
  next: number,
  settings: RouteReferenceSettings,
): Step {
  if (MESSAGES.includes(verb)) return readMessage(verb, args, input, next, settings.isDedicated);
  if (verb === "pub" || verb === "hpub") {
    const limits = { ...settings, headersAllowed: true, maxPayload: 0x7fffffff };
    return readPublish(verb === "pub" ? "PUB" : "HPUB", args, input, next, limits);
  }
  if (verb === "sub") return { seen: [], length: next };
  const number = verb === "unsub" ? 1 : Math.min(INTEREST.indexOf(verb), 5);
  const name = number >= 0 ? `interest ${number}` : verb.toUpperCase();
  return { seen: [`${name} <${args}>`], length: next };
}

function readMessage(
  verb: string,
  args: string,
  input: string,
  bodyStart: number,
  isDedicated: boolean,
): Step {
  const tokens = args.split(/[ \t\r\n]+/).filter((token) => token !== "");
  const names = ["origin", "account", "subject"].slice(verb === "lmsg" ? 0 : 1);
  if (isDedicated) names.splice(names.indexOf("account"), 1);
  const sizeCount = verb === "rmsg" ? 1 : 2;
  if (tokens.length < names.length + sizeCount) return fault(`${verb} arguments`);
  const named = Object.fromEntries(names.map((name, i) => [name, tokens[i]!]));
  const middle = tokens.slice(names.length, tokens.length - sizeCount);
  const sizes = tokens.slice(tokens.length - sizeCount);

  let reply = "";
  let queues: string[] = [];
  if (middle.length === 1) {
    reply = middle[0]!;
  } else if (middle.length > 1) {
    if (middle[0] !== "+" && middle[0] !== "|") return fault(`${verb} reply indicator`);
    queues = middle.slice(1);
    if (middle[0] === "+") reply = queues.shift()!;
  }
  const [headerText, totalText] = sizeCount === 1 ? ["0", sizes[0]!] : [sizes[0]!, sizes[1]!];
  if (!SIZE.test(headerText)) return fault(`${verb} header size`);
  if (!SIZE.test(totalText)) return fault(`${verb} size`);
  const [header, total] = [Number(headerText), Number(totalText)];
  if (header > total) return fault(`${verb} header size above total`);

  const end = bodyStart + total;
  for (const [at, byte] of [
    [end, "\r"],
    [end + 1, "\n"],
  ] as const) {
    if (at >= input.length) return "incomplete";
    if (input[at] !== byte) return fault("unknown operation");
  }
  const parts = [reply, header > 0 ? headerText : "", totalText].filter((part) => part !== "");
  const { origin = "", account = "", subject } = named;
  const line =
    `MSG ${header}/${total} <${origin}><${account}><${subject}><${reply}><${queues.join(" ")}>` +
    JSON.stringify(` ${parts.join(" ")}\r\n`);
  return { seen: [line + JSON.stringify(input.slice(bodyStart, end + 2))], length: end + 2 };
}
