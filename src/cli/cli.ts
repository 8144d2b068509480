/** The command line: parses flags, answers `-v` and `-h`, and gives the options to start with. */

import { type ArgsDef, parseArgs } from "citty";
import { COMPATIBLE_VERSION } from "../protocol/info.ts";
import type { Options } from "../server/options.ts";
import { VERSION } from "../version.ts";
import { FLAGS, keyOf, usageText } from "./flags.ts";
import { normalizeArguments } from "./go-flags.ts";

/** What the command line asks for: a server with options, or an answer and an exit code. */
export type Invocation =
  | { kind: "serve"; options: Partial<Options> }
  | { kind: "exit"; code: number; stdout: string; stderr: string };

/** First line of `-v`; scripts read the level of compatibility from it, as from nats-server. */
export function versionText(): string {
  return `nats-server: v${COMPATIBLE_VERSION} (bun-nats-server ${VERSION})\n`;
}

/** Reads a command line (without the program's name). */
export function interpret(argv: readonly string[]): Invocation {
  const plain = normalizeArguments(argv);
  // Go's flag package prints the fault and the usage text, and nats-server then exits with 0.
  if (plain.fault !== undefined) return exit(0, usageText(), `${plain.fault}\n`);
  const values = parseArgs(plain.flags, definitions());
  const command = plain.command?.toLowerCase();
  if (values.version === "true" || command === "version") return exit(0, versionText());
  if (values.help === "true" || command === "help") return exit(0, usageText());
  if (plain.command !== undefined) {
    return exit(1, "", `nats-server: unrecognized command: "${plain.command}"\n`);
  }
  const options: Partial<Options> = {};
  for (const flag of FLAGS) {
    const value = values[keyOf(flag)];
    if (typeof value === "string") flag.apply?.(options, value);
  }
  return { kind: "serve", options };
}

/** Every flag carries a value once it is normalised, so that each is a string to the parser. */
function definitions(): ArgsDef {
  return Object.fromEntries(FLAGS.map((flag) => [keyOf(flag), { type: "string" as const }]));
}

function exit(code: number, stdout: string, stderr = ""): Invocation {
  return { kind: "exit", code, stdout, stderr };
}
