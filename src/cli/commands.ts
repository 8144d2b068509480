/** Commands of this server's own, each with its arguments; they begin a command line. */

import { type ArgsDef, type CommandDef, defineCommand, renderUsage, runCommand } from "citty";
import { didYouMean } from "../config/schema/suggest.ts";
import { ArgumentError, toCitty } from "./command-arguments.ts";
import { explainCommand } from "./explain/command.ts";
import { printReport } from "./print-report.ts";
import { say, withoutColours } from "./say.ts";
import { topCommand } from "./top/command.ts";

const check = defineCommand({
  meta: { name: "check", description: "Check a configuration file, as -t does" },
  args: { file: { type: "positional", required: true, description: "Configuration file" } },
  run: async ({ args }) => {
    const { checkConfig } = await import("./config-report.ts");
    return printReport(checkConfig(args.file));
  },
});

const explain = defineCommand({
  meta: { name: "explain", description: "List what a configuration file sets, with its meaning" },
  args: {
    file: { type: "positional", required: false, description: "Configuration file" },
    option: {
      type: "string",
      valueHint: "name",
      description: "Explain one option instead, such as cluster.routes",
    },
  },
  run: async ({ args }) => {
    const { explainConfig, explainOne } = await import("./config-report.ts");
    if ((args.file === undefined) === (args.option === undefined)) {
      throw new ArgumentError("explain takes a file, or the name of an option with --option");
    }
    return printReport(
      args.file === undefined ? explainOne(args.option!) : explainConfig(args.file),
    );
  },
});

const diff = defineCommand({
  meta: {
    name: "diff",
    description: "Tell what a reload would change; exits with 2 if something needs a restart",
  },
  args: {
    old: { type: "positional", required: true, description: "Configuration file in use" },
    new: { type: "positional", required: true, description: "Configuration file to come" },
  },
  run: async ({ args }) => {
    const { diffConfigs } = await import("./config-report.ts");
    return printReport(diffConfigs(args.old, args.new));
  },
});

const mkpasswd = defineCommand({
  meta: { name: "mkpasswd", description: "Make up a password and print it with its bcrypt hash" },
  args: {
    prompt: {
      type: "boolean",
      alias: "p",
      description: "Ask for the password, or read it from a pipe, and print its hash alone",
    },
    cost: {
      type: "string",
      alias: "c",
      default: "11",
      description: "Work of checking it, 4 to 31; each step doubles it",
    },
  },
  run: async ({ args }) => {
    const { makePassword } = await import("./mkpasswd.ts");
    return printReport(makePassword(args.prompt ?? false, args.cost));
  },
});

const healthcheck = defineCommand({
  meta: {
    name: "healthcheck",
    description: "Ask a server whether it is well; exits with 0 if it is, else with 1",
  },
  args: {
    url: { type: "string", valueHint: "nats://host:port", description: "Server to ask" },
    config: { type: "string", alias: "c", valueHint: "file", description: "Its configuration" },
    port: { type: "string", alias: "p", description: "Its port on this machine (4222)" },
    monitor: { type: "string", alias: "m", description: "Its monitoring port, or that port's URL" },
    tlsfirst: { type: "boolean", description: "The TLS handshake comes before all else" },
    timeout: { type: "string", valueHint: "2s", default: "2s", description: "How long to wait" },
  },
  run: async ({ args }) => {
    const { checkHealth } = await import("./healthcheck.ts");
    const { healthy, line } = await checkHealth(args);
    if (healthy) say.success(line);
    else fail(line);
  },
});

const config = defineCommand({
  meta: { name: "config", description: "Look at configuration files" },
  subCommands: { check, explain, diff },
});

const MAIN = defineCommand({
  meta: { name: "nats-server", description: "A server of NATS" },
  subCommands: { config, explain: explainCommand, mkpasswd, healthcheck, top: topCommand },
});

/** A command with the names that lead to it, and what is left of the command line. */
interface Found {
  readonly command: CommandDef<ArgsDef>;
  readonly names: readonly string[];
  readonly rest: readonly string[];
}

/** Runs the command that a command line begins with. */
export async function runOwnCommand(argv: readonly string[]): Promise<void> {
  try {
    const { command: wanted, names, rest } = find(argv);
    if (rest.some((argument) => HELP.includes(argument)) || wanted.subCommands !== undefined) {
      return await help(wanted, names, rest);
    }
    await runCommand(wanted, { rawArgs: toCitty(rest, wanted.args as ArgsDef) });
  } catch (error) {
    if (!(error instanceof ArgumentError) && (error as Error).name !== "CLIError") throw error;
    fail((error as Error).message);
  }
}

const HELP: readonly string[] = ["-h", "-help", "--help"];

function find(argv: readonly string[]): Found {
  let command: CommandDef<ArgsDef> = MAIN as CommandDef<ArgsDef>;
  const names: string[] = ["nats-server"];
  for (const [index, name] of argv.entries()) {
    const commands = command.subCommands as Record<string, CommandDef<ArgsDef>> | undefined;
    if (commands === undefined || name.startsWith("-")) {
      return { command, names, rest: argv.slice(index) };
    }
    const next = Object.hasOwn(commands, name) ? commands[name] : undefined;
    if (next === undefined) throw new ArgumentError(unknownCommand(name, Object.keys(commands)));
    command = next;
    names.push(name);
  }
  return { command, names, rest: [] };
}

function unknownCommand(name: string, known: readonly string[]): string {
  const advice = didYouMean(name, known) ?? `there are ${known.join(", ")}`;
  return `there is no command "${name}", ${advice}`;
}

/** A command that has others says which; it is a fault when none of them was asked for. */
async function help(
  { meta, ...rest }: CommandDef<ArgsDef>,
  names: readonly string[],
  argv: readonly string[],
): Promise<void> {
  const parent = { meta: { name: names.slice(0, -1).join(" ") } };
  const text = await renderUsage({ meta: meta!, ...rest }, parent);
  say.log(withoutColours(text).replace(/ +$/gm, ""));
  if (!argv.some((argument) => HELP.includes(argument))) process.exitCode = 1;
}

function fail(text: string): void {
  say.error(text);
  process.exitCode = 1;
}
