/**
 * A client inside this process: services of the server itself, and programs that embed it.
 *
 * It speaks the client protocol over a transport of two function calls, so that everything a socket's
 * client may and may not do holds for it too, and delivery knows nothing of it. What it receives is
 * handed to its callbacks in a turn of its own, never in the middle of somebody else's message.
 */

import { CR, SPACE } from "../bytes/ascii.ts";
import type { Connection, Peer } from "../net/connection.ts";
import type { Acceptor } from "../net/listener.ts";
import type { Transport } from "../net/transport.ts";

/** A message as a callback receives it. */
export interface InProcessMessage {
  subject: string;
  reply: string;
  /** The header block as it came, `NATS/1.0` line included; empty when there is none. */
  headers: Uint8Array;
  payload: Uint8Array;
}

export type InProcessCallback = (message: InProcessMessage) => void;

export interface PublishOptions {
  reply?: string;
  /** Header lines; names and values must not contain line breaks. */
  headers?: Readonly<Record<string, string>>;
}

/** Who the client is, where the server wants to know. */
export interface InProcessCredentials {
  user?: string;
  pass?: string;
  auth_token?: string;
}

const CONNECT = {
  verbose: false,
  pedantic: false,
  headers: true,
  no_responders: true,
  protocol: 1,
  lang: "in-process",
};
const PEER: Peer = { ip: "in-process", port: 0, isInProcess: true };
const CRLF = Buffer.from("\r\n");

export class InProcessClient implements Transport {
  readonly #connection: Connection;
  readonly #callbacks = new Map<string, InProcessCallback>();
  #nextSid = 1;
  /** Frames received and not handed out yet; whole frames only. */
  #received: Buffer[] = [];
  /** Resolves with the reason when the client is closed, by whichever side. */
  readonly closed: Promise<string>;
  readonly #onClosed: (reason: string) => void;
  #isClosed = false;

  /** @param acceptor makes the server's side of the connection. */
  constructor(acceptor: Acceptor, credentials: InProcessCredentials = {}) {
    const { promise, resolve } = Promise.withResolvers<string>();
    this.closed = promise;
    this.#onClosed = resolve;
    this.#connection = acceptor.accept(this, PEER);
    this.#connection.greet();
    acceptor.admit(this.#connection);
    if (!this.#connection.isClosed) this.#connection.onEstablished();
    this.#send(Buffer.from(`CONNECT ${JSON.stringify({ ...CONNECT, ...credentials })}\r\n`));
  }

  /**
   * Publishes a message.
   *
   * @throws RangeError when the subject or reply is empty or contains white space.
   */
  publish(subject: string, payload: string | Uint8Array = "", options: PublishOptions = {}): void {
    const { reply = "", headers } = options;
    checkToken("subject", subject);
    if (reply !== "") checkToken("reply", reply);
    const body = Buffer.from(payload);
    const target = reply === "" ? subject : `${subject} ${reply}`;
    if (headers === undefined) {
      this.#send(Buffer.concat([Buffer.from(`PUB ${target} ${body.length}\r\n`), body, CRLF]));
      return;
    }
    const block = encodeHeaders(headers);
    const line = Buffer.from(`HPUB ${target} ${block.length} ${block.length + body.length}\r\n`);
    this.#send(Buffer.concat([line, block, body, CRLF]));
  }

  /**
   * Subscribes; returns the function that ends the subscription.
   *
   * @throws RangeError when the subject or queue is empty or contains white space.
   */
  subscribe(subject: string, callback: InProcessCallback, queue = ""): () => void {
    checkToken("subject", subject);
    if (queue !== "") checkToken("queue", queue);
    const sid = String(this.#nextSid++);
    this.#callbacks.set(sid, callback);
    this.#send(Buffer.from(`SUB ${subject} ${queue === "" ? "" : `${queue} `}${sid}\r\n`));
    return () => {
      if (this.#callbacks.delete(sid)) this.#send(Buffer.from(`UNSUB ${sid}\r\n`));
    };
  }

  close(): void {
    if (!this.#isClosed) this.#connection.onInputEnd();
  }

  write(buf: Buffer, offset: number, length: number): number {
    if (this.#isClosed) return -1;
    if (this.#received.length === 0) setImmediate(() => this.#handOut());
    this.#received.push(Buffer.from(buf.subarray(offset, offset + length)));
    return length;
  }

  /** Input comes by `publish` and `subscribe`, which the connection keeps while it waits. */
  pause(): void {}

  resume(): void {}

  end(): void {
    this.#isClosed = true;
    this.#callbacks.clear();
    this.#onClosed(this.#connection.closedReason ?? "");
  }

  terminate(): void {
    this.end();
  }

  #send(bytes: Buffer): void {
    this.#connection.onData(bytes);
  }

  #handOut(): void {
    const received = this.#received;
    this.#received = [];
    for (const frames of received) {
      for (let at = 0; at < frames.length; ) at = this.#readFrame(frames, at);
    }
  }

  /** Handles the frame at an index; returns the index after it. */
  #readFrame(frames: Buffer, start: number): number {
    const lineEnd = frames.indexOf(CR, start);
    const line = frames.toString("utf8", start, lineEnd);
    const bodyStart = lineEnd + 2;
    if (line === "PING") this.#send(Buffer.from("PONG\r\n"));
    if (!line.startsWith("MSG ") && !line.startsWith("HMSG ")) return bodyStart;
    const tokens = line.split(String.fromCharCode(SPACE));
    const bodyEnd = bodyStart + Number(tokens.pop());
    const headersEnd = bodyStart + (tokens[0] === "HMSG" ? Number(tokens.pop()) : 0);
    this.#callbacks.get(tokens[2]!)?.({
      subject: tokens[1]!,
      reply: tokens[3] ?? "",
      headers: frames.subarray(bodyStart, headersEnd),
      payload: frames.subarray(headersEnd, bodyEnd),
    });
    return bodyEnd + 2;
  }
}

function checkToken(what: string, text: string): void {
  if (text === "" || /\s/.test(text)) throw new RangeError(`invalid ${what} "${text}"`);
}

function encodeHeaders(headers: Readonly<Record<string, string>>): Buffer {
  const lines = Object.entries(headers).map(([name, value]) => {
    if (/[\r\n]/.test(name + value)) throw new RangeError(`line break in header "${name}"`);
    return `${name}: ${value}\r\n`;
  });
  return Buffer.from(`NATS/1.0\r\n${lines.join("")}\r\n`);
}
