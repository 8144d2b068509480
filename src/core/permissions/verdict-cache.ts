/**
 * Hot path. What was decided about a subject, by the subject's bytes.
 *
 * A four-way set associative table of 64-byte slots in one block of memory:
 *
 *      word 0   hash of the subject
 *           1   its length, 0 for an empty slot
 *           2   verdict
 *           3   whether it was found again since it had to defend its place
 *        4-15   the subject, up to 48 bytes; longer ones are decided anew each time
 *
 * A subject that is found again keeps its place before one that is not: reply subjects, used once,
 * push each other out. The block has 1 KB from the first miss on, doubles after many misses, and ends
 * at 16 KB.
 */

const SLOT_SHIFT = 4;
const SLOT_BYTES = 64;
const SLOT_LENGTH = 1;
const SLOT_VERDICT = 2;
const SLOT_FOUND = 3;
const TEXT_BYTE = 16;
const SUBJECT_MAX = SLOT_BYTES - TEXT_BYTE;
const NEXT_SLOT = 1 << SLOT_SHIFT;
const WAYS = 4;
const LAST_WAY = (WAYS - 1) * NEXT_SLOT;
const FIRST_SLOTS = 16;
/** Subjects kept at most. */
export const VERDICTS_MAX = 256;
/** Misses for each slot until the table is taken to be too small. */
const PATIENCE = 4;

/** Read before anything is kept: a set of empty slots. */
const NOTHING = new Int32Array(WAYS << SLOT_SHIFT);
const NO_BYTES = new Uint8Array(NOTHING.buffer);

/** No verdict is kept. */
export const UNKNOWN = 0;

export class VerdictCache {
  /** Subjects that no cache of this process knew a verdict on. */
  static misses = 0;
  #words: Int32Array = NOTHING;
  #bytes: Uint8Array = NO_BYTES;
  /** Picks the first slot of a set. */
  #mask = 0;
  /** Misses until the table grows. */
  #patience = 0;

  /** Bytes in use. */
  get size(): number {
    return this.#words === NOTHING ? 0 : this.#words.byteLength;
  }

  /** The verdict on a subject, or `UNKNOWN`. */
  find(buf: Uint8Array, start: number, end: number, hash: number): number {
    const words = this.#words;
    const length = (end - start) | 0;
    let base = ((spread(hash) & this.#mask) << SLOT_SHIFT) | 0;
    const last = (base + LAST_WAY) | 0;
    while (words[base] !== hash || words[base + SLOT_LENGTH] !== length) {
      if (base === last) return UNKNOWN;
      base = (base + NEXT_SLOT) | 0;
    }
    const bytes = this.#bytes;
    const shift = ((base << 2) + TEXT_BYTE - start) | 0;
    for (let i = start; i < end; i++) if (bytes[i + shift] !== buf[i]) return UNKNOWN;
    words[base + SLOT_FOUND] = 1;
    return words[base + SLOT_VERDICT]!;
  }

  /** Keeps a verdict that `find` did not know. */
  keep(buf: Uint8Array, start: number, end: number, hash: number, verdict: number): void {
    VerdictCache.misses++;
    if (end - start > SUBJECT_MAX) return;
    if (this.#patience === 0) this.#enlarge();
    if (this.#patience > 0) this.#patience--;
    const words = this.#words;
    const base = this.#victim((spread(hash) & this.#mask) << SLOT_SHIFT);
    words[base] = hash;
    words[base + SLOT_LENGTH] = end - start;
    words[base + SLOT_VERDICT] = verdict;
    words[base + SLOT_FOUND] = 0;
    const shift = ((base << 2) + TEXT_BYTE - start) | 0;
    for (let i = start; i < end; i++) this.#bytes[i + shift] = buf[i]!;
  }

  /** The slot of a set to write to: an empty one, or one whose subject was not found again. */
  #victim(first: number): number {
    const words = this.#words;
    const last = (first + LAST_WAY) | 0;
    let unmarked = -1;
    for (let base = first; base <= last; base += NEXT_SLOT) {
      if (words[base + SLOT_LENGTH] === 0) return base;
      if (unmarked < 0 && words[base + SLOT_FOUND] === 0) unmarked = base;
    }
    if (unmarked >= 0) return unmarked;
    // Those that stay have to be found again to keep their places the next time.
    for (let base = first; base <= last; base += NEXT_SLOT) words[base + SLOT_FOUND] = 0;
    return first;
  }

  /** Begins with an empty table of twice the size; the last one is never left. */
  #enlarge(): void {
    const slots = this.#words === NOTHING ? FIRST_SLOTS : this.#words.length >> (SLOT_SHIFT - 1);
    this.#words = new Int32Array(slots << SLOT_SHIFT);
    this.#bytes = new Uint8Array(this.#words.buffer);
    this.#mask = slots - WAYS;
    this.#patience = slots === VERDICTS_MAX ? -1 : slots * PATIENCE;
  }
}

/** Mixes all bits into those that pick a slot; FNV's low ones differ too little. */
function spread(hash: number): number {
  const mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b | 0);
  return mixed ^ (mixed >>> 15);
}
