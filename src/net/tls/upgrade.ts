/** The runtime's way from a socket in clear to a secured one, with what has been read already. */

import type { Socket, SocketHandler } from "bun";
import type { Connection } from "../connection.ts";
import type { SocketData } from "../listener.ts";
import type { ServerContext } from "./contexts.ts";
import type { LibraryError } from "./failure-text.ts";
import type { Handshake } from "./handshake.ts";
import type { RawSocket, UpgradedSocket } from "./secured-socket.ts";
import type { TlsProfile } from "./settings.ts";

export interface UpgradedData {
  /** Null until the handshake is done and found good: nothing gets to the parser before. */
  connection: Connection | null;
  readonly handshake: Handshake;
}

export interface Upgrade {
  readonly raw: RawSocket;
  readonly secured: UpgradedSocket;
}

/** Of errors for which the peer is to blame; others are thrown by what is called here. */
const PROTOCOL_ERROR = "EPROTO";

const HANDLER: SocketHandler<UpgradedData> = {
  open() {},
  handshake(socket, isDone, error) {
    const { data } = socket;
    data.handshake.onHandshake(socket as unknown as UpgradedSocket, data, isDone, error);
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
    const hasFailed = error !== undefined && error !== null;
    const { connection, handshake } = socket.data;
    if (connection === null) handshake.onClosed(hasFailed);
    else connection.onTransportClosed(hasFailed);
    socket.data.connection = null;
  },
  error(socket, error) {
    const { connection, handshake } = socket.data;
    const isPeers = (error as LibraryError).code === PROTOCOL_ERROR;
    if (!isPeers) (connection ?? handshake).onInternalError(error);
    else if (connection === null) handshake.onClosed(true);
    else connection.onTransportClosed(true);
  },
};

/** @param received the beginning of the handshake, which was read from the socket before. */
export function upgrade(
  socket: Socket<SocketData>,
  handshake: Handshake,
  context: ServerContext,
  { authorities }: TlsProfile,
  received: Buffer,
): Upgrade {
  const options = {
    isServer: true,
    tls: {
      secureContext: context.handle,
      requestCert: authorities !== null,
      rejectUnauthorized: authorities !== null,
    },
    data: { connection: null, handshake },
    socket: HANDLER,
    initialData: received,
  };
  const [raw, secured] = socket.upgradeTLS<UpgradedData>(options);
  return { raw, secured: secured as unknown as UpgradedSocket };
}
