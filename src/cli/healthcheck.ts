/**
 * `healthcheck`: asks a server's monitoring port whether it is well. Where that is not known, or says
 * nothing, it asks what every client asks first, and tells whether the server answered.
 */

import type { Socket } from "bun";
import { parseGoDuration } from "../config/schema/go-quantities.ts";
import { goDuration } from "../log/go-duration.ts";
import { goErrorText } from "../log/go-error.ts";
import { joinHostPort } from "../protocol/host-port.ts";
import { ArgumentError } from "./command-arguments.ts";
import {
  askMonitor,
  type MonitorHealth,
  monitorOf,
  NoMonitor,
  printable,
} from "./healthcheck-monitor.ts";
import { findServer, type Server, type ServerArguments } from "./healthcheck-server.ts";

export interface Health {
  readonly healthy: boolean;
  /** What was found, in one line. */
  readonly line: string;
}

export interface HealthArguments extends ServerArguments {
  /** Port or URL of the monitoring port. */
  readonly monitor?: string | undefined;
  readonly timeout: string;
}

/** A server that says more than this before it answers is none. */
const ANSWER_BYTES_MAX = 1024 * 1024;

/** What a handshake ends with that lacks the client's certificate. */
const ASKS_FOR_CERTIFICATE = /ALERT_(?:CERTIFICATE_REQUIRED|BAD_CERTIFICATE|HANDSHAKE_FAILURE)/;

const CONNECT = {
  verbose: false,
  pedantic: false,
  protocol: 1,
  name: "healthcheck",
  lang: "bun",
};

/**
 * Finds out whether a server is well. One that asks for credentials, or for TLS, is.
 *
 * @throws ArgumentError when the arguments name no server.
 */
export async function checkHealth(args: HealthArguments): Promise<Health> {
  const timeoutMs = readTimeout(args.timeout);
  if (args.monitor !== undefined) return await checkMonitor(args, args.monitor, timeoutMs);
  const { server, monitor } = await findServer(args);
  // Each of two ports has half of the time.
  const shareMs = monitor === null ? timeoutMs : timeoutMs / 2;
  const health = monitor === null ? null : await monitorHealth(monitor, shareMs);
  if (health !== null) return health;
  const address = joinHostPort(server.host, server.port);
  try {
    return { healthy: true, line: `${address} is well: ${await ask(server, shareMs)}` };
  } catch (error) {
    if (!(error instanceof Unwell)) throw error;
    return { healthy: false, line: `${address} is not well: ${error.message}` };
  }
}

/** Whoever names the monitoring port wants to know about that. */
async function checkMonitor(
  { url, config, port }: HealthArguments,
  text: string,
  timeoutMs: number,
): Promise<Health> {
  if (url !== undefined || config !== undefined || port !== undefined) {
    throw new ArgumentError("--monitor says it all: it goes without --url, --config and --port");
  }
  const monitor = monitorOf(text);
  try {
    return tell(monitor, await askMonitor(monitor, timeoutMs));
  } catch (error) {
    if (!(error instanceof NoMonitor)) throw error;
    return { healthy: false, line: `${monitor} is not well: ${error.message}` };
  }
}

/** Null when nobody answers there who could say. */
async function monitorHealth(monitor: string, timeoutMs: number): Promise<Health | null> {
  try {
    return tell(monitor, await askMonitor(monitor, timeoutMs));
  } catch (error) {
    if (error instanceof NoMonitor) return null;
    throw error;
  }
}

function tell(monitor: string, { healthy, reason }: MonitorHealth): Health {
  return { healthy, line: `${monitor} is ${healthy ? "" : "not "}well: ${reason}` };
}

/** No answer, or not the one that a server gives. */
class Unwell extends Error {}

function readTimeout(text: string): number {
  try {
    const timeoutMs = parseGoDuration(text);
    if (timeoutMs > 0) return timeoutMs;
  } catch {
    // Whatever is wrong with it, an example says more.
  }
  throw new ArgumentError(`--timeout is a time such as 2s or 500ms, and not "${text}"`);
}

/**
 * Connects, and waits for an answer.
 *
 * @returns what is to be said of the server.
 * @throws Unwell when there is none.
 */
async function ask(server: Server, timeoutMs: number): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const conversation = new Conversation(server, resolve, (reason) => reject(new Unwell(reason)));
  const timer = setTimeout(
    () => reject(new Unwell(`no answer within ${goDuration(timeoutMs)}`)),
    timeoutMs,
  );
  const connecting = Bun.connect({
    hostname: server.host,
    port: server.port,
    // It is only asked whether somebody is there, and nothing secret is sent.
    ...(server.handshakeFirst ? { tls: { rejectUnauthorized: false } } : {}),
    socket: {
      data: (socket, chunk) => conversation.onData(socket, chunk),
      close: () => reject(new Unwell("it closed the connection")),
      error: (_, error) => {
        if (ASKS_FOR_CERTIFICATE.test(error.message)) resolve("server asks for a certificate");
        else reject(new Unwell(goErrorText(error)));
      },
      connectError: (_, error) => reject(new Unwell(goErrorText(error))),
    },
  });
  connecting.catch((error: Error) => reject(new Unwell(goErrorText(error))));
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
    void connecting.then((socket) => socket.terminate()).catch(() => {});
  }
}

/** What is said on the connection. */
class Conversation {
  readonly #asked: Server;
  readonly #succeed: (line: string) => void;
  readonly #fail: (reason: string) => void;
  #received = "";
  #server: string | undefined;

  constructor(asked: Server, succeed: (line: string) => void, fail: (reason: string) => void) {
    this.#asked = asked;
    this.#succeed = succeed;
    this.#fail = fail;
  }

  onData(socket: Socket, chunk: Uint8Array): void {
    this.#received += Buffer.from(chunk).toString("latin1");
    const lines = this.#received.split("\r\n");
    this.#received = lines.pop()!;
    for (const line of lines) this.#onLine(socket, line);
    if (this.#received.length > ANSWER_BYTES_MAX) this.#fail("it is no NATS server");
  }

  #onLine(socket: Socket, line: string): void {
    if (line.startsWith("-ERR")) this.#onError(line.slice("-ERR".length).trim());
    else if (this.#server === undefined) this.#onInfo(socket, line);
    else if (line === "PONG") this.#succeed(this.#server);
  }

  #onInfo(socket: Socket, line: string): void {
    const info = readInfo(line);
    if (info === undefined) {
      this.#fail("it is no NATS server");
      return;
    }
    const [name, version] = [info.server_name, info.version].map(printable);
    this.#server = `server ${name}, version ${version}`;
    if (info.tls_required || this.#asked.handshakeFirst)
      this.#succeed(`${this.#server}, asks for TLS`);
    else {
      const connect = { ...CONNECT, ...this.#asked.credentials };
      socket.write(`CONNECT ${JSON.stringify(connect)}\r\nPING\r\n`);
    }
  }

  #onError(text: string): void {
    if (/authorization|authentication/i.test(text)) {
      this.#succeed(`${this.#server ?? "server"}, asks for credentials`);
    } else this.#fail(`it says ${printable(text)}`);
  }
}

function readInfo(line: string): Record<string, unknown> | undefined {
  const text = /^INFO\s+(\{.*\})\s*$/.exec(line)?.[1] ?? "";
  try {
    return JSON.parse(Buffer.from(text, "latin1").toString());
  } catch {
    return undefined;
  }
}
