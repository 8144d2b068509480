/**
 * Hot path. The tokens of one subject: where each begins and ends, and its hash.
 *
 * One instance serves every list of rules: a question is answered before the next one is asked.
 */

import { DOT } from "../../bytes/ascii.ts";
import { HASH_PRIME, HASH_SEED } from "../../bytes/hash.ts";
import { doubled } from "../match-result.ts";

export class SubjectTokens {
  /** What the subject is part of. */
  buf: Uint8Array = new Uint8Array(0);
  /** Tokens of the subject, also those that were not recorded. */
  count = 0;
  /** Start, end and `hashBytes` of each recorded token. */
  triples: Int32Array = new Int32Array(3 * 16);

  /**
   * Takes a subject apart.
   *
   * @param most tokens to record; later ones are only counted.
   * @returns false when a token is empty.
   */
  split(buf: Uint8Array, start: number, end: number, most: number): boolean {
    let count = 0;
    let tokenStart = start;
    let hash = HASH_SEED;
    for (let i = start; i <= end; i++) {
      const byte = i === end ? DOT : buf[i]!;
      if (byte !== DOT) {
        hash = Math.imul(hash ^ byte, HASH_PRIME);
        continue;
      }
      if (i === tokenStart) return false;
      if (count < most) this.#record(count, tokenStart, i, hash);
      count = (count + 1) | 0;
      tokenStart = (i + 1) | 0;
      hash = HASH_SEED;
    }
    this.buf = buf;
    this.count = count;
    return true;
  }

  #record(index: number, start: number, end: number, hash: number): void {
    const at = Math.imul(index, 3);
    if (at === this.triples.length) this.triples = doubled(this.triples);
    this.triples[at] = start;
    this.triples[at + 1] = end;
    this.triples[at + 2] = hash;
  }
}
