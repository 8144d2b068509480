/** Links by the slots of their outbounds. */

import { LINK_BASE, type Link } from "./link.ts";

export class Links {
  readonly #links: (Link | undefined)[] = [undefined];
  readonly #free: number[] = [];

  /** Gives a link its slot. */
  add(link: Link): void {
    const number = this.#free.pop() ?? this.#links.length;
    link.outbound.slot = LINK_BASE + number;
    this.#links[number] = link;
  }

  /** Frees the slot of a link that has no subscriptions left. */
  remove(link: Link): void {
    const number = link.outbound.slot - LINK_BASE;
    this.#links[number] = undefined;
    this.#free.push(number);
    link.outbound.slot = 0;
  }

  at(slot: number): Link {
    return this.#links[slot - LINK_BASE]!;
  }
}
