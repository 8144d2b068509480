/** Starts a server with a configuration file, changes the file, and has it reloaded. */

import { writeFile } from "node:fs/promises";
import { ServerProcess } from "../process/processes.ts";

const LISTEN = 'listen: "127.0.0.1:-1"\n';
const OUTCOME = /Reloaded server configuration|Failed to reload server configuration/;

export interface Reloadable extends AsyncDisposable {
  readonly server: ServerProcess;
  /** Resolves to the lines from SIGHUP on, once the reload has been done or refused. */
  reload(config: string): Promise<string[]>;
}

/** @param file that is written; it begins with a free port of the loopback address. */
export async function startReloadable(
  command: readonly string[],
  file: string,
  config: string,
  ...flags: string[]
): Promise<Reloadable> {
  await writeFile(file, LISTEN + config);
  const server = await ServerProcess.start([...command, "-c", file, ...flags]);
  return {
    server,
    async reload(text) {
      const seen = server.lines.length - 1;
      await writeFile(file, LISTEN + text);
      server.kill("SIGHUP");
      await server.loggedMatching(OUTCOME, seen);
      return server.lines.slice(seen).filter((line) => line !== "");
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
