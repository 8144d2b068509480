/** A listening TCP port whose accepted sockets become connections. */

import type { Socket, TCPSocketListener } from "bun";
import { bindPort } from "./bind.ts";
import type { Connection, Peer } from "./connection.ts";
import { peerOf, SOCKET_EVENTS, type SocketData } from "./socket-events.ts";
import type { Handshake } from "./tls/handshake.ts";
import type { Transport } from "./transport.ts";

/** Who makes connections of accepted sockets. */
export interface Acceptor {
  /** Nothing is sent to the peer yet. */
  accept(transport: Transport, peer: Peer): Connection;
  /** Closes the connection when it is one too many. The peer has been greeted, unless TLS is first. */
  admit(connection: Connection): void;
}

/** What a listener knows of TLS. */
export interface ListenerTls {
  /** Takes an accepted socket, unless there is no TLS at this time. */
  take(socket: Socket<SocketData>, acceptor: Acceptor, peer: Peer): Handshake | null;
}

export class Listener {
  readonly #listener: TCPSocketListener<SocketData>;

  private constructor(listener: TCPSocketListener<SocketData>) {
    this.#listener = listener;
  }

  /**
   * Starts listening. `0.0.0.0` stands for any address of IPv6 as well, as it does in Go.
   *
   * @param port 0 takes any free port.
   * @param tls null for a listener that never does TLS.
   * @throws Error in nats-server's words when the address cannot be bound.
   */
  static open(
    host: string,
    port: number,
    acceptor: Acceptor,
    tls: ListenerTls | null = null,
  ): Listener {
    return new Listener(bindPort(host, port, (bound) => bind(bound, port, acceptor, tls)));
  }

  get port(): number {
    return this.#listener.port;
  }

  /** Accepts no more; accepted connections stay. */
  close(): void {
    this.#listener.stop(false);
  }
}

function bind(
  host: string,
  port: number,
  acceptor: Acceptor,
  tls: ListenerTls | null,
): TCPSocketListener<SocketData> {
  return Bun.listen<SocketData>({
    hostname: host,
    port,
    allowHalfOpen: true,
    data: { connection: null, handshake: null },
    socket: {
      ...SOCKET_EVENTS,
      open(socket) {
        socket.data = { connection: null, handshake: null };
        const peer = peerOf(socket);
        const handshake = tls?.take(socket, acceptor, peer) ?? null;
        if (handshake !== null) {
          socket.data.handshake = handshake;
          handshake.begin(acceptor);
          return;
        }
        const connection = acceptor.accept(socket, peer);
        socket.data.connection = connection;
        connection.greet();
        acceptor.admit(connection);
        if (!connection.isClosed) connection.onEstablished();
      },
    },
  });
}
