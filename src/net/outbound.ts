/**
 * Hot path. The bytes that wait for one connection.
 *
 *     buf   |.....sent.....|======= pending =======|------ free ------|
 *                          start                   end         limit
 *
 * Pending bytes are written at the end of the turn, or earlier when a large buffer is full. What the
 * socket does not take stays, in order, until it drains. An outbound without pending bytes owns no
 * buffer.
 *
 * A connection that cannot take more is a slow consumer: when more than `maxPending` bytes would
 * wait, or when what was pending at a write is not gone within `writeDeadlineMs`. Long before that,
 * producers are asked to wait (`Turn.lagging`): from `EARLY_STALL_BYTES` on while the receiver keeps
 * reading, and from three quarters of the limit on in any case.
 */

import { NO_BUFFER, releaseBuffer, takeBuffer } from "../bytes/buffer-pool.ts";
import { LINK_BASE } from "../core/link/link.ts";
import type { PermissionSet } from "../core/permissions/permission-set.ts";
import type { ReplyPermits } from "../core/permissions/reply-permits.ts";
import type { Sink, SinkName } from "../core/sink.ts";
import { Lag } from "./lag.ts";
import type { Transport } from "./transport.ts";
import type { Flushable, Laggard, Producer, Turn } from "./turn.ts";

const FIRST_BUFFER = 4 * 1024;
/** A full buffer of this size is written at once instead of at the end of the turn. */
const EARLY_WRITE_BYTES = 512 * 1024;
/** Part of the limit from which producers wait for any receiver, as in nats-server. */
const STALL_SHARE = 0.75;
const EARLY_STALL_BYTES = 4 * 1024 * 1024;
/**
 * Growth between two checks of a connection that is behind. A producer that is stalled each time adds
 * some six megabytes a second: a receiver that reads faster than that catches up.
 */
const STALL_STEP_BYTES = 64 * 1024;
/** Longest wait of a producer, per step. */
const STALL_MS = 10;
/**
 * The same where another server is near its limit. Very many may send to it, and it must not be lost
 * together with all that is on its way; what they add in so long a time is little.
 */
const LINK_STALL_MS = 500;
/** A receiver that has taken bytes this recently is worth waiting for. */
const PROGRESS_MS = 100;

/** Bits of the state of an outbound: it awaits the end of the turn, or the socket, or nothing. */
const LISTED = 1;
const BLOCKED = 2;
const CLOSED = 4;

/** What an outbound needs from its connection. */
export interface OutboundOwner {
  /** Accepting more would pass the limit; the connection closes. */
  onPendingExceeded(): void;
  /** The socket took only part: everything up to now must be gone by the deadline. */
  onWriteBlocked(): void;
  /** The socket has taken more of what was blocked. */
  onWriteProgress(): void;
  onMaxReached(sid: string, max: number): void;
  onSubscriptionEnded(sid: string): void;
  onDelivered(buf: Buffer, frameStart: number, bodyStart: number, frameEnd: number): void;
  requestInfo(isShared: boolean, isSystem: boolean): Buffer;
  describe(): SinkName;
}

/** There may be a great many of these: a field more would take a third more memory. */
export class Outbound implements Sink, Flushable, Laggard {
  slot = 0;
  firstSub = 0;
  subCount = 0;
  buf: Buffer = NO_BUFFER;
  end = 0;
  limit = 0;
  echo = true;
  headers = false;
  tracing = false;
  debugging = false;
  filter: PermissionSet | null = null;
  permits: ReplyPermits | null = null;
  answersAbroad = false;
  freshMsgs = 0;
  freshBytes = 0;
  /** Totals, folded in at each write. */
  outMsgs = 0;
  outBytes = 0;
  /**
   * When the connection was last made use of, by a message of either way or a change of interest, as
   * `performance.now` tells; 0 for never.
   */
  lastUsedAt = 0;
  /** When to drop messages for this connection instead of stalling their producers. */
  dropsWhenStalled = false;
  transport: Transport;

  readonly #turn: Turn;
  readonly #owner: OutboundOwner;
  readonly #maxPending: number;
  #start = 0;
  #state = 0;
  /** Bytes taken by the socket since the connection began. */
  #sent = 0;
  #lag: Lag | null = null;
  /** Size that the last turns needed, so that a busy connection does not grow anew each turn. */
  #usualBytes = FIRST_BUFFER;

  constructor(transport: Transport, turn: Turn, owner: OutboundOwner, maxPending: number) {
    this.transport = transport;
    this.#turn = turn;
    this.#owner = owner;
    this.#maxPending = maxPending;
  }

  /** Whose bytes these are. */
  get owner(): OutboundOwner {
    return this.#owner;
  }

  get pendingBytes(): number {
    return this.end - this.#start;
  }

  /** Bytes taken by the socket so far. */
  get sentBytes(): number {
    return this.#sent;
  }

  /** Bytes taken by the socket before the last write that it did not take whole. */
  get sentBeforeBlock(): number {
    return this.#lag === null ? 0 : this.#lag.sentBefore;
  }

  get isBlocked(): boolean {
    return (this.#state & BLOCKED) !== 0;
  }

  get isReading(): boolean {
    return this.#lag !== null && performance.now() - this.#lag.progressAt < PROGRESS_MS;
  }

  get stallMs(): number {
    const isFull = this.slot >= LINK_BASE && this.pendingBytes > this.#stallAlways;
    return isFull ? LINK_STALL_MS : STALL_MS;
  }

  /** Pending bytes from which producers wait for a receiver that is reading. */
  get #stallEarly(): number {
    return Math.min(EARLY_STALL_BYTES, this.#stallAlways);
  }

  /** Pending bytes from which they wait in any case. */
  get #stallAlways(): number {
    return this.#maxPending * STALL_SHARE;
  }

  reserve(bytes: number): boolean {
    if ((this.#state & CLOSED) !== 0) return false;
    if (this.pendingBytes > EARLY_WRITE_BYTES && !this.isBlocked) this.#write();
    const pending = this.pendingBytes;
    if (pending + bytes > this.#maxPending) {
      this.#owner.onPendingExceeded();
      return false;
    }
    const isBehind = this.isBlocked && this.#checkLag(pending);
    if (isBehind && this.dropsWhenStalled && pending > this.#stallAlways) return false;
    if ((this.#state & (LISTED | BLOCKED)) === 0) {
      this.#state |= LISTED;
      this.#turn.add(this);
    }
    if (this.end + bytes > this.buf.length) this.#makeRoom(bytes);
    this.limit = Math.min(this.buf.length, this.#start + this.#maxPending);
    if (this.isBlocked) {
      const unchecked = isBehind ? STALL_STEP_BYTES : Math.max(this.#stallEarly - pending, 0);
      this.limit = Math.min(this.limit, this.end + bytes + unchecked);
    }
    return true;
  }

  /** Appends protocol bytes that are not a message. */
  append(bytes: Uint8Array): void {
    if (this.end + bytes.length > this.limit && !this.reserve(bytes.length)) return;
    this.buf.set(bytes, this.end);
    this.end += bytes.length;
  }

  /** Writes what is pending; called at the end of the turn. */
  flush(): void {
    this.#state &= ~LISTED;
    const recentBytes = Math.max(this.pendingBytes, this.#usualBytes >> 1, FIRST_BUFFER);
    this.#usualBytes = Math.min(recentBytes, EARLY_WRITE_BYTES * 2);
    if (this.#state === 0) this.#write();
  }

  /** The socket can take more. */
  onDrain(): void {
    if ((this.#state & (BLOCKED | CLOSED)) !== BLOCKED) return;
    this.#state &= ~BLOCKED;
    this.#write();
    this.#owner.onWriteProgress();
    this.#wakeProducers();
  }

  /** Drops what is pending and refuses more. */
  close(): void {
    this.foldCounters();
    this.#state |= CLOSED;
    this.#release();
    this.#wakeProducers();
  }

  addWaiting(producer: Producer): void {
    this.#lag = Lag.of(this.#lag);
    this.#lag.add(producer);
  }

  foldCounters(): void {
    if (this.freshMsgs !== 0) this.lastUsedAt = performance.now();
    this.outMsgs += this.freshMsgs;
    this.outBytes += this.freshBytes;
    this.freshMsgs = 0;
    this.freshBytes = 0;
  }

  requestInfo(isShared: boolean, isSystem: boolean): Buffer {
    return this.#owner.requestInfo(isShared, isSystem);
  }

  describe(): SinkName {
    return this.#owner.describe();
  }

  onMaxReached(sid: string, max: number): void {
    this.#owner.onMaxReached(sid, max);
  }

  onSubscriptionEnded(sid: string): void {
    this.#owner.onSubscriptionEnded(sid);
  }

  onDelivered(frameStart: number, bodyStart: number, frameEnd: number): void {
    this.#owner.onDelivered(this.buf, frameStart, bodyStart, frameEnd);
  }

  /** Tells whether the receiver is behind, and leaves word for producers that should wait. */
  #checkLag(pending: number): boolean {
    if (pending < this.#stallEarly) return false;
    if (this.dropsWhenStalled) return true;
    const mustWait = pending > this.#stallAlways;
    if (mustWait || this.isReading) {
      this.#turn.lagging = this;
    }
    return true;
  }

  #wakeProducers(): void {
    if (this.#lag !== null && this.pendingBytes <= this.#stallEarly / 2) this.#lag.wake();
  }

  #write(): void {
    const pending = this.pendingBytes;
    if (pending === 0) return;
    this.foldCounters();
    const taken = this.transport.write(this.buf, this.#start, pending);
    if (taken > 0) {
      this.#start += taken;
      this.#sent += taken;
    }
    if (this.#start === this.end) this.#release();
    else if (!this.isBlocked) this.#block(Math.max(taken, 0));
  }

  /** The rest of what was to be written has to wait. */
  #block(taken: number): void {
    this.#state |= BLOCKED;
    this.#lag = Lag.of(this.#lag);
    this.#lag.sentBefore = this.#sent - taken;
    this.#lag.progressAt = performance.now();
    this.#owner.onWriteBlocked();
  }

  #makeRoom(bytes: number): void {
    const pending = this.pendingBytes;
    const wanted = pending + bytes;
    // Moving up is worth it only when it frees a good part of the buffer.
    if (wanted <= this.buf.length >> 1) {
      this.buf.copyWithin(0, this.#start, this.end);
    } else {
      const larger = takeBuffer(Math.max(wanted + (wanted >> 1), this.#usualBytes));
      this.buf.copy(larger, 0, this.#start, this.end);
      releaseBuffer(this.buf);
      this.buf = larger;
    }
    this.#start = 0;
    this.end = pending;
  }

  #release(): void {
    releaseBuffer(this.buf);
    this.buf = NO_BUFFER;
    this.#start = 0;
    this.end = 0;
    this.limit = 0;
  }
}
