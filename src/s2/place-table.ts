/**
 * Hot path. Where bytes were seen last, by a hash of them.
 *
 * It is not cleared for each block, as most blocks are short: places of a later block are larger
 * numbers, so that those of earlier ones are told apart.
 */

/** From here on places begin anew. */
const BASE_MAX = 0x40000000;

export class PlaceTable {
  /** Places by hash; `begin` tells what they are. */
  readonly places: Int32Array;
  #base = 1;

  /** @param bits of a hash */
  constructor(bits: number) {
    this.places = new Int32Array(1 << bits);
  }

  /**
   * Begins a block.
   *
   * @returns what to add to an index of the block's data for its place. Places from other blocks are
   *     those of an index before `start`.
   */
  begin(start: number, end: number): number {
    if (this.#base > BASE_MAX) {
      this.places.fill(0);
      this.#base = 1;
    }
    const bias = this.#base - start;
    this.#base += end - start;
    return bias;
  }
}
