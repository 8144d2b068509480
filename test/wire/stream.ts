/**
 * A raw client for large amounts: it hands on what arrives and keeps nothing, and it can stop reading.
 */

import type { Socket } from "bun";

export class Stream {
  /** The server has ended the connection, or reset it. */
  ended = false;
  receivedBytes = 0;
  #socket: Socket | undefined;
  #wake: (() => void) | undefined;
  #handle: (chunk: Buffer) => void = () => {};

  /**
   * Connects, sends the greeting and waits until the server has answered a PING after it.
   *
   * A greeting without CONNECT keeps the server's first PING, two seconds later, out of what arrives.
   */
  static async open(port: number, greeting: string): Promise<Stream> {
    const stream = new Stream();
    let text = "";
    const greeted = new Promise<void>((resolve) => {
      stream.#handle = (chunk) => {
        text += chunk.toString("latin1");
        if (text.endsWith("\nPONG\r\n")) resolve();
      };
    });
    stream.#socket = await Bun.connect({
      hostname: "127.0.0.1",
      port,
      allowHalfOpen: true,
      socket: {
        data: (_, chunk) => {
          stream.receivedBytes += chunk.length;
          stream.#handle(chunk);
        },
        drain: () => stream.#wake?.(),
        end: () => stream.#end(),
        error: () => stream.#end(),
        close: () => stream.#end(),
      },
    });
    await stream.send(`${greeting}PING\r\n`);
    await greeted;
    stream.#handle = () => {};
    stream.receivedBytes = 0;
    return stream;
  }

  /** From now on called with everything that arrives. */
  onData(handle: (chunk: Buffer) => void): void {
    this.#handle = handle;
  }

  /** Takes nothing more from the socket. */
  pause(): void {
    this.#socket!.pause();
  }

  resume(): void {
    this.#socket!.resume();
  }

  /** Writes all of it, or what the server takes before it ends the connection. */
  async send(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === "string" ? Buffer.from(data) : data;
    let sent = 0;
    while (sent < bytes.length && !this.ended) {
      const count = this.#socket!.write(bytes.subarray(sent));
      if (count > 0) sent += count;
      else await this.#room();
    }
  }

  /** Ends the connection with a reset instead of an orderly close. */
  reset(): void {
    this.#socket!.terminate();
  }

  close(): void {
    this.#socket!.end();
  }

  #room(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  #end(): void {
    this.ended = true;
    this.#wake?.();
  }
}
