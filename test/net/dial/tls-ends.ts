/** Both ends of TLS between servers, without the servers: what dials, and what listens. */

import { connect as connectTcp, createServer, type Socket } from "node:net";
import type { TlsOptions } from "../../../src/config/options/tls.ts";
import { Logger } from "../../../src/log/logger.ts";
import { Certificates } from "../../../src/net/certificates.ts";
import { type DialTarget, dial } from "../../../src/net/dial/dial.ts";
import { type Acceptor, Listener } from "../../../src/net/listener.ts";
import { TlsDialler } from "../../../src/net/tls/dial-tls.ts";
import { linkTlsMode } from "../../../src/net/tls/link-mode.ts";
import { TlsSettings } from "../../../src/net/tls/settings.ts";
import { PlainConnection } from "./plain-connection.ts";

const NEVER = new AbortController().signal;

/** One server's block: it listens, and dials others. */
export class TlsEnd implements Disposable {
  /** `level text` of the log. */
  readonly lines: string[] = [];
  readonly accepted: PlainConnection[] = [];
  readonly settings: TlsSettings;
  readonly dialler: TlsDialler;
  readonly #certificates: Certificates;
  readonly #hello: string;
  #listener: Listener | undefined;

  private constructor(hello: string) {
    const log = new Logger((level, text) => this.lines.push(`${level} ${text}`), {
      debug: true,
      trace: false,
    });
    this.#hello = hello;
    this.#certificates = new Certificates(log);
    this.settings = new TlsSettings(log, this.#certificates, "route");
    this.dialler = new TlsDialler(this.settings, log);
  }

  /** @param hello what its connections begin with. */
  static async make(options: TlsOptions, hello = "hello\r\n"): Promise<TlsEnd> {
    const end = new TlsEnd(hello);
    await end.use(options);
    return end;
  }

  async use(options: TlsOptions): Promise<void> {
    await this.settings.use(linkTlsMode(options));
  }

  /** @returns the port, always the same. */
  listen(): number {
    const acceptor: Acceptor = {
      accept: (transport, peer) => {
        const connection = new PlainConnection(transport, peer, this.#hello);
        this.accepted.push(connection);
        return connection.asConnection;
      },
      admit() {},
    };
    this.#listener ??= Listener.open("127.0.0.1", 0, acceptor, this.settings);
    return this.#listener.port;
  }

  /** Resolves when there is a connection, before its handshake. */
  async dial(address: string, more: Partial<DialTarget> = {}): Promise<PlainConnection> {
    let made: PlainConnection | undefined;
    await dial({ address, tls: this.dialler, signal: NEVER, ...more }, (transport, peer) => {
      made = new PlainConnection(transport, peer, this.#hello);
      return made.asConnection;
    });
    return made!;
  }

  /** Lines of connections without their labels, and without what differs by run. */
  get shortLines(): string[] {
    return this.lines.map((line) =>
      line.replace(/127\.0\.0\.1:\d+ - rid:\d+ - /, "").replaceAll(/127\.0\.0\.1:\d+/g, "A"),
    );
  }

  [Symbol.dispose](): void {
    this.#certificates.stop();
    this.#listener?.close();
    for (const connection of this.accepted) connection.close("Client Closed");
  }
}

/** A port that does with connections what a test wants. */
export class RawListener implements Disposable {
  readonly sockets: Socket[] = [];
  readonly #server;

  private constructor(onConnection: (socket: Socket) => void) {
    this.#server = createServer((socket) => {
      this.sockets.push(socket);
      socket.on("error", () => {});
      onConnection(socket);
    });
  }

  static async open(onConnection: (socket: Socket) => void): Promise<RawListener> {
    const listener = new RawListener(onConnection);
    await new Promise<void>((resolve) => listener.#server.listen(0, "127.0.0.1", resolve));
    return listener;
  }

  /** Passes everything on, the bytes of the listener's side in pieces of this length. */
  static relay(port: number, length: number): Promise<RawListener> {
    return RawListener.open((socket) => {
      const to = connectTcp(port, "127.0.0.1");
      to.on("error", () => socket.destroy());
      socket.on("close", () => to.destroy());
      socket.pipe(to);
      void (async () => {
        for await (const chunk of to as AsyncIterable<Buffer>) {
          for (let at = 0; at < chunk.length; at += length) {
            socket.write(chunk.subarray(at, at + length));
            await Bun.sleep(1);
          }
        }
        socket.end();
      })().catch(() => socket.destroy());
    });
  }

  get address(): string {
    return `127.0.0.1:${(this.#server.address() as { port: number }).port}`;
  }

  [Symbol.dispose](): void {
    this.#server.close();
    for (const socket of this.sockets) socket.destroy();
  }
}
