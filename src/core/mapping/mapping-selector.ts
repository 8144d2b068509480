/**
 * Hot path. Finds the mapping of a published subject, and writes the subject that it becomes.
 *
 * Literal sources are in a hash table. The ones with wildcards are tried in their order, once: a
 * cache remembers which of them, or none, a subject has. A few are tried faster than looked up.
 */

import { bytesEqual, SPACE } from "../../bytes/ascii.ts";
import { nextRandom } from "../random.ts";
import type { Mapping } from "./mapping.ts";
import { NOT_KEPT, SelectionCache } from "./selection-cache.ts";
import { matchesSource } from "./source-match.ts";

/** What `select` found. */
export const Mapped = {
  /** No mapping applies: the message keeps its subject. */
  Not: 0,
  /** The new subject has been written. */
  To: 1,
  /** The new subject is empty: nobody can receive the message. */
  Nowhere: 2,
} as const;

/** Sources with wildcards up to which there is no cache. */
const UNCACHED_MAX = 6;
const PERCENT = 100;
const SUBJECT_ROOM = 256;
const NONE = -1;

export class MappingSelector {
  /**
   * The latest new subject, from 0 to `end`, and a space after it. It grows to what the longest
   * subject may become, which control line and configuration limit.
   */
  subject = Buffer.alloc(SUBJECT_ROOM, SPACE);
  end = 0;
  /** Open addressing, at most half full; null for an empty place. */
  readonly #literals: (Mapping | null)[];
  readonly #literalMask: number;
  readonly #wild: readonly Mapping[];
  readonly #cache: SelectionCache | null;
  /** There is one mapping only, with a literal source. */
  readonly #isLoneLiteral: boolean;

  constructor(mappings: readonly Mapping[]) {
    const literals = mappings.filter((each) => each.isLiteral);
    let places = 1;
    while (places < literals.length * 2) places *= 2;
    this.#literals = new Array<Mapping | null>(places).fill(null);
    this.#literalMask = places - 1;
    for (const literal of literals) {
      let place = literal.hash & this.#literalMask;
      while (this.#literals[place] !== null) place = (place + 1) & this.#literalMask;
      this.#literals[place] = literal;
    }
    this.#wild = mappings.filter((each) => !each.isLiteral);
    this.#cache = this.#wild.length > UNCACHED_MAX ? new SelectionCache() : null;
    this.#isLoneLiteral = mappings.length === 1 && literals.length === 1;
  }

  /**
   * Maps a published subject: to one of the destinations, at random by their weights.
   *
   * @param hash `hashBytes` of the subject, which may not lie in `this.subject`.
   * @returns one of `Mapped`. The new subject stays until the next call.
   */
  select(buf: Uint8Array, start: number, end: number, hash: number): number {
    const mapping = this.find(buf, start, end, hash);
    if (mapping === null) return Mapped.Not;
    const transform = mapping.transforms[pickShare(mapping.limits)];
    // Beyond the last limit is what the weights lose.
    if (!transform) {
      this.end = 0;
      this.subject[0] = SPACE;
      return Mapped.Nowhere;
    }
    const needed = transform.maxLength(end - start) + 1;
    if (needed > this.subject.length) this.subject = Buffer.alloc(needed * 2);
    const seenEnd = start + this.seenLength(end - start);
    this.end = transform.write(buf, start, seenEnd, this.subject, 0);
    this.subject[this.end] = SPACE;
    return this.end === 0 ? Mapped.Nowhere : Mapped.To;
  }

  /** The mapping that applies: the subject's own, else the first that matches; null for none. */
  find(buf: Uint8Array, start: number, end: number, hash: number): Mapping | null {
    for (let place = hash & this.#literalMask; ; place = (place + 1) & this.#literalMask) {
      const literal = this.#literals[place]!;
      if (literal === null) break;
      if (literal.hash !== hash || literal.bytes.length !== end - start) continue;
      if (bytesEqual(literal.bytes, 0, buf, start, end - start)) return literal;
    }
    const index = this.#findWild(buf, start, end, hash);
    return index === NONE ? null : this.#wild[index]!;
  }

  /**
   * How much of a subject its transform gets to see. Of a literal that is the account's only mapping
   * nats-server sees no tokens: the partition of nothing is what its clients know. With other mappings
   * that depends on its luck at the start.
   */
  protected seenLength(length: number): number {
    return this.#isLoneLiteral ? 0 : length;
  }

  #findWild(buf: Uint8Array, start: number, end: number, hash: number): number {
    const cache = this.#cache;
    if (cache !== null) {
      const kept = cache.find(buf, start, end, hash);
      if (kept !== NOT_KEPT) return kept;
    }
    const wild = this.#wild;
    let index = NONE;
    for (let i = 0; i < wild.length; i++) {
      if (!matchesSource(buf, start, end, wild[i]!.bytes)) continue;
      index = i;
      break;
    }
    cache?.keep(buf, start, end, hash, index);
    return index;
  }
}

/** Index of a share; one more than there are when the message falls to none. */
function pickShare(limits: Uint8Array): number {
  if (limits.length === 1 && limits[0] === PERCENT) return 0;
  const chance = nextRandom() % PERCENT;
  let index = 0;
  while (index < limits.length && chance >= limits[index]!) index++;
  return index;
}
