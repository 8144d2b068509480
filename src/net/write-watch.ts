/**
 * Watches over the writes that the socket of a connection did not take whole, and tells who is a slow
 * consumer. Most connections never have such a write.
 */

import type { WriteTimeoutPolicy } from "../config/options/cluster.ts";
import { goDuration } from "../log/go-duration.ts";
import { ClosedReason } from "../protocol/errors.ts";
import { type DiagnosedConnection, type DiagnosisHost, Episode } from "./slow/episode.ts";
import { Outcome } from "./slow/slow-consumer.ts";

/** nats-server writes in buffers of this size, which its slow consumer log line counts. */
const CHUNK_BYTES = 64 * 1024;

export interface WatchedConnection extends DiagnosedConnection {
  readonly isClosed: boolean;
  /** It has yet to say who it is. */
  readonly isAwaited: boolean;
  readonly outbound: DiagnosedConnection["outbound"] & { readonly sentBeforeBlock: number };
  onSlowDetected(isFirst: boolean): void;
  close(reason: ClosedReason, how: { readonly flush: boolean }): void;
}

export interface WriteWatchHost extends DiagnosisHost {
  readonly options: {
    readonly maxPending: number;
    readonly writeDeadlineMs: number;
    readonly writeTimeout: WriteTimeoutPolicy;
  };
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
  /** Null while nothing is blocked. */
  #episode: Episode | null = null;

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
    if (this.#connection.isClosed) return;
    const limit = this.#host.options.maxPending;
    this.#reportSlow(`MaxPending of ${limit} Exceeded`, Outcome.PendingBytes);
    this.#connection.close(ClosedReason.SlowConsumerPendingBytes, { flush: false });
  }

  /** Everything up to now must be gone by the deadline. */
  onBlocked(): void {
    if (this.#timer !== undefined) return;
    const { outbound } = this.#connection;
    this.#beganAt = performance.now();
    this.#start = outbound.sentBeforeBlock;
    this.#goal = outbound.sentBytes + outbound.pendingBytes;
    this.#arm(() => this.#onDeadline());
    // What a closed connection still has to send is no news.
    if (this.#connection.isClosed) return;
    if (this.#episode === null) {
      this.#episode = new Episode(this.#connection, this.#host);
      this.#episode.begin();
    }
    const at = this.#beganAt + this.#host.options.writeDeadlineMs;
    this.#episode.deadline = { at, goal: this.#goal };
  }

  onProgress(): void {
    const { isClosed, outbound } = this.#connection;
    this.#episode?.onProgress();
    if (isClosed || outbound.sentBytes < this.#goal) return;
    this.#disarm();
    if (this.#isSlow) this.#reportRecovery();
    if (outbound.pendingBytes > 0) this.onBlocked();
    else this.#endEpisode();
  }

  /** The connection is over: what is pending has so much time left to go. */
  onEnding(abandon: () => void): void {
    this.stop();
    this.#arm(abandon);
  }

  stop(): void {
    this.#disarm();
    this.#endEpisode();
  }

  #arm(callback: () => void): void {
    this.#timer = setTimeout(callback, this.#host.options.writeDeadlineMs);
  }

  #disarm(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #endEpisode(): void {
    this.#episode?.end();
    this.#episode = null;
  }

  #onDeadline(): void {
    this.#timer = undefined;
    if (this.#connection.isClosed) return;
    const { outbound } = this.#connection;
    const { writeDeadlineMs, writeTimeout } = this.#host.options;
    const deadline = goDuration(writeDeadlineMs);
    const size = describeSize(outbound.pendingBytes);
    const what = `WriteDeadline of ${deadline} exceeded with ${size}`;
    // Whoever takes nothing at all is not given more time.
    if (writeTimeout === "retry" && outbound.sentBytes > this.#start) {
      this.#reportSlow(what, Outcome.StillSlow);
      this.#isSlow = true;
      this.onBlocked();
      this.#start = outbound.sentBytes;
      return;
    }
    // Who has not said who it is yet is too late for that rather than slow.
    if (!this.#connection.isAwaited) this.#reportSlow(what, Outcome.WriteDeadline);
    this.#connection.close(ClosedReason.SlowConsumerWriteDeadline, { flush: false });
  }

  #reportSlow(what: string, outcome: Outcome): void {
    this.#connection.onSlowDetected(!this.#isSlow);
    const state = this.#isSlow ? "State" : "Detected";
    this.#host.log.info(`${this.#connection.label} - Slow Consumer ${state}: ${what}`);
    const episode = this.#episode ?? new Episode(this.#connection, this.#host);
    episode.onDetected(outcome);
  }

  #reportRecovery(): void {
    this.#isSlow = false;
    const seconds = ((performance.now() - this.#beganAt) / 1000).toFixed(3);
    const size = describeSize(this.#goal - this.#start);
    this.#host.log.info(
      `${this.#connection.label} - Slow Consumer Recovered: Flush took ${seconds}s with ${size}`,
    );
    this.#episode?.onRecovered();
    this.#endEpisode();
  }
}

function describeSize(bytes: number): string {
  return `${Math.ceil(bytes / CHUNK_BYTES)} chunks of ${bytes} total bytes.`;
}
