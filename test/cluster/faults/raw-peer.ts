/** A connection of a server of our own that need not behave: each byte is up to the test. */

import { connect, type Socket } from "node:net";

const LINE_MS = 5_000;
const PONG_EVERY_MS = 100;
const KEPT_MAX = 1 << 20;

let lastId = 0;

/** An id that no other server has. */
export function newId(): string {
  return `NFALSE${String(++lastId).padStart(50, "A")}`;
}

export class RawPeer implements Disposable {
  /** What the node has said so far. */
  text = "";
  hasEnded = false;
  readonly #socket: Socket;
  readonly #ended = Promise.withResolvers<void>();
  #pongs = 0;
  #rest = "";

  /** @param reads false for a peer that never takes anything. */
  constructor(socket: Socket, reads = true) {
    this.#socket = socket;
    this.#socket.on("error", () => {});
    this.#socket.once("close", () => {
      this.hasEnded = true;
      this.#ended.resolve();
    });
    if (reads) this.#socket.on("data", (chunk) => this.#take(chunk.toString("latin1")));
    else this.#socket.pause();
  }

  /** Dials a port of this machine. */
  static to(port: number): Socket {
    return connect({ port, host: "127.0.0.1", noDelay: true });
  }

  send(bytes: string | Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** Answers pings that it has not read. */
  answerUnasked(): void {
    const timer = setInterval(() => this.send("PONG\r\n"), PONG_EVERY_MS);
    this.#socket.once("close", () => clearInterval(timer));
  }

  /** Sends lines, and waits until the node has handled them. */
  async roundTrip(lines: string): Promise<void> {
    const before = this.#pongs;
    this.send(`${lines}PING\r\n`);
    await this.until("PONG", () => this.#pongs > before);
  }

  /** Waits for something that comes of what the node says. */
  async until(what: string, condition: () => boolean): Promise<void> {
    const deadline = performance.now() + LINE_MS;
    while (!condition()) {
      if (this.hasEnded || performance.now() > deadline)
        throw new Error(`no ${what}: ${this.text}`);
      await Bun.sleep(1);
    }
  }

  /** Resolves to whether the node has ended the connection in time. */
  async ended(deadlineMs: number): Promise<boolean> {
    await Promise.race([this.#ended.promise, Bun.sleep(deadlineMs)]);
    return this.hasEnded;
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }

  #take(text: string): void {
    // Enough for every answer; a flood of messages is not kept.
    if (this.text.length < KEPT_MAX) this.text += text;
    const lines = (this.#rest + text).split("\r\n");
    this.#rest = lines.pop()!;
    for (const line of lines) {
      if (line === "PING") this.send("PONG\r\n");
      else if (line === "PONG") this.#pongs++;
    }
  }
}
