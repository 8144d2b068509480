/** What commands say to people: one plain line each, in colour on a terminal. */

import { type ConsolaReporter, createConsola } from "consola/core";

const RED = "\u001b[31m";
const GREEN = "\u001b[32m";
const RESET = "\u001b[0m";

/** Errors go to standard error and begin as nats-server's do; all else goes to standard output. */
const reporter: ConsolaReporter = {
  log({ type, args }) {
    const text = args.join(" ");
    if (type === "error") {
      process.stderr.write(`${coloured("nats-server:", RED, process.stderr)} ${text}\n`);
    } else if (type === "success") {
      process.stdout.write(`${coloured(text, GREEN, process.stdout)}\n`);
    } else process.stdout.write(`${text}\n`);
  },
};

export const say = createConsola({ reporters: [reporter], throttle: 0 });

function coloured(text: string, colour: string, stream: NodeJS.WriteStream): string {
  return hasColours(stream) ? `${colour}${text}${RESET}` : text;
}

function hasColours(stream: NodeJS.WriteStream): boolean {
  return stream.isTTY && !process.env.NO_COLOR;
}

/** Text of a library that colours it, for wherever standard output goes. */
export function withoutColours(text: string): string {
  return hasColours(process.stdout) ? text : Bun.stripANSI(text);
}
