/**
 * Compares passwords with bcrypt hashes, beside the event loop and not too many at a time.
 *
 * What is asked for twice is computed once: while it is being computed, and for a minute afterwards.
 * A verdict is remembered under a digest of hash and password with a key that only this process
 * has, and only in memory. A minute is long enough for the clients of a service to come back after
 * a break, and for one that tries a wrong password again and again to cost nothing.
 */

import type { Logger } from "../../log/logger.ts";
import type { LoginAttempt } from "../login.ts";
import { FairQueue, type QueuedWork } from "./fair-queue.ts";
import { networkOf } from "./network-of.ts";
import { VerdictMemory } from "./verdict-memory.ts";

/** How a password is compared with a hash. */
export interface BcryptEngine {
  /**
   * Is asked for one comparison at a time. Null when it was given up, since nobody wants it any more.
   *
   * @throws Error when it cannot be done.
   */
  compare(hash: string, secret: string, isWanted: () => boolean): Promise<boolean | null>;
  /** Gives up what it is at. */
  stop(): void;
}

const RIGHT_MAX = 4096;
const WRONG_MAX = 1024;
const REMEMBERED_MS = 60_000;
const KEY_BYTES = 32;
/** So many may wait for the same before it is looked who has gone. */
const WAITERS_UNSEEN = 64;

type Attempt = Pick<LoginAttempt, "ip" | "isAbandoned">;
/** Null: there is no verdict, and the client may try again. */
type Verdict = boolean | null;

export class BcryptVerifier {
  readonly #log: Logger;
  readonly #engine: BcryptEngine;
  readonly #key = crypto.getRandomValues(new Uint8Array(KEY_BYTES));
  /** Apart from each other, as anyone can make as many wrong ones as they like. */
  readonly #right = new VerdictMemory(RIGHT_MAX, REMEMBERED_MS);
  readonly #wrong = new VerdictMemory(WRONG_MAX, REMEMBERED_MS);
  readonly #queue = new FairQueue<Comparison>();
  /** What waits or runs, by digest. */
  readonly #open = new Map<string, Comparison>();
  #isRunning = false;
  #isStopped = false;

  constructor(log: Logger, engine: BcryptEngine) {
    this.#log = log;
    this.#engine = engine;
  }

  /**
   * Whether the password is the one that was hashed. Null when it was not compared: too many wait, the
   * client has gone, or something is broken.
   */
  verify(hash: string, secret: string, attempt: Attempt): Verdict | Promise<Verdict> {
    const digest = this.#digest(hash, secret);
    const now = performance.now();
    const known = this.#right.find(digest, now) ?? this.#wrong.find(digest, now);
    if (known !== undefined) return known;
    if (this.#isStopped) return null;
    return new Promise((resolve) => {
      const waiter = { attempt, resolve };
      const open = this.#open.get(digest);
      if (open !== undefined) open.join(waiter);
      else this.#enqueue(new Comparison(digest, hash, secret, waiter));
    });
  }

  /** Forgets all verdicts; what is being compared goes on. */
  forget(): void {
    this.#right.clear();
    this.#wrong.clear();
  }

  /** Nothing is compared from now on. */
  stop(): void {
    this.#isStopped = true;
    this.forget();
    this.#queue.clear();
    this.#engine.stop();
  }

  #enqueue(comparison: Comparison): void {
    if (!this.#queue.add(comparison)) {
      comparison.drop();
      return;
    }
    this.#open.set(comparison.digest, comparison);
    comparison.onEnd = () => this.#open.delete(comparison.digest);
    if (!this.#isRunning) this.#runNext();
  }

  #runNext(): void {
    const comparison = this.#queue.take();
    this.#isRunning = comparison !== undefined;
    if (comparison === undefined) return;
    this.#compare(comparison).then((verdict) => {
      comparison.end(verdict);
      this.#runNext();
    });
  }

  async #compare(comparison: Comparison): Promise<Verdict> {
    const { digest, hash, secret } = comparison;
    try {
      const isRight = await this.#engine.compare(hash, secret, () => !comparison.isAbandoned());
      if (isRight === null) return null;
      (isRight ? this.#right : this.#wrong).keep(digest, isRight, performance.now());
      return isRight;
    } catch (error) {
      this.#log.error(`Password not verified: ${(error as Error).message}`);
      return null;
    }
  }

  #digest(hash: string, secret: string): string {
    const hasher = new Bun.CryptoHasher("sha256", this.#key);
    return hasher.update(`${hash.length} ${hash}`).update(secret).digest("base64");
  }
}

interface Waiter {
  readonly attempt: Attempt;
  readonly resolve: (verdict: Verdict) => void;
}

/** One password and one hash, for all who wait for the same. */
class Comparison implements QueuedWork {
  readonly address: string;
  readonly digest: string;
  readonly hash: string;
  readonly secret: string;
  onEnd: () => void = () => {};
  #waiters: Waiter[];
  /** Number of waiters at which those who have gone are let go. */
  #pruneAt = WAITERS_UNSEEN;

  constructor(digest: string, hash: string, secret: string, waiter: Waiter) {
    this.address = networkOf(waiter.attempt.ip);
    this.digest = digest;
    this.hash = hash;
    this.secret = secret;
    this.#waiters = [waiter];
  }

  /** Whoever comes again and again with the same password shall not pile up here. */
  join(waiter: Waiter): void {
    if (this.#waiters.length >= this.#pruneAt) {
      const gone = this.#waiters.filter(({ attempt }) => attempt.isAbandoned());
      this.#waiters = this.#waiters.filter(({ attempt }) => !attempt.isAbandoned());
      this.#pruneAt = Math.max(WAITERS_UNSEEN, this.#waiters.length * 2);
      for (const { resolve } of gone) resolve(null);
    }
    this.#waiters.push(waiter);
  }

  isAbandoned(): boolean {
    return this.#waiters.every(({ attempt }) => attempt.isAbandoned());
  }

  drop(): void {
    this.end(null);
  }

  end(verdict: Verdict): void {
    this.onEnd();
    for (const { resolve } of this.#waiters) resolve(verdict);
  }
}
