/** Servers with a monitoring port: ours, and the real one. */

import { join } from "node:path";
import { Folder, ours, peer, ServerProcess } from "../../process/processes.ts";

const STARTED = /Starting (https?) monitor on 127\.0\.0\.1:(\d+)/;

export interface Monitored extends AsyncDisposable {
  readonly server: ServerProcess;
  /** Of the monitoring port. */
  readonly port: number;
}

/** @param config without ports for clients. */
export async function startMonitored(
  command: readonly string[],
  config = "http: '127.0.0.1:-1'",
): Promise<Monitored> {
  const folder = await Folder.make();
  const file = join(folder.path, "nats.conf");
  await Bun.write(file, `listen: 127.0.0.1:-1\n${config}\n`);
  const server = await ServerProcess.start([...command, "-c", file]);
  return {
    server,
    port: Number(STARTED.exec(server.text)![2]),
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** One of each with the same configuration. */
export async function startBoth(config?: string): Promise<{ mine: Monitored; real: Monitored }> {
  const [mine, real] = await Promise.all([
    startMonitored(ours, config),
    startMonitored([peer!], config),
  ]);
  return { mine, real };
}
