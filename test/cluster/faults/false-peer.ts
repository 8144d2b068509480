/** A route of our own that need not behave: each byte is up to the test. */

import { connect, type Socket } from "node:net";
import type { MeshNode } from "../../support/mesh-node.ts";
import { routeGreeting } from "../../support/route-greeting.ts";
import { CLUSTER } from "./fault-mesh.ts";

type Fields = Readonly<Record<string, unknown>>;

const LINE_MS = 5_000;
const KEPT_MAX = 1 << 20;

let lastId = 0;

/** An id that no other server has. */
export function newId(): string {
  return `NFALSE${String(++lastId).padStart(50, "A")}`;
}

export class FalsePeer implements Disposable {
  /** What the node has said so far. */
  text = "";
  hasEnded = false;
  readonly #socket: Socket;
  readonly #ended = Promise.withResolvers<void>();
  #pongs = 0;
  #rest = "";

  /** @param reads false for a peer that never takes anything. */
  constructor(node: MeshNode, reads = true) {
    this.#socket = connect({ port: node.ports.cluster, host: "127.0.0.1", noDelay: true });
    this.#socket.on("error", () => {});
    this.#socket.once("close", () => {
      this.hasEnded = true;
      this.#ended.resolve();
    });
    if (reads) this.#socket.on("data", (chunk) => this.#take(chunk.toString("latin1")));
    else this.#socket.pause();
  }

  /** Introduces itself, with whatever is to be untrue. */
  introduce(id: string, info: Fields = {}, connectLine: Fields = {}): void {
    this.send(routeGreeting(id, CLUSTER, info, connectLine));
  }

  send(bytes: string | Uint8Array): void {
    this.#socket.write(bytes);
  }

  /** Sends lines, and waits until the node has handled them. */
  async roundTrip(lines: string): Promise<void> {
    const before = this.#pongs;
    this.send(`${lines}PING\r\n`);
    const deadline = performance.now() + LINE_MS;
    while (this.#pongs === before) {
      if (this.hasEnded || performance.now() > deadline) throw new Error(`no PONG: ${this.text}`);
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
