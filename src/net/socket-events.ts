/** What happens on a socket, and to whom it matters: the same for accepted and for dialled ones. */

import type { Socket, SocketHandler } from "bun";
import type { Connection, Peer } from "./connection.ts";

/** Who has a socket until its byte stream is what it will stay. */
export interface SocketHandshake {
  onData(chunk: Buffer): void;
  /** The peer will send no more. */
  onInputEnd(): void;
  onClosed(hasFailed: boolean): void;
  onInternalError(error: Error): void;
}

/** What a socket belongs to: a connection once its byte stream is what it will stay. */
export interface SocketData {
  connection: Connection | null;
  handshake: SocketHandshake | null;
}

/** Everything but `open`. */
export const SOCKET_EVENTS = {
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
} as const satisfies SocketHandler<SocketData>;

/** An IPv4 peer of an IPv6 socket is shown as IPv4. */
export function peerOf({ remoteAddress, remotePort }: Socket<SocketData>): Peer {
  const isMapped = remoteAddress.startsWith("::ffff:");
  return { ip: isMapped ? remoteAddress.slice(7) : remoteAddress, port: remotePort };
}
