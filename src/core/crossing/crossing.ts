/**
 * Ways out of an account: subscriptions whose messages go to another account, or to the server itself,
 * instead of into a connection's buffer.
 */

import type { Message } from "../../protocol/message.ts";
import type { Sink } from "../sink.ts";

/** A service of another account, which a message is passed to after all receivers of its own. */
export interface ServiceCrossing {
  /** @returns whether somebody has got the message. */
  pass(source: Sink, message: Message): boolean;
}

export interface Crossing {
  /** Set for a crossing that has to wait until the receivers of the account are served. */
  readonly service: ServiceCrossing | null;
  /**
   * Takes a message at once. Must not insert subscriptions.
   *
   * @param id the subscription that has led here.
   * @returns whether somebody has got it.
   */
  take(id: number, source: Sink, message: Message): boolean;
}

/** Crossings by number; 0 is none. */
export class CrossingTable {
  readonly #crossings: (Crossing | undefined)[] = [undefined];
  readonly #free: number[] = [];

  /** @returns its number. */
  add(crossing: Crossing): number {
    const number = this.#free.pop() ?? this.#crossings.length;
    this.#crossings[number] = crossing;
    return number;
  }

  /** Frees the number of a crossing that no subscription has any more. */
  remove(number: number): void {
    this.#crossings[number] = undefined;
    this.#free.push(number);
  }

  at(number: number): Crossing {
    return this.#crossings[number]!;
  }
}
