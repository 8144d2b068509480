/** What finds the repetitions in data. */

import type { BlockWriter } from "./block-writer.ts";

export interface Matcher {
  /**
   * Makes a block of the bytes of `view` from `start` up to `end`, at least eight of them.
   *
   * @param writer where the block is begun
   * @returns the index behind the block, or -1 when it would not be smaller than its data
   */
  encode(view: DataView, start: number, end: number, writer: BlockWriter): number;
}
