/** A raw TCP client for tests: exact bytes out, every byte that comes back, and whether it ended. */

import type { Socket } from "bun";
import { Channel } from "./channel.ts";

/** How to cut a send into several writes: after every byte, or at these offsets. */
export type Split = "bytes" | readonly number[];

/** Time between two writes of a split send, enough for the server to read the first one alone. */
const SPLIT_PAUSE_MS = 1;

function cut(data: Uint8Array, split: Split | undefined): Uint8Array[] {
  if (split === undefined) return [data];
  const offsets = split === "bytes" ? Array.from(data, (_, i) => i).slice(1) : split;
  return [0, ...offsets].map((from, i) => data.subarray(from, offsets[i] ?? data.length));
}

export class Wire extends Channel {
  #socket: Socket | undefined;
  #localPort = 0;
  #closed = false;

  /** @throws when nothing listens there. */
  static async connect(port: number, hostname = "127.0.0.1"): Promise<Wire> {
    const wire = new Wire();
    wire.#socket = await Bun.connect({
      hostname,
      port,
      // Otherwise the socket closes itself at the server's FIN, or when this side half closes.
      allowHalfOpen: true,
      socket: {
        data: (_, chunk) => wire.take(chunk),
        drain: () => wire.notify(),
        end: () => wire.end(),
        // A server that closes with unread input resets: for a test that is an end like any other.
        error: () => wire.end(),
        close: () => {
          wire.#closed = true;
          wire.end();
        },
      },
    });
    wire.#socket.setNoDelay(true);
    // A closed socket does not know it any more.
    wire.#localPort = wire.#socket.localPort;
    return wire;
  }

  /** The port on this side. */
  get localPort(): number {
    return this.#localPort;
  }

  /** Writes all of it; returns early when the connection is closed under it. */
  async send(data: string | Uint8Array, split?: Split): Promise<void> {
    const parts = cut(typeof data === "string" ? Buffer.from(data) : data, split);
    for (const [index, part] of parts.entries()) {
      if (index > 0) await Bun.sleep(SPLIT_PAUSE_MS);
      let sent = 0;
      while (sent < part.length && !this.#closed) {
        const count = this.#socket!.write(part.subarray(sent));
        if (count > 0) sent += count;
        else await this.nextEvent(1_000);
      }
    }
  }

  /** Half close: nothing more will be sent, the server's answers can still be read. */
  finish(): void {
    this.#socket!.shutdown();
  }

  close(): void {
    this.#socket!.terminate();
  }
}
