/** A listening TCP port whose accepted sockets become connections. */

import type { TCPSocketListener } from "bun";
import { goErrorText } from "../log/go-error.ts";
import { HostPortError, joinHostPort, splitHostPort } from "../protocol/host-port.ts";
import type { Connection, Peer } from "./connection.ts";
import type { Transport } from "./transport.ts";

/** Makes the connection for an accepted socket, or null to refuse it without a word. */
export type Acceptor = (transport: Transport, peer: Peer) => Connection;

/** Any address of IPv4, and of both families. */
const ANY_IPV4 = "0.0.0.0";
const ANY = "::";
const PORT_MAX = 65_535;

interface SocketData {
  connection: Connection | null;
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
   * @throws Error in nats-server's words when the address cannot be bound.
   */
  static open(host: string, port: number, accept: Acceptor): Listener {
    const fault = addressFault(host, port);
    if (fault !== undefined) throw new Error(`listen tcp: ${fault}`);
    try {
      return new Listener(listen(host, port, accept));
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

function listen(host: string, port: number, accept: Acceptor): TCPSocketListener<SocketData> {
  if (host !== ANY_IPV4) return bind(host, port, accept);
  try {
    return bind(ANY, port, accept);
  } catch (error) {
    if ((error as { code?: string }).code === "EADDRINUSE") throw error;
    // The system may have no IPv6. Whatever else is wrong is wrong with IPv4 too, and is told of it.
    return bind(host, port, accept);
  }
}

function bind(host: string, port: number, accept: Acceptor): TCPSocketListener<SocketData> {
  return Bun.listen<SocketData>({
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
