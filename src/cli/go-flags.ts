/**
 * Go's way of writing flags, made plain.
 *
 * `-p 4222`, `--p=4222` and `-port=4222` are one flag to nats-server. This turns any of them into
 * `--port=4222`, which the argument parser understands, and finds the faults that Go would find.
 */

import { FLAGS, type Flag, keyOf } from "./flags.ts";

const TRUE = new Set(["1", "t", "T", "TRUE", "true", "True"]);
const FALSE = new Set(["0", "f", "F", "FALSE", "false", "False"]);
/** Decimal, hexadecimal, octal and binary, underscores between digits. */
const INTEGER = /^[+-]?(?:0[xX][0-9a-fA-F_]+|0[bB][01_]+|0[oO]?[0-7_]+|[1-9][0-9_]*|0)$/;

export interface PlainArguments {
  /** `--name=value`, one for each flag given. */
  flags: string[];
  /** First argument that is not a flag; parsing ends there. */
  command: string | undefined;
  /** What is wrong, in Go's words. */
  fault: string | undefined;
}

/** Rewrites a command line (without the program's name). */
export function normalizeArguments(argv: readonly string[]): PlainArguments {
  const plain: PlainArguments = { flags: [], command: undefined, fault: undefined };
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i]!;
    if (argument === "--") {
      plain.command = argv[i + 1];
      return plain;
    }
    if (argument.length < 2 || !argument.startsWith("-")) {
      plain.command = argument;
      return plain;
    }
    const body = argument.slice(argument.startsWith("--") ? 2 : 1);
    if (body.startsWith("-") || body.startsWith("=")) {
      plain.fault = `bad flag syntax: ${argument}`;
      return plain;
    }
    const equals = body.indexOf("=");
    const name = equals < 0 ? body : body.slice(0, equals);
    const flag = FLAGS.find((candidate) => candidate.names.includes(name));
    if (flag === undefined) {
      plain.fault = `flag provided but not defined: -${name}`;
      return plain;
    }
    let value = equals < 0 ? undefined : body.slice(equals + 1);
    if (value === undefined) value = flag.type === "boolean" ? "true" : argv[++i];
    if (value === undefined) {
      plain.fault = `flag needs an argument: -${name}`;
      return plain;
    }
    const parsed = parseValue(flag, name, value);
    if ("fault" in parsed) {
      plain.fault = parsed.fault;
      return plain;
    }
    plain.flags.push(`--${keyOf(flag)}=${parsed.value}`);
  }
  return plain;
}

function parseValue(
  flag: Flag,
  name: string,
  value: string,
): { value: string } | { fault: string } {
  if (flag.type === "string") return { value };
  if (flag.type === "boolean") {
    if (TRUE.has(value)) return { value: "true" };
    if (FALSE.has(value)) return { value: "false" };
    return { fault: `invalid boolean value "${value}" for -${name}: parse error` };
  }
  if (!INTEGER.test(value))
    return { fault: `invalid value "${value}" for flag -${name}: parse error` };
  return { value: String(parseGoInteger(value)) };
}

function parseGoInteger(text: string): number {
  const sign = text.startsWith("-") ? -1 : 1;
  const digits = text.replace(/^[+-]/, "").replaceAll("_", "");
  const isOldOctal = /^0[0-7]+$/.test(digits);
  return sign * Number(isOldOctal ? `0o${digits.slice(1)}` : digits);
}
