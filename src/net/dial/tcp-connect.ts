/**
 * A TCP connection to another host that can be given up while it is being made.
 *
 * `Bun.connect` cannot be stopped: an attempt that nobody answers would keep its socket, and the
 * process, for minutes. So the attempt is made with `node:net`, and the runtime's socket is taken out
 * of it as soon as it is connected: that one is read and written as accepted sockets are.
 */

import type { Socket } from "bun";
import { SOCKET_EVENTS, type SocketData } from "../socket-events.ts";
import { connectFault, connectTimeout, type DialError } from "./dial-error.ts";

export interface ConnectLimits {
  readonly timeoutMs: number;
  /** Gives the attempt up, with its reason. */
  readonly signal: AbortSignal;
}

/** Connections of a port to itself are given up so often, as by Go. */
const SELF_CONNECTS_MAX = 2;
const REFUSED = { code: "ECONNREFUSED" };

/**
 * @param onOpen is called before anything is read from the socket.
 * @returns what `onOpen` has returned.
 * @throws DialError in Go's words, or the signal's reason.
 */
export async function connectTcp<T>(
  ip: string,
  port: number,
  limits: ConnectLimits,
  onOpen: (socket: Socket<SocketData>) => T,
): Promise<T> {
  const net = await import("node:net");
  const deadline = performance.now() + limits.timeoutMs;
  for (let attempt = 0; attempt <= SELF_CONNECTS_MAX; attempt++) {
    const timeoutMs = Math.max(deadline - performance.now(), 1);
    const opened = await connectOnce(net, ip, port, { ...limits, timeoutMs }, onOpen);
    if (opened !== SELF) return opened;
  }
  throw connectFault(ip, port, REFUSED);
}

const SELF = Symbol("connected to itself");

function connectOnce<T>(
  net: Pick<typeof import("node:net"), "connect">,
  host: string,
  port: number,
  { timeoutMs, signal }: ConnectLimits,
  onOpen: (socket: Socket<SocketData>) => T,
): Promise<T | typeof SELF> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<T | typeof SELF>();
  const attempt = net.connect({ host, port, allowHalfOpen: true, autoSelectFamily: false });
  const giveUp = (error: unknown): void => {
    attempt.destroy();
    reject(error);
  };
  const onAbort = (): void => giveUp(signal.reason);
  const timer = setTimeout(() => giveUp(connectTimeout(host, port)), timeoutMs);
  signal.addEventListener("abort", onAbort);
  // It stays for what happens to the attempt after its end.
  attempt.on("error", (error) => void explain(host, port, error).then(reject));
  attempt.once("connect", () => {
    const socket = takeSocket(attempt);
    if (isSelf(socket)) {
      socket.terminate();
      resolve(SELF);
      return;
    }
    try {
      resolve(onOpen(socket));
    } catch (error) {
      socket.terminate();
      reject(error);
    }
  });
  return promise.finally(() => {
    clearTimeout(timer);
    signal.removeEventListener("abort", onAbort);
  });
}

/** The socket under an attempt, which has nothing left to do with it from now on. */
function takeSocket(attempt: object): Socket<SocketData> {
  const holder = attempt as { _handle: Socket<SocketData> | null; destroy(): void };
  const socket = holder._handle!;
  holder._handle = null;
  holder.destroy();
  socket.data = { connection: null, handshake: null };
  socket.reload({ socket: SOCKET_EVENTS });
  socket.setNoDelay(true);
  return socket;
}

/** A port that the system had free to connect from may be the one that was to be connected to. */
function isSelf({
  localPort,
  remotePort,
  localAddress,
  remoteAddress,
}: Socket<SocketData>): boolean {
  return localPort === remotePort && localAddress === remoteAddress;
}

/**
 * The runtime calls it a refusal when there is no way to the other host. A socket that sends nothing
 * is told the truth.
 */
async function explain(ip: string, port: number, error: Error): Promise<DialError> {
  if ((error as { code?: string }).code !== REFUSED.code) return connectFault(ip, port, error);
  try {
    const hostname = ip.includes(":") ? "::" : "0.0.0.0";
    const probe = await Bun.udpSocket({ hostname, connect: { hostname: ip, port: port || 1 } });
    probe.close();
    return connectFault(ip, port, error);
  } catch (reason) {
    return connectFault(ip, port, reason);
  }
}
