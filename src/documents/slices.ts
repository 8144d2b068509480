/** Long work done bit by bit, so that everybody else is served meanwhile. */

/** Whoever sends something just now waits for no more than this. */
const SLICE_MS = 0.2;
/** How long clients count as busy after they have sent a message. */
const BUSY_MS = 50;
/** Busy clients, and their programs on the same machine, get the processor for so long. */
const REST_MS = 1;

/** What tells whether clients are busy: it counts their messages. */
export interface MessageCount {
  readonly inMsgs: number;
}

export class Slices {
  readonly #traffic: MessageCount | null;
  #inMsgs: number;
  #busyUntil = 0;
  #end = performance.now() + SLICE_MS;

  /** @param traffic null does the work as fast as it can be done. */
  constructor(traffic: MessageCount | null = null) {
    this.#traffic = traffic;
    this.#inMsgs = traffic?.inMsgs ?? 0;
  }

  /** It is time to pause. Looking costs some tens of nanoseconds. */
  get isOver(): boolean {
    return performance.now() >= this.#end;
  }

  /** Serves the others, and rests while they are busy. */
  async pause(): Promise<void> {
    await otherWork();
    if (this.#areOthersBusy()) await Bun.sleep(REST_MS);
    this.#end = performance.now() + SLICE_MS;
  }

  #areOthersBusy(): boolean {
    if (this.#traffic === null) return false;
    const now = performance.now();
    if (this.#traffic.inMsgs !== this.#inMsgs) this.#busyUntil = now + BUSY_MS;
    this.#inMsgs = this.#traffic.inMsgs;
    return now < this.#busyUntil;
  }
}

/** Lets whatever has come meanwhile be handled. */
export function otherWork(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
