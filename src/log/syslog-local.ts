/** The syslog daemon of this machine: the usual Unix sockets, datagrams before streams. */

import { dialError } from "./syslog-address.ts";
import type { SyslogDialer, SyslogSocket, SyslogSocketEvents } from "./syslog-socket.ts";
import { streamDialer } from "./syslog-stream.ts";
import { UnixDatagram } from "./unix-datagram.ts";

/** Where systems have it, in the order in which Go looks. */
export const SYSLOG_PATHS: readonly string[] = ["/dev/log", "/var/run/syslog", "/var/run/log"];

/** @param paths where to look; other ones are for tests. */
export function localDialer(paths: readonly string[] = SYSLOG_PATHS): SyslogDialer {
  return async (events) => {
    for (const path of paths) {
      const datagram = await UnixDatagram.connect(path);
      if (datagram !== null) return new DatagramSocket(datagram, events);
    }
    for (const path of paths) {
      try {
        return await streamDialer({ network: "unix", path })(events);
      } catch {
        // The next one, perhaps.
      }
    }
    throw dialError("Unix syslog delivery error");
  };
}

class DatagramSocket implements SyslogSocket {
  readonly isSending = false;
  readonly #datagram: UnixDatagram;
  readonly #events: SyslogSocketEvents;

  constructor(datagram: UnixDatagram, events: SyslogSocketEvents) {
    this.#datagram = datagram;
    this.#events = events;
  }

  send(message: string): boolean {
    const result = this.#datagram.send(Buffer.from(message));
    if (result === "full") return false;
    if (result === "too long") this.#events.onDropped(1);
    if (result === "lost") {
      this.#datagram.close();
      this.#events.onLost(new Error("the daemon does not take messages any more"));
      return false;
    }
    return true;
  }

  close(): void {
    this.#datagram.close();
  }
}
