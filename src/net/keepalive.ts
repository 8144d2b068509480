/**
 * Keep-alive of one connection, with nats-server's timing: the first PING a good two seconds after
 * CONNECT, then one per interval unless the peer was heard of, and the end when too many are open.
 */

import type { Deadlines, Due } from "./deadlines.ts";

/** First PING after CONNECT, plus up to a fifth so that reconnecting clients spread out. */
const FIRST_PING_MS = 2000;
const FIRST_PING_JITTER = 0.2;
/** A measured round-trip time is good for an hour; until then a quiet peer is pinged anyway. */
const RTT_VALID_MS = 60 * 60 * 1000;

/** What all keep-alives of one server share. */
export interface KeepaliveHost {
  readonly deadlines: Deadlines;
  /** Read anew each time, so a reload takes effect with the next PING. */
  readonly options: { readonly pingIntervalMs: number; readonly pingMax: number };
}

export interface KeepaliveOwner {
  readonly keepaliveHost: KeepaliveHost;
  /** The interval has passed; one of the others may follow. */
  onPingTimer(): void;
  sendPing(): void;
  /** More PINGs than allowed are unanswered. */
  onStale(): void;
  /** A PING was due but the peer was active. */
  onPingDelayed(sinceActivityMs: number): void;
}

export class Keepalive implements Due {
  /** Last round trip in milliseconds; 0 while unknown. */
  rttMs = 0;
  dueAt = 0;
  place = 0;
  readonly #owner: KeepaliveOwner;
  #open = 0;
  /** At first the beginning of the connection, which CONNECT answers. */
  #pingedAt = performance.now();
  #measuredAt = -RTT_VALID_MS;
  #activeAt = 0;

  constructor(owner: KeepaliveOwner) {
    this.#owner = owner;
    this.#startInterval();
  }

  /** When the peer last sent something, as `performance.now` tells; 0 for never. */
  get activeAt(): number {
    return this.#activeAt;
  }

  /** CONNECT has come, whatever comes of it: the answer to the greeting. */
  onGreetingAnswered(): void {
    if (this.rttMs === 0) this.rttMs = Math.max(performance.now() - this.#pingedAt, Number.EPSILON);
  }

  /** CONNECT was accepted. */
  onConnect(): void {
    const jitter = 1 + Math.random() * FIRST_PING_JITTER;
    const { deadlines, options } = this.#owner.keepaliveHost;
    deadlines.set(this, Math.min(options.pingIntervalMs, FIRST_PING_MS) * jitter);
  }

  /** The peer sent something that shows it is alive. */
  onActivity(): void {
    this.#activeAt = performance.now();
  }

  onPong(): void {
    const now = performance.now();
    if (this.#open > 0) {
      this.rttMs = Math.max(now - this.#pingedAt, Number.EPSILON);
      this.#measuredAt = now;
    }
    this.#open = 0;
  }

  stop(): void {
    this.#owner.keepaliveHost.deadlines.clear(this);
  }

  /** The interval has passed. */
  onDue(): void {
    const { pingIntervalMs, pingMax } = this.#owner.keepaliveHost.options;
    this.#owner.onPingTimer();
    const now = performance.now();
    const quietMs = now - this.#activeAt;
    const isMeasured = this.rttMs > 0 && now - this.#measuredAt < RTT_VALID_MS;
    const isHeardOf = isMeasured && this.#activeAt > 0 && quietMs < pingIntervalMs;
    if (!isHeardOf && this.#open + 1 > pingMax) {
      this.#owner.onStale();
      return;
    }
    // The PING may be the one byte too many that ends the connection, and this with it.
    this.#startInterval();
    if (isHeardOf) this.#owner.onPingDelayed(quietMs);
    else {
      this.#open++;
      this.#pingedAt = now;
      this.#owner.sendPing();
    }
  }

  #startInterval(): void {
    const { deadlines, options } = this.#owner.keepaliveHost;
    deadlines.set(this, options.pingIntervalMs);
  }
}
