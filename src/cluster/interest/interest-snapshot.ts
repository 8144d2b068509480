/**
 * All interest of this server for one that has just come, a part at a time: there may be millions of
 * subscriptions, and the other server reads as fast as it can.
 */

import type { Account } from "../../core/account.ts";
import { InterestWalk } from "../../core/interest/interest-walk.ts";
import type { InterestListener } from "../../core/interest/local-interest.ts";
import type { TurnQueue } from "../../core/turn-queue.ts";
import type { Producer } from "../../net/turn.ts";
import type { InterestRoute } from "./interest-route.ts";

/** Time for one part. */
const SLICE_MS = 1;
/** Subscriptions between two looks at the clock. */
const STEPS = 256;
/** With more than this waiting for a server that does not read, it is waited for. */
const PENDING_MAX = 1024 * 1024;

export class InterestSnapshot implements Producer {
  readonly #route: InterestRoute;
  readonly #listener: InterestListener;
  readonly #accounts: readonly Account[];
  readonly #longWork: TurnQueue;
  readonly #onEnd: (() => void) | undefined;
  #next = 0;
  #walk: InterestWalk | null = null;

  /**
   * @param accounts those that the route carries.
   * @param listener writes what it is told to the route.
   * @param longWork lets one of many go on at a time.
   * @param onEnd is called when all has been told.
   */
  constructor(
    route: InterestRoute,
    accounts: readonly Account[],
    listener: InterestListener,
    longWork: TurnQueue,
    onEnd?: () => void,
  ) {
    this.#route = route;
    this.#accounts = accounts;
    this.#listener = listener;
    this.#longWork = longWork;
    this.#onEnd = onEnd;
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
      if (!this.#route.isOpen) return;
      if (!this.#step()) {
        this.#onEnd?.();
        return;
      }
    } while (performance.now() < until && !this.#mustWait);
    const { outbound } = this.#route;
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
    return this.#route.outbound.pendingBytes > PENDING_MAX;
  }

  /** @returns false when all has been told. */
  #step(): boolean {
    if (this.#walk?.advance(this.#listener, STEPS)) return true;
    const account = this.#accounts[this.#next++];
    this.#walk = account === undefined ? null : new InterestWalk(account);
    return this.#walk !== null;
  }
}
