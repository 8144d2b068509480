/** The `top` command: what it takes. */

import { defineCommand } from "citty";

export const topCommand = defineCommand({
  meta: { name: "top", description: "Watch a server and its connections, by its monitoring port" },
  args: {
    url: {
      type: "string",
      valueHint: "http://host:8222",
      description: "Monitoring port, with user, password and base path if it has them",
    },
    host: { type: "string", alias: "s", description: "Its host (127.0.0.1)" },
    port: { type: "string", alias: "m", description: "Its port for HTTP (8222)" },
    "https-port": { type: "string", alias: "ms", description: "Its port for HTTPS" },
    cert: { type: "string", valueHint: "file", description: "Certificate to show to the server" },
    key: { type: "string", valueHint: "file", description: "Private key of that certificate" },
    cacert: { type: "string", valueHint: "file", description: "Authorities to trust instead" },
    insecure: { type: "boolean", alias: "k", description: "Trust any certificate" },
    rows: { type: "string", alias: "n", default: "1024", description: "Connections to ask for" },
    delay: { type: "string", alias: "d", default: "1", description: "Seconds between two looks" },
    sort: { type: "string", default: "cid", description: "Order of connections, such as pending" },
    count: { type: "string", alias: "r", description: "End after so many looks" },
    once: { type: "boolean", description: "Print one table and end, also on a terminal" },
    output: { type: "string", alias: "o", valueHint: "file", description: "Write it to a file" },
    delimiter: {
      type: "string",
      alias: "l",
      description: "Separate columns by this, for programs",
    },
    subscriptions: { type: "boolean", alias: "u", description: "Show subscriptions" },
    lookup: { type: "boolean", description: "Show names of hosts" },
    rates: { type: "boolean", description: "Show what goes in a second in place of totals" },
    bytes: { type: "boolean", alias: "b", description: "Show plain numbers, without K and M" },
  },
  run: async ({ args }) => {
    const { runTop } = await import("./top.ts");
    await runTop(args);
  },
});
