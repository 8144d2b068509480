/**
 * Arguments of a command, put into the form that citty cannot mistake.
 *
 * citty passes over options it does not know, and takes a value that is not there for an empty one.
 * Here both are faults, and options may be written with one dash or two, like flags.
 */

import type { ArgDef, ArgsDef } from "citty";
import { didYouMean } from "../config/schema/suggest.ts";

/** Arguments that a command cannot take. */
export class ArgumentError extends Error {}

/**
 * Rewrites arguments: every option by its full name, with its value behind `=`.
 *
 * @throws ArgumentError when one is unknown, lacks its value, or is one too many.
 */
export function toCitty(argv: readonly string[], args: ArgsDef): string[] {
  const options: string[] = [];
  const positionals: string[] = [];
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i]!;
    if (argument === "--") {
      positionals.push(...argv.slice(i + 1));
      break;
    }
    const [, name, value] = /^--?([^-=][^=]*)(?:=(.*))?$/s.exec(argument) ?? [];
    if (name === undefined) positionals.push(argument);
    else {
      const [fullName, definition] = findOption(name, args);
      if (definition.type === "boolean") options.push(...switchArgument(fullName, value));
      else {
        const text = value ?? argv[++i];
        if (text === undefined) throw new ArgumentError(`${dashed(name)} needs a value`);
        options.push(`--${fullName}=${text}`);
      }
    }
  }
  checkCount(positionals, args);
  // What follows a double dash is taken as it is, whatever it begins with.
  return positionals.length === 0 ? options : [...options, "--", ...positionals];
}

function findOption(name: string, args: ArgsDef): [name: string, definition: ArgDef] {
  const known = Object.entries(args).filter(([, { type }]) => type !== "positional");
  const found = known.find(([full, definition]) => full === name || aliasOf(definition) === name);
  if (found !== undefined) return found;
  const advice = didYouMean(
    name,
    known.map(([full]) => full),
  );
  const hint = advice === undefined ? "" : `, ${advice.replace('"', '"--')}`;
  throw new ArgumentError(`there is no option ${dashed(name)}${hint}`);
}

function aliasOf(definition: ArgDef): unknown {
  return "alias" in definition ? definition.alias : undefined;
}

function switchArgument(name: string, value = "true"): string[] {
  if (value === "true") return [`--${name}`];
  if (value === "false") return [];
  throw new ArgumentError(`${dashed(name)} is true or false, and not "${value}"`);
}

function checkCount(positionals: readonly string[], args: ArgsDef): void {
  const known = Object.entries(args).filter(([, { type }]) => type === "positional");
  const excess = positionals[known.length];
  if (excess !== undefined) throw new ArgumentError(`"${excess}" is one argument too many`);
  for (const [index, [name, { required }]] of known.entries()) {
    if (required !== false && index >= positionals.length) {
      throw new ArgumentError(`the argument ${name.toUpperCase()} is missing`);
    }
  }
}

function dashed(name: string): string {
  return name.length > 1 ? `--${name}` : `-${name}`;
}
