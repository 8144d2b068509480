/** The command line: parses flags, answers `-v` and `-h`, and gives the options to start with. */

import type { Options } from "../config/options/options.ts";
import { goQuote } from "../protocol/go-quote.ts";
import { COMPATIBLE_VERSION } from "../protocol/info.ts";
import { VERSION } from "../version.ts";
import { usageText } from "./flags.ts";
import { parseGoFlags } from "./go-flags.ts";

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
  const parsed = parseGoFlags(argv);
  // Go's flag package prints the fault and the usage text, and nats-server then exits with 0.
  if (parsed.fault !== undefined) return exit(0, usageText(), `${parsed.fault}\n`);
  const word = parsed.command?.toLowerCase();
  if (parsed.isSet("version")) return exit(0, versionText());
  if (parsed.isSet("help")) return exit(0, usageText());
  if (word === "version") return exit(0, versionText());
  if (word === "help") return exit(0, usageText());
  if (parsed.command !== undefined) {
    const command = goQuote(Buffer.from(parsed.command));
    return exit(1, "", `nats-server: unrecognized command: ${command}\n`);
  }
  const options: Partial<Options> = {};
  for (const { flag, value } of parsed.given) flag.apply?.(options, value);
  return { kind: "serve", options };
}

function exit(code: number, stdout: string, stderr = ""): Invocation {
  return { kind: "exit", code, stdout, stderr };
}
