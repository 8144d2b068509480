/** The `explain` command: what it takes. */

import { type ArgsDef, type CommandDef, defineCommand } from "citty";
import { ArgumentError } from "../command-arguments.ts";
import { printReport } from "../print-report.ts";

const CONFIG = {
  config: { type: "string", alias: "c", valueHint: "file", description: "Configuration file" },
} as const satisfies ArgsDef;

const JSON_OUTPUT = {
  json: { type: "boolean", description: "Print JSON, for programs" },
} as const satisfies ArgsDef;

const USER = {
  user: {
    type: "string",
    valueHint: "name",
    description: "Name or public key of a user; without, a client that gives none",
  },
} as const satisfies ArgsDef;

const ACCOUNT = {
  account: {
    type: "string",
    alias: "a",
    valueHint: "name",
    description: "Account, by name or public key; without a user it is about anybody in it",
  },
} as const satisfies ArgsDef;

const WHO_ACCOUNT = {
  account: {
    type: "string",
    alias: "a",
    valueHint: "name",
    description: "Account of the subject; users of others count who are connected by imports",
  },
} as const satisfies ArgsDef;

const CLAIMS = {
  claims: {
    type: "string",
    valueHint: "json",
    description: "Claims of an identity provider's token, in place of a user",
  },
} as const satisfies ArgsDef;

const CREDS = {
  creds: {
    type: "string",
    valueHint: "file",
    description: "Credentials or JWT of a user of an operator's account, in place of a name",
  },
} as const satisfies ArgsDef;

const QUEUE = {
  queue: {
    type: "string",
    alias: "q",
    valueHint: "group",
    description: "Queue group that subscribes",
  },
} as const satisfies ArgsDef;

const SUBJECT = {
  subject: { type: "positional", required: true, description: "Subject that it is about" },
} as const satisfies ArgsDef;

const pub = defineCommand({
  meta: { name: "pub", description: "Tell whether a user may publish to a subject" },
  args: { ...SUBJECT, ...USER, ...ACCOUNT, ...CLAIMS, ...CREDS, ...CONFIG, ...JSON_OUTPUT },
  run: async ({ args }) => {
    const { explainAccess } = await import("./explain.ts");
    return printReport(explainAccess("publish", { ...args, config: fileIn(args) }));
  },
});

const sub = defineCommand({
  meta: { name: "sub", description: "Tell whether a user may subscribe to a subject" },
  args: {
    ...SUBJECT,
    ...USER,
    ...ACCOUNT,
    ...CLAIMS,
    ...CREDS,
    ...QUEUE,
    ...CONFIG,
    ...JSON_OUTPUT,
  },
  run: async ({ args }) => {
    const { explainAccess } = await import("./explain.ts");
    return printReport(explainAccess("subscribe", { ...args, config: fileIn(args) }));
  },
});

const whoPub = defineCommand({
  meta: { name: "pub", description: "List the users who may publish to a subject" },
  args: { ...SUBJECT, ...WHO_ACCOUNT, ...CONFIG, ...JSON_OUTPUT },
  run: async ({ args }) => {
    const { explainWho } = await import("./who.ts");
    return printReport(explainWho("publish", { ...args, config: fileIn(args) }));
  },
});

const whoSub = defineCommand({
  meta: { name: "sub", description: "List the users who may subscribe to a subject" },
  args: { ...SUBJECT, ...WHO_ACCOUNT, ...QUEUE, ...CONFIG, ...JSON_OUTPUT },
  run: async ({ args }) => {
    const { explainWho } = await import("./who.ts");
    return printReport(explainWho("subscribe", { ...args, config: fileIn(args) }));
  },
});

const who = defineCommand({
  meta: { name: "who", description: "List the users who may do something" },
  subCommands: { pub: whoPub, sub: whoSub },
});

export const explainCommand: CommandDef = defineCommand({
  meta: {
    name: "explain",
    description:
      "Tell what users may do, by which rule, and where messages go; exits with 0 for allowed, 2 for denied",
  },
  subCommands: { pub, sub, who },
});

function fileIn({ config }: { readonly config?: string | undefined }): string {
  if (config !== undefined && config !== "") return config;
  throw new ArgumentError("explain needs a configuration file: -c FILE");
}
