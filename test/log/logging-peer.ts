/** The real server with a log that does not go to standard error. */

import { join } from "node:path";
import { until } from "../support/server.ts";
import type { Folder } from "./files.ts";

export interface LoggingPeer extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
  /** Resolves when it has ended, and everything it had to log is written. */
  stop(): Promise<void>;
}

/**
 * Starts it on a free port, which it tells by its ports file.
 *
 * @param config lines of the configuration file.
 */
export async function startLoggingPeer(
  binary: string,
  folder: Folder,
  config: string,
): Promise<LoggingPeer> {
  const file = folder.file("nats.conf");
  await Bun.write(file, `${config}\nlisten: "127.0.0.1:-1"\nports_file_dir: "${folder.path}"\n`);
  const child = Bun.spawn([binary, "-c", file], {
    stdin: "ignore",
    stdout: "ignore",
    stderr: "inherit",
  });
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await child.exited;
  };
  const ports = join(folder.path, `nats-server_${child.pid}.ports`);
  let url = "";
  try {
    await until("ports file", () => child.exitCode !== null || Bun.file(ports).size > 0);
    url = (await Bun.file(ports).json()).nats[0];
  } catch (error) {
    await stop();
    throw error;
  }
  return { port: Number(new URL(url).port), pid: child.pid, stop, [Symbol.asyncDispose]: stop };
}
