/** A server that is dialled, as raw as it can be: the test says what it says. */

import type { Socket, TCPSocketListener } from "bun";
import { Channel } from "../../support/channel.ts";
import { until } from "../../support/until.ts";

export class RawPeer extends Channel {
  readonly #socket: Socket<{ peer: RawPeer | null }>;

  constructor(socket: Socket<{ peer: RawPeer | null }>) {
    super();
    this.#socket = socket;
  }

  /** Bytes must fit into the socket's buffer, unless nobody cares for the rest. */
  send(data: string | Uint8Array): void {
    this.#socket.write(data);
  }

  /** Reads nothing more. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  finish(): void {
    this.#socket.shutdown();
  }

  close(): void {
    this.#socket.terminate();
  }

  onData(chunk: Uint8Array): void {
    this.take(chunk);
  }

  onEnd(): void {
    this.end();
  }
}

export class RawServer implements Disposable {
  readonly #listener: TCPSocketListener<{ peer: RawPeer | null }>;
  readonly #peers: RawPeer[] = [];
  #taken = 0;

  /** @param port 0 for any that is free. */
  constructor(port = 0) {
    this.#listener = Bun.listen<{ peer: RawPeer | null }>({
      hostname: "127.0.0.1",
      port,
      allowHalfOpen: true,
      data: { peer: null },
      socket: {
        open: (socket) => {
          const peer = new RawPeer(socket);
          socket.data = { peer };
          this.#peers.push(peer);
        },
        data: (socket, chunk) => socket.data.peer?.onData(chunk),
        end: (socket) => socket.data.peer?.onEnd(),
        close: (socket) => socket.data.peer?.onEnd(),
        error() {},
      },
    });
  }

  get port(): number {
    return this.#listener.port;
  }

  /** Servers that have dialled and are not accepted yet. */
  get count(): number {
    return this.#peers.length - this.#taken;
  }

  /** The next server that has dialled. */
  async accept(): Promise<RawPeer> {
    const index = this.#taken++;
    await until("a server dials", () => this.#peers.length > index);
    return this.#peers[index]!;
  }

  [Symbol.dispose](): void {
    this.#listener.stop(true);
  }
}
