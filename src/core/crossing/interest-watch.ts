/**
 * Notices when nobody wants the answer to a request any more, so that it is not waited for.
 *
 * Looked at only after the turn: subscriptions may end in the middle of a delivery, when nothing may
 * be matched.
 */

import type { Account } from "../account.ts";
import { hasWildcard } from "../subject.ts";
import type { PendingReplies } from "./pending-replies.ts";

/** Subjects that are looked at one by one; with more, all that an account waits for is gone through. */
const SUBJECTS_MAX = 64;
/** Going through them all may take one part of the time, so many others are for everything else. */
const REST_FACTOR = 10;

export class InterestWatch {
  readonly #replies: PendingReplies;
  readonly #lost = new Map<Account, Buffer[] | "many">();
  readonly #unswept = new Set<Account>();
  #sweepTimer: Timer | undefined;
  #restUntil = 0;

  constructor(replies: PendingReplies) {
    this.#replies = replies;
  }

  /** A subscription of the account has ended, or is about to; the bytes are this object's. */
  lost(account: Account, subject: Buffer): void {
    if (this.#lost.size === 0) queueMicrotask(() => this.#check());
    const subjects = this.#lost.get(account) ?? [];
    if (subjects === "many") return;
    const isMany = subjects.length === SUBJECTS_MAX || hasWildcard(subject, 0, subject.length);
    if (!isMany) subjects.push(subject);
    this.#lost.set(account, isMany ? "many" : subjects);
  }

  #check(): void {
    const lost = [...this.#lost];
    this.#lost.clear();
    for (const [account, subjects] of lost) {
      if (subjects === "many") this.#unswept.add(account);
      else for (const subject of subjects) this.#checkSubject(account, subject);
    }
    if (this.#unswept.size > 0 && this.#sweepTimer === undefined) this.#sweep();
  }

  #sweep(): void {
    const began = performance.now();
    const rest = this.#restUntil - began;
    this.#sweepTimer = rest > 0 ? setTimeout(() => this.#sweep(), rest) : undefined;
    this.#sweepTimer?.unref();
    if (rest > 0) return;
    for (const account of this.#unswept) this.#replies.sweep(account);
    this.#unswept.clear();
    const end = performance.now();
    this.#restUntil = end + (end - began) * REST_FACTOR;
  }

  #checkSubject(account: Account, subject: Buffer): void {
    const { idCount } = account.sublist.matchRange(subject, 0, subject.length);
    if (idCount === 0) this.#replies.loseInterest(account, subject, 0, subject.length);
  }
}
