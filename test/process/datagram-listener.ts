/** An AF_UNIX datagram socket that listens, as systemd does: the runtime has none, the C library has. */

import { dlopen, ptr } from "bun:ffi";
import { until } from "../support/server.ts";

const AF_UNIX = 1;
const SOCK_DGRAM_NONBLOCK = 0o4002;
const SOL_SOCKET = 1;
const SO_RCVBUF = 8;

const { symbols: libc } = dlopen("libc.so.6", {
  socket: { args: ["i32", "i32", "i32"], returns: "i32" },
  bind: { args: ["i32", "ptr", "u32"], returns: "i32" },
  setsockopt: { args: ["i32", "i32", "i32", "ptr", "u32"], returns: "i32" },
  recv: { args: ["i32", "ptr", "u64", "i32"], returns: "i64" },
  close: { args: ["i32"], returns: "i32" },
});

export class DatagramListener implements Disposable {
  readonly #fd: number;
  readonly #received: string[] = [];

  /** @param path begins with `@` for an abstract name. */
  constructor(path: string, receiveBufferBytes?: number) {
    const name = Buffer.from(path.startsWith("@") ? `\0${path.slice(1)}` : `${path}\0`);
    const address = Buffer.concat([Buffer.from([AF_UNIX, 0]), name]);
    this.#fd = libc.socket(AF_UNIX, SOCK_DGRAM_NONBLOCK, 0);
    if (receiveBufferBytes !== undefined) {
      const size = new Int32Array([receiveBufferBytes]);
      libc.setsockopt(this.#fd, SOL_SOCKET, SO_RCVBUF, ptr(size), size.byteLength);
    }
    if (libc.bind(this.#fd, ptr(address), address.length) !== 0) throw new Error(`bind ${path}`);
  }

  /** Everything received so far. */
  get received(): readonly string[] {
    const buffer = Buffer.alloc(4096);
    for (;;) {
      const length = Number(libc.recv(this.#fd, ptr(buffer), buffer.length, 0));
      if (length < 0) return this.#received;
      this.#received.push(buffer.toString("utf8", 0, length));
    }
  }

  async waitFor(count: number): Promise<readonly string[]> {
    try {
      await until(`${count} datagrams`, () => this.received.length >= count);
    } catch (error) {
      throw new Error(`${(error as Error).message}: ${JSON.stringify(this.#received)}`);
    }
    return this.#received;
  }

  [Symbol.dispose](): void {
    libc.close(this.#fd);
  }
}
