/** Many messages to one subscription, and whether they arrived: each, in order, byte for byte. */

import { until } from "../support/server.ts";
import type { Stream } from "./stream.ts";

/** Payloads are windows on these bytes, so that no two that follow each other are the same. */
const NOISE = crypto.getRandomValues(new Uint8Array(65_536));
const SUBJECT = "flood";
const SID = "1";

/** What a publisher says first: no acknowledgements, which it would have to read. */
export const PUBLISHER = 'CONNECT {"verbose":false,"pedantic":false}\r\n';
/** What a subscriber says first. Without CONNECT, so that no PING comes between the messages. */
export const SUBSCRIBER = `SUB ${SUBJECT} ${SID}\r\n`;

export class Flood {
  /** Bytes of all messages so far, as a subscriber receives them. */
  deliveredBytes = 0;
  #count = 0;
  readonly #payloadBytes: number;
  readonly #expected = new Bun.CryptoHasher("sha1");

  constructor(payloadBytes: number) {
    this.#payloadBytes = payloadBytes;
  }

  /** The next message as it is published. */
  next(): Buffer {
    const payload = Buffer.alloc(this.#payloadBytes);
    for (let at = 0; at < payload.length; at += NOISE.length) {
      payload.set(NOISE.subarray(0, Math.min(NOISE.length, payload.length - at)), at);
    }
    payload.set(
      NOISE.subarray(this.#count % 1_000, 1_000 + (this.#count % 1_000)).subarray(
        0,
        payload.length,
      ),
    );
    payload.write(`${this.#count++} `, 0, "latin1");
    const tail = `${payload.length}\r\n`;
    const frame = [`MSG ${SUBJECT} ${SID} ${tail}`, payload, "\r\n"] as const;
    for (const part of frame) {
      this.#expected.update(part);
      this.deliveredBytes += part.length;
    }
    return Buffer.concat([Buffer.from(`PUB ${SUBJECT} ${tail}`), payload, Buffer.from("\r\n")]);
  }

  checksum(): string {
    return this.#expected.copy().digest("hex");
  }
}

/** Counts and sums up what a subscriber receives. */
export class Tally {
  bytes = 0;
  readonly #received = new Bun.CryptoHasher("sha1");
  readonly #stream: Stream;

  /** @param pauseMs how long the stream stops reading after each piece that it has read. */
  constructor(stream: Stream, pauseMs = 0) {
    this.#stream = stream;
    stream.onData((chunk) => {
      this.bytes += chunk.length;
      this.#received.update(chunk);
      if (pauseMs === 0) return;
      stream.pause();
      setTimeout(() => stream.resume(), pauseMs);
    });
  }

  /** Waits until at most this many bytes of the flood are still on their way. */
  async follow(flood: Flood, lagBytes = 0, deadlineMs = 20_000): Promise<void> {
    const hasArrived = (): boolean =>
      this.#stream.ended || this.bytes >= flood.deliveredBytes - lagBytes;
    await until("messages", hasArrived, deadlineMs);
  }

  checksum(): string {
    return this.#received.copy().digest("hex");
  }
}
