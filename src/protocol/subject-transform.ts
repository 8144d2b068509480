/**
 * Subject transforms: how mappings and imports make one subject of another. Tokens of the destination
 * are plain, or name a wildcard of the source (`$1`), or call a function (`{{wildcard(1)}}`).
 */

/** A transform that cannot be made; the message is nats-server's. */
export class TransformError extends Error {}

const INVALID = "invalid mapping destination";

const Fault = {
  Transform: `${INVALID}: invalid transform`,
  UnusedWildcards: `${INVALID}: not using all of the token wildcard(s)`,
  Unknown: `${INVALID}: unknown function`,
  OutOfRange: `${INVALID}: wildcard index out of range`,
  TooFew: `${INVALID}: not enough arguments passed to the function`,
  BadArgument: `${INVALID}: function argument is invalid or in the wrong format`,
  TooMany: `${INVALID}: too many arguments passed to the function`,
  NotForImports: `${INVALID}: the only mapping function allowed for import transforms is {{Wildcard()}}`,
} as const;

function fault(text: string, token: string): TransformError {
  return new TransformError(token === "" ? text : `${text} in ${token}`);
}

type FunctionName =
  | "wildcard"
  | "partition"
  | "splitFromLeft"
  | "splitFromRight"
  | "sliceFromLeft"
  | "sliceFromRight"
  | "right"
  | "left"
  | "split"
  | "random";

/** What a token of a destination calls, and the wildcards of the source that it names. */
interface Call {
  readonly name: FunctionName;
  readonly wildcards: readonly number[];
}

/** In the order in which nats-server tries them. A function is found anywhere in its token. */
const FUNCTIONS: readonly (readonly [FunctionName, RegExp])[] = [
  ["wildcard", pattern("[wW]ildcard")],
  ["partition", pattern("[pP]artition")],
  ["splitFromLeft", pattern("[sS]plit[fF]rom[lL]eft")],
  ["splitFromRight", pattern("[sS]plit[fF]rom[rR]ight")],
  ["sliceFromLeft", pattern("[sS]lice[fF]rom[lL]eft")],
  ["sliceFromRight", pattern("[sS]lice[fF]rom[rR]ight")],
  ["right", pattern("[rR]ight")],
  ["left", pattern("[lL]eft")],
  ["split", pattern("[sS]plit")],
  ["random", pattern("[rR]andom")],
];

const INT32_MAX = 2n ** 31n - 1n;
const INT64_MAX = 2n ** 63n - 1n;

function pattern(name: string): RegExp {
  return new RegExp(
    `\\{\\{[\\t\\n\\f\\r ]*${name}[\\t\\n\\f\\r ]*\\((.*)\\)[\\t\\n\\f\\r ]*\\}\\}`,
  );
}

/**
 * Checks the destination of a mapping.
 *
 * @throws TransformError
 */
export function checkMapping(source: string, destination: string): void {
  if (destination === "") return;
  let isOver = false;
  for (const token of destination.split(".")) {
    if (token === "" || isOver) throw fault(Fault.Transform, token);
    if (isCall(token)) {
      if (!FUNCTIONS.some(([, form]) => form.test(token))) throw fault(Fault.Unknown, token);
    } else if (token === ">") isOver = true;
    else if (/[\t\n\f\r ]/.test(token)) throw fault(Fault.Transform, "");
  }
  checkTransform(source, destination);
}

/**
 * Checks a transform.
 *
 * @param isReversible as those of imports have to be.
 * @throws TransformError
 */
export function checkTransform(source: string, destination: string, isReversible = false): void {
  if (destination === "") return;
  const from = shapeOf(source === "" ? ">" : source);
  const to = shapeOf(destination);
  if (from === null || to === null || to.stars > 0 || from.isOpen !== to.isOpen) {
    throw new TransformError("invalid subject");
  }
  let named = 0;
  for (const token of to.tokens) {
    const call = readCall(token);
    if (call === null) continue;
    if (from.stars === 0 && !from.isOpen) {
      if (call.name === "random" || call.name === "partition") continue;
      throw fault(Fault.OutOfRange, token);
    }
    if (isReversible && call.name !== "wildcard") throw fault(Fault.NotForImports, token);
    named += call.wildcards.length;
    for (const index of call.wildcards) {
      if (index > from.stars) throw fault(Fault.OutOfRange, `${token}: [${index}]`);
    }
  }
  if (isReversible && named < from.stars) throw fault(Fault.UnusedWildcards, destination);
}

interface Shape {
  readonly tokens: readonly string[];
  readonly stars: number;
  /** Ends in `>`. */
  readonly isOpen: boolean;
}

function shapeOf(subject: string): Shape | null {
  const tokens = subject.split(".");
  const full = tokens.indexOf(">");
  if (tokens.includes("") || (full >= 0 && full < tokens.length - 1)) return null;
  return { tokens, stars: tokens.filter((token) => token === "*").length, isOpen: full >= 0 };
}

function isCall(token: string): boolean {
  return token.length > 4 && token.startsWith("{{") && token.endsWith("}}");
}

/** Null for a plain token, and for one that only begins like a wildcard's. */
function readCall(token: string): Call | null {
  if (token.length > 1 && token.startsWith("$")) {
    const index = readInteger(token.slice(1), INT64_MAX);
    return index === null ? null : { name: "wildcard", wildcards: [index] };
  }
  if (!isCall(token)) return null;
  for (const [name, form] of FUNCTIONS) {
    const found = form.exec(token);
    if (found !== null) return readArguments(token, name, found[1]!.split(/,[\t\n\f\r ]*/));
  }
  throw fault(Fault.Unknown, token);
}

function readArguments(token: string, name: FunctionName, args: readonly string[]): Call {
  const number = (text: string, max = INT64_MAX): number => {
    const value = readInteger(text.replace(/^ +| +$/g, ""), max);
    if (value === null) throw fault(Fault.BadArgument, token);
    return value;
  };
  const [first = "", second = "", ...others] = args;
  switch (name) {
    case "wildcard":
      if (args.length > 1) throw fault(Fault.TooMany, token);
      if (first === "") throw fault(Fault.TooFew, token);
      return { name, wildcards: [number(first)] };
    case "partition":
      number(first, INT32_MAX);
      return { name, wildcards: args.slice(1).map((text) => number(text)) };
    case "random":
      if (args.length !== 1) throw fault(Fault.TooFew, token);
      number(first, INT32_MAX);
      return { name, wildcards: [] };
    default: {
      if (args.length < 2) throw fault(Fault.TooFew, token);
      if (others.length > 0) throw fault(Fault.TooMany, token);
      const wildcards = [number(first)];
      if (name !== "split") number(second, INT32_MAX);
      else if (second.includes(" ")) throw fault(Fault.BadArgument, token);
      return { name, wildcards };
    }
  }
}

function readInteger(text: string, max: bigint): number | null {
  if (!/^[+-]?\d+$/.test(text)) return null;
  const value = BigInt(text.replace("+", ""));
  return value > max || value < -INT64_MAX - 1n ? null : Number(value);
}

/** `a.*.*` as a destination: `a.$1.$2`. */
export function nameWildcards(subject: string): string {
  let index = 0;
  return subject
    .split(".")
    .map((token) => (token === "*" ? `$${++index}` : token))
    .join(".");
}

/** A destination as a subject again: `a.$2.{{wildcard(1)}}` is `a.*.*`. */
export function unnameWildcards(destination: string): string {
  return destination
    .split(".")
    .map((token) => (isWildcardName(token) ? "*" : token))
    .join(".");
}

function isWildcardName(token: string): boolean {
  if (/^\$[1-9]/.test(token)) return true;
  const args = FUNCTIONS[0]![1].exec(token)?.[1] ?? "";
  return args !== "" && !args.includes(",");
}
