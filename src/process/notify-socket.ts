/**
 * The socket of the service manager: AF_UNIX datagrams, which the runtime does not have, so that the
 * C library is called. Only Linux has systemd; nothing of this is loaded elsewhere or without it.
 *
 * Nothing here blocks: what the manager cannot take at once is refused.
 */

import type { Pointer } from "bun:ffi";

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const MSG_NOSIGNAL = 0x4000;
const CLOCK_MONOTONIC = 1;
/** Bytes of `sun_path`. */
const PATH_LENGTH_MAX = 108;
/** Bytes before `sun_path`: the family; every machine there is a build for is little-endian. */
const FAMILY_LENGTH = 2;

interface Libc {
  socket(domain: number, type: number, protocol: number): number;
  sendto(
    fd: number,
    data: Pointer,
    length: number,
    flags: number,
    address: Pointer,
    addressLength: number,
  ): bigint;
  close(fd: number): number;
  clock_gettime(clock: number, time: Pointer): number;
}

export class NotifySocket {
  readonly #libc: Libc;
  readonly #pointer: (bytes: Uint8Array | BigInt64Array) => Pointer;
  readonly #address: Uint8Array;
  readonly #fd: number;

  private constructor(
    libc: Libc,
    pointer: (bytes: Uint8Array | BigInt64Array) => Pointer,
    address: Uint8Array,
  ) {
    this.#libc = libc;
    this.#pointer = pointer;
    this.#address = address;
    this.#fd = libc.socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (this.#fd < 0) throw new Error("no socket of the system is left for it");
  }

  /**
   * @param path an absolute path, or an abstract name after `@`.
   * @throws Error when it is neither, too long, or the C library is not found.
   */
  static async open(path: string): Promise<NotifySocket> {
    const address = encodeAddress(path);
    const ffi = await import("bun:ffi");
    const open = (name: string): Libc =>
      ffi.dlopen(name, {
        socket: { args: ["i32", "i32", "i32"], returns: "i32" },
        sendto: { args: ["i32", "ptr", "u64", "i32", "ptr", "u32"], returns: "i64" },
        close: { args: ["i32"], returns: "i32" },
        clock_gettime: { args: ["i32", "ptr"], returns: "i32" },
      }).symbols as unknown as Libc;
    let libc: Libc;
    try {
      libc = open("libc.so.6");
    } catch {
      libc = open(`libc.musl-${process.arch === "arm64" ? "aarch64" : "x86_64"}.so.1`);
    }
    return new NotifySocket(libc, ffi.ptr, address);
  }

  /** Sends one datagram; false when it was not taken. */
  send(text: string): boolean {
    const data = Buffer.from(text);
    const sent = this.#libc.sendto(
      this.#fd,
      this.#pointer(data),
      data.length,
      MSG_NOSIGNAL,
      this.#pointer(this.#address),
      this.#address.length,
    );
    return sent === BigInt(data.length);
  }

  /** Microseconds of CLOCK_MONOTONIC, which systemd compares with its own. */
  monotonicMicros(): bigint {
    const time = new BigInt64Array(2);
    this.#libc.clock_gettime(CLOCK_MONOTONIC, this.#pointer(time));
    return time[0]! * 1_000_000n + time[1]! / 1000n;
  }

  close(): void {
    this.#libc.close(this.#fd);
  }
}

/** `struct sockaddr_un`; an abstract name has a zero byte in front, a path has one at its end. */
function encodeAddress(path: string): Uint8Array {
  const isAbstract = path.startsWith("@");
  if (!isAbstract && !path.startsWith("/")) throw new Error("it is no path of a socket");
  const name = Buffer.from(isAbstract ? `\0${path.slice(1)}` : `${path}\0`);
  if (name.length > PATH_LENGTH_MAX) throw new Error("the path is too long for a socket");
  const address = Buffer.alloc(FAMILY_LENGTH + name.length);
  address.writeUInt16LE(AF_UNIX);
  address.set(name, FAMILY_LENGTH);
  return address;
}
