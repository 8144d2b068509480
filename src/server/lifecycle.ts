/** A server as a process: starting it with its faults reported, and stopping it by signals. */

import type { Options } from "../config/options/options.ts";
import { consoleSink } from "../log/console-sink.ts";
import { Server } from "./server.ts";

/** Signals that end the process in order, with the names nats-server logs for them. */
const STOP_SIGNALS = { SIGINT: "interrupt", SIGTERM: "terminated" } as const;

/** Runs a server until a signal stops it. */
export async function runServer(options: Partial<Options>): Promise<void> {
  const server = await createServer(options);
  for (const [signal, name] of Object.entries(STOP_SIGNALS)) {
    process.on(signal, () => {
      server.log.info(`Trapped "${name}" signal`);
      void server.stop().then(() => process.exit(0));
    });
  }
  try {
    server.start();
  } catch (error) {
    const { host, port } = server.options;
    const problem = (error as Error).message;
    server.log.fatal(`Error listening on port: ${host}:${port}, "${problem}"`);
    process.exit(1);
  }
}

async function createServer(options: Partial<Options>): Promise<Server> {
  const sink = await consoleSink();
  try {
    return new Server(options, sink);
  } catch (error) {
    process.stderr.write(`nats-server: ${(error as Error).message}\n`);
    process.exit(1);
  }
}
