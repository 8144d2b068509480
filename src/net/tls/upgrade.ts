/** The runtime's way from a socket in clear to a secured one, with what has been read already. */

import type { Socket, SocketHandler } from "bun";
import type { Connection } from "../connection.ts";
import type { SocketData } from "../socket-events.ts";
import type { ServerContext } from "./contexts.ts";
import type { LibraryError } from "./failure-text.ts";
import type { RawSocket, UpgradedSocket } from "./secured-socket.ts";
import type { TlsProfile } from "./settings.ts";

/** Whose handshake it is. */
export interface Upgrading {
  /** The TLS library has ended the handshake, well or not. */
  onHandshake(
    socket: UpgradedSocket,
    data: UpgradedData,
    isDone: boolean,
    error: LibraryError | null,
  ): void;
  onClosed(hasFailed: boolean): void;
  onInternalError(error: Error): void;
}

export interface UpgradedData {
  /** Null until the handshake is done and found good: nothing gets to the parser before. */
  connection: Connection | null;
  readonly handshake: Upgrading;
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

/**
 * This side is the server.
 *
 * @param received the beginning of the handshake, which was read from the socket before.
 */
export function upgrade(
  socket: Socket<SocketData>,
  handshake: Upgrading,
  context: ServerContext,
  { authorities }: TlsProfile,
  received: Buffer,
): Upgrade {
  return upgradeSocket(socket, handshake, {
    isServer: true,
    tls: {
      secureContext: context.handle,
      requestCert: authorities !== null,
      rejectUnauthorized: authorities !== null,
    },
    initialData: received,
  });
}

/**
 * This side is the client.
 *
 * @param context what the library takes.
 * @param serverName host name or address that the server is asked for, and has to show a certificate of.
 * @param isVerified false for any certificate.
 */
export function upgradeClient(
  socket: Socket<SocketData>,
  handshake: Upgrading,
  context: object,
  serverName: string,
  isVerified: boolean,
): Upgrade {
  return upgradeSocket(socket, handshake, {
    isServer: false,
    tls: {
      secureContext: context,
      serverName,
      requestCert: true,
      rejectUnauthorized: isVerified,
    },
  });
}

/** Options that the runtime takes beyond those that its types name. */
interface UpgradeOptions {
  readonly isServer: boolean;
  readonly tls: {
    readonly secureContext: object;
    readonly serverName?: string;
    readonly requestCert: boolean;
    readonly rejectUnauthorized: boolean;
  };
  readonly initialData?: Buffer;
}

function upgradeSocket(
  socket: Socket<SocketData>,
  handshake: Upgrading,
  options: UpgradeOptions,
): Upgrade {
  const data = { connection: null, handshake };
  const [raw, secured] = socket.upgradeTLS<UpgradedData>({ ...options, data, socket: HANDLER });
  return { raw, secured: secured as unknown as UpgradedSocket };
}
