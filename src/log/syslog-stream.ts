/** A syslog daemon behind a stream: TCP or a Unix socket. Messages end with a line break. */

import type { Socket, SocketHandler } from "bun";
import { joinHostPort } from "../protocol/host-port.ts";
import { goErrorText } from "./go-error.ts";
import { dialError, type SyslogAddress } from "./syslog-address.ts";
import type { SyslogDialer, SyslogSocket, SyslogSocketEvents } from "./syslog-socket.ts";

export function streamDialer(address: SyslogAddress): SyslogDialer {
  return async (events) => {
    const stream = new SyslogStream(events);
    try {
      await stream.connect(address);
    } catch (error) {
      throw dialError(dialProblem(address, error), error);
    }
    return stream;
  };
}

class SyslogStream implements SyslogSocket {
  readonly #events: SyslogSocketEvents;
  #socket: Socket<undefined> | null = null;
  /** What the socket has not taken yet of the last message. */
  #rest: Buffer = Buffer.alloc(0);

  constructor(events: SyslogSocketEvents) {
    this.#events = events;
  }

  get isSending(): boolean {
    return this.#rest.length > 0;
  }

  /** Rejects when nobody listens there. */
  async connect(address: SyslogAddress): Promise<void> {
    const socket: SocketHandler<undefined> = {
      // Daemons have nothing to say; without a handler there would be no connection.
      data() {},
      drain: () => this.#onDrain(),
      error: (_, error) => this.#onClosed(error),
      close: (_, error) => this.#onClosed(error ?? new Error("the daemon has closed it")),
    };
    this.#socket = await (address.network === "unix"
      ? Bun.connect({ unix: address.path, socket })
      : Bun.connect({ hostname: address.host, port: address.port, socket }));
  }

  send(message: string): boolean {
    if (this.#socket === null || this.isSending) return false;
    this.#rest = Buffer.from(message);
    this.#writeRest();
    return true;
  }

  close(): void {
    const socket = this.#socket;
    this.#socket = null;
    socket?.end();
  }

  #writeRest(): void {
    const written = this.#socket?.write(this.#rest) ?? 0;
    if (written > 0) this.#rest = this.#rest.subarray(written);
  }

  #onDrain(): void {
    this.#writeRest();
    if (!this.isSending) this.#events.onRoom();
  }

  #onClosed(error: Error): void {
    if (this.#socket === null) return;
    this.#socket = null;
    if (this.isSending) this.#events.onDropped(1);
    this.#events.onLost(error);
  }
}

/** As Go's dialer says it, but without the address of the name server it has asked. */
function dialProblem(address: SyslogAddress, error: unknown): string {
  const reason = goErrorText(error);
  if (address.network === "unix") return `dial unix ${address.path}: connect: ${reason}`;
  const { network, host, port } = address;
  if ((error as Error).message.startsWith("getaddrinfo"))
    return `dial ${network}: lookup ${host}: ${reason}`;
  return `dial ${network} ${joinHostPort(host, port)}: connect: ${reason}`;
}
