/** A server that logs in JSON, to a file. */

import { existsSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { Folder, LOOPBACK, ours, ServerProcess } from "../process/processes.ts";
import { until } from "../support/until.ts";

export class JsonLoggingServer implements AsyncDisposable {
  readonly process: ServerProcess;
  readonly #folder: Folder;

  private constructor(process: ServerProcess, folder: Folder) {
    this.process = process;
    this.#folder = folder;
  }

  static async start(
    config: string,
    args: readonly string[],
    env: Record<string, string> = {},
  ): Promise<JsonLoggingServer> {
    const folder = await Folder.make();
    const file = folder.join("server.conf");
    const log = folder.join("server.log");
    await writeFile(file, `${config}\nlog_format: json, log_file: "${log}"`);
    const process = ServerProcess.spawn([...ours, ...LOOPBACK, ...args, "-c", file], env);
    const server = new JsonLoggingServer(process, folder);
    await until("start", () => server.log.includes("Server is ready"), 10_000);
    return server;
  }

  get log(): string {
    const file = this.#folder.join("server.log");
    return existsSync(file) ? readFileSync(file, "utf8") : "";
  }

  get port(): number {
    return Number(/Listening for client connections on \S+:(\d+)/.exec(this.log)![1]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process[Symbol.asyncDispose]();
    await this.#folder[Symbol.asyncDispose]();
  }
}
