/**
 * Hot path. Which mapping applies to a subject, by the subject's bytes.
 *
 * Direct mapped: one place for each subject, where the latest stays. Long subjects are not kept.
 */

import { bytesEqual } from "../../bytes/ascii.ts";

const PLACES = 1024;
const PLACE_MASK = PLACES - 1;
const SUBJECT_MAX = 64;

/** What `find` answers for a subject that is not kept. */
export const NOT_KEPT = -2;

export class SelectionCache {
  readonly #bytes = Buffer.alloc(PLACES * SUBJECT_MAX);
  readonly #hashes = new Int32Array(PLACES);
  /** 0 for an empty place. */
  readonly #lengths = new Uint8Array(PLACES);
  readonly #values = new Int32Array(PLACES);

  find(subject: Uint8Array, start: number, end: number, hash: number): number {
    const place = (hash ^ (hash >>> 16)) & PLACE_MASK;
    const length = this.#lengths[place]!;
    if (length === 0 || length !== end - start || this.#hashes[place] !== hash) return NOT_KEPT;
    if (!bytesEqual(this.#bytes, place * SUBJECT_MAX, subject, start, length)) return NOT_KEPT;
    return this.#values[place]!;
  }

  keep(subject: Uint8Array, start: number, end: number, hash: number, value: number): void {
    const length = end - start;
    if (length > SUBJECT_MAX) return;
    const place = (hash ^ (hash >>> 16)) & PLACE_MASK;
    const at = place * SUBJECT_MAX;
    for (let i = 0; i < length; i++) this.#bytes[at + i] = subject[start + i]!;
    this.#hashes[place] = hash;
    this.#lengths[place] = length;
    this.#values[place] = value;
  }
}
