/** A raw client over TLS: INFO in clear, a handshake, and then exact bytes in both directions. */

import { connect as connectTcp, type Socket } from "node:net";
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from "node:tls";
import { Channel } from "../support/channel.ts";

const DEADLINE_MS = 8_000;

export class SecureWire extends Channel {
  /** Serial number of the certificate that the server has shown. */
  serial = "";
  /** What was agreed on, as OpenSSL calls it. */
  cipher = "";
  #socket: TLSSocket | undefined;
  #plain: Socket;

  private constructor(plain: Socket) {
    super();
    this.#plain = plain;
  }

  /** @throws Error when there is no greeting, or the handshake fails. */
  static async connect(
    port: number,
    { isFirst = false, ...options }: ConnectionOptions & { isFirst?: boolean } = {},
  ): Promise<SecureWire> {
    const plain = connectTcp({ port, host: "127.0.0.1" });
    const wire = new SecureWire(plain);
    plain.on("error", () => wire.end());
    plain.on("close", () => wire.end());
    if (!isFirst) {
      const take = (chunk: Buffer | string): void => wire.take(Buffer.from(chunk));
      plain.on("data", take);
      if (!(await wire.waitFor("\r\n", DEADLINE_MS))) throw new Error("no INFO");
      plain.off("data", take);
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const socket = connectTls({ socket: plain, rejectUnauthorized: false, ...options }, resolve);
    wire.#socket = socket;
    socket.on("data", (chunk) => wire.take(Buffer.from(chunk)));
    socket.on("error", (error) => {
      reject(error);
      wire.end();
    });
    socket.on("end", () => wire.end());
    socket.on("close", () => {
      reject(new Error("closed during the handshake"));
      wire.end();
    });
    await promise;
    // Not known any more once the connection is closed.
    wire.serial = socket.getPeerCertificate().serialNumber;
    wire.cipher = socket.getCipher().name;
    return wire;
  }

  send(data: string | Uint8Array): void {
    this.#socket!.write(data);
  }

  /** Nothing more will be sent. */
  finish(): void {
    this.#socket!.end();
  }

  close(): void {
    this.#socket?.destroy();
    this.#plain.destroy();
  }
}
