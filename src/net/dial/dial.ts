/** Connections that this server makes to others, which become connections of a kind. */

import type { Socket } from "bun";
import type { Connection, Peer } from "../connection.ts";
import { peerOf, type SocketData, type SocketHandshake } from "../socket-events.ts";
import type { Transport } from "../transport.ts";
import { type Excludes, portNumber, resolveAddress } from "./resolve.ts";
import { connectTcp } from "./tcp-connect.ts";

/** Makes the connection. Nothing was sent to the peer or read from it yet. */
export type MakeConnection<C extends Connection> = (transport: Transport, peer: Peer) => C;

/** A handshake of TLS that is about to begin. */
export interface DialHandshake<C extends Connection> extends SocketHandshake {
  readonly connection: C;
  begin(): void;
}

/** What is known of TLS for those that are dialled. */
export interface DialTls {
  /** Takes a connected socket, unless there is no TLS at this time. */
  take<C extends Connection>(
    socket: Socket<SocketData>,
    host: string,
    peer: Peer,
    make: MakeConnection<C>,
  ): DialHandshake<C> | null;
}

export interface DialTarget {
  /** `host:port` as it stands in a URL; an IPv6 address is in brackets. */
  readonly address: string;
  /** Null for a byte stream in clear. With TLS, a handshake comes before everything else. */
  readonly tls: DialTls | null;
  /** How long connecting may take, without the lookup of a name; a second unless told. */
  readonly timeoutMs?: number;
  /** Gives it up, as long as there is no connection: its reason is thrown then. */
  readonly signal: AbortSignal;
  /** Of the addresses of a name, those that must not be dialled. An address itself always may. */
  readonly excludes?: Excludes;
  /** It is about to be connected to this `ip:port`. */
  readonly onAddress?: (address: string) => void;
}

const CONNECT_MS = 1000;
const nothing: Excludes = () => false;

/**
 * Connects, makes the connection, greets and establishes it; with TLS, the latter two follow when the
 * handshake is done. A handshake that fails is told in the log and closes the connection, as anything
 * does that goes wrong from then on.
 *
 * @throws DialError in Go's words; ExcludedError when all addresses of a name are excluded.
 */
export async function dial<C extends Connection>(
  target: DialTarget,
  make: MakeConnection<C>,
): Promise<C> {
  const { address, tls, signal, timeoutMs = CONNECT_MS, excludes = nothing } = target;
  const resolved = await untilAborted(signal, resolveAddress(address, excludes));
  const { ip, port, host, text } = resolved;
  target.onAddress?.(text);
  return await connectTcp(ip, portNumber(port), { timeoutMs, signal }, (socket) => {
    const peer = peerOf(socket);
    const handshake = tls?.take(socket, host, peer, make) ?? null;
    if (handshake !== null) {
      socket.data.handshake = handshake;
      handshake.begin();
      return handshake.connection;
    }
    const connection = make(socket, peer);
    socket.data.connection = connection;
    connection.greet();
    if (!connection.isClosed) connection.onEstablished();
    return connection;
  });
}

async function untilAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(signal.reason);
  signal.addEventListener("abort", onAbort);
  try {
    return await Promise.race([promise, aborted.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
