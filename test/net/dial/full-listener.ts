/** A port of another process that accepts nobody, and has no room for more to wait: nothing is answered. */

import type { Socket } from "bun";

/** More rounds of connections than have room to wait for `accept`. */
const ROUNDS_MAX = 40;
const ROUND = 64;
/** In which those that have room are there, on any machine. */
const ROUND_MS = 100;
const SCRIPT = `
const listener = require("node:net").createServer();
listener.listen(0, "127.0.0.1", () => {
  console.log(listener.address().port);
  setTimeout(() => {
    Bun.sleepSync(30_000);
    process.exit();
  }, 20);
});
`;

export class FullListener implements AsyncDisposable {
  readonly port: number;
  readonly #child: Bun.Subprocess;
  readonly #filling: Socket<undefined>[];

  private constructor(port: number, child: Bun.Subprocess, filling: Socket<undefined>[]) {
    this.port = port;
    this.#child = child;
    this.#filling = filling;
  }

  static async start(): Promise<FullListener> {
    const child = Bun.spawn([process.execPath, "-e", SCRIPT], {
      stdout: "pipe",
      stderr: "ignore",
    });
    const reader = child.stdout.getReader();
    const port = Number(new TextDecoder().decode((await reader.read()).value));
    const filling: Socket<undefined>[] = [];
    const open = (socket: Socket<undefined>): void => void filling.push(socket);
    for (let round = 1; round <= ROUNDS_MAX; round++) {
      for (let i = 0; i < ROUND; i++) {
        const socket = { open, data() {}, connectError() {} };
        Bun.connect<undefined>({ hostname: "127.0.0.1", port, socket }).catch(() => {});
      }
      const wanted = round * ROUND;
      const deadline = performance.now() + ROUND_MS;
      while (filling.length < wanted && performance.now() < deadline) await Bun.sleep(5);
      if (filling.length < wanted) return new FullListener(port, child, filling);
    }
    child.kill("SIGKILL");
    throw new Error("there is always room");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.exited;
    for (const socket of this.#filling) socket.terminate();
  }
}
