/**
 * Flags as Go's flag package reads them: `-p 4222`, `--p=4222` and `-port=4222` are one flag, `-DV` is
 * a flag of its own, and faults are reported in Go's words.
 */

import { goQuoteText } from "../protocol/go-quote.ts";
import { FLAGS, type Flag } from "./flags.ts";

const TRUE = new Set(["1", "t", "T", "TRUE", "true", "True"]);
const FALSE = new Set(["0", "f", "F", "FALSE", "false", "False"]);
/** Decimal, old and new octal, hexadecimal and binary; an underscore only before a digit. */
const INTEGER =
  /^[+-]?(?:0|[1-9](?:_?[0-9])*|0[oO]?(?:_?[0-7])+|0[xX](?:_?[0-9a-fA-F])+|0[bB](?:_?[01])+)$/;
const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/** A flag as given, with a value of its type as text. */
export interface GivenFlag {
  flag: Flag;
  /** As it was spelt, without dashes. */
  name: string;
  value: string;
}

export class ParsedFlags {
  /** In order; where a flag is repeated the last one counts. */
  readonly given: GivenFlag[] = [];
  /** First argument that is not a flag; parsing ends there. */
  command: string | undefined;
  /** What is wrong. */
  fault: string | undefined;

  /** Value of a flag, under any of its names; undefined when it is not given. */
  value(name: string): string | undefined {
    return this.given.findLast(({ flag }) => flag.names.includes(name))?.value;
  }

  /** Tells whether a boolean flag is on, under any of its names. */
  isSet(name: string): boolean {
    return this.value(name) === "true";
  }
}

/** Reads a command line (without the program's name) up to its first fault. */
export function parseGoFlags(argv: readonly string[]): ParsedFlags {
  const parsed = new ParsedFlags();
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i]!;
    if (argument === "--" || argument.length < 2 || !argument.startsWith("-")) {
      parsed.command = argument === "--" ? argv[i + 1] : argument;
      return parsed;
    }
    const body = argument.slice(argument.startsWith("--") ? 2 : 1);
    if (body.startsWith("-") || body.startsWith("=")) {
      parsed.fault = `bad flag syntax: ${argument}`;
      return parsed;
    }
    const equals = body.indexOf("=");
    const name = equals < 0 ? body : body.slice(0, equals);
    const flag = FLAGS.find((candidate) => candidate.names.includes(name));
    if (flag === undefined) {
      parsed.fault = `flag provided but not defined: -${name}`;
      return parsed;
    }
    let text = equals < 0 ? undefined : body.slice(equals + 1);
    if (text === undefined) text = flag.type === "boolean" ? "true" : argv[++i];
    if (text === undefined) {
      parsed.fault = `flag needs an argument: -${name}`;
      return parsed;
    }
    const { value, fault } = parseValue(flag, name, text);
    if (value === undefined) {
      parsed.fault = fault;
      return parsed;
    }
    parsed.given.push({ flag, name, value });
  }
  return parsed;
}

function parseValue(flag: Flag, name: string, value: string): { value?: string; fault?: string } {
  if (flag.type === "string") return { value };
  if (flag.type === "boolean") {
    if (TRUE.has(value)) return { value: "true" };
    if (FALSE.has(value)) return { value: "false" };
    return { fault: `invalid boolean value ${goQuoteText(value)} for -${name}: parse error` };
  }
  const invalid = `invalid value ${goQuoteText(value)} for flag -${name}`;
  if (!INTEGER.test(value)) return { fault: `${invalid}: parse error` };
  const integer = parseGoInteger(value);
  if (integer < INT64_MIN || integer > INT64_MAX)
    return { fault: `${invalid}: value out of range` };
  return { value: String(integer) };
}

function parseGoInteger(text: string): bigint {
  const digits = text.replace(/^[+-]/, "").replaceAll("_", "");
  const isOldOctal = /^0[0-7]+$/.test(digits);
  const integer = BigInt(isOldOctal ? `0o${digits.slice(1)}` : digits);
  return text.startsWith("-") ? -integer : integer;
}
