/**
 * What each connection sends and receives in a second. That is known only while somebody looks: the
 * counters of all connections are noted each second, and compared with those of the second before.
 */

import type { Flow } from "../shapes.ts";

/** A connection, of whatever kind. */
interface Counted {
  readonly inMsgs: number;
  readonly inBytes: number;
  readonly outbound: {
    readonly outMsgs: number;
    readonly outBytes: number;
    foldCounters(): void;
  };
}

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
  readonly #books = new WeakMap<Counted, Book>();

  /** Notes the counters of a connection. */
  note(connection: Counted, now: number): Flow | null {
    const { inMsgs, inBytes, outbound } = connection;
    outbound.foldCounters();
    const { outMsgs, outBytes } = outbound;
    const book = this.#books.get(connection);
    if (book === undefined) {
      this.#books.set(connection, { inMsgs, outMsgs, inBytes, outBytes, at: now, rate: null });
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
  of(connection: Counted): Flow | null {
    const book = this.#books.get(connection);
    const isFresh = book !== undefined && performance.now() - book.at < FRESH_MS_MAX;
    return isFresh ? book.rate : null;
  }
}
