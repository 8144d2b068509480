/**
 * Where users, their rules and what accounts share stand in a file, for whoever explains them. It is a
 * book beside the options, so that a server, which has no use for it, does not carry it.
 */

import type { MapNode } from "../language/node.ts";
import type { Place } from "../language/source.ts";
import type { User } from "../options/auth.ts";

/** Where a list of subjects stands, and each of its entries. */
export interface ListPlaces {
  readonly list: Place;
  readonly entries: readonly Place[];
}

export class RulePlaces {
  readonly #users = new WeakMap<User, MapNode>();
  readonly #lists = new WeakMap<readonly string[], ListPlaces>();
  readonly #parts = new WeakMap<object, Place>();

  addUser(user: User, block: MapNode): void {
    this.#users.set(user, block);
  }

  /** @param subjects the very list that the options hold. */
  addList(subjects: readonly string[], places: ListPlaces): void {
    this.#lists.set(subjects, places);
  }

  /** @param part an export, an import, a mapping or a rule: the very object that the options hold. */
  addPart(part: object, place: Place): void {
    this.#parts.set(part, place);
  }

  /** The block of a user; its values are those of the options in it. */
  user(user: User): MapNode | null {
    return this.#users.get(user) ?? null;
  }

  list(subjects: readonly string[]): ListPlaces | null {
    return this.#lists.get(subjects) ?? null;
  }

  part(part: object): Place | null {
    return this.#parts.get(part) ?? null;
  }
}
