/** A listening TCP port whose accepted sockets become connections. */

import type { Socket, TCPSocketListener } from "bun";
import { goErrorText } from "../log/go-error.ts";
import { HostPortError, joinHostPort, splitHostPort } from "../protocol/host-port.ts";
import type { Connection, Peer } from "./connection.ts";
import type { Handshake } from "./tls/handshake.ts";
import type { Transport } from "./transport.ts";

/** Who makes connections of accepted sockets. */
export interface Acceptor {
  /** Nothing is sent to the peer yet. */
  accept(transport: Transport, peer: Peer): Connection;
  /** Closes the connection when it is one too many. The peer has been greeted, unless TLS is first. */
  admit(connection: Connection): void;
}

/** Any address of IPv4, and of both families. */
const ANY_IPV4 = "0.0.0.0";
const ANY = "::";
const PORT_MAX = 65_535;

/** What a listener knows of TLS. */
export interface ListenerTls {
  /** Takes an accepted socket, unless there is no TLS at this time. */
  take(socket: Socket<SocketData>, acceptor: Acceptor, peer: Peer): Handshake | null;
}

/** What an accepted socket belongs to: a connection once its byte stream is what it will stay. */
export interface SocketData {
  connection: Connection | null;
  handshake: Handshake | null;
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
    const fault = addressFault(host, port);
    if (fault !== undefined) throw new Error(`listen tcp: ${fault}`);
    try {
      return new Listener(listen(host, port, acceptor, tls));
    } catch (error) {
      throw new Error(listenProblem(host, port, error), { cause: error });
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

/** What Go finds wrong with an address before it asks the system. */
function addressFault(host: string, port: number): string | undefined {
  try {
    splitHostPort(joinHostPort(host, port));
  } catch (error) {
    if (!(error instanceof HostPortError)) throw error;
    return error.message;
  }
  return port < 0 || port > PORT_MAX ? `address ${port}: invalid port` : undefined;
}

function listen(
  host: string,
  port: number,
  acceptor: Acceptor,
  tls: ListenerTls | null,
): TCPSocketListener<SocketData> {
  if (host !== ANY_IPV4) return bind(host, port, acceptor, tls);
  try {
    return bind(ANY, port, acceptor, tls);
  } catch (error) {
    if ((error as { code?: string }).code === "EADDRINUSE") throw error;
    // The system may have no IPv6. Whatever else is wrong is wrong with IPv4 too, and is told of it.
    return bind(host, port, acceptor, tls);
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
      open(socket) {
        socket.data = { connection: null, handshake: null };
        const peer = { ip: plainAddress(socket.remoteAddress), port: socket.remotePort };
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
      data(socket, chunk) {
        const { connection } = socket.data;
        if (connection !== null) connection.onData(chunk);
        else socket.data.handshake?.onData(chunk);
      },
      drain(socket) {
        socket.data.connection?.onDrain();
      },
      end(socket) {
        const { connection, handshake } = socket.data;
        (connection ?? handshake)?.onInputEnd();
      },
      close(socket, error) {
        const { connection, handshake } = socket.data;
        const hasFailed = error !== undefined && error !== null;
        if (connection !== null) connection.onTransportClosed(hasFailed);
        else handshake?.onClosed(hasFailed);
        socket.data.connection = null;
        socket.data.handshake = null;
      },
      error(socket, error) {
        const { connection, handshake } = socket.data;
        (connection ?? handshake)?.onInternalError(error);
      },
    },
  });
}

/** An IPv4 peer of an IPv6 socket is shown as IPv4. */
function plainAddress(address: string): string {
  return address.startsWith("::ffff:") ? address.slice(7) : address;
}

function listenProblem(host: string, port: number, error: unknown): string {
  const { code } = error as { code?: string };
  // Without a word from the system there was no address to ask it for.
  if (code === undefined) return `listen tcp: lookup ${host}: no such host`;
  return `listen tcp ${joinHostPort(host, port)}: bind: ${goErrorText(error)}`;
}
