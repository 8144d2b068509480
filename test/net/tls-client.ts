/** A client that speaks TLS, for tests: the text that it gets, and how it ends. */

import { connect as connectTcp } from "node:net";
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from "node:tls";
import { Channel } from "../support/channel.ts";

export interface TlsClientOptions
  extends Pick<
    ConnectionOptions,
    "cert" | "key" | "ca" | "minVersion" | "maxVersion" | "ciphers" | "servername" | "ecdhCurve"
  > {
  /** The handshake comes before INFO. */
  isFirst?: boolean;
}

export class TlsClient extends Channel implements Disposable {
  readonly socket: TLSSocket;
  readonly localPort: number;
  /** Why it ended, if not for good. */
  error: Error | null = null;

  private constructor(socket: TLSSocket, localPort: number) {
    super();
    this.socket = socket;
    this.localPort = localPort;
    socket.on("data", (chunk: Buffer) => this.take(chunk));
    socket.on("end", () => this.end());
    socket.on("close", () => this.end());
    socket.on("error", (error) => {
      this.error = error;
      this.end();
    });
  }

  /** Resolves when the handshake is done, as far as the client can tell, or has failed. */
  static async connect(port: number, options: TlsClientOptions = {}): Promise<TlsClient> {
    const { isFirst = false, ...tls } = options;
    const plain = connectTcp(port, "127.0.0.1");
    let info = "";
    if (!isFirst) {
      info = await new Promise<string>((resolve, reject) => {
        plain.once("data", (chunk) => resolve(String(chunk)));
        plain.once("error", reject);
        plain.once("close", () => reject(new Error("closed before INFO")));
      });
      plain.removeAllListeners();
    } else await new Promise<void>((resolve) => plain.once("connect", () => resolve()));
    const localPort = plain.localPort!;
    const socket = connectTls({ socket: plain, rejectUnauthorized: false, ...tls });
    const client = new TlsClient(socket, localPort);
    client.take(Buffer.from(info, "latin1"));
    await new Promise<void>((resolve) => {
      socket.once("secureConnect", () => resolve());
      socket.once("close", () => resolve());
    });
    return client;
  }

  send(data: string | Uint8Array): void {
    this.socket.write(data);
  }

  /** Whether the server answers a PING. */
  async isServed(): Promise<boolean> {
    this.send('CONNECT {"verbose":false}\r\nPING\r\n');
    return await this.waitFor("PONG\r\n", 4_000);
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}
