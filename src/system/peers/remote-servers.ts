/**
 * The other servers, so far as they have told of themselves. One that says nothing for a while is
 * gone, whether it has said so or not.
 */

import type { Logger } from "../../log/logger.ts";
import { goQuoteText } from "../../protocol/go-quote.ts";

/** Servers that are kept count of; more than that are not known. */
export const SERVERS_MAX = 4096;
/** A server that has said nothing for so long is gone. */
const SILENCE_MS = 150_000;
/** How often that is looked at, while there are other servers. */
const SWEEP_MS = 90_000;

interface RemoteServer {
  /** Number of its last message. */
  sequence: number;
  seenAt: number;
}

export interface RemoteServersHost {
  readonly log: Logger;
  /** Another server has come, or come back. */
  onNew(): void;
  onGone(id: string): void;
}

/** Times that tests make short, in milliseconds. */
export interface SilenceTimes {
  readonly silenceMs?: number;
  readonly sweepMs?: number;
}

export class RemoteServers {
  readonly #host: RemoteServersHost;
  readonly #silenceMs: number;
  readonly #sweepMs: number;
  readonly #byId = new Map<string, RemoteServer>();
  #sweeper: Timer | undefined;

  constructor(
    host: RemoteServersHost,
    { silenceMs = SILENCE_MS, sweepMs = SWEEP_MS }: SilenceTimes = {},
  ) {
    this.#host = host;
    this.#silenceMs = silenceMs;
    this.#sweepMs = sweepMs;
  }

  get count(): number {
    return this.#byId.size;
  }

  /** A server has sent a message. @param sequence always goes up. */
  seen(id: string, sequence: number): void {
    const seenAt = performance.now();
    const known = this.#byId.get(id);
    if (known === undefined) {
      if (this.#byId.size >= SERVERS_MAX) return;
      this.#byId.set(id, { sequence, seenAt });
      this.#sweeper ??= setInterval(() => this.#sweep(), this.#sweepMs).unref();
      this.#host.onNew();
      return;
    }
    if (sequence <= known.sequence) {
      const { log } = this.#host;
      log.error(`Received out of order remote server update from: ${goQuoteText(id)}`);
      return;
    }
    known.sequence = sequence;
    known.seenAt = seenAt;
  }

  has(id: string): boolean {
    return this.#byId.has(id);
  }

  /** A server has said that it goes. */
  forget(id: string): void {
    if (!this.#byId.delete(id)) return;
    if (this.#byId.size === 0) this.#rest();
    this.#host.onGone(id);
  }

  stop(): void {
    this.#rest();
    for (const id of [...this.#byId.keys()]) this.forget(id);
  }

  #sweep(): void {
    const before = performance.now() - this.#silenceMs;
    for (const [id, { seenAt }] of this.#byId) {
      if (seenAt >= before) continue;
      this.#host.log.debug(`Detected orphan remote server: ${goQuoteText(id)}`);
      this.forget(id);
    }
  }

  #rest(): void {
    clearInterval(this.#sweeper);
    this.#sweeper = undefined;
  }
}
