/**
 * Hot path. Makes blocks fast: of all places with the same six bytes only the last is tried, and
 * before it the offset of the last copy.
 */

import { type BlockWriter, OFFSET_MAX } from "./block-writer.ts";
import { matchLength } from "./match-length.ts";
import { PlaceTable } from "./place-table.ts";

const HASH_BITS = 14;
const FACTOR_FOUR = 0x9e3779b1 | 0;
const FACTOR_TWO = 0x85ebca77 | 0;
/** No match is looked for so near to the end. */
const MARGIN = 8;
/** The longer nothing matches, the larger are the steps: one byte more after each 64. */
const SKIP_SHIFT = 6;

export class FastMatcher {
  readonly #table = new PlaceTable(HASH_BITS);

  /** Makes a block; see `Matcher`. */
  encode(view: DataView, start: number, end: number, writer: BlockWriter): number {
    const places = this.#table.places;
    const bias = this.#table.begin(start, end);
    const last = end - MARGIN;
    let literal = start;
    let i = start;
    while (i <= last) {
      const four = view.getInt32(i, true);
      const hash = hashOf(four, view.getUint16(i + 4, true));
      const offset = writer.offset;
      let from = places[hash]! - bias;
      places[hash] = i + bias;
      if (offset !== 0 && four === view.getInt32(i - offset, true)) {
        from = i - offset;
      } else if (from < start || i - from > OFFSET_MAX || four !== view.getInt32(from, true)) {
        i += 1 + ((i - literal) >> SKIP_SHIFT);
        continue;
      }
      const matchEnd = i + matchLength(view, from, i, end);
      while (i > literal && from > start && view.getUint8(i - 1) === view.getUint8(from - 1)) {
        i--;
        from--;
      }
      if (!writer.write(literal, from, i, matchEnd - i)) return -1;
      i = matchEnd;
      literal = i;
      if (i <= last) {
        const near = i - 2;
        places[hashOf(view.getInt32(near, true), view.getUint16(near + 4, true))] = near + bias;
      }
    }
    return writer.finish(literal, end);
  }
}

function hashOf(four: number, two: number): number {
  return (Math.imul(four, FACTOR_FOUR) + Math.imul(two, FACTOR_TWO)) >>> (32 - HASH_BITS);
}
