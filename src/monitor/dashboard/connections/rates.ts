/**
 * What each connection sends and receives in a second. That is known only while somebody looks: the
 * counters of all connections are noted each second, and compared with those of the second before.
 */

import type { Client } from "../../../kinds/client.ts";
import type { Flow } from "../shapes.ts";

/** Counters when they were last noted, and how fast they have grown since the time before. */
interface Book {
  inMsgs: number;
  outMsgs: number;
  inBytes: number;
  outBytes: number;
  /** By `performance.now`. */
  at: number;
  rate: Flow | null;
}

/** How old a note may be before it says nothing about now. */
const FRESH_MS_MAX = 5000;

export class ConnectionRates {
  readonly #books = new WeakMap<Client, Book>();

  /** Notes the counters of a connection. */
  note(client: Client, now: number): Flow | null {
    const { inMsgs, inBytes, outbound } = client;
    outbound.foldCounters();
    const { outMsgs, outBytes } = outbound;
    const book = this.#books.get(client);
    if (book === undefined) {
      this.#books.set(client, { inMsgs, outMsgs, inBytes, outBytes, at: now, rate: null });
      return null;
    }
    const seconds = (now - book.at) / 1000;
    book.rate = {
      inMsgs: (inMsgs - book.inMsgs) / seconds,
      outMsgs: (outMsgs - book.outMsgs) / seconds,
      inBytes: (inBytes - book.inBytes) / seconds,
      outBytes: (outBytes - book.outBytes) / seconds,
    };
    if (now - book.at > FRESH_MS_MAX) book.rate = null;
    book.inMsgs = inMsgs;
    book.outMsgs = outMsgs;
    book.inBytes = inBytes;
    book.outBytes = outBytes;
    book.at = now;
    return book.rate;
  }

  /** Null while there is nothing to compare with. */
  of(client: Client): Flow | null {
    const book = this.#books.get(client);
    const isFresh = book !== undefined && performance.now() - book.at < FRESH_MS_MAX;
    return isFresh ? book.rate : null;
  }
}
