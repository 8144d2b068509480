/** A listening TCP port whose accepted sockets become connections. */

import type { TCPSocketListener } from "bun";
import type { Connection, Peer } from "./connection.ts";
import type { Transport } from "./transport.ts";

/** Makes the connection for an accepted socket, or null to refuse it without a word. */
export type Acceptor = (transport: Transport, peer: Peer) => Connection;

interface SocketData {
  connection: Connection | null;
}

export class Listener {
  readonly #listener: TCPSocketListener<SocketData>;

  private constructor(listener: TCPSocketListener<SocketData>) {
    this.#listener = listener;
  }

  /**
   * Starts listening.
   *
   * @param port 0 takes any free port.
   * @throws Error in nats-server's words when the address cannot be bound.
   */
  static open(host: string, port: number, accept: Acceptor): Listener {
    try {
      return new Listener(
        Bun.listen<SocketData>({
          hostname: host,
          port,
          allowHalfOpen: true,
          data: { connection: null },
          socket: {
            open(socket) {
              const peer = { ip: plainAddress(socket.remoteAddress), port: socket.remotePort };
              socket.data = { connection: null };
              socket.data.connection = accept(socket, peer);
            },
            data(socket, chunk) {
              socket.data.connection?.onData(chunk);
            },
            drain(socket) {
              socket.data.connection?.onDrain();
            },
            end(socket) {
              socket.data.connection?.onInputEnd();
            },
            close(socket, error) {
              socket.data.connection?.onTransportClosed(error !== undefined && error !== null);
              socket.data.connection = null;
            },
            error(socket, error) {
              socket.data.connection?.onInternalError(error);
            },
          },
        }),
      );
    } catch (error) {
      throw new Error(`listen tcp ${host}:${port}: bind: ${bindProblem(error)}`, { cause: error });
    }
  }

  get port(): number {
    return this.#listener.port;
  }

  /** Accepts no more; accepted connections stay. */
  close(): void {
    this.#listener.stop(false);
  }
}

/** An IPv4 peer of an IPv6 socket is shown as IPv4. */
function plainAddress(address: string): string {
  return address.startsWith("::ffff:") ? address.slice(7) : address;
}

function bindProblem(error: unknown): string {
  const { code, message } = error as { code?: string; message: string };
  if (code === "EADDRINUSE") return "address already in use";
  if (code === "EACCES") return "permission denied";
  if (code === "EADDRNOTAVAIL") return "cannot assign requested address";
  return message;
}
