/** A syslog daemon behind UDP: one datagram for each message. */

import type { udp } from "bun";
import { goErrorText } from "./go-error.ts";
import { dialError } from "./syslog-address.ts";
import type { SyslogDialer, SyslogSocket, SyslogSocketEvents } from "./syslog-socket.ts";

/** Names are looked up at each dial, off the event loop. */
export function udpDialer(host: string, port: number): SyslogDialer {
  return async (events) => {
    const ip = await lookUp(host);
    const socket = new SyslogUdp(events);
    await socket.connect(ip, port);
    return socket;
  };
}

async function lookUp(host: string): Promise<string> {
  try {
    const [found] = await Bun.dns.lookup(host, { socketType: "udp" });
    if (found !== undefined) return found.address;
  } catch (error) {
    throw dialError(`dial udp: lookup ${host}: ${goErrorText(error)}`, error);
  }
  throw dialError(`dial udp: lookup ${host}: no such host`);
}

class SyslogUdp implements SyslogSocket {
  readonly isSending = false;
  readonly #events: SyslogSocketEvents;
  #socket: udp.ConnectedSocket<"buffer"> | null = null;

  constructor(events: SyslogSocketEvents) {
    this.#events = events;
  }

  async connect(hostname: string, port: number): Promise<void> {
    this.#socket = await Bun.udpSocket({
      connect: { hostname, port },
      socket: {
        drain: () => this.#events.onRoom(),
        // Bun gives the error alone, whatever its types say.
        error: (...given: unknown[]) => this.#onError(given.at(-1) as Error),
      },
    });
  }

  send(message: string): boolean {
    try {
      return this.#socket?.send(message) ?? false;
    } catch (error) {
      if ((error as { code?: string }).code === "EMSGSIZE") {
        this.#events.onDropped(1);
        return true;
      }
      this.#onError(error as Error);
      return false;
    }
  }

  close(): void {
    this.#socket?.close();
    this.#socket = null;
  }

  /** Nobody listens, says the other machine. */
  #onError(error: Error): void {
    if (this.#socket === null) return;
    this.close();
    this.#events.onLost(error);
  }
}
