/**
 * Hot path. Makes blocks small: of all places with the same four bytes the last ones are tried, and a
 * match is taken only when the next place has no better one.
 */

import { type BlockWriter, costOf, costOfRepeat, OFFSET_MAX } from "./block-writer.ts";
import { matchLength } from "./match-length.ts";
import { PlaceTable } from "./place-table.ts";

const HASH_BITS = 15;
const FACTOR = 0x9e3779b1 | 0;
const CHAIN_MASK = OFFSET_MAX;
/** No match is looked for so near to the end. */
const MARGIN = 8;
/** The longer nothing matches, the larger are the steps: one byte more after each 256. */
const SKIP_SHIFT = 8;
/** A match of this length is taken at once. */
const NICE_LENGTH = 160;

export class ChainMatcher {
  readonly #tries: number;
  readonly #heads = new PlaceTable(HASH_BITS);
  /** By place: where the hash of it was seen before. */
  readonly #chain = new Int32Array(CHAIN_MASK + 1);
  #bias = 0;
  /** The first index that is not in the chains yet. */
  #next = 0;
  /** The best match there is, and how many bytes it saves. */
  #from = 0;
  #length = 0;
  #gain = 0;

  /** @param tries places that are looked at for a match */
  constructor(tries: number) {
    this.#tries = tries;
  }

  /** Makes a block; see `Matcher`. */
  encode(view: DataView, start: number, end: number, writer: BlockWriter): number {
    const last = end - MARGIN;
    this.#bias = this.#heads.begin(start, end);
    this.#next = start;
    let literal = start;
    let i = start;
    while (i <= last) {
      this.#gain = 0;
      if (!this.#find(view, i, start, end, writer.offset)) {
        const step = 1 + ((i - literal) >> SKIP_SHIFT);
        i += step;
        // What is stepped over does not get into the chains.
        if (step > 1) this.#next = i;
        continue;
      }
      while (this.#length < NICE_LENGTH && i < last) {
        if (!this.#find(view, i + 1, start, end, writer.offset)) break;
        i++;
      }
      let from = this.#from;
      const matchEnd = i + this.#length;
      while (i > literal && from > start && view.getUint8(i - 1) === view.getUint8(from - 1)) {
        i--;
        from--;
      }
      if (!writer.write(literal, from, i, matchEnd - i)) return -1;
      i = matchEnd;
      literal = i;
    }
    return writer.finish(literal, end);
  }

  /** Looks for a match at `i` that saves more than the one there is. */
  #find(view: DataView, i: number, start: number, end: number, offset: number): boolean {
    const bias = this.#bias;
    const chain = this.#chain;
    const four = view.getInt32(i, true);
    let isFound = false;
    if (offset !== 0 && four === view.getInt32(i - offset, true)) {
      const length = matchLength(view, i - offset, i, end);
      const gain = length - costOfRepeat(length);
      if (gain > this.#gain) isFound = this.#keep(i - offset, length, gain);
    }
    if (this.#next < i) this.#link(view, i);
    let from = this.#heads.places[hashOf(four)]! - bias;
    for (let tries = this.#tries; tries > 0 && from >= start && i - from <= OFFSET_MAX; tries--) {
      if (four === view.getInt32(from, true)) {
        const length = matchLength(view, from, i, end);
        const gain = length - costOf(i - from, length);
        if (gain > this.#gain) {
          isFound = this.#keep(from, length, gain);
          if (length >= NICE_LENGTH) break;
        }
      }
      from = chain[(from + bias) & CHAIN_MASK]! - bias;
    }
    return isFound;
  }

  #keep(from: number, length: number, gain: number): true {
    this.#from = from;
    this.#length = length;
    this.#gain = gain;
    return true;
  }

  /** Puts all places before `end` into the chains. */
  #link(view: DataView, end: number): void {
    const heads = this.#heads.places;
    const chain = this.#chain;
    for (let i = this.#next; i < end; i++) {
      const hash = hashOf(view.getInt32(i, true));
      const place = i + this.#bias;
      chain[place & CHAIN_MASK] = heads[hash]!;
      heads[hash] = place;
    }
    this.#next = end;
  }
}

function hashOf(four: number): number {
  return Math.imul(four, FACTOR) >>> (32 - HASH_BITS);
}
