/**
 * The keys of an identity provider, as far as the server knows them.
 *
 * They are read anew at intervals, and when a token names a key that is not known. As anybody can
 * write such a token, that happens once in a while only. When they cannot be read, those that are
 * known go on counting for some time: a provider that is away shall not keep everybody out.
 */

import { goDuration } from "../../log/go-duration.ts";
import type { Logger } from "../../log/logger.ts";
import { goQuoteText } from "../../protocol/go-quote.ts";
import type { PublicJwk } from "../../protocol/jwks.ts";
import type { FetchLimits } from "./fetch-json.ts";
import type { KeySource } from "./key-source.ts";
import type { KeySet } from "./signature-check.ts";

export interface KeyLimits extends FetchLimits {
  /** Least time from one reading to another that a token asks for. */
  readonly coolDownMs: number;
  /** Time to the next reading after one that has failed; it doubles with each, up to `refreshMs`. */
  readonly retryMs: number;
}

export const KEY_LIMITS: Readonly<KeyLimits> = {
  timeoutMs: 5000,
  bytesMax: 256 * 1024,
  coolDownMs: 10_000,
  retryMs: 5000,
};

export interface KeyTimes {
  readonly refreshMs: number;
  readonly maxStaleMs: number;
}

/** What a store works with. */
interface Parts {
  readonly issuer: string;
  readonly source: KeySource;
  readonly limits: KeyLimits;
  readonly log: Logger;
  readonly createSet: (keys: readonly PublicJwk[]) => KeySet;
}

export class KeyStore {
  readonly #parts: Parts;
  readonly #stopping = new AbortController();
  #times: KeyTimes;
  #set: KeySet | null = null;
  /** When they were asked for, by the steady clock. */
  #readAt = 0;
  #triedAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | null = null;
  #timer: Timer | null = null;
  #failures = 0;
  /** What has been said in the log, so that it is said once. */
  #trouble = "";

  constructor(parts: Parts, times: KeyTimes) {
    this.#parts = parts;
    this.#times = times;
  }

  /** Begins to read. Resolves at once for keys that others have to send, which may take long. */
  async start(): Promise<void> {
    const reading = this.#read();
    if (!this.#parts.source.isRemote) await reading;
  }

  /** Takes over times at a reload, and reads what may have been changed along with them. */
  async restart(times: KeyTimes): Promise<void> {
    this.#times = times;
    await this.start();
  }

  /** Keys that count now, null when there are none. */
  get current(): KeySet | null {
    return this.#isTooOld() ? null : this.#set;
  }

  /** The same after another look, unless the last one was a moment ago. */
  async renewed(): Promise<KeySet | null> {
    const isTooSoon = performance.now() - this.#triedAt < this.#parts.limits.coolDownMs;
    const mayLook = this.#set === null || this.#parts.source.canChange;
    if (this.#reading !== null || (!isTooSoon && mayLook)) await this.#read();
    return this.current;
  }

  /** Ends what is under way. Nothing is read any more. */
  stop(): void {
    this.#stopping.abort();
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  #isTooOld(): boolean {
    const { canChange } = this.#parts.source;
    return canChange && performance.now() - this.#readAt > this.#times.maxStaleMs;
  }

  /** Whoever wants to know while it is being read shares the answer. Never fails. */
  #read(): Promise<void> {
    this.#reading ??= this.#readNow().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  async #readNow(): Promise<void> {
    const startedAt = performance.now();
    this.#triedAt = startedAt;
    try {
      this.#take(await this.#parts.source.read(this.#stopping.signal), startedAt);
    } catch (error) {
      // Whatever a provider sends, the server goes on.
      this.#fail((error as Error).message);
    }
    this.#schedule();
  }

  #take(keys: readonly PublicJwk[], readAt: number): void {
    const { createSet, log } = this.#parts;
    const isNew = this.#set === null || !Bun.deepEquals(this.#set.keys, keys);
    // Keys that stay have been made ready for use.
    if (isNew) this.#set = createSet(keys);
    if (isNew || this.#trouble !== "") {
      log.info(`OIDC keys of ${this.#name} loaded: ${keys.length}`);
    }
    this.#readAt = readAt;
    this.#failures = 0;
    this.#trouble = "";
  }

  #fail(reason: string): void {
    if (this.#stopping.signal.aborted) return;
    this.#failures++;
    const isRefusing = this.current === null;
    const trouble = `${reason} ${isRefusing}`;
    if (trouble === this.#trouble) return;
    this.#trouble = trouble;
    const age = goDuration(Math.round((performance.now() - this.#readAt) / 1000) * 1000);
    const outcome = isRefusing ? "its tokens are refused" : `those of ${age} ago still count`;
    this.#parts.log.warn(`OIDC keys of ${this.#name} not loaded: ${reason}; ${outcome}`);
  }

  #schedule(): void {
    const { source, limits } = this.#parts;
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    if (this.#stopping.signal.aborted || !source.canChange) return;
    const { refreshMs } = this.#times;
    const retryMs = limits.retryMs * 2 ** (this.#failures - 1);
    const delay = this.#failures === 0 ? refreshMs : Math.min(retryMs, refreshMs);
    this.#timer = setTimeout(() => void this.#read(), delay);
    this.#timer.unref();
  }

  get #name(): string {
    return goQuoteText(this.#parts.issuer);
  }
}
