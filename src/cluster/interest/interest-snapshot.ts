/** All interest of this server for one that has just come. */

import type { Account } from "../../core/account.ts";
import type { InterestListener } from "../../core/interest/interest-feed.ts";
import { InterestWalk } from "../../core/interest/interest-walk.ts";
import type { TurnQueue } from "../../core/turn-queue.ts";
import type { InterestRoute } from "./interest-route.ts";
import { PacedTelling, STEPS } from "./paced-telling.ts";

export class InterestSnapshot {
  readonly #listener: InterestListener;
  readonly #accounts: readonly Account[];
  readonly #telling: PacedTelling;
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
    this.#listener = listener;
    this.#accounts = accounts;
    this.#telling = new PacedTelling(route, longWork, () => {
      const goesOn = this.#step();
      if (!goesOn) onEnd?.();
      return goesOn;
    });
  }

  /** Does the first part at once, unless others have to wait as well. */
  begin(): void {
    this.#telling.begin();
  }

  /** @returns false when all has been told. */
  #step(): boolean {
    if (this.#walk?.advance(this.#listener, STEPS)) return true;
    const account = this.#accounts[this.#next++];
    this.#walk = account === undefined ? null : new InterestWalk(account.localInterest!);
    return this.#walk !== null;
  }
}
