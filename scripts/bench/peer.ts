/** A client of the load generator that has shaken hands, on a raw socket, in clear or with TLS. */

import { connect, type Socket, type TCPSocketConnectOptions, type TLSOptions } from "bun";
import { ConnectLine, type Login, NOBODY } from "./login.ts";

export type TlsVersion = "1.2" | "1.3";

/** Where a client connects to, as whom and how. */
export interface Access {
  readonly port: number;
  readonly login?: Login;
  /** The only version that the client speaks; absent for a connection in clear. */
  readonly tls?: TlsVersion;
}

/** OpenSSL's SSL_OP_NO_TLSv1_2 and SSL_OP_NO_TLSv1_3. */
const NOT_THE_OTHER = { "1.2": 0x2000_0000, "1.3": 0x0800_0000 };
const LINE_END = "\r\n";
const PONG = "PONG\r\n";

/** Certificates of benchmarks are signed by nobody. */
export function tlsOptions(version: TlsVersion): TLSOptions {
  return { rejectUnauthorized: false, secureOptions: NOT_THE_OTHER[version] };
}

export class Peer {
  /** Takes what comes when nothing is awaited. */
  onData: (chunk: Buffer) => void = () => {};
  /** Called when the server has closed the connection while nothing was awaited. */
  onLost: () => void = () => {};
  #socket!: Socket<undefined>;
  #isSecure = false;
  #text = "";
  #awaited: ((problem?: string) => void) | null = null;
  #mark = "";
  #onDrain: (() => void) | undefined;

  /** Connects and logs in. */
  static async open({ port, login = NOBODY, tls }: Access): Promise<Peer> {
    const peer = new Peer();
    const greeted = peer.#until(LINE_END);
    peer.#socket = await connect({
      hostname: "127.0.0.1",
      port,
      socket: {
        ...peer.#handlers(),
        // After the handshake these are the encrypted bytes.
        data: (_socket, chunk) => (peer.#isSecure ? undefined : peer.#receive(chunk)),
      },
    });
    const info = await greeted;
    if (tls !== undefined) await peer.#secure(tls);
    await peer.roundTrip(new ConnectLine(login).answer(info));
    return peer;
  }

  /** Sends lines and waits for the PONG that proves them handled. */
  async roundTrip(lines: string): Promise<void> {
    const answered = this.#until(PONG);
    await this.send(Buffer.from(`${lines}PING\r\n`));
    await answered;
  }

  async send(bytes: Buffer, length = bytes.length): Promise<void> {
    for (let at = 0; at < length; ) {
      const taken = this.#socket.write(bytes, at, length - at);
      if (taken < 0) throw new Error("connection lost");
      at += taken;
      if (at === length) return;
      await new Promise<void>((resolve) => {
        this.#onDrain = resolve;
      });
    }
  }

  /** Sends without waiting; for messages that always fit. */
  sendNow(bytes: Buffer): void {
    if (this.#socket.write(bytes) !== bytes.length) throw new Error("short write");
  }

  close(): void {
    this.#socket.end();
  }

  #handlers(): TCPSocketConnectOptions["socket"] {
    return {
      data: (_socket, chunk) => this.#receive(chunk),
      drain: () => this.#onDrain?.(),
      close: () => this.#onClose(),
    };
  }

  #onClose(): void {
    if (this.#awaited === null) this.onLost();
    else this.#awaited("the connection was closed");
  }

  #secure(version: TlsVersion): Promise<void> {
    this.#isSecure = true;
    return new Promise((resolve) => {
      const [, socket] = this.#socket.upgradeTLS<undefined>({
        data: undefined,
        tls: tlsOptions(version),
        socket: { ...this.#handlers(), handshake: () => resolve() },
      });
      this.#socket = socket;
    });
  }

  /** What was received up to a mark. */
  #until(mark: string): Promise<string> {
    this.#text = "";
    this.#mark = mark;
    return new Promise((resolve, reject) => {
      this.#awaited = (problem) => {
        this.#awaited = null;
        const isThere = problem === undefined;
        if (isThere) resolve(this.#text);
        else reject(new Error(`${problem} after ${this.#text.slice(-200)}`));
      };
    });
  }

  #receive(chunk: Buffer): void {
    if (this.#awaited === null) {
      this.onData(chunk);
      return;
    }
    this.#text += chunk.toString("latin1");
    if (this.#text.includes(this.#mark)) this.#awaited();
  }
}
