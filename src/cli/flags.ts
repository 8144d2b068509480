/**
 * The command line's flags: one row each, from which parsing and usage text are made.
 */

import { DEFAULT_PORT } from "../config/options/client.ts";
import { DEFAULT_OPTIONS, type Options } from "../config/options/options.ts";

export interface Flag {
  /** All spellings without dashes; any may be written with one dash or two. */
  readonly names: readonly string[];
  readonly type: "boolean" | "string" | "integer";
  /** First column of the usage text. */
  readonly usage: string;
  readonly description: string;
  readonly section: "Server Options" | "Logging Options" | "Common Options";
  /** What the flag changes; flags without it are handled before a server is made. */
  readonly apply?: (options: Partial<Options>, value: string) => void;
}

export const FLAGS: readonly Flag[] = [
  {
    names: ["a", "net", "addr"],
    type: "string",
    usage: "-a, --addr, --net <host>",
    description: "Bind to host address (default: 0.0.0.0)",
    section: "Server Options",
    apply: (options, value) => {
      options.host = value === "" ? DEFAULT_OPTIONS.host : value;
    },
  },
  {
    names: ["p", "port"],
    type: "integer",
    usage: "-p, --port <port>",
    description: "Use port for clients (default: 4222, -1 for any free port)",
    section: "Server Options",
    apply: (options, value) => {
      // On the command line 0 is "not given"; -1 asks for any free port.
      options.port = Number(value) === 0 ? DEFAULT_PORT : Number(value);
    },
  },
  {
    names: ["n", "name", "server_name"],
    type: "string",
    usage: "-n, --name\n    --server_name <server_name>",
    description: "Server name (default: auto)",
    section: "Server Options",
    apply: (options, value) => {
      options.serverName = value;
    },
  },
  {
    names: ["client_advertise"],
    type: "string",
    usage: "    --client_advertise <string>",
    description: "Client URL to advertise to other servers",
    section: "Server Options",
    apply: (options, value) => {
      options.clientAdvertise = value;
    },
  },
  {
    names: ["D", "debug"],
    type: "boolean",
    usage: "-D, --debug",
    description: "Enable debugging output",
    section: "Logging Options",
    apply: (options, value) => {
      options.debug = value === "true";
    },
  },
  {
    names: ["V", "trace"],
    type: "boolean",
    usage: "-V, --trace",
    description: "Trace the raw protocol",
    section: "Logging Options",
    apply: (options, value) => {
      options.trace = value === "true";
    },
  },
  {
    names: ["DV"],
    type: "boolean",
    usage: "-DV",
    description: "Debug and trace",
    section: "Logging Options",
    apply: (options, value) => {
      options.debug = value === "true";
      options.trace = value === "true";
    },
  },
  {
    names: ["max_traced_msg_len"],
    type: "integer",
    usage: "    --max_traced_msg_len <len>",
    description: "Maximum printable length for traced messages (default: unlimited)",
    section: "Logging Options",
    apply: (options, value) => {
      options.maxTracedMsgLen = Number(value);
    },
  },
  {
    names: ["h", "help"],
    type: "boolean",
    usage: "-h, --help",
    description: "Show this message",
    section: "Common Options",
  },
  {
    names: ["v", "version"],
    type: "boolean",
    usage: "-v, --version",
    description: "Show version",
    section: "Common Options",
  },
];

/** Column at which descriptions begin. */
const DESCRIPTION_COLUMN = 37;

/** What `-h` prints: nats-server's layout, one block for each section. */
export function usageText(): string {
  const sections = new Map<string, string[]>();
  for (const flag of FLAGS) {
    const rows = sections.get(flag.section) ?? [];
    const lines = flag.usage.split("\n").map((line) => `    ${line}`);
    const last = lines.pop()!;
    rows.push(...lines, last.padEnd(DESCRIPTION_COLUMN) + flag.description);
    sections.set(flag.section, rows);
  }
  const blocks = [...sections].map(([title, rows]) => `${title}:\n${rows.join("\n")}\n`);
  return `\nUsage: nats-server [options]\n\n${blocks.join("\n")}\n`;
}
