/** The command line: what it asks for, and who does it. */

import { goQuoteText } from "../protocol/go-quote.ts";
import { type ParsedFlags, parseGoFlags } from "./go-flags.ts";
import { expectLostOutput } from "./output.ts";
import { serve } from "./serve.ts";

/** What the command line asks for. */
export type Invocation =
  | { kind: "serve"; config: string; flags: ParsedFlags }
  | { kind: "check"; config: string }
  | { kind: "signal"; value: string }
  | { kind: "version" | "usage" | "TLS help" }
  /** The command line is wrong; with the usage text, when it is in what only that text tells. */
  | { kind: "fault"; text: string; showsUsage: boolean };

/** Words that are commands of this server's own when they come first. */
const COMMANDS: readonly string[] = ["config", "explain", "healthcheck", "mkpasswd", "top"];

/** Does what a command line (without the program's name) asks for. */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  if (COMMANDS.includes(argv[0] ?? "")) {
    const { runOwnCommand } = await import("./commands.ts");
    expectLostOutput();
    return runOwnCommand(argv);
  }
  const invocation = interpret(argv);
  if (invocation.kind === "serve") return serve(invocation.config, invocation.flags.given);
  const { answer } = await import("./answer.ts");
  const { stdout, stderr, code } = await answer(invocation);
  expectLostOutput();
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  process.exitCode = code;
}

/** Reads a command line, in the order in which nats-server looks at its parts. */
export function interpret(argv: readonly string[]): Invocation {
  const flags = parseGoFlags(argv);
  if (flags.fault !== undefined) return { kind: "fault", text: flags.fault, showsUsage: true };
  if (flags.isSet("version")) return { kind: "version" };
  if (flags.isSet("help")) return { kind: "usage" };
  if (flags.isSet("help_tls")) return { kind: "TLS help" };
  const word = flags.command?.toLowerCase();
  if (word === "version") return { kind: "version" };
  if (word === "help") return { kind: "usage" };
  if (flags.command !== undefined) {
    const command = goQuoteText(flags.command);
    return fault(`unrecognized command: ${command}`);
  }
  const signal = flags.value("signal") ?? "";
  if (signal !== "") return { kind: "signal", value: signal };
  const config = flags.value("config") ?? "";
  if (!flags.isSet("t")) return { kind: "serve", config, flags };
  if (config !== "") return { kind: "check", config };
  return fault("must specify [-c, --config] option to check configuration file syntax");
}

function fault(text: string): Invocation {
  return { kind: "fault", text, showsUsage: false };
}
