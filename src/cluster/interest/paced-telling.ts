/**
 * Telling another server a great deal, a part at a time: there may be millions of subscriptions, and
 * the other server reads as fast as it can.
 */

import type { TurnQueue } from "../../core/turn-queue.ts";
import type { Producer } from "../../net/turn.ts";
import type { InterestTarget } from "./interest-target.ts";

/** Time for one part. */
const SLICE_MS = 1;
/** With more than this waiting for a server that does not read, it is waited for. */
const PENDING_MAX = 1024 * 1024;

/** Subscriptions that are told between two looks at the clock. */
export const STEPS = 256;

export class PacedTelling implements Producer {
  readonly #target: Pick<InterestTarget, "outbound" | "isOpen">;
  readonly #longWork: TurnQueue;
  readonly #step: () => boolean;

  /**
   * @param longWork lets one of many go on at a time.
   * @param step tells at most `STEPS` subscriptions; returns false when all has been told. It is not
   *     called any more once the connection has ended.
   */
  constructor(
    target: Pick<InterestTarget, "outbound" | "isOpen">,
    longWork: TurnQueue,
    step: () => boolean,
  ) {
    this.#target = target;
    this.#longWork = longWork;
    this.#step = step;
  }

  /** Does the first part at once, unless others have to wait as well. */
  begin(): void {
    if (this.#longWork.isBusy) this.#wait();
    else this.#run();
  }

  /** Goes on until the time for one part is over, and comes back for the next one. */
  #run(): void {
    const until = performance.now() + SLICE_MS;
    do {
      if (!this.#target.isOpen || !this.#step()) return;
    } while (performance.now() < until && !this.#mustWait);
    const { outbound } = this.#target;
    if (outbound.isBlocked && this.#mustWait) outbound.addWaiting(this);
    else this.#wait();
  }

  resumeInput(): void {
    this.#wait();
  }

  #wait(): void {
    void this.#longWork.next().then(() => this.#run());
  }

  get #mustWait(): boolean {
    return this.#target.outbound.pendingBytes > PENDING_MAX;
  }
}
