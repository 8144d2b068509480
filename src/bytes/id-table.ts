/**
 * Hash table from a 32-bit hash to positive integer ids, open addressing with linear probing.
 *
 * It stores no keys: the owner compares the bytes behind an id itself while it walks the candidates
 * of a hash. Eight bytes a slot, at most three quarters full, no tombstones (removal shifts the run
 * back), so a million entries are 16 MB at worst and cost the garbage collector nothing.
 *
 *     for (let at = table.first(hash); at >= 0; at = table.next(at, hash)) {
 *       const id = table.idAt(at); ...compare...
 *     }
 */
export class IdTable {
  /** Pairs of (hash, id); id 0 marks an empty slot. */
  #slots: Int32Array;
  #mask: number;
  #count = 0;
  readonly #minimum: number;

  /** @param minimum slots to begin with and to shrink back to; a power of two. */
  constructor(minimum = 16) {
    this.#minimum = minimum;
    this.#slots = new Int32Array(minimum * 2);
    this.#mask = minimum - 1;
  }

  get count(): number {
    return this.#count;
  }

  /** Slot of the first id stored under `hash`, or -1. */
  first(hash: number): number {
    return this.#probe(hash & this.#mask, hash);
  }

  /** Slot of the next id stored under the same hash, or -1. */
  next(at: number, hash: number): number {
    return this.#probe((at + 1) & this.#mask, hash);
  }

  /** The id in a slot that `first` or `next` returned. */
  idAt(at: number): number {
    return this.#slots[(at << 1) | 1]!;
  }

  /** Adds an id. The caller has made sure that its key is not there yet. */
  add(hash: number, id: number): void {
    if ((this.#count + 1) * 4 > (this.#mask + 1) * 3) this.#resize((this.#mask + 1) * 2);
    this.#place(hash, id);
    this.#count++;
  }

  /** Removes an id that was added under this hash; does nothing when it is not there. */
  remove(hash: number, id: number): void {
    let at = this.first(hash);
    while (at >= 0 && this.idAt(at) !== id) at = this.next(at, hash);
    if (at < 0) return;
    this.#closeGap(at);
    this.#count--;
    const size = this.#mask + 1;
    if (size > this.#minimum && this.#count * 16 < size) this.#resize(size >> 1);
  }

  #probe(start: number, hash: number): number {
    const slots = this.#slots;
    const mask = this.#mask;
    let at = start;
    for (;;) {
      const pair = at << 1;
      if (slots[pair + 1] === 0) return -1;
      if (slots[pair] === hash) return at;
      at = (at + 1) & mask;
    }
  }

  #place(hash: number, id: number): void {
    const slots = this.#slots;
    const mask = this.#mask;
    let at = hash & mask;
    while (slots[(at << 1) + 1] !== 0) at = (at + 1) & mask;
    slots[at << 1] = hash;
    slots[(at << 1) + 1] = id;
  }

  /** Moves later entries of the run back so that no probe stops early at the emptied slot. */
  #closeGap(emptied: number): void {
    const slots = this.#slots;
    const mask = this.#mask;
    let gap = emptied;
    for (let at = (gap + 1) & mask; slots[(at << 1) + 1] !== 0; at = (at + 1) & mask) {
      const home = slots[at << 1]! & mask;
      if (((at - home) & mask) >= ((at - gap) & mask)) {
        slots[gap << 1] = slots[at << 1]!;
        slots[(gap << 1) + 1] = slots[(at << 1) + 1]!;
        gap = at;
      }
    }
    slots[(gap << 1) + 1] = 0;
  }

  #resize(size: number): void {
    const old = this.#slots;
    this.#slots = new Int32Array(size * 2);
    this.#mask = size - 1;
    for (let pair = 0; pair < old.length; pair += 2) {
      const id = old[pair + 1]!;
      if (id !== 0) this.#place(old[pair]!, id);
    }
  }
}
