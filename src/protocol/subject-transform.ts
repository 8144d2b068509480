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

export type FunctionName =
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
  readonly wildcards: readonly bigint[];
  readonly amount: number;
  readonly separator: string;
}

/** One token of a destination. */
export interface TransformToken {
  readonly text: string;
  /** Null for a plain token. */
  readonly call: FunctionName | null;
  /** Tokens of the source that the function takes, counted from 0. */
  readonly positions: readonly number[];
  /** Its number: of partitions, of bytes, … An int32. */
  readonly amount: number;
  readonly separator: string;
}

/** A transform that can be made. */
export interface Transform {
  readonly source: string;
  readonly destination: string;
  readonly tokens: readonly TransformToken[];
  /** Number of tokens of the source. */
  readonly sourceLength: number;
  /** Source and destination end in `>`. */
  readonly isOpen: boolean;
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

/** Least and greatest of a number. */
type Range = readonly [bigint, bigint];

const INT32: Range = [-(2n ** 31n), 2n ** 31n - 1n];
const INT64: Range = [-(2n ** 63n), 2n ** 63n - 1n];
/** Of numbers that are cut to 32 bits after the check of their upper end. */
const CUT: Range = [INT64[0], INT32[1]];

function pattern(name: string): RegExp {
  return new RegExp(
    `\\{\\{[\\t\\n\\f\\r ]*${name}[\\t\\n\\f\\r ]*\\(([^\\n]*)\\)[\\t\\n\\f\\r ]*\\}\\}`,
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
  if (destination !== "") readTransform(source, destination, isReversible);
}

/**
 * Reads a transform.
 *
 * @param source "" stands for `>`.
 * @param isReversible as those of imports have to be.
 * @throws TransformError
 */
export function readTransform(
  source: string,
  destination: string,
  isReversible = false,
): Transform {
  const from = shapeOf(source === "" ? ">" : source);
  const to = shapeOf(destination);
  if (from === null || to === null || to.stars.length > 0 || from.isOpen !== to.isOpen) {
    throw new TransformError("invalid subject");
  }
  const isWide = from.stars.length > 0 || from.isOpen;
  const tokens: TransformToken[] = [];
  let named = 0;
  for (const text of to.tokens) {
    const call = readCall(text);
    if (call === null) {
      tokens.push({ text, call, positions: [], amount: 0, separator: "" });
      continue;
    }
    const { name, amount, separator } = call;
    // Without a wildcard in the source nothing is taken from it, whatever is named.
    const wildcards = isWide ? call.wildcards : [];
    if (!isWide && name !== "random" && name !== "partition") throw fault(Fault.OutOfRange, text);
    if (isWide && isReversible && name !== "wildcard") throw fault(Fault.NotForImports, text);
    named += wildcards.length;
    const positions = wildcards.map((index) => {
      if (index > from.stars.length) throw fault(Fault.OutOfRange, `${text}: [${index}]`);
      // What is below 1 names the first token.
      return from.stars[Number(index) - 1] ?? 0;
    });
    tokens.push({ text, call: name, positions, amount, separator });
  }
  if (isReversible && named < from.stars.length) throw fault(Fault.UnusedWildcards, destination);
  return {
    source: from.tokens.join("."),
    destination,
    tokens,
    sourceLength: from.tokens.length,
    isOpen: from.isOpen,
  };
}

interface Shape {
  readonly tokens: readonly string[];
  /** Positions of its `*`, from 0. */
  readonly stars: readonly number[];
  /** Ends in `>`. */
  readonly isOpen: boolean;
}

function shapeOf(subject: string): Shape | null {
  const tokens = subject.split(".");
  const full = tokens.indexOf(">");
  if (tokens.includes("") || (full >= 0 && full < tokens.length - 1)) return null;
  const stars = [...tokens.keys()].filter((at) => tokens[at] === "*");
  return { tokens, stars, isOpen: full >= 0 };
}

function isCall(token: string): boolean {
  return token.length > 4 && token.startsWith("{{") && token.endsWith("}}");
}

/** Null for a plain token, and for one that only begins like a wildcard's. */
function readCall(token: string): Call | null {
  if (token.length > 1 && token.startsWith("$")) {
    const index = readInteger(token.slice(1), INT64);
    if (index === null) return null;
    return { name: "wildcard", wildcards: [index], amount: 0, separator: "" };
  }
  if (!isCall(token)) return null;
  for (const [name, form] of FUNCTIONS) {
    const found = form.exec(token);
    if (found !== null) return readArguments(token, name, found[1]!.split(/,[\t\n\f\r ]*/));
  }
  throw fault(Fault.Unknown, token);
}

function readArguments(token: string, name: FunctionName, args: readonly string[]): Call {
  const number = (text: string, range: Range): bigint => {
    const value = readInteger(text.replace(/^ +| +$/g, ""), range);
    if (value === null) throw fault(Fault.BadArgument, token);
    return value;
  };
  const int32 = (text: string, range: Range): number =>
    Number(BigInt.asIntN(32, number(text, range)));
  const [first = "", second = "", ...others] = args;
  const call = { name, wildcards: [], amount: 0, separator: "" };
  switch (name) {
    case "wildcard":
      if (args.length > 1) throw fault(Fault.TooMany, token);
      if (first === "") throw fault(Fault.TooFew, token);
      return { ...call, wildcards: [number(first, INT64)] };
    case "partition": {
      const amount = int32(first, CUT);
      return { ...call, amount, wildcards: args.slice(1).map((text) => number(text, INT64)) };
    }
    case "random":
      if (args.length !== 1) throw fault(Fault.TooFew, token);
      return { ...call, amount: int32(first, CUT) };
    default: {
      if (args.length < 2) throw fault(Fault.TooFew, token);
      if (others.length > 0) throw fault(Fault.TooMany, token);
      const wildcards = [number(first, INT64)];
      if (name !== "split") return { ...call, wildcards, amount: int32(second, INT32) };
      if (second.includes(" ")) throw fault(Fault.BadArgument, token);
      return { ...call, wildcards, separator: second };
    }
  }
}

function readInteger(text: string, [least, most]: Range): bigint | null {
  if (!/^[+-]?\d+$/.test(text)) return null;
  const value = BigInt(text.replace("+", ""));
  return value > most || value < least ? null : value;
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

/** The tokens that name a wildcard, in their order: of `a.$2.{{wildcard(1)}}` the last two. */
export function wildcardNames(destination: string): string[] {
  return destination.split(".").filter(isWildcardName);
}

function isWildcardName(token: string): boolean {
  if (/^\$[1-9]/.test(token)) return true;
  const args = FUNCTIONS[0]![1].exec(token)?.[1] ?? "";
  return args !== "" && !args.includes(",");
}
