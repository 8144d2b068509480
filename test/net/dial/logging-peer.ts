/** The real nats-server with a cluster block, and what it says. */

import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { until } from "../../support/until.ts";

let count = 0;

export class LoggingPeer implements AsyncDisposable {
  #said = "";
  readonly #file: string;
  readonly #child: Bun.Subprocess<"ignore", "ignore", "pipe">;
  readonly #read: Promise<void>;

  private constructor(binary: string, file: string) {
    this.#file = file;
    const address = ["-a", "127.0.0.1", "-p", "-1"];
    const child = Bun.spawn([binary, ...address, "-D", "-c", file], {
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
    });
    this.#child = child;
    this.#read = (async () => {
      for await (const chunk of child.stderr) this.#said += Buffer.from(chunk).toString();
    })();
  }

  /** @param cluster what stands in the block beside the address to listen on. */
  static async start(binary: string, cluster: string): Promise<LoggingPeer> {
    const file = join(tmpdir(), `nats-dial-${process.pid}-${++count}.conf`);
    await Bun.write(file, `cluster { name: c, listen: "127.0.0.1:-1", ${cluster} }`);
    const peer = new LoggingPeer(binary, file);
    await until("ready", () => peer.#said.includes("Server is ready"), 10_000);
    return peer;
  }

  get said(): string {
    return this.#said;
  }

  /** Of its routes. */
  get port(): number {
    return Number(/Listening for route connections on \S+:(\d+)$/m.exec(this.#said)![1]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#read;
    await rm(this.#file, { force: true });
  }
}
