/** A server as a process: starting it with its faults reported, and stopping it by signals. */

import { consoleSink } from "../log/console-sink.ts";
import type { Options } from "./options.ts";
import { Server } from "./server.ts";

/** Signals that end the process in order, with the names nats-server logs for them. */
const STOP_SIGNALS = { SIGINT: "interrupt", SIGTERM: "terminated" } as const;

/** Runs a server until a signal stops it. */
export function runServer(options: Partial<Options>): void {
  const server = createServer(options);
  for (const [signal, name] of Object.entries(STOP_SIGNALS)) {
    process.once(signal, () => {
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

function createServer(options: Partial<Options>): Server {
  try {
    return new Server(options, consoleSink());
  } catch (error) {
    process.stderr.write(`nats-server: ${(error as Error).message}\n`);
    process.exit(1);
  }
}
