/** A socket that takes Unix datagrams, as a syslog daemon has one. Bun has none, so libc gives it. */

import { dlopen } from "bun:ffi";
import { rm } from "node:fs/promises";
import { socketAddress } from "../../src/log/unix-datagram.ts";

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const MSG_DONTWAIT = process.platform === "darwin" ? 0x80 : 0x40;
const MESSAGE_BYTES_MAX = 1024 * 1024;

const libc = openLibrary();

export class UnixListener implements AsyncDisposable {
  readonly path: string;
  readonly #fd: number;
  readonly #buf = new Uint8Array(MESSAGE_BYTES_MAX);

  /** @throws when the path cannot be bound. */
  constructor(path: string) {
    this.path = path;
    this.#fd = libc.socket(AF_UNIX, SOCK_DGRAM, 0);
    const address = socketAddress(path)!;
    if (libc.bind(this.#fd, address, address.length) !== 0) throw new Error(`cannot bind ${path}`);
  }

  /** Takes all messages that have arrived. */
  receive(): string[] {
    const messages: string[] = [];
    for (;;) {
      const length = libc.recv(this.#fd, this.#buf, this.#buf.length, MSG_DONTWAIT);
      if (length < 0) return messages;
      messages.push(Buffer.from(this.#buf.subarray(0, length)).toString());
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    libc.close(this.#fd);
    await rm(this.path, { force: true });
  }
}

function openLibrary() {
  const architecture = process.arch === "arm64" ? "aarch64" : "x86_64";
  const names = ["libc.so.6", `libc.musl-${architecture}.so.1`, "libSystem.B.dylib"];
  for (const name of names) {
    try {
      return dlopen(name, {
        socket: { args: ["i32", "i32", "i32"], returns: "i32" },
        bind: { args: ["i32", "ptr", "u32"], returns: "i32" },
        recv: { args: ["i32", "ptr", "u64", "i32"], returns: "i32" },
        close: { args: ["i32"], returns: "i32" },
      }).symbols;
    } catch {
      // Another system's name.
    }
  }
  throw new Error(`none of ${names.join(", ")}`);
}
