/**
 * Hot path. Match results by subject bytes.
 *
 * Four-way set associative, with sets that grow up to a maximum, so bounded by construction; a second
 * bound on the ids held keeps large fan-outs from filling memory. A subject is kept only when it misses twice within a short time:
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
/** An account with little traffic keeps little: there may be many of those. */
const FIRST_SETS = 4;
const SETS_MAX = 2048;
const GROWTH = 4;
/** Misses that are remembered: in the end many more than sets, lest subjects push each other out. */
const FIRST_MISSES = 16;
const MISSES_MAX = 8192;
const LOG_LENGTH = 64;
const LOG_MASK = LOG_LENGTH - 1;
/** Lookups are counted in int32, and carried over before that is full. */
const CARRY_AT = 1 << 30;
/** Ids in all cached results together. */
const IDS_MAX = 1 << 20;

/** Receivers of cached results. */
export interface Fanout {
  /** Of the result with the most. */
  readonly max: number;
  /** Of all results together. */
  readonly total: number;
}

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

/** What a cache begins with: a set that is never written to, and a log that is never read. */
const NO_ENTRIES = emptyEntries(1);
const NO_LOG: Uint8Array[] = [];

export class SublistCache {
  count = 0;
  /** Lookups that are not carried over yet. */
  #hits = 0;
  #misses = 0;
  #carriedHits = 0;
  #carriedMisses = 0;
  #entries: CacheEntry[] = NO_ENTRIES;
  /** Hashes of subjects that missed. */
  #missed = new Int32Array(FIRST_MISSES);
  /** Misses since there is room for so many. */
  #freshMisses = 0;
  #setMask = 0;
  #log: Uint8Array[] = NO_LOG;
  #generation = 0;
  #idsHeld = 0;
  #victim = 0;
  readonly #isEnabled: boolean;

  /** @param isEnabled false keeps nothing: every subject is matched anew. */
  constructor(isEnabled = true) {
    this.#isEnabled = isEnabled;
  }

  /** Lookups since the beginning that were answered. */
  get hits(): number {
    return this.#carriedHits + this.#hits;
  }

  get misses(): number {
    return this.#carriedMisses + this.#misses;
  }

  /** The current result for a subject, or null. */
  find(buf: Uint8Array, start: number, end: number, hash: number): MatchResult | null {
    const at = this.#locate(buf, start, end, hash);
    if (at >= 0) {
      const entry = this.#entries[at]!;
      if (entry.generation === this.#generation || this.#revalidate(entry)) {
        this.#hits = (this.#hits + 1) | 0;
        if (this.#hits === CARRY_AT) this.#carry();
        return entry.result;
      }
      this.#drop(at);
    }
    this.#misses = (this.#misses + 1) | 0;
    if (this.#misses === CARRY_AT) this.#carry();
    return null;
  }

  /** Tells, after a miss, whether the subject should be kept now; remembers it if not. */
  admits(hash: number): boolean {
    const at = (hash ^ (hash >>> 15)) & (this.#missed.length - 1);
    if (this.#missed[at] === hash) return this.#isEnabled;
    this.#missed[at] = hash;
    if (++this.#freshMisses > this.#missed.length) this.#rememberMore();
    return false;
  }

  /** Keeps a copy of a result. */
  store(buf: Uint8Array, start: number, end: number, hash: number, result: MatchResult): void {
    if (this.#idsHeld + result.idCount > IDS_MAX) this.clear();
    if (this.#entries === NO_ENTRIES) {
      this.#use(FIRST_SETS);
      this.#log = new Array<Uint8Array>(LOG_LENGTH).fill(new Uint8Array(0));
    }
    let first = (hash & this.#setMask) * WAYS;
    let at = first;
    while (at < first + WAYS && this.#entries[at] !== EMPTY) at++;
    if (at === first + WAYS && this.#grow()) {
      first = (hash & this.#setMask) * WAYS;
      at = first;
      while (at < first + WAYS && this.#entries[at] !== EMPTY) at++;
    }
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
    if (this.count === 0) return;
    this.#log[this.#generation & LOG_MASK] = pattern;
    this.#generation = (this.#generation + 1) | 0;
  }

  clear(): void {
    this.#entries.fill(EMPTY);
    this.#idsHeld = 0;
    this.count = 0;
  }

  /** Forgets the misses so far. */
  #rememberMore(): void {
    this.#freshMisses = 0;
    if (this.#missed.length < MISSES_MAX) {
      this.#missed = new Int32Array(Math.min(this.#missed.length * GROWTH, MISSES_MAX));
    }
  }

  /**
   * Takes more sets when one is full, unless nearly all of them are empty.
   *
   * @returns false when there are enough.
   */
  #grow(): boolean {
    const sets = this.#setMask + 1;
    if (sets === SETS_MAX || this.count * 8 < this.#entries.length) return false;
    const more = Math.min(sets * GROWTH, SETS_MAX);
    const old = this.#entries;
    this.#use(more);
    for (let i = 0; i < old.length; i++) {
      const entry = old[i]!;
      if (entry === EMPTY) continue;
      // The entries of a set go to as many others, so there is always room.
      let at = (entry.hash & this.#setMask) * WAYS;
      while (this.#entries[at] !== EMPTY) at++;
      this.#entries[at] = entry;
    }
    return true;
  }

  /** As in nats-server a queue group counts as one receiver. */
  fanout(): Fanout {
    let max = 0;
    let total = 0;
    for (let at = 0; at < this.#entries.length; at++) {
      const { plainCount, groupCount } = this.#entries[at]!.result;
      const receivers = plainCount + groupCount;
      total += receivers;
      if (receivers > max) max = receivers;
    }
    return { max, total };
  }

  #carry(): void {
    this.#carriedHits += this.#hits;
    this.#carriedMisses += this.#misses;
    this.#hits = 0;
    this.#misses = 0;
  }

  #use(sets: number): void {
    this.#entries = emptyEntries(sets);
    this.#setMask = sets - 1;
  }

  #locate(buf: Uint8Array, start: number, end: number, hash: number): number {
    const length = end - start;
    const first = (hash & this.#setMask) * WAYS;
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

function emptyEntries(sets: number): CacheEntry[] {
  return new Array<CacheEntry>(sets * WAYS).fill(EMPTY);
}
