/** Links by the slots of their outbounds. Routes and gateways are numbered together. */

import { GATEWAY_BASE, LINK_BASE, type Link } from "./link.ts";

/** Part of a slot that is the number of a link. */
const NUMBER_MASK = LINK_BASE - 1;

export class Links {
  readonly #links: (Link | undefined)[] = [undefined];
  readonly #free: number[] = [];

  /** Gives a route its slot. */
  add(link: Link): void {
    link.outbound.slot = LINK_BASE + this.#place(link);
  }

  /** Gives an outbound gateway its slot. */
  addGateway(link: Link): void {
    link.outbound.slot = GATEWAY_BASE + this.#place(link);
  }

  /** Frees the slot of a link that has no subscriptions left. */
  remove(link: Link): void {
    const number = numberOf(link.outbound.slot);
    this.#links[number] = undefined;
    this.#free.push(number);
    link.outbound.slot = 0;
  }

  at(slot: number): Link {
    return this.#links[numberOf(slot)]!;
  }

  #place(link: Link): number {
    const number = this.#free.pop() ?? this.#links.length;
    this.#links[number] = link;
    return number;
  }
}

/** Small, and different for any two links. */
export function numberOf(slot: number): number {
  return slot & NUMBER_MASK;
}
