/**
 * A Unix datagram socket, which Bun does not have. It comes from the C library, and no call waits.
 *
 *     Linux:  struct sockaddr_un { uint16 family; char path[108]; }
 *     macOS:  struct sockaddr_un { uint8 length; uint8 family; char path[104]; }
 */

const AF_UNIX = 1;
const SOCK_DGRAM = 2;
const LINUX_SOCK_CLOEXEC = 0o2000000;
const LINUX_MSG_DONTWAIT = 0x40;
const LINUX_MSG_NOSIGNAL = 0x4000;
const DARWIN_MSG_DONTWAIT = 0x80;

const IS_DARWIN = process.platform === "darwin";
/** The path ends with a 0 inside of the structure. */
const PATH_BYTES_MAX = IS_DARWIN ? 103 : 107;
const SOCKET_TYPE = IS_DARWIN ? SOCK_DGRAM : SOCK_DGRAM | LINUX_SOCK_CLOEXEC;
const SEND_FLAGS = IS_DARWIN ? DARWIN_MSG_DONTWAIT : LINUX_MSG_DONTWAIT | LINUX_MSG_NOSIGNAL;
const EAGAIN = IS_DARWIN ? 35 : 11;
const ENOBUFS = IS_DARWIN ? 55 : 105;
const EMSGSIZE = IS_DARWIN ? 40 : 90;
const EINTR = 4;

const LIBRARIES = IS_DARWIN
  ? ["libSystem.B.dylib"]
  : ["libc.so.6", process.arch === "arm64" ? "libc.musl-aarch64.so.1" : "libc.musl-x86_64.so.1"];

/** What became of a datagram. */
export type SendResult = "sent" | "full" | "too long" | "lost";

interface SocketLibrary {
  socket(domain: number, type: number, protocol: number): number;
  connect(fd: number, address: Uint8Array): number;
  send(fd: number, bytes: Uint8Array): number;
  close(fd: number): void;
  /** Number of the last error. */
  errno(): number;
}

let library: SocketLibrary | undefined;

export class UnixDatagram {
  readonly #library: SocketLibrary;
  #fd: number;

  private constructor(library: SocketLibrary, fd: number) {
    this.#library = library;
    this.#fd = fd;
  }

  /** A socket that sends to this path; null when nobody takes datagrams there. */
  static async connect(path: string): Promise<UnixDatagram | null> {
    const address = socketAddress(path);
    if (address === null) return null;
    library ??= await loadLibrary();
    const fd = library.socket(AF_UNIX, SOCKET_TYPE, 0);
    if (fd < 0) return null;
    if (library.connect(fd, address) === 0) return new UnixDatagram(library, fd);
    library.close(fd);
    return null;
  }

  send(bytes: Uint8Array): SendResult {
    if (this.#library.send(this.#fd, bytes) >= 0) return "sent";
    const errno = this.#library.errno();
    if (errno === EAGAIN || errno === ENOBUFS || errno === EINTR) return "full";
    return errno === EMSGSIZE ? "too long" : "lost";
  }

  close(): void {
    if (this.#fd >= 0) this.#library.close(this.#fd);
    this.#fd = -1;
  }
}

/** The structure for `connect`; null when the path does not fit. */
export function socketAddress(path: string): Uint8Array | null {
  const bytes = Buffer.from(path);
  if (bytes.length > PATH_BYTES_MAX) return null;
  const address = new Uint8Array(2 + PATH_BYTES_MAX + 1);
  const view = new DataView(address.buffer);
  if (IS_DARWIN) {
    address[0] = address.length;
    address[1] = AF_UNIX;
  } else {
    // The family is in the machine's order, which is little-endian wherever this runs.
    view.setUint16(0, AF_UNIX, true);
  }
  address.set(bytes, 2);
  return address;
}

/** @throws Error when no C library is found. */
async function loadLibrary(): Promise<SocketLibrary> {
  const ffi = await import("bun:ffi");
  let problem: unknown;
  for (const name of LIBRARIES) {
    try {
      return bindLibrary(ffi, name);
    } catch (error) {
      problem = error;
    }
  }
  throw problem;
}

function bindLibrary({ dlopen, read }: typeof import("bun:ffi"), name: string): SocketLibrary {
  const { socket, connect, send, close } = dlopen(name, {
    socket: { args: ["i32", "i32", "i32"], returns: "i32" },
    connect: { args: ["i32", "ptr", "u32"], returns: "i32" },
    // The result is a size, but no datagram is longer than 32 bits can say.
    send: { args: ["i32", "ptr", "u64", "i32"], returns: "i32" },
    close: { args: ["i32"], returns: "i32" },
  }).symbols;
  const errnoAddress = IS_DARWIN
    ? dlopen(name, { __error: { args: [], returns: "ptr" } }).symbols.__error
    : dlopen(name, { __errno_location: { args: [], returns: "ptr" } }).symbols.__errno_location;
  return {
    socket,
    connect: (fd, address) => connect(fd, address, address.length),
    send: (fd, bytes) => send(fd, bytes, bytes.length, SEND_FLAGS),
    close,
    errno: () => read.i32(errnoAddress()!),
  };
}
