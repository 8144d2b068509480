/**
 * Watches over the writes that the socket of a connection did not take whole, and tells who is a slow
 * consumer. Most connections never have such a write.
 */

import type { WriteTimeoutPolicy } from "../config/options/cluster.ts";
import { goDuration } from "../log/go-duration.ts";
import type { Logger } from "../log/logger.ts";
import { ClosedReason } from "../protocol/errors.ts";

/** nats-server writes in buffers of this size, which its slow consumer log line counts. */
const CHUNK_BYTES = 64 * 1024;

export interface WatchedConnection {
  readonly label: string;
  readonly isClosed: boolean;
  readonly outbound: {
    readonly pendingBytes: number;
    readonly sentBytes: number;
    readonly sentBeforeBlock: number;
  };
  close(reason: ClosedReason, how: { readonly flush: boolean }): void;
}

export interface WriteWatchHost {
  readonly log: Logger;
  readonly options: {
    readonly maxPending: number;
    readonly writeDeadlineMs: number;
    readonly writeTimeout: WriteTimeoutPolicy;
  };
  readonly stats: { slowConsumers: number };
}

export class WriteWatch {
  readonly #connection: WatchedConnection;
  readonly #host: WriteWatchHost;
  #timer: Timer | undefined;
  /** Time, and `outbound.sentBytes`, at which the write began that has yet to end. */
  #beganAt = 0;
  #start = 0;
  /** What `outbound.sentBytes` must reach by the write deadline. */
  #goal = 0;
  /** A write has taken too long, and the connection was left open. */
  #isSlow = false;

  private constructor(connection: WatchedConnection, host: WriteWatchHost) {
    this.#connection = connection;
    this.#host = host;
  }

  /** The watch of a connection, which has none before it needs it. */
  static of(
    known: WriteWatch | null,
    connection: WatchedConnection,
    host: WriteWatchHost,
  ): WriteWatch {
    return known ?? new WriteWatch(connection, host);
  }

  onPendingExceeded(): void {
    const limit = this.#host.options.maxPending;
    this.#end(`MaxPending of ${limit} Exceeded`, ClosedReason.SlowConsumerPendingBytes);
  }

  /** Everything up to now must be gone by the deadline. */
  onBlocked(): void {
    if (this.#timer !== undefined) return;
    const { outbound } = this.#connection;
    this.#beganAt = performance.now();
    this.#start = outbound.sentBeforeBlock;
    this.#goal = outbound.sentBytes + outbound.pendingBytes;
    this.#arm(() => this.#onDeadline());
  }

  onProgress(): void {
    const { isClosed, outbound } = this.#connection;
    if (isClosed || outbound.sentBytes < this.#goal) return;
    this.stop();
    if (this.#isSlow) this.#reportRecovery();
    if (outbound.pendingBytes > 0) this.onBlocked();
  }

  /** The connection is over: what is pending has so much time left to go. */
  onEnding(abandon: () => void): void {
    this.stop();
    this.#arm(abandon);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #arm(callback: () => void): void {
    this.#timer = setTimeout(callback, this.#host.options.writeDeadlineMs);
  }

  #onDeadline(): void {
    this.#timer = undefined;
    const { outbound } = this.#connection;
    const { writeDeadlineMs, writeTimeout } = this.#host.options;
    const deadline = goDuration(writeDeadlineMs);
    const size = describeSize(outbound.pendingBytes);
    const what = `WriteDeadline of ${deadline} exceeded with ${size}`;
    // Whoever takes nothing at all is not given more time.
    if (writeTimeout === "retry" && outbound.sentBytes > this.#start) {
      this.#reportSlow(what);
      this.#isSlow = true;
      this.onBlocked();
      this.#start = outbound.sentBytes;
    } else this.#end(what, ClosedReason.SlowConsumerWriteDeadline);
  }

  #end(what: string, reason: ClosedReason): void {
    if (this.#connection.isClosed) return;
    this.#reportSlow(what);
    this.#connection.close(reason, { flush: false });
  }

  #reportSlow(what: string): void {
    this.#host.stats.slowConsumers++;
    const state = this.#isSlow ? "State" : "Detected";
    this.#host.log.info(`${this.#connection.label} - Slow Consumer ${state}: ${what}`);
  }

  #reportRecovery(): void {
    this.#isSlow = false;
    const seconds = ((performance.now() - this.#beganAt) / 1000).toFixed(3);
    const size = describeSize(this.#goal - this.#start);
    this.#host.log.info(
      `${this.#connection.label} - Slow Consumer Recovered: Flush took ${seconds}s with ${size}`,
    );
  }
}

function describeSize(bytes: number): string {
  return `${Math.ceil(bytes / CHUNK_BYTES)} chunks of ${bytes} total bytes.`;
}
