/**
 * Hot path. Match results by subject bytes.
 *
 * Four-way set associative, so bounded by construction; a second bound on the ids held keeps large
 * fan-outs from filling memory. A subject is kept only when it misses twice within a short time:
 * reply inboxes, used once, never push a hot subject out.
 *
 * Invalidation is precise. A change of a literal subscription drops the one entry of that subject.
 * A change of a wildcard subscription is written to a short log; an entry older than the log's head
 * compares the patterns it missed with its subject at its next use, and either is current again or
 * goes. An unrelated SUB or UNSUB costs a hot subject one comparison.
 */

import { bytesEqual } from "../bytes/ascii.ts";
import { MatchResult } from "./match-result.ts";
import { matchesPattern } from "./subject.ts";

const WAYS = 4;
const SETS = 2048;
const SET_MASK = SETS - 1;
/** Misses that are remembered: many more than sets, lest subjects of one set push each other out. */
const MISSES = 8192;
const MISS_MASK = MISSES - 1;
const LOG_LENGTH = 64;
const LOG_MASK = LOG_LENGTH - 1;
/** Ids in all cached results together. */
const IDS_MAX = 1 << 20;

class CacheEntry {
  hash: number;
  subject: Uint8Array;
  result: MatchResult;
  /** Number of wildcard changes that this result has taken into account. */
  generation: number;

  constructor(hash: number, subject: Uint8Array, result: MatchResult, generation: number) {
    this.hash = hash;
    this.subject = subject;
    this.result = result;
    this.generation = generation;
  }
}

/** Stands in every empty slot, so that a slot always holds the same class. Length 0 never matches. */
const EMPTY = new CacheEntry(0, new Uint8Array(0), new MatchResult(0), 0);

export class SublistCache {
  hits = 0;
  misses = 0;
  count = 0;
  readonly #entries: CacheEntry[] = new Array<CacheEntry>(SETS * WAYS).fill(EMPTY);
  /** Hashes of subjects that missed. */
  readonly #missed = new Int32Array(MISSES);
  readonly #log: Uint8Array[] = new Array<Uint8Array>(LOG_LENGTH).fill(new Uint8Array(0));
  #generation = 0;
  #idsHeld = 0;
  #victim = 0;
  readonly #isEnabled: boolean;

  /** @param isEnabled false keeps nothing: every subject is matched anew. */
  constructor(isEnabled = true) {
    this.#isEnabled = isEnabled;
  }

  /** The current result for a subject, or null. */
  find(buf: Uint8Array, start: number, end: number, hash: number): MatchResult | null {
    const at = this.#locate(buf, start, end, hash);
    if (at >= 0) {
      const entry = this.#entries[at]!;
      if (entry.generation === this.#generation || this.#revalidate(entry)) {
        this.hits = (this.hits + 1) | 0;
        return entry.result;
      }
      this.#drop(at);
    }
    this.misses = (this.misses + 1) | 0;
    return null;
  }

  /** Tells, after a miss, whether the subject should be kept now; remembers it if not. */
  admits(hash: number): boolean {
    const at = (hash ^ (hash >>> 15)) & MISS_MASK;
    if (this.#missed[at] === hash) return this.#isEnabled;
    this.#missed[at] = hash;
    return false;
  }

  /** Keeps a copy of a result. */
  store(buf: Uint8Array, start: number, end: number, hash: number, result: MatchResult): void {
    if (this.#idsHeld + result.idCount > IDS_MAX) this.clear();
    const first = (hash & SET_MASK) * WAYS;
    let at = first;
    while (at < first + WAYS && this.#entries[at] !== EMPTY) at++;
    if (at === first + WAYS) {
      this.#victim = (this.#victim + 1) & (WAYS - 1);
      at = first + this.#victim;
      this.#drop(at);
    }
    const subject = Uint8Array.prototype.slice.call(buf, start, end);
    this.#entries[at] = new CacheEntry(hash, subject, result.compact(), this.#generation);
    this.#idsHeld += result.idCount;
    this.count++;
  }

  /** A subscription to this literal subject came or went. */
  literalChanged(buf: Uint8Array, start: number, end: number, hash: number): void {
    const at = this.#locate(buf, start, end, hash);
    if (at >= 0) this.#drop(at);
  }

  /** A subscription to this pattern came or went. */
  wildcardChanged(pattern: Uint8Array): void {
    this.#log[this.#generation & LOG_MASK] = pattern;
    this.#generation = (this.#generation + 1) | 0;
  }

  clear(): void {
    this.#entries.fill(EMPTY);
    this.#idsHeld = 0;
    this.count = 0;
  }

  #locate(buf: Uint8Array, start: number, end: number, hash: number): number {
    const length = end - start;
    const first = (hash & SET_MASK) * WAYS;
    for (let at = first; at < first + WAYS; at++) {
      const entry = this.#entries[at]!;
      if (
        entry.hash === hash &&
        entry.subject.length === length &&
        length !== 0 &&
        bytesEqual(entry.subject, 0, buf, start, length)
      ) {
        return at;
      }
    }
    return -1;
  }

  #revalidate(entry: CacheEntry): boolean {
    const behind = (this.#generation - entry.generation) | 0;
    if (behind < 0 || behind > LOG_LENGTH) return false;
    for (let i = 0; i < behind; i++) {
      const pattern = this.#log[(entry.generation + i) & LOG_MASK]!;
      if (matchesPattern(entry.subject, 0, entry.subject.length, pattern)) return false;
    }
    entry.generation = this.#generation;
    return true;
  }

  #drop(at: number): void {
    this.#idsHeld -= this.#entries[at]!.result.idCount;
    this.#entries[at] = EMPTY;
    this.count--;
  }
}
