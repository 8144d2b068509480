/** How fast bytes come to a connection that is blocked, and how fast its socket takes them. */

/** A measurement begins anew so often; what is told is about the last one or two of these. */
const SPAN_MS = 2000;
/** No rate is told before that. */
const LEAST_MS = 5;

interface Mark {
  readonly at: number;
  readonly sent: number;
  /** Sent, and pending. */
  readonly queued: number;
}

/** Bytes per second. */
export interface Flow {
  readonly drained: number;
  readonly queued: number;
}

export class FlowMeter {
  #older: Mark;
  #newer: Mark;

  /** @param now of `performance.now`. */
  constructor(now: number, sent: number, pending: number) {
    this.#older = { at: now, sent, queued: sent + pending };
    this.#newer = this.#older;
  }

  /** Has to be told now and then, else rates are about a longer time. */
  observe(now: number, sent: number, pending: number): void {
    if (now - this.#newer.at < SPAN_MS) return;
    this.#older = this.#newer;
    this.#newer = { at: now, sent, queued: sent + pending };
  }

  flow(now: number, sent: number, pending: number): Flow {
    this.observe(now, sent, pending);
    const { at, sent: sentThen, queued } = this.#older;
    const seconds = (now - at) / 1000;
    if (now - at < LEAST_MS) return { drained: 0, queued: 0 };
    return { drained: (sent - sentThen) / seconds, queued: (sent + pending - queued) / seconds };
  }
}
